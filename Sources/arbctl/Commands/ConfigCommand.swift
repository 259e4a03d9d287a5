import ArgumentParser
import Control
import Streams

/// `arbctl config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The node's configuration.",
        subcommands: [ReloadCommand.self])
}

/// `arbctl config reload`.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Read the configuration again and carry it out, whole or not at all.",
        discussion: """
            Every file is read and checked first; with a problem in one, or a change that needs a restart, \
            nothing changes and all of them are named. What loosens a limit takes two different people: the \
            user at this end of the socket, and who is named by --approved-by; or each in a call of their \
            own within 15 minutes, with the files as they are. It holds once it is durable. \
            arbnode config diff OLD NEW says beforehand what each change takes. SIGHUP does the same, as \
            far as one person may.

            Example: arbctl config reload --reason "smaller pairs over the weekend"
            """)

    @Option(help: ArgumentHelp("Who agrees besides you (repeatable).", valueName: "person"))
    var approvedBy: [String] = []
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .reload(reason: why.reason, approvedBy: approvedBy), as: ConfigurationAnswer.self,
            ReloadText.lines)
    }
}

enum ReloadText {
    static func lines(_ answer: ConfigurationAnswer) -> [String] {
        var rows = [["key", "before", "after", ""]]
        for change in answer.changes {
            rows.append([
                change.key, change.before ?? "-", change.after ?? "-", change.loosens ? "looser" : "",
            ])
        }
        return ["\(answer.file) by \(answer.actor): \(answer.reason)", ""]
            + TextTable(rows: rows, left: [0, 1, 2, 3]).lines
    }
}
