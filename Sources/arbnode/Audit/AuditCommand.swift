import ArgumentParser
import Audit
import Foundation
import LiveWorld
import Ports
import Streams

/// `arbnode audit`: what lies on the disk, looked at without a node.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check and read what a node left on the disk.",
        subcommands: [
            AuditVerifyCommand.self, AuditListCommand.self, AuditStateCommand.self, AuditReplayCommand.self,
            AuditKeyCommand.self,
        ])
}

/// `arbnode audit verify`: the chains of the outbox and of the audit log.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify every record of outbox and audit log; nothing in them is changed.",
        discussion: """
            Exits with 0 when both are intact or the next start can repair them, with 1 when one is \
            damaged, and with 65 when they cannot be read or a newer arbnode wrote them. The directory's \
            own key proves that nobody without it has written; --key takes the public one that was \
            exported (arbnode audit key), and --head a head that was noted elsewhere, as reports carry \
            one: then whoever took the directory over is found out as well.

            Example: arbnode audit verify data/live
            """)

    @OptionGroup var data: DataDirectory
    @Option(help: ArgumentHelp("Check signatures against this public key.", valueName: "file"))
    var key: String?
    @Option(help: ArgumentHelp("A head that the audit log must hold.", valueName: "number:hash"))
    var head: String?

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
        /// Absent: there is no audit log.
        var auditLog: Log?
    }

    private struct Log: Encodable {
        var lines: UInt64
        var signedHeads: Int
        var headHash: String
        var unsignedLines: UInt64
        var key: String
        var condition: String
        var detail: String?
    }

    private var expected: (sequence: UInt64, hash: String)? {
        guard let parts = head?.split(separator: ":"), parts.count == 2, let number = UInt64(parts[0]),
            parts[1].count == 64, parts[1].allSatisfy({ $0.isHexDigit && !$0.isUppercase })
        else { return nil }
        return (number, String(parts[1]))
    }

    func validate() throws {
        guard head == nil || expected != nil else {
            throw ValidationError("--head takes a number and a hash of 64 digits, as 7:0f3a….")
        }
    }

    func run() throws {
        let audit: OutboxAudit
        do throws(OutboxFault) { audit = try OutboxAudit.inspect(directory: data.path) } catch {
            Terminal.say("\(data.path) cannot be verified: \(error)")
            throw ExitCode(65)
        }
        let log = try inspectLog()
        let (condition, detail) = AuditVerifyCommand.spelled(audit.condition)
        let report = Report(
            rows: audit.rows, head: audit.head, headHash: audit.headHash, discardedThrough: audit.base,
            openings: audit.openings, condition: condition, detail: detail,
            auditLog: log.map(AuditVerifyCommand.spelled))
        Terminal.print(json ? try Terminal.json(report) : text(report))
        if case .damaged = audit.condition { throw ExitCode(1) }
        if log?.flaw != nil { throw ExitCode(1) }
    }

    private func inspectLog() throws -> AuditReport? {
        var verifying: VerifyingKey?
        do throws(FileFault) {
            if let key {
                verifying = try DurableFile.read(key, most: 4_096).flatMap { VerifyingKey(pem: $0) }
            }
            if key == nil || verifying != nil {
                return try AuditReport.inspect(data.path, key: verifying, expected: expected)
            }
        } catch {
            Terminal.say("the audit log of \(data.path) cannot be verified: \(error)")
            throw ExitCode(65)
        }
        Terminal.say("\(key ?? "") holds no public key: arbnode audit key DIR prints one")
        throw ExitCode(65)
    }

    private func text(_ report: Report) -> String {
        var rows = [
            ["condition", report.condition], ["rows", "\(report.rows)"], ["head", "\(report.head)"],
            ["head hash", report.headHash], ["discarded through", "\(report.discardedThrough)"],
            ["openings", "\(report.openings)"],
        ]
        guard let log = report.auditLog else {
            rows.append(["audit log", "none"])
            return (TextTable(rows: rows).lines + (report.detail.map { [$0] } ?? [])).joined(separator: "\n")
        }
        rows += [
            ["audit log", log.condition], ["lines", "\(log.lines)"], ["signed heads", "\(log.signedHeads)"],
            ["lines not signed yet", "\(log.unsignedLines)"], ["audit head", log.headHash],
            ["key", log.key],
        ]
        return (TextTable(rows: rows).lines + [report.detail, log.detail].compactMap { $0 })
            .joined(separator: "\n")
    }

    private static func spelled(_ condition: OutboxOpening.Condition) -> (String, String?) {
        switch condition {
        case .intact: ("intact", nil)
        case .repaired(let text): ("repairable", text)
        case .damaged(let text): ("damaged", text)
        }
    }

    private static func spelled(_ log: AuditReport) -> Log {
        let torn = log.torn > 0 ? "\(log.torn) bytes of a line that was cut off" : nil
        return Log(
            lines: log.lines, signedHeads: log.heads, headHash: log.headHash, unsignedLines: log.unsigned,
            key: log.key,
            condition: log.flaw != nil ? "damaged" : torn != nil ? "repairable" : "intact",
            detail: log.flaw.map { "audit log: \($0)" } ?? torn)
    }
}

/// `arbnode audit key`: the public half of the key that signs.
struct AuditKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the public key that checks a node's audit log.",
        discussion: """
            Keep it elsewhere: arbnode audit verify --key holds the log against it. Other programs read it \
            as well (openssl pkey -pubin -text).

            Example: arbnode audit key data/live > audit-live.pem
            """)

    @OptionGroup var data: DataDirectory

    func run() throws {
        let path = data.path + "/audit/key.pem"
        guard FileManager.default.fileExists(atPath: path) else {
            Terminal.say("\(data.path) has no audit log yet: a node makes its key when it first starts")
            throw ExitCode(65)
        }
        do throws(FileFault) {
            Terminal.print(String(try SigningKey(at: path).verifying.pem.dropLast()))
        } catch {
            Terminal.say("\(error)")
            throw ExitCode(65)
        }
    }
}
