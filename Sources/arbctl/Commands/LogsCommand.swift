import ArgumentParser
import Control
import Foundation

/// `arbctl logs`.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "What happened, oldest first, as the node noted it.",
        discussion: """
            Every sighting of an incident, the newest 200 of this run; older ones stand in alerts.jsonl and \
            incidents/ of the data directory. --follow goes on until it is interrupted.

            Example: arbctl logs --count 20
            """)

    @Option(help: "How many lines, 1 to 200.") var count = 50
    @Flag(name: .shortAndLong, help: "Go on, looking every second.") var follow = false
    @OptionGroup var node: NodeConnection

    func validate() throws {
        guard (1...200).contains(count) else { throw ValidationError("--count takes 1 to 200.") }
        guard !follow || !node.json else { throw ValidationError("--json is one object: not with --follow.") }
    }

    func run() throws {
        guard follow else {
            return try node.show(.logs(count: count), as: LogsAnswer.self) { LogsCommand.lines($0.lines) }
        }
        let link = NodeLink(node)
        var shown = LogsFollowing()
        try link.reporting {
            while true {
                let answer = try link.ask(.logs(count: shown.isEmpty ? count : 200), LogsAnswer.self)
                let fresh = shown.fresh(answer.lines)
                if !fresh.isEmpty { Terminal.print(LogsCommand.lines(fresh).joined(separator: "\n")) }
                usleep(1_000_000)
            }
        }
    }

    static func lines(_ lines: [LogsAnswer.Line]) -> [String] {
        guard !lines.isEmpty else { return ["nothing yet"] }
        return lines.map { line in
            let place = [line.venue, line.subject].compactMap { $0 }.joined(separator: " ")
            let text =
                "\(Figures.time(line.atNs)) \(line.severity) \(line.code) "
                + "\(place.isEmpty ? "node" : place): \(line.detail)"
            return ViewLine(text).fitted(.max).text
        }
    }
}

/// What was not shown yet. Several lines may tell of one moment, so those of the last moment are known whole.
struct LogsFollowing {
    private var last: Int64 = .min
    private var known: [LogsAnswer.Line] = []

    var isEmpty: Bool { known.isEmpty }

    mutating func fresh(_ lines: [LogsAnswer.Line]) -> [LogsAnswer.Line] {
        var fresh: [LogsAnswer.Line] = []
        for line in lines where line.atNs > last || line.atNs == last && !known.contains(line) {
            fresh.append(line)
        }
        guard let newest = fresh.map(\.atNs).max() else { return [] }
        if newest > last { known.removeAll() }
        last = max(last, newest)
        known += fresh.filter { $0.atNs == last }
        return fresh
    }
}
