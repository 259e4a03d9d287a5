import ArgumentParser
import Control
import Streams

/// `arbctl latency`.
struct LatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Where the time goes between a venue's frame and our order, and back.",
        discussion: """
            Since the node's start. decoded: from the moment the socket was readable; decided: books, \
            strategies, governor; durable: the order's row; wire: last byte handed to TLS; answered and \
            filled: from there to the venue's answer and to the first fill.

            Example: arbctl latency
            """)

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.latency, as: LatencyAnswer.self, LatencyCommand.lines) }

    static func lines(_ answer: LatencyAnswer) -> [String] {
        var rows = [["", "p50", "p90", "p99", "p99.9", "max", "count"]]
        rows += answer.whole.map { row($0.stage, $0) }
        for venue in answer.venues where !venue.stages.isEmpty {
            rows += venue.stages.map { row("\(venue.venue) \($0.stage)", $0) }
        }
        guard rows.count > 1 else { return ["Nothing was measured yet."] }
        return TextTable(rows: rows, left: [0]).lines
    }

    private static func row(_ name: String, _ line: LatencyAnswer.Line) -> [String] {
        [name]
            + [line.p50Ns, line.p90Ns, line.p99Ns, line.p999Ns, line.maxNs].map { Figures.span($0) }
            + ["\(line.count)"]
    }
}
