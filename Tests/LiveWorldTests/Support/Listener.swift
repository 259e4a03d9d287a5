import Ports
import Synchronization
import TradingModel

@testable import LiveWorld

/// A receiver that writes down what it hears, checks that it hears it on the lane and in order, and lets a
/// test wait.
final class Listener: SocketReceiver, @unchecked Sendable {
    enum Heard: Equatable, Sendable {
        case opened
        case message([UInt8])
        case pinged
        case closed(String)
    }

    private let lane: SocketLane
    private let state = Mutex<(heard: [Heard], waiting: [(count: Int, CheckedContinuation<Void, Never>)])>(
        ([], []))
    /// Runs in the callback, on the lane.
    private let react: @Sendable (any VenueSocket, Heard) -> Void

    init(_ lane: SocketLane, react: @escaping @Sendable (any VenueSocket, Heard) -> Void = { _, _ in }) {
        self.lane = lane
        self.react = react
    }

    func socketOpened(_ socket: any VenueSocket) { note(socket, .opened) }
    func socketReceived(_ socket: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at: Moment) {
        precondition(at <= LiveClock.now)
        note(socket, .message(Array(bytes)))
    }
    func socketPinged(_ socket: any VenueSocket, at: Moment) { note(socket, .pinged) }
    func socketClosed(_ socket: any VenueSocket, reason: String) { note(socket, .closed(reason)) }

    private func note(_ socket: any VenueSocket, _ heard: Heard) {
        precondition(lane.isCurrent)
        let ready = state.withLock { state in
            state.heard.append(heard)
            let count = state.heard.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }
        }
        react(socket, heard)
        for waiter in ready { waiter.1.resume() }
    }

    /// Waits until `count` things were heard; answers all of them.
    func heard(_ count: Int) async -> [Heard] {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.heard.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
        return soFar
    }
    var soFar: [Heard] { state.withLock { $0.heard } }

    /// Waits for the end; answers its reason.
    func end() async -> String {
        var count = 1
        while true {
            let all = await heard(count)
            if case .closed(let reason) = all.last { return reason }
            count = all.count + 1
        }
    }
}

/// A lane, a transport and a venue that know each other.
struct Bench: Sendable {
    let lane: SocketLane
    let transport: LiveTransport
    let venue: LoopbackVenue
    private let scratch: Scratch

    init(
        names: String = "DNS:localhost", from: Int = -3_600, until: Int = 86_400, trusted: Bool = true,
        offersDeflate: Bool = true, script: @escaping @Sendable (LoopbackVenue.Connection) throws -> Void
    ) throws {
        let authority = TestIssuer()
        scratch = try Scratch()
        (trusted ? authority : TestIssuer(name: "another authority")).write(to: scratch.file("ca.pem"))
        venue = LoopbackVenue(authority.issue(names: names, from: from, until: until), script: script)
        lane = try SocketLane(name: "test sockets")
        transport = try LiveTransport(
            lane: lane, extraCA: scratch.file("ca.pem"), offersDeflate: offersDeflate)
    }

    var webSocket: String { "wss://localhost:\(venue.port)/stream" }
    var origin: String { "https://localhost:\(venue.port)" }

    func connect(_ listener: Listener, to address: String? = nil) -> any VenueSocket {
        transport.connect(address ?? webSocket, lane: lane, receiver: listener)
    }

    func request(
        _ target: String, method: String = "GET", body: [UInt8] = [], within: Span = .seconds(5),
        origin: String? = nil,
        onSent: (@Sendable (Moment) -> Void)? = nil
    ) async -> Result<HTTPResponse, TransportFault> {
        let request = HTTPRequest(
            method: method, origin: origin ?? self.origin, target: target, body: body,
            deadline: LiveClock.now + within)
        return await withCheckedContinuation { continuation in
            lane.post {
                transport.perform(request, lane: lane, onSent: onSent) { result in
                    precondition(lane.isCurrent)
                    continuation.resume(returning: result)
                }
            }
        }
    }

    func stop() {
        transport.shutdown()
        lane.stop()
        venue.stop()
    }
}
