import Ports
import TradingModel

/// Carries a simulated node's requests and frames to the doubles and back, with latency drawn from the seed.
/// Hosts are named by their double: `https://okx.test`, `wss://okx.test/…`. Each connection keeps its order,
/// as TCP does.
public final class SimulatedNetwork: VenueTransport, @unchecked Sendable {
    private let simulation: Simulation
    private var hosts: [String: Host] = [:]
    private var sockets: [Int: SimulatedSocket] = [:]
    private var nextConnection = 1
    /// One way, before jitter.
    public var latency = Span.microseconds(400)
    public var jitter = Span.microseconds(300)
    /// How often each double's market moves.
    public static let marketBeat = Span.milliseconds(10)
    /// Requests sent, by `METHOD host/path`: what reached a venue at all.
    public private(set) var requests: [String: Int] = [:]

    final class Host {
        let double: any VenueDouble
        var isReachable = true
        init(_ double: any VenueDouble) { self.double = double }
    }

    public init(_ simulation: Simulation) { self.simulation = simulation }

    /// Puts a double on the network under `<name>.test` and starts its market.
    public func add(_ double: any VenueDouble) {
        let host = Host(double)
        hosts[double.name + ".test"] = host
        beat(host)
    }

    /// Whether a venue can be reached; taking it away closes its sockets.
    public func setReachable(_ venue: String, _ isReachable: Bool) {
        guard let host = hosts[venue + ".test"] else { return }
        host.isReachable = isReachable
        if !isReachable { closeSockets(of: host, reason: "network unreachable") }
    }

    /// Cuts every connection to a venue; it may be reached again at once.
    public func cutConnections(to venue: String) {
        guard let host = hosts[venue + ".test"] else { return }
        closeSockets(of: host, reason: "connection reset")
    }

    /// Cuts every connection to every venue, as the death of the node's process does.
    public func cutAll() {
        for name in hosts.keys.sorted() {
            if let host = hosts[name] { closeSockets(of: host, reason: "connection reset") }
        }
    }

    private func closeSockets(of host: Host, reason: String) {
        for number in sockets.keys.sorted() where sockets[number]?.host === host {
            sockets[number]?.end(reason)
            sockets[number] = nil
            host.double.closed(number, at: simulation.now)
        }
    }

    private func beat(_ host: Host) {
        simulation.schedule(at: simulation.now + SimulatedNetwork.marketBeat) { [self] in
            host.double.advance(to: simulation.now)
            flush(host)
            beat(host)
        }
    }

    private func flush(_ host: Host) {
        for frame in host.double.takeOutgoing() {
            guard let socket = sockets[frame.connection] else { continue }
            switch frame.content {
            case .text(let bytes): socket.deliver(bytes, at: arrival())
            case .ping: continue  // the transport answers pings below the session
            case .close(_, let reason):
                sockets[frame.connection] = nil
                host.double.closed(frame.connection, at: simulation.now)
                socket.end(reason)
            }
        }
    }

    private func arrival() -> Moment {
        simulation.now + latency + .nanoseconds(Int64(simulation.draw() % UInt64(max(1, jitter.nanoseconds))))
    }

    // MARK: VenueTransport

    public func connect(_ url: String, lane: any Lane, receiver: any SocketReceiver) -> any VenueSocket {
        let (name, path) = SimulatedNetwork.split(url)
        let number = nextConnection
        nextConnection += 1
        guard let lane = lane as? SimulatedLane else {
            preconditionFailure("simulated sockets need simulated lanes")
        }
        let socket = SimulatedSocket(simulation, receiver, lane)
        guard let host = hosts[name], host.isReachable else {
            simulation.schedule(at: arrival(), on: lane) { socket.end("no route to \(name)") }
            return socket
        }
        socket.host = host
        sockets[number] = socket
        simulation.schedule(at: arrival(), on: lane) { [self] in
            guard sockets[number] != nil else { return }
            host.double.advance(to: simulation.now)
            host.double.opened(number, path: path, at: simulation.now)
            socket.open { [self] text in
                simulation.schedule(at: socket.later(arrival())) { [self] in
                    guard sockets[number] != nil else { return }
                    host.double.advance(to: simulation.now)
                    host.double.received(text, on: number, at: simulation.now)
                    flush(host)
                }
            } onClose: { [self] in
                guard sockets.removeValue(forKey: number) != nil else { return }
                host.double.closed(number, at: simulation.now)
            }
            flush(host)
        }
        return socket
    }

