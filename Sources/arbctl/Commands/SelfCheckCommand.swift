import ArgumentParser
import Control
import Streams

/// `arbctl self-check`.
struct SelfCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-check",
        abstract: "What the node last found when it checked itself.",
        discussion: """
            Connections, clocks, books, keys, disk, and where the configuration allows it a tiny order to \
            each venue. While a check fails (CANARY_FAIL) the risk index may not rise, and it is repeated \
            every minute. --now checks at once, without orders.

            Example: arbctl self-check
            """)

    @Flag(help: "Check now.") var now = false
    @OptionGroup var node: NodeConnection

    func run() throws {
        // Each question to a venue that does not answer takes its seconds.
        var node = node
        if now { node.timeout.milliseconds = max(node.timeout.milliseconds, 60_000) }
        try node.show(.selfCheck(now: now), as: SelfCheckAnswer.self, SelfCheckCommand.lines)
    }

    static func lines(_ answer: SelfCheckAnswer) -> [String] {
        guard let at = answer.atNs else { return ["the node has not checked itself yet"] }
        var rows = [["check", "venue", "is", "found"]]
        for check in answer.checks {
            rows.append([check.check, check.venue ?? "-", check.outcome, check.detail])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 3]).lines
            + ["", "\(answer.passed ? "all passed" : "FAILED"), \(Figures.time(at))"]
    }
}
