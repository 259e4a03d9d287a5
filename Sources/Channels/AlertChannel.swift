import Synchronization
import TradingModel
import Watch

/// What a channel is given to say.
public enum ChannelMessage: Hashable, Sendable {
    case alert(Alert)
    /// So many alerts were left out because the channel may not say more in a minute.
    case summary(Int, at: Moment)
    case letter(Letter)
}

/// Why a message was not taken. The text names no secret.
public struct DeliveryFault: Error, Hashable, Sendable {
    public var reason: String
    /// The channel will never take this message; another one it may.
    public var isFinal: Bool
    public init(_ reason: String, isFinal: Bool = false) {
        self.reason = reason
        self.isFinal = isFinal
    }
}

/// A way to people. `deliver` blocks, so each channel has a lane of its own.
public protocol AlertChannel: Sendable {
    /// Returns once the other side has taken the message for good.
    func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault)
}

/// Ends transfers that are under way when the node ends.
public final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    public init() {}
    public var isSet: Bool { flag.load(ordering: .relaxed) }
    public func set() { flag.store(true, ordering: .relaxed) }
}

extension ChannelMessage {
    /// One line.
    var headline: String {
        switch self {
        case .alert(let alert): alert.headline
        case .summary(let count, _): "\(count) more alerts were left out: this channel may not say more"
        case .letter(let letter): letter.title
        }
    }

    var text: String {
        switch self {
        case .alert(let alert): alert.text
        case .summary: headline + "\n\nAll of them: arbctl incidents"
        case .letter(let letter): letter.title + "\n\n" + letter.text
        }
    }

    var at: Moment {
        switch self {
        case .alert(let alert): alert.at
        case .summary(_, let at): at
        case .letter(let letter): letter.at
        }
    }

    /// One JSON object on one line.
    var json: String {
        switch self {
        case .letter(let letter): return letter.json
        case .summary(let count, let at):
            return "{\"kind\":\"summary\",\"left_out\":\(count),\"at\":\"\(at.text)\","
                + "\"at_ns\":\(at.nanoseconds)}"
        case .alert(let alert):
            let fields: [(String, String)] = [
                ("kind", alert.kind.name), ("code", alert.code.rawValue), ("severity", alert.severity.name),
                ("scope", alert.scope), ("title", alert.code.title), ("detail", alert.detail),
                ("advice", alert.code.advice), ("runbook", alert.code.runbook), ("owner", alert.code.owner),
                ("at", alert.at.text),
            ]
            let texts = fields.map { "\"\($0)\":\(JSONString.quoted($1))" }.joined(separator: ",")
            return "{\"incident\":\(alert.number),\(texts),\"count\":\(alert.count),"
                + "\"at_ns\":\(alert.at.nanoseconds)}"
        }
    }
}

enum JSONString {
    /// RFC 8259: quotes, backslashes and controls escaped.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
