import Ports
import TradingModel

/// A request on its way, from `perform` to its one completion. Confined to the lane.
final class HTTPExchange: @unchecked Sendable {
    let method: String
    let bytes: [UInt8]
    let deadline: Moment
    /// No byte leaves after this.
    let notAfter: Moment
    /// When its first byte was handed to TLS. From then on no end of it proves anything.
    var sentAt: Moment?
    var timer: LaneTimer?

    private let lane: SocketLane
    private let onSent: (@Sendable (Moment) -> Void)?
    private var completion: (@Sendable (Result<HTTPResponse, TransportFault>) -> Void)?

    init(
        method: String, bytes: [UInt8], deadline: Moment, notAfter: Moment, lane: SocketLane,
        onSent: (@Sendable (Moment) -> Void)?,
        completion: @escaping @Sendable (Result<HTTPResponse, TransportFault>) -> Void
    ) {
        self.method = method
        self.bytes = bytes
        self.deadline = deadline
        self.notAfter = notAfter
        self.lane = lane
        self.onSent = onSent
        self.completion = completion
    }

    var isOver: Bool { completion == nil }

    /// The whole request was handed to TLS. Told in the next turn: the caller of `perform`, whose stack this
    /// may be, must not be called back from inside its own call.
    func handedOver(at moment: Moment) {
        guard let onSent, !isOver else { return }
        lane.post { onSent(moment) }
    }

    /// The answer. Told at once: it comes from an event of the loop.
    func succeed(_ response: HTTPResponse) { take()?(.success(response)) }

    /// Ends without an answer: with proof that nothing was sent, if that is so.
    func fail(_ reason: String) { end(sentAt == nil ? .neverSent(reason) : .lost(reason)) }

    /// The deadline came.
    func expire() {
        end(sentAt == nil ? .neverSent("the deadline came before a connection was free") : .timedOut)
    }

    private func end(_ fault: TransportFault) {
        guard let completion = take() else { return }
        lane.post { completion(.failure(fault)) }
    }

    private func take() -> (@Sendable (Result<HTTPResponse, TransportFault>) -> Void)? {
        defer { completion = nil }
        timer?.cancel()
        timer = nil
        return completion
    }
}
