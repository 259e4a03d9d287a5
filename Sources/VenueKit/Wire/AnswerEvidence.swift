import Ports
import TradingModel

extension TransportFault {
    /// A short, stable name for incidents and for `.ambiguous` answers.
    var evidenceCode: String {
        switch self {
        case .neverSent: "never-sent"
        case .lost: "lost"
        case .timedOut: "timed-out"
        }
    }
}

extension HTTPResponse {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// `Retry-After` in whole seconds, at most a day; `nil` when the venue did not say (or said a date).
    var statedRetryAfter: Span? {
        guard let text = header("retry-after"), let seconds = Int64(text), (0...86_400).contains(seconds)
        else { return nil }
        return .seconds(seconds)
    }
}
