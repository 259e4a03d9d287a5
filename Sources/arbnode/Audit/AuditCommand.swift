import ArgumentParser
import LiveWorld
import Ports

/// `arbnode audit`: what lies on the disk, looked at without a node.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check what a node left on the disk.",
        subcommands: [AuditVerifyCommand.self])
}

/// `arbnode audit verify`: the chain of an outbox.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify every record of an outbox; nothing in it is changed.",
        discussion: """
            Exits with 0 when the outbox is intact or its reserve file can repair it, with 1 when it is \
            damaged, and with 65 when it cannot be read or a newer arbnode wrote it.

            Example: arbnode audit verify data/live
            """)

    @Argument(help: ArgumentHelp("The data directory of a node.", valueName: "dir"))
    var directory: String

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        var rows: UInt64
        var head: UInt64
        var headHash: String
        var discardedThrough: UInt64
        var openings: UInt64
        var condition: String
        var detail: String?
    }

    func run() throws {
        let audit: OutboxAudit
        do throws(OutboxFault) { audit = try OutboxAudit.inspect(directory: directory) } catch {
            Terminal.say("\(directory) cannot be verified: \(error)")
            throw ExitCode(65)
        }
        let (condition, detail) = AuditVerifyCommand.spelled(audit.condition)
        let report = Report(
            rows: audit.rows, head: audit.head, headHash: audit.headHash, discardedThrough: audit.base,
            openings: audit.openings, condition: condition, detail: detail)
        Terminal.print(json ? try Terminal.json(report) : text(report))
        if case .damaged = audit.condition { throw ExitCode(1) }
    }

    private func text(_ report: Report) -> String {
        let rows = [
            ["condition", report.condition], ["rows", "\(report.rows)"], ["head", "\(report.head)"],
            ["head hash", report.headHash], ["discarded through", "\(report.discardedThrough)"],
            ["openings", "\(report.openings)"],
        ]
        return (TextTable(rows: rows).lines + (report.detail.map { [$0] } ?? [])).joined(separator: "\n")
    }

    private static func spelled(_ condition: OutboxOpening.Condition) -> (String, String?) {
        switch condition {
        case .intact: ("intact", nil)
        case .repaired(let text): ("repairable", text)
        case .damaged(let text): ("damaged", text)
        }
    }
}
