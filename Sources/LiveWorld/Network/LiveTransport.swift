import Ports
import TradingModel

/// WebSockets and kept-alive HTTPS on one socket lane. Certificates and host names are always verified.
///
/// The lane is the transport's own: `connect`, `perform` and `warm` take that lane and no other, because a
/// frame that had to change threads would lose the reason why the lane exists.
public final class LiveTransport: VenueTransport, @unchecked Sendable {
    /// From the call of `connect` to the open socket.
    static let connectTimeout = Span.seconds(10)

    private let lane: SocketLane
    private let trust: TrustStore
    private let resolver = Resolver()
    private let offersDeflate: Bool

    // Confined to the lane.
    private let masks = MaskSource()
    private var sockets: [ObjectIdentifier: WebSocketClient] = [:]
    private var pools: [Endpoint: HTTPPool] = [:]
    private var isClosed = false

    /// `extraCA`: a PEM file of certificate authorities believed besides the system's (doubles bring their
    /// own). `offersDeflate`: whether venues are offered permessage-deflate.
    public init(lane: SocketLane, extraCA: String? = nil, offersDeflate: Bool = true)
        throws(TransportSetupFault)
    {
        self.lane = lane
        self.offersDeflate = offersDeflate
        trust = try TrustStore(extraCA: extraCA)
    }

    public func connect(_ url: String, lane: any Lane, receiver: any SocketReceiver) -> any VenueSocket {
        require(lane)
        let address: (endpoint: Endpoint, target: String)
        do {
            address = try Endpoint.parse(url, scheme: "wss")
        } catch {
            let refused = RefusedSocket()
            self.lane.post { receiver.socketClosed(refused, reason: error.detail) }
            return refused
        }
        var nonce = [UInt8](repeating: 0, count: 16)
        nonce.withUnsafeMutableBytes { SystemEntropy.fill($0) }
        let handshake = WebSocketHandshake(
            endpoint: address.endpoint, target: address.target, nonce: nonce, offersDeflate: offersDeflate)
        let socket = WebSocketClient(
            stream: makeStream(address.endpoint), handshake: handshake, masks: masks, receiver: receiver
        ) { [weak self] socket in self?.sockets[ObjectIdentifier(socket)] = nil }
        self.lane.post { [self] in
            guard !isClosed else { return socket.abort("the transport is shut down") }
            sockets[ObjectIdentifier(socket)] = socket
            socket.open()
        }
        return socket
    }

    public func perform(
        _ request: HTTPRequest, lane: any Lane, onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        require(lane)
        do {
            let endpoint = try origin(request.origin)
            let bytes: [UInt8]
            do { bytes = try HTTPRequestText.encode(request, for: endpoint) } catch {
                return refuse(error.detail, completion)
            }
            let exchange = HTTPExchange(
                method: request.method, bytes: bytes, deadline: request.deadline,
                notAfter: request.notAfter, lane: self.lane, onSent: onSent,
                completion: completion)
            // An order must not wait for the loop's next turn.
            if self.lane.isCurrent {
                pool(endpoint).perform(exchange)
            } else {
                self.lane.post { [self] in pool(endpoint).perform(exchange) }
            }
        } catch {
            refuse(error.detail, completion)
        }
    }

    public func warm(_ origin: String, connections: Int, lane: any Lane) {
        require(lane)
        // A bad origin is reported by the first request to it.
        guard let endpoint = try? self.origin(origin) else { return }
        self.lane.post { [self] in pool(endpoint).warm(connections) }
    }

    /// Ends every socket and request. Their receivers and completions are told.
    public func shutdown() {
        lane.post { [self] in
            isClosed = true
            for socket in Array(sockets.values) { socket.abort("the transport is shut down") }
            for pool in pools.values { pool.close() }
        }
    }

    private func origin(_ text: String) throws(Endpoint.Fault) -> Endpoint {
        let parsed = try Endpoint.parse(text, scheme: "https")
        guard parsed.target == "/" else { throw Endpoint.Fault(detail: "an origin has no path") }
        return parsed.endpoint
    }

    private func refuse(
        _ detail: String, _ completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        lane.post { completion(.failure(.neverSent(detail))) }
    }

    private func pool(_ endpoint: Endpoint) -> HTTPPool {
        if let pool = pools[endpoint] { return pool }
        let pool = HTTPPool(endpoint, lane: lane) { [unowned self] in makeStream($0) }
        if isClosed { pool.close() }
        pools[endpoint] = pool
        return pool
    }

    private func makeStream(_ endpoint: Endpoint) -> TLSStream {
        TLSStream(endpoint, lane: lane, trust: trust, resolver: resolver)
    }

    private func require(_ lane: any Lane) {
        precondition(lane as AnyObject === self.lane, "a transport serves the socket lane it was made for")
    }
}

/// What `connect` answers for an address that is none.
private final class RefusedSocket: VenueSocket {
    func send(_ text: [UInt8]) -> Bool { false }
    func close() {}
}
