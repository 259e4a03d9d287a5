import ArgumentParser
import LiveWorld

/// `arbnode backup`: a node's data directory, copied, proven, put back.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a node's data directory, verify a copy, put one back.",
        subcommands: [BackupCreateCommand.self, BackupVerifyCommand.self, BackupRestoreCommand.self])
}

struct BackupCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Copy a data directory and prove the copy. The node must not be running.",
        discussion: "Example: arbnode backup create data/live backups/live-2026-11-28")

    @OptionGroup var data: DataDirectory
    @Argument(help: "Where the copy goes; must not exist yet.") var target: String
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        try BackupReport.telling(json) { () throws(DataBackup.Fault) in
            try DataBackup.create(of: data.path, in: target)
        }
    }
}

struct BackupVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Hold every file of a backup against its manifest.",
        discussion: "Example: arbnode backup verify backups/live-2026-11-28")

    @Argument(help: "A backup.") var backup: String
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        try BackupReport.telling(json) { () throws(DataBackup.Fault) in try DataBackup.verify(backup) }
    }
}

struct BackupRestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Verify a backup and put it back.",
        discussion: """
            The next start reconciles with the venues before it trades: what happened since the backup is \
            found there, and what cannot be explained holds the node for a person.

            Example: arbnode backup restore backups/live-2026-11-28 data/live
            """)

    @Argument(help: "A backup.") var backup: String
    @Argument(help: "The data directory; must not exist or be empty.") var directory: String
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        try BackupReport.telling(json) { () throws(DataBackup.Fault) in
            try DataBackup.restore(backup, to: directory)
        }
    }
}

private struct BackupReport: Encodable {
    var files: Int
    var bytes: Int64
    var rows: UInt64
    var head: UInt64
    var headHash: String

    /// Exit codes: 1 not as it was written, 73 the target is taken, 75 in use, 65 cannot be read.
    static func telling(_ json: Bool, _ body: () throws(DataBackup.Fault) -> DataBackup.Summary) throws {
        let summary: DataBackup.Summary
        do throws(DataBackup.Fault) {
            summary = try body()
        } catch {
            Terminal.say("backup: \(error)")
            switch error {
            case .altered: throw ExitCode(1)
            case .targetTaken: throw ExitCode(73)
            case .inUse: throw ExitCode(75)
            case .notABackup, .outbox, .file: throw ExitCode(65)
            }
        }
        let report = BackupReport(
            files: summary.files, bytes: summary.bytes, rows: summary.audit.rows,
            head: summary.audit.head, headHash: summary.audit.headHash)
        Terminal.print(
            json
                ? try Terminal.json(report)
                : "proven: \(report.files) files, \(report.bytes) bytes, \(report.rows) rows, "
                    + "head \(report.head) \(report.headHash)")
    }
}
