import Ports
import TradingModel

/// Carries a simulated node's requests and frames to the doubles and back, with latency drawn from the seed,
/// through whatever weather is set. Hosts are named by their double: `https://okx.test`, `wss://okx.test/…`,
/// and `wss://okx-private.test/…` for the private stream. Each connection keeps its order, as TCP does.
public final class SimulatedNetwork: VenueTransport, @unchecked Sendable {
    let simulation: Simulation
    private var hosts: [String: Host] = [:]
    private var hostNames: [String: String] = [:]
    private var sockets: [Int: SimulatedSocket] = [:]
    private var nextConnection = 1
    /// One way, before jitter.
    public var latency = Span.microseconds(400)
    public var jitter = Span.microseconds(300)
    /// How often at most each double's market moves.
    public var marketBeat = Span.milliseconds(10)
    /// Requests sent, by `METHOD host/path`: what reached a venue at all.
    public private(set) var requests: [String: Int] = [:]
    /// A fault of the weather fired, by its id.
    public var onFault: ((String) -> Void)?
    /// A request is about to leave the node: host, method, target, body.
    public var onRequest: ((String, String, String, [UInt8]) -> Void)?
    /// A frame of a public stream was lost on the way: host and text.
    public var onFrameLost: ((String, [UInt8]) -> Void)?
    /// A frame of a public stream is on its way: host and text.
    public var onFrameCarried: ((String, [UInt8]) -> Void)?
    /// The venue told the node to be silent until then.
    public var onSilence: ((String, Moment) -> Void)?

    /// How a node reaches a double: its private streams have a host name of their own, so that weather can
    /// tell them apart.
    public struct Origins: Hashable, Sendable {
        public let rest: String
        public let publicStreams: String
        public let privateStreams: String

        public init(of venue: String) {
            rest = "https://\(venue).test"
            publicStreams = "wss://\(venue).test"
            privateStreams = "wss://\(venue)-private.test"
        }
    }

    final class Host {
        let name: String
        let double: any ScheduledDouble
        var isReachable = true
        var weather = VenueWeather()
        var wakesAt = Moment.distantFuture
        init(_ double: any ScheduledDouble) {
            self.double = double
            name = double.name
        }
    }

    public init(_ simulation: Simulation) { self.simulation = simulation }

    /// Puts a double on the network under `<name>.test` and starts its market.
    public func add(_ double: any ScheduledDouble) {
        let host = Host(double)
        hosts[double.name + ".test"] = host
        hosts[double.name + "-private.test"] = host
        beat(host)
    }

    public func weather(at venue: String, _ change: (inout VenueWeather) -> Void) {
        if let host = hosts[venue + ".test"] { change(&host.weather) }
    }

    /// Whether a venue can be reached; taking it away closes its sockets.
    public func setReachable(_ venue: String, _ isReachable: Bool) {
        guard let host = hosts[venue + ".test"] else { return }
        host.isReachable = isReachable
        if !isReachable { closeSockets(of: host, reason: "network unreachable") { _ in true } }
    }

    /// Cuts every connection to a venue; it may be reached again at once.
    public func cutConnections(to venue: String, onlyPrivate: Bool = false, onlyPublic: Bool = false) {
        guard let host = hosts[venue + ".test"] else { return }
        closeSockets(of: host, reason: "connection reset") {
            !(onlyPrivate && !$0.isPrivate) && !(onlyPublic && $0.isPrivate)
        }
    }

    /// Cuts every connection to every venue, as the death of the node's process does.
    public func cutAll() {
        for name in hosts.keys.sorted() {
            if let host = hosts[name] { closeSockets(of: host, reason: "connection reset") { _ in true } }
        }
    }

    private func closeSockets(of host: Host, reason: String, _ chosen: (SimulatedSocket) -> Bool) {
        for number in sockets.keys.sorted() {
            guard let socket = sockets[number], socket.host === host, chosen(socket) else { continue }
            socket.end(reason)
            sockets[number] = nil
            host.double.closed(number, at: simulation.now)
        }
    }

    // MARK: The doubles' time

    private func beat(_ host: Host) {
        let now = simulation.now
        // Nothing to do before this; and not more often than the beat.
        guard let next = host.double.nextActivity else { return }
        let due = max(next, now + marketBeat)
        guard due < host.wakesAt else { return }
        host.wakesAt = due
        simulation.schedule(at: due) { [self] in
            guard host.wakesAt == due else { return }
            host.wakesAt = .distantFuture
            host.double.advance(to: simulation.now)
            flush(host)
            beat(host)
        }
    }