    public func perform(
        _ request: HTTPRequest, lane: any Lane, onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        guard let lane = lane as? SimulatedLane else {
            preconditionFailure("simulated requests need simulated lanes")
        }
        let (name, _) = SimulatedNetwork.split(request.origin)
        let path = request.target.split(separator: "?").first.map(String.init) ?? request.target
        guard let host = hosts[name], host.isReachable else {
            simulation.schedule(at: simulation.now, on: lane) {
                completion(.failure(.neverSent("no route to \(name)")))
            }
            return
        }
        requests["\(request.method) \(name)\(path)", default: 0] += 1
        let sentAt = simulation.now
        simulation.schedule(at: sentAt, on: lane) { onSent?(sentAt) }
        simulation.schedule(at: arrival()) { [self] in
            guard host.isReachable else {
                simulation.schedule(at: simulation.now, on: lane) {
                    completion(.failure(.lost("connection reset")))
                }
                return
            }
            host.double.advance(to: simulation.now)
            let answer = host.double.respond(
                to: DoubleRequest(
                    method: request.method, target: request.target,
                    headers: request.headers.map { ($0.name.lowercased(), $0.value) }, body: request.body),
                at: simulation.now)
            flush(host)
            let receivedAt = arrival()
            guard receivedAt <= request.deadline else {
                simulation.schedule(at: request.deadline, on: lane) { completion(.failure(.timedOut)) }
                return
            }
            simulation.schedule(at: receivedAt, on: lane) {
                completion(
                    .success(
                        HTTPResponse(
                            status: answer.status,
                            headers: answer.headers.map { HTTPHeader($0.name.lowercased(), $0.value) },
                            body: answer.body, sentAt: sentAt, receivedAt: receivedAt)))
            }
        }
    }

    public func warm(_: String, connections _: Int, lane _: any Lane) {}

    /// `scheme://host[:port]/path` → (host, path with query).
    static func split(_ url: String) -> (String, String) {
        let rest =
            url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).dropFirst(2).first ?? ""
        let name = rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        let path = rest.drop { $0 != "/" }
        return (String(name), path.isEmpty ? "/" : String(path))
    }
}

/// The node's end of a simulated WebSocket.
final class SimulatedSocket: VenueSocket, @unchecked Sendable {
    private let simulation: Simulation
    private var receiver: (any SocketReceiver)?
    private let lane: SimulatedLane
    fileprivate var host: SimulatedNetwork.Host?
    private var send: (([UInt8]) -> Void)?
    private var onClose: (() -> Void)?
    private var lastToNode = Moment.distantPast
    private var lastToVenue = Moment.distantPast

    init(_ simulation: Simulation, _ receiver: any SocketReceiver, _ lane: SimulatedLane) {
        self.simulation = simulation
        self.receiver = receiver
        self.lane = lane
    }

    fileprivate func open(_ send: @escaping ([UInt8]) -> Void, onClose: @escaping () -> Void) {
        self.send = send
        self.onClose = onClose
        receiver?.socketOpened(self)
    }

    /// Not before what was sent earlier on this connection.
    fileprivate func later(_ moment: Moment) -> Moment {
        lastToVenue = max(moment, lastToVenue)
        return lastToVenue
    }

    fileprivate func deliver(_ bytes: [UInt8], at moment: Moment) {
        lastToNode = max(moment, lastToNode)
        simulation.schedule(at: lastToNode, on: lane) { [self] in
            bytes.withUnsafeBytes { receiver?.socketReceived(self, $0, at: simulation.now) }
        }
    }

    func end(_ reason: String) {
        guard let receiver else { return }
        self.receiver = nil
        send = nil
        simulation.schedule(at: simulation.now, on: lane) { receiver.socketClosed(self, reason: reason) }
    }

    func send(_ text: [UInt8]) -> Bool {
        guard let send else { return false }
        send(text)
        return true
    }

    func close() {
        onClose?()
        onClose = nil
        end("closed by the node")
    }
}
