import Ports
import TradingModel

/// Stands between a simulated node and its network and writes down what arrives, when it arrives: a recorder.
/// All calls come on the simulation's one thread.
final class TapeDeck: VenueTransport, @unchecked Sendable {
    private let network: any VenueTransport
    private let clock: () -> Moment
    private var connections = 0
    /// By host: lines of the recording format.
    private(set) var lines: [String: [String]] = [:]

    init(_ network: any VenueTransport, clock: @escaping () -> Moment) {
        self.network = network
        self.clock = clock
    }

    static func host(_ url: String) -> String {
        let rest = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).dropFirst(2)
        return (rest.first ?? "").split(separator: ".").first.map(String.init) ?? ""
    }

    private func note(_ host: String, _ channel: String, _ payload: String) {
        lines[host, default: []].append("\(clock().nanoseconds)\t\(channel)\t\(payload)")
    }

    func connect(_ url: String, lane: any Lane, receiver: any SocketReceiver) -> any VenueSocket {
        connections += 1
        let (number, host) = (connections, TapeDeck.host(url))
        note(host, "open\(number)", url)
        return network.connect(
            url, lane: lane,
            receiver: Head(receiver) { [self] in note(host, "ws\(number)", $0) })
    }

    func perform(
        _ request: HTTPRequest, lane: any Lane, onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        let (host, channel) = (TapeDeck.host(request.origin), "http \(request.method) \(request.target)")
        network.perform(request, lane: lane, onSent: onSent) { [self] result in
            if case .success(let response) = result, (200..<300).contains(response.status) {
                note(host, channel, String(decoding: response.body, as: UTF8.self))
            }
            completion(result)
        }
    }

    func warm(_ origin: String, connections: Int, lane: any Lane) {}

    private final class Head: SocketReceiver, @unchecked Sendable {
        private let receiver: any SocketReceiver
        private let note: (String) -> Void

        init(_ receiver: any SocketReceiver, _ note: @escaping (String) -> Void) {
            self.receiver = receiver
            self.note = note
        }

        func socketOpened(_ socket: any VenueSocket) { receiver.socketOpened(socket) }
        func socketReceived(_ socket: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at moment: Moment) {
            note(String(decoding: bytes, as: UTF8.self))
            receiver.socketReceived(socket, bytes, at: moment)
        }
        func socketClosed(_ socket: any VenueSocket, reason: String) {
            receiver.socketClosed(socket, reason: reason)
        }
    }
}