    /// After an input: what it caused goes out, and the double may have something to do sooner.
    func settle(_ host: Host) {
        flush(host)
        beat(host)
    }

    /// Somebody changed the double from outside: it may have news, now or soon.
    public func inputArrived(at venue: String) {
        if let host = hosts[venue + ".test"] { settle(host) }
    }

    private func flush(_ host: Host) {
        for frame in host.double.takeOutgoing() {
            guard let socket = sockets[frame.connection], !socket.isAbandoned else { continue }
            switch frame.content {
            case .text(let bytes): carry(bytes, to: socket, from: host)
            case .ping:
                if simulation.now >= host.weather.deafUntil { socket.ping(at: simulation.now + latency) }
            case .close(_, let reason):
                sockets[frame.connection] = nil
                host.double.closed(frame.connection, at: simulation.now)
                socket.end(reason)
            }
        }
    }

    func arrival() -> Moment {
        simulation.now + latency + .nanoseconds(Int64(simulation.draw() % UInt64(max(1, jitter.nanoseconds))))
    }

    /// Whether something with this chance (per 10,000) happens now.
    func happens(_ chance: Int, _ fault: String) -> Bool {
        guard chance > 0, simulation.draw() % 10_000 < UInt64(chance) else { return false }
        onFault?(fault)
        return true
    }

    // MARK: VenueTransport

    public func connect(_ url: String, lane: any Lane, receiver: any SocketReceiver) -> any VenueSocket {
        let (name, path) = SimulatedNetwork.split(url)
        let number = nextConnection
        nextConnection += 1
        guard let lane = lane as? SimulatedLane else {
            preconditionFailure("simulated sockets need simulated lanes")
        }
        let socket = SimulatedSocket(
            number, isPrivate: name.hasSuffix("-private.test"), simulation, receiver, lane)
        guard !lane.isAbandoned else { return socket }
        guard let host = hosts[name], host.isReachable, !happens(host.weather.noDescriptors, "N08") else {
            simulation.schedule(at: arrival(), on: lane) { socket.end("no route to \(name)") }
            return socket
        }
        socket.host = host
        sockets[number] = socket
        simulation.schedule(at: arrival(), on: lane) { [self] in open(socket, path, host) }
        return socket
    }

    private func open(_ socket: SimulatedSocket, _ path: String, _ host: Host) {
        let number = socket.number
        guard sockets[number] != nil else { return }
        host.double.advance(to: simulation.now)
        host.double.opened(number, path: path, at: simulation.now)
        socket.open { [self] text in
            simulation.schedule(at: socket.later(arrival())) { [self] in
                guard sockets[number] != nil else { return }
                host.double.advance(to: simulation.now)
                host.double.received(text, on: number, at: simulation.now)
                settle(host)
            }
        } onClose: { [self] in
            guard sockets.removeValue(forKey: number) != nil else { return }
            host.double.closed(number, at: simulation.now)
        }
        settle(host)
    }

    public func perform(
        _ request: HTTPRequest, lane: any Lane, onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        guard let lane = lane as? SimulatedLane else {
            preconditionFailure("simulated requests need simulated lanes")
        }
        guard !lane.isAbandoned else { return }
        let name = hostName(request.origin)
        guard let host = hosts[name], host.isReachable, !happens(host.weather.noDescriptors, "N08") else {
            simulation.schedule(at: simulation.now, on: lane) {
                completion(.failure(.neverSent("no route to \(name)")))
            }
            return
        }
        let target = request.target
        let path = String(target[..<(target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex)])
        requests["\(request.method) \(name)\(path)", default: 0] += 1
        onRequest?(host.name, request.method, request.target, request.body)
        let sentAt = simulation.now
        simulation.schedule(at: sentAt, on: lane) { onSent?(sentAt) }
        carry(SimulatedRequest(request: request, path: path, lane: lane, completion: completion), to: host)
    }

    private func hostName(_ origin: String) -> String {
        if let name = hostNames[origin] { return name }
        let name = SimulatedNetwork.split(origin).0
        hostNames[origin] = name
        return name
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
