import ArgumentParser
import Audit
import LiveWorld
import TradingModel

/// `arbnode audit list`: who changed what, read from a directory, with or without a node running on it.
struct AuditListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List changes of mode, limits, risk index and the like: who, why, before and after.",
        discussion: """
            Lines are shown as far as the chain holds: a damaged log ends there, and the exit code is 1. \
            Subjects: \(StateChange.Subject.allCases.map(\.rawValue).joined(separator: ", ")).

            Example: arbnode audit list data/live --from 2026-11-28 --subject mode --subject limit
            """)

    @OptionGroup var data: DataDirectory
    @Option(help: ArgumentHelp("From this time on (UTC), as 2026-11-28T08:00:00Z.", valueName: "time"))
    var from: UTCInstant?
    @Option(help: ArgumentHelp("Before this time.", valueName: "time")) var to: UTCInstant?
    @Option(help: ArgumentHelp("These alone (repeatable).", valueName: "subject"))
    var subject: [StateChange.Subject] = []
    @Option(help: ArgumentHelp("Changes by this actor alone.", valueName: "name")) var actor: String?
    @Flag(help: "Print one JSON object.") var json = false

    struct Row: Encodable {
        var atNs: Int64
        var time: String
        var row: UInt64
        var subject: String
        var place: String
        var before: String
        var after: String
        var reason: String
        var actor: String
    }

    private struct Answer: Encodable {
        var changes: [Row]
        var isWhole: Bool
    }

    func run() throws {
        let report: AuditReport?
        let lines: [[UInt8]]?
        do throws(FileFault) {
            report = try AuditReport.inspect(data.path)
            lines = try AuditReport.lines(data.path)
        } catch {
            Terminal.say("\(error)")
            throw ExitCode(65)
        }
        guard let report, let lines else {
            Terminal.say("\(data.path) holds no audit log")
            throw ExitCode(65)
        }
        let rows = lines.prefix(Int(clamping: report.lines)).compactMap { row(AuditEntry($0[...])) }
        if json {
            Terminal.print(try Terminal.json(Answer(changes: rows, isWhole: report.flaw == nil)))
        } else {
            print(rows)
        }
        if let flaw = report.flaw {
            Terminal.say("the log is damaged: \(flaw)")
            throw ExitCode(1)
        }
    }

    private func row(_ entry: AuditEntry?) -> Row? {
        guard let entry, let change = entry.change, from.map({ change.at >= $0.moment }) ?? true,
            to.map({ change.at < $0.moment }) ?? true, subject.isEmpty || subject.contains(change.subject),
            actor.map({ change.actor == $0 || change.actor.contains($0) }) ?? true
        else { return nil }
        return Row(
            atNs: change.at.nanoseconds, time: UTCTime.text(change.at), row: entry.row,
            subject: change.subject.rawValue, place: change.place, before: change.before,
            after: change.after, reason: change.reason, actor: change.actor)
    }

    private func print(_ rows: [Row]) {
        let table =
            [["time (UTC)", "what", "where", "before", "after", "by", "why"]]
            + rows.map { [$0.time, $0.subject, $0.place, $0.before, $0.after, $0.actor, $0.reason] }
        let widths = (0..<7).map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            var line = row.enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            Terminal.print(line)
        }
    }
}

extension StateChange.Subject: ExpressibleByArgument {}

/// A moment as RFC 3339 in UTC, or a day.
struct UTCInstant: ExpressibleByArgument {
    var moment: Moment

    init?(argument: String) {
        guard let moment = UTCTime.moment(argument) else { return nil }
        self.moment = moment
    }
}
