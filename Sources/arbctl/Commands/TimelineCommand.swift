import ArgumentParser
import Control
import Foundation
import Streams

/// `arbctl timeline`.
struct TimelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "What happened and who did it: modes, limits, risk index, kills, rules, orders, fills.",
        discussion: """
            Changes of state come from the audit log, all the way back; orders, fills and their states as \
            far back as the running node remembers. arbnode audit list reads a directory without a node.

            Example: arbctl timeline --since 1h --subject mode --subject limit
            """)

    @Option(help: ArgumentHelp("From so long ago, as 15m, 6h, 2d.", valueName: "duration"))
    var since: Ago = Ago(seconds: 3_600)
    @Option(help: ArgumentHelp("From this time on, as 2026-11-29T08:00:00Z.", valueName: "time"))
    var from: Instant?
    @Option(help: ArgumentHelp("Before this time.", valueName: "time")) var to: Instant?
    @Option(help: ArgumentHelp("These alone (repeatable), as mode, limit, fill.", valueName: "subject"))
    var subject: [String] = []
    @Option(help: "At most so many, the newest.") var most = TimelineQuestion.ordinary
    @OptionGroup var node: NodeConnection

    func validate() throws {
        guard (1...TimelineQuestion.largest).contains(most) else {
            throw ValidationError("--most takes 1 to \(TimelineQuestion.largest).")
        }
        guard window().from < window().to else {
            throw ValidationError("--from must lie before --to.")
        }
        guard subject.allSatisfy({ $0.allSatisfy { $0.isLetter || $0 == "_" } && !$0.isEmpty }) else {
            throw ValidationError("--subject takes a word, as mode, limit, risk_index, order or fill.")
        }
    }

    private func window() -> (from: UInt64, to: UInt64) {
        // Far enough ahead for a clock that is not the node's.
        let now = UInt64(max(0, Date(timeIntervalSinceNow: 60).timeIntervalSince1970 * 1e9))
        let end = to?.nanoseconds ?? now
        let length = UInt64(since.seconds) * 1_000_000_000
        return (from?.nanoseconds ?? (end > length ? end - length : 0), end)
    }

    func run() throws {
        let (from, to) = window()
        try node.show(
            .timeline(TimelineQuestion(from: from, to: to, subjects: subject, most: most)),
            as: TimelineAnswer.self, TimelineText.lines)
    }
}

enum TimelineText {
    static func lines(_ answer: TimelineAnswer) -> [String] {
        var rows = [["time (UTC)", "what", "where", "before", "after", "by", "why"]]
        for entry in answer.entries {
            rows.append([
                Instant.text(entry.atNs), entry.subject, entry.place, entry.before ?? "", entry.after,
                entry.actor, entry.reason,
            ])
        }
        var lines =
            answer.entries.isEmpty ? ["nothing happened"] : TextTable(rows: rows, left: Set(0...6)).lines
        if answer.leftOut > 0 {
            lines.append("\(answer.leftOut) earlier ones are left out: --most, --subject")
        }
        if answer.rowsFromNs > answer.fromNs {
            lines.append("orders and fills are remembered from \(Instant.text(answer.rowsFromNs)) on")
        }
        return lines
    }
}

/// `15m`, `6h`, `2d`.
struct Ago: ExpressibleByArgument, CustomStringConvertible {
    var seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
        guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
            let count = Int(argument.dropLast(unit.count)), (1...366 * 86_400 / factor).contains(count)
        else { return nil }
        seconds = count * factor
    }

    var description: String { seconds % 3_600 == 0 ? "\(seconds / 3_600)h" : "\(seconds)s" }
    var defaultValueDescription: String { description }
}

/// A moment as RFC 3339 in UTC.
struct Instant: ExpressibleByArgument {
    var nanoseconds: UInt64

    init?(argument: String) {
        let full = argument.contains("T") ? argument : argument + "T00:00:00Z"
        // Text that is no time is answered with what one looks like.
        guard let date = try? Date(full, strategy: .iso8601), date.timeIntervalSince1970 >= 0 else {
            return nil
        }
        nanoseconds = UInt64(date.timeIntervalSince1970) * 1_000_000_000
    }

    static func text(_ nanoseconds: Int64) -> String {
        let seconds = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000))
        let milliseconds = "\(nanoseconds / 1_000_000 % 1_000)"
        let zeros = String(repeating: "0", count: max(0, 3 - milliseconds.count))
        return String(seconds.formatted(.iso8601).dropLast()) + "." + zeros + milliseconds
    }
}
