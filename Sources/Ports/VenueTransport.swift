import TradingModel

/// A WebSocket to a venue. All callbacks arrive on the lane that was given to `connect`.
public protocol SocketReceiver: AnyObject, Sendable {
    func socketOpened(_ socket: any VenueSocket)
    /// One complete text or binary message. `bytes` is valid during the call only. `at` is when it became
    /// readable.
    func socketReceived(_ socket: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at: Moment)
    /// The venue pinged, and the transport has answered: the connection carries something. Whether what was
    /// subscribed to still comes it does not say.
    func socketPinged(_ socket: any VenueSocket, at: Moment)
    /// Once per socket, also when it never opened. The transport does not reconnect: backoff is the session's
    /// policy.
    func socketClosed(_ socket: any VenueSocket, reason: String)
}

extension SocketReceiver {
    /// Whoever waits for messages alone.
    public func socketPinged(_ socket: any VenueSocket, at: Moment) {}
}

/// A connection handle; its methods are called on its lane.
public protocol VenueSocket: AnyObject, Sendable {
    /// Queues one text message. `false`: the socket is closed or its send queue is full, nothing was queued.
    @discardableResult func send(_ text: [UInt8]) -> Bool
    func close()
}

public struct HTTPHeader: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

public struct HTTPRequest: Sendable {
    public var method: String
    /// `https://host[:port]`.
    public var origin: String
    /// Path with query, as it goes on the wire (percent-encoded already).
    public var target: String
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// After this moment the answer no longer counts: the request ends as `timedOut`. It decides nothing
    /// about an order.
    public var deadline: Moment
    /// Its first byte does not leave after this moment, however long it waited for a connection: it then ends
    /// as `neverSent`.
    public var notAfter: Moment

    public init(
        method: String, origin: String, target: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        deadline: Moment, notAfter: Moment = .distantFuture
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.notAfter = notAfter
    }
}

public struct HTTPResponse: Sendable {
    public var status: Int
    /// Names in lower case.
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// When the first byte of the request was handed to TLS.
    public var sentAt: Moment
    public var receivedAt: Moment

    public init(status: Int, headers: [HTTPHeader], body: [UInt8], sentAt: Moment, receivedAt: Moment) {
        self.status = status
        self.headers = headers
        self.body = body
        self.sentAt = sentAt
        self.receivedAt = receivedAt
    }

    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// How a request ended without an answer. `neverSent` is proof that no byte left; everything else is not.
public enum TransportFault: Error, Hashable, Sendable {
    case neverSent(String)
    case lost(String)
    case timedOut
}

extension TransportFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .neverSent(let why): "nothing was sent: \(why)"
        case .lost(let why): "no answer: \(why)"
        case .timedOut: "no answer in time"
        }
    }
}

public protocol VenueTransport: Sendable {
    /// Opens a WebSocket (`wss://…`; certificate and host name are always verified). `receiver` is held
    /// strongly until `socketClosed`.
    func connect(_ url: String, lane: any Lane, receiver: any SocketReceiver) -> any VenueSocket

    /// Sends a request on a kept-alive connection to `origin`; `completion` runs once, on `lane`. `onSent`
    /// runs on `lane` when the whole request was handed to TLS.
    func perform(
        _ request: HTTPRequest, lane: any Lane, onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void)

    /// Opens connections to `origin` ahead of need so that the first order does not pay a handshake.
    func warm(_ origin: String, connections: Int, lane: any Lane)
}
