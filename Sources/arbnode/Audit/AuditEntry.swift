import Audit
import Foundation
import TradingModel

/// One line of an audit log, read.
struct AuditEntry: Decodable {
    var seq: UInt64
    var atNs: Int64
    var row: UInt64
    var subject: String?
    var place: String?
    var before: String?
    var after: String?
    var reason: String?
    var actor: String?
    /// Of a head: what it was signed for.
    var head: String?
    var key: String?
    var hash: String

    private enum CodingKeys: String, CodingKey {
        case seq, row, subject, place, before, after, reason, actor, head, key, hash
        case atNs = "at_ns"
    }

    /// `nil`: no line of an audit log.
    init?(_ line: ArraySlice<UInt8>) {
        // Lines were verified when the log was opened; whoever lists another's sees what can be read.
        guard let entry = try? JSONDecoder().decode(AuditEntry.self, from: Data(line)) else { return nil }
        self = entry
    }

    var at: Moment { Moment(nanoseconds: atNs) }

    /// `nil`: a head.
    var change: StateChange? {
        guard let subject = subject.flatMap(StateChange.Subject.init(rawValue:)) else { return nil }
        return StateChange(
            at: at, subject: subject, place: place ?? "", before: before ?? "", after: after ?? "",
            reason: reason ?? "", actor: actor ?? "")
    }
}
