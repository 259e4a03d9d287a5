import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueServer

@testable import LiveWorld

/// The transport against the server the doubles stand behind: another TLS library, another WebSocket and HTTP
/// implementation.
@Suite struct `The transport and the venue server` {
    @Test func `sockets and requests reach a double and come back`() async throws {
        let authority = try VenueServer.TestAuthority.temporary()
        defer { authority.remove() }
        let host = try await VenueHost.start(double: EchoDouble(), authority: authority)
        let lane = try SocketLane(name: "test sockets")
        let transport = try LiveTransport(lane: lane, extraCA: authority.caPath)

        let message = [UInt8](repeating: 65, count: 40_000)
        let listener = Listener(lane) { socket, heard in
            switch heard {
            case .opened: for _ in 0..<20 { socket.send(message) }
            case .message(let bytes) where bytes == Array("bye".utf8): socket.close()
            default: break
            }
        }
        _ = transport.connect("wss://localhost:\(host.port)/public?v=5", lane: lane, receiver: listener)
        let heard = await listener.heard(25)
        #expect(heard.first == .opened)
        #expect(heard[1] == .message(Array("/public?v=5".utf8)))
        #expect(heard[2] == .pinged)
        #expect(heard[3...22].allSatisfy { $0 == .message(message) })
        #expect(heard[23...] == [.message(Array("bye".utf8)), .closed("closed by the node")])

        for number in 0..<30 {
            let request = HTTPRequest(
                method: "POST", origin: "https://localhost:\(host.port)", target: "/order?n=\(number)",
                headers: [HTTPHeader("X-Key", "k")], body: Array("body".utf8),
                deadline: LiveClock.now + .seconds(5))
            let answer = await withCheckedContinuation { continuation in
                transport.perform(request, lane: lane, onSent: nil) { continuation.resume(returning: $0) }
            }
            guard case .success(let response) = answer else {
                Issue.record("\(answer)")
                break
            }
            #expect(response.status == 201)
            #expect(response.header("x-echo") == "k")
            #expect(String(decoding: response.body, as: UTF8.self) == "POST /order?n=\(number) body")
        }
        let counters = await host.counters()
        #expect(counters.requests == 30 && counters.sockets == 1)
        // One connection for the socket, one for all requests.
        #expect(counters.connections == 2)

        await host.stop()
        transport.shutdown()
        lane.stop()
    }

    @Test func `a host that stops is told to every socket`() async throws {
        let authority = try VenueServer.TestAuthority.temporary()
        defer { authority.remove() }
        let host = try await VenueHost.start(double: EchoDouble(), authority: authority)
        let lane = try SocketLane(name: "test sockets")
        let transport = try LiveTransport(lane: lane, extraCA: authority.caPath)
        let listeners = (0..<10).map { _ in Listener(lane) }
        for listener in listeners {
            _ = transport.connect("wss://localhost:\(host.port)/", lane: lane, receiver: listener)
        }
        for listener in listeners { #expect(await listener.heard(2).first == .opened) }
        await host.stop()
        for listener in listeners { #expect(await !listener.end().isEmpty) }
        lane.stop()
    }
}

/// Says on which path it was opened, gives back what it hears, and after twenty messages says goodbye.
private final class EchoDouble: VenueDouble {
    let name = "echo"
    let truth = VenueTruth()
    private var outgoing: [DoubleFrame] = []
    private var heard = 0

    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        let text = "\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))"
        return DoubleResponse(
            status: 201, headers: [("X-Echo", request.header("x-key") ?? "")], body: Array(text.utf8))
    }
    func opened(_ connection: Int, path: String, at now: Moment) {
        outgoing.append(DoubleFrame(connection: connection, content: .text(Array(path.utf8))))
        outgoing.append(DoubleFrame(connection: connection, content: .ping))
    }
    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        outgoing.append(DoubleFrame(connection: connection, content: .text(text)))
        heard += 1
        if heard == 20 {
            outgoing.append(DoubleFrame(connection: connection, content: .text(Array("bye".utf8))))
        }
    }
    func closed(_ connection: Int, at now: Moment) {}
    func advance(to now: Moment) {}
    func takeOutgoing() -> [DoubleFrame] {
        defer { outgoing = [] }
        return outgoing
    }
}
