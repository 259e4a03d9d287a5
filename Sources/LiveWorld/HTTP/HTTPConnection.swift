import Ports
import TradingModel

/// One kept-alive connection: at most one request on it at a time. Confined to the lane.
final class HTTPConnection: TLSStreamOwner, @unchecked Sendable {
    private enum Stage { case connecting, idle, busy, closed }

    private let stream: TLSStream
    private weak let pool: HTTPPool?
    private var stage = Stage.connecting
    /// The request on the connection while it is busy.
    private var exchange: HTTPExchange?
    private var parser = HTTPResponseParser(method: "GET")
    private var openTimer: LaneTimer?
    private(set) var wasOpened = false

    init(stream: TLSStream, pool: HTTPPool) {
        self.stream = stream
        self.pool = pool
    }

    var isConnecting: Bool { stage == .connecting }

    /// What an idle connection's socket says; `nil` while it is not idle. Something unread must be looked at
    /// before a request is written: it may be the server's farewell, or only a session ticket.
    var idleProbe: TLSStream.Probe? { stage == .idle ? stream.probe() : nil }

    func open() {
        openTimer = stream.lane.schedule(at: LiveClock.now + LiveTransport.connectTimeout) { [weak self] in
            guard let self, isConnecting else { return }
            let waited = LiveTransport.connectTimeout.milliseconds / 1_000
            end("no connection within \(waited) s: \(stream.progress)")
        }
        stream.open(self)
    }

    /// Writes the request. The connection is busy until its answer or its end.
    func carry(_ exchange: HTTPExchange) {
        precondition(stage == .idle, "a connection carries one request at a time")
        let now = LiveClock.now
        guard exchange.bytes.withUnsafeBytes({ stream.write($0, limit: .max) }) else {
            // Not a byte left: the exchange may go to another connection.
            stage = .closed
            stream.close()
            pool?.connectionEnded(self, reason: "connection lost", unsent: exchange)
            return
        }
        stage = .busy
        self.exchange = exchange
        parser = HTTPResponseParser(method: exchange.method)
        exchange.sentAt = now
        if stream.stage == .open && stream.backlogCount == 0 { exchange.handedOver(at: LiveClock.now) }
    }

    /// Closes an idle connection.
    func retire() {
        guard stage == .idle else { return }
        stage = .closed
        stream.close()
    }

    /// `exchange` ended without its answer: what still arrives on its connection would answer the wrong
    /// request. `false`: it is not on this connection.
    func abandon(_ exchange: HTTPExchange) -> Bool {
        guard stage == .busy, self.exchange === exchange else { return false }
        stage = .closed
        self.exchange = nil
        stream.close()
        return true
    }

    /// Ends the connection from this side, its request included.
    func end(_ reason: String) {
        stream.close()
        finished(reason)
    }

    // MARK: TLSStreamOwner

    func streamOpened() {
        openTimer?.cancel()
        wasOpened = true
        stage = .idle
        pool?.connectionIsFree()
    }

    func streamReceived() {
        guard stage == .busy else {
            // A server that speaks unasked (a 408 before it hangs up) has lost its place in the conversation.
            return end("\(stream.endpoint.host) sent data that no request asked for")
        }
        do {
            let count = try parser.consume(stream.received.bytes)
            stream.received.consume(count)
        } catch {
            return end("\(stream.endpoint.host) sent a malformed response: \(error)")
        }
        guard parser.isComplete else { return }
        // Bytes left over on either side would end up in the next conversation.
        complete(isReusable: parser.isReusable && stream.received.count == 0 && stream.backlogCount == 0)
    }

    func streamServiced() {
        stream.received.settle()
        if stage == .idle { pool?.connectionIsFree() }
    }

    func streamDrained() { exchange?.handedOver(at: LiveClock.now) }

    func streamClosed(_ reason: String, isComplete: Bool) {
        guard stage == .busy else { return finished(reason) }
        do {
            try parser.connectionEnded(cleanly: isComplete)
            complete(isReusable: false)
        } catch {
            finished(reason)
        }
    }

    private func complete(isReusable: Bool) {
        guard let exchange else { return }
        let moment = stream.lane.momentOfEvent
        let response = HTTPResponse(
            status: parser.head.status, headers: parser.head.headers, body: parser.takeBody(),
            sentAt: exchange.sentAt ?? moment, receivedAt: moment)
        self.exchange = nil
        stage = isReusable ? .idle : .closed
        if !isReusable {
            stream.close()
            pool?.connectionEnded(self, reason: "closed after its response", unsent: nil)
        }
        exchange.succeed(response)
        if isReusable { pool?.connectionIsFree() }
    }

    private func finished(_ reason: String) {
        openTimer?.cancel()
        guard stage != .closed else { return }
        stage = .closed
        let exchange = exchange
        self.exchange = nil
        pool?.connectionEnded(self, reason: reason, unsent: nil)
        exchange?.fail(reason)
    }
}
