import Ports
import TradingModel

/// Which of a connector's sockets this is.
enum StreamRole: Hashable, Sendable {
    case market(Int)
    case account
}

/// Hands a socket's callbacks to its connector. They arrive on the connector's own lane, so each is a plain
/// call.
final class StreamReceiver: SocketReceiver {
    private let connector: VenueConnector
    private let role: StreamRole

    init(_ connector: VenueConnector, _ role: StreamRole) {
        self.connector = connector
        self.role = role
    }

    func socketOpened(_ socket: any VenueSocket) {
        connector.assumeIsolated { $0.opened(role, socket) }
    }

    func socketReceived(_ socket: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at now: Moment) {
        // The bytes live for this call, and the call is synchronous on the connector's own lane.
        nonisolated(unsafe) let bytes = bytes
        connector.assumeIsolated { $0.received(role, bytes, at: now) }
    }

    func socketPinged(_ socket: any VenueSocket, at now: Moment) {
        connector.assumeIsolated { $0.pinged(role, at: now) }
    }

    func socketClosed(_ socket: any VenueSocket, reason: String) {
        connector.assumeIsolated { $0.closed(role, reason: reason) }
    }
}
