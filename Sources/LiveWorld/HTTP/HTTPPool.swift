import Ports
import TradingModel

/// The kept-alive connections to one origin. Confined to the lane.
///
/// A request takes the connection that was used last (the one the server is least likely to be tired of);
/// with none free it waits and another connection is opened, up to eight. No request is ever written twice:
/// one whose idle connection turns out dead before a byte was written goes to another, one that was written
/// ends as lost.
final class HTTPPool: @unchecked Sendable {
    static let capacity = 8
    static let waitingLimit = 1_024

    private let endpoint: Endpoint
    private let makeStream: (Endpoint) -> TLSStream
    private let lane: SocketLane
    /// The connection used last stands at the end.
    private var connections: [HTTPConnection] = []
    private var waiting: [HTTPExchange] = []
    /// How many connections to keep warm.
    private var warmth = 0
    private var rewarming: LaneTimer?
    private var isClosed = false

    init(_ endpoint: Endpoint, lane: SocketLane, makeStream: @escaping (Endpoint) -> TLSStream) {
        self.endpoint = endpoint
        self.lane = lane
        self.makeStream = makeStream
    }

    func perform(_ exchange: HTTPExchange) {
        guard !isClosed else { return exchange.fail("the transport is shut down") }
        guard LiveClock.now < exchange.deadline else { return exchange.expire() }
        guard waiting.count < HTTPPool.waitingLimit else {
            return exchange.fail("\(HTTPPool.waitingLimit) requests wait for \(endpoint.host)")
        }
        exchange.timer = lane.schedule(at: exchange.deadline) { [weak self] in self?.deadlineCame(exchange) }
        waiting.append(exchange)
        dispatch()
    }

    /// Opens connections until `count` stand (at most eight), and keeps that many from now on.
    func warm(_ count: Int) {
        guard !isClosed else { return }
        warmth = max(warmth, min(count, HTTPPool.capacity))
        while connections.count < warmth { openConnection() }
    }

    func close() {
        isClosed = true
        rewarming?.cancel()
        for connection in connections { connection.end("the transport is shut down") }
        failWaiting("the transport is shut down")
    }

    // MARK: From the connections

    func connectionIsFree() {
        if !waiting.isEmpty { dispatch() }
    }

    /// `unsent`: an exchange the connection took but could not write a byte of.
    func connectionEnded(_ connection: HTTPConnection, reason: String, unsent: HTTPExchange?) {
        connections.removeAll { $0 === connection }
        if let unsent, !unsent.isOver { waiting.insert(unsent, at: 0) }
        guard !isClosed else { return failWaiting(reason) }
        if connection.wasOpened {
            if connections.count < warmth { rewarm() }
            if !waiting.isEmpty { dispatch() }
        } else if connections.isEmpty {
            // The origin takes no connections, and nobody is left who could carry what waits.
            failWaiting(reason)
        }
    }

    private func rewarm() {
        guard rewarming == nil else { return }
        // The server ended a warm connection (idle limit, restart): open another before the next order needs
        // it.
        rewarming = lane.schedule(at: LiveClock.now + .seconds(1)) { [weak self] in
            guard let self, !isClosed else { return }
            rewarming = nil
            while connections.count < warmth { openConnection() }
        }
    }

    private func dispatch() {
        // An order that waited for a connection until its time had passed is not sent.
        let now = LiveClock.now
        let late = waiting.filter { now > $0.notAfter }
        waiting.removeAll { now > $0.notAfter }
        for exchange in late { exchange.fail("its time passed while it waited for a connection") }
        while !waiting.isEmpty, let index = connections.lastIndex(where: { $0.idleProbe == .quiet }) {
            let connection = connections.remove(at: index)
            connections.append(connection)
            connection.carry(waiting.removeFirst())
        }
        guard !waiting.isEmpty else { return }
        // Connections on their way, or about to be looked at, serve the first of those who wait.
        var coming = connections.count { $0.isConnecting || $0.idleProbe == .unread }
        while coming < waiting.count {
            if connections.count >= HTTPPool.capacity {
                // A connection the server hung up on still takes a place until the loop comes round to it.
                guard let dead = connections.firstIndex(where: { $0.idleProbe == .dead }) else { return }
                connections.remove(at: dead).retire()
            }
            openConnection()
            coming += 1
        }
    }

    private func openConnection() {
        let connection = HTTPConnection(stream: makeStream(endpoint), pool: self)
        connections.insert(connection, at: 0)
        connection.open()
    }

    private func deadlineCame(_ exchange: HTTPExchange) {
        guard !exchange.isOver else { return }
        waiting.removeAll { $0 === exchange }
        if let carrier = connections.firstIndex(where: { $0.abandon(exchange) }) {
            connections.remove(at: carrier)
            if connections.count < warmth { rewarm() }
        }
        exchange.expire()
        dispatch()
    }

    private func failWaiting(_ reason: String) {
        let failed = waiting
        waiting = []
        for exchange in failed { exchange.fail(reason) }
    }
}
