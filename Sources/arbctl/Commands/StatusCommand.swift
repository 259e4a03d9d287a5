import ArgumentParser
import Control
import Streams

/// `arbctl status`.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the node is doing, what blocks it, what to do next.",
        discussion: "Example: arbctl status")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.status, as: StatusAnswer.self, StatusCommand.lines) }

    static func lines(_ status: StatusAnswer) -> [String] {
        var lines = [status.summary]
        if status.blockedBy.count > 1 { lines += ["", "blocked by"] + status.blockedBy.map { "  " + $0 } }
        if status.next.count > 1 {
            lines += ["", "what to do"] + status.next.enumerated().map { "  \($0 + 1). \($1)" }
        }
        let (orders, hedges) = (status.orders, status.hedges)
        let mode = status.mode.reason.isEmpty ? "" : " (\(status.mode.reason))"
        var rows = [
            ["mode", status.mode.mode + mode],
            [
                "risk index",
                (status.riskIndex.map { "\($0)" } ?? "none")
                    + (status.kills.isEmpty ? "" : "; killed: " + status.kills.joined(separator: ", ")),
            ],
            ["up", Figures.span(status.atNs - status.startedNs) + (status.isDryRun ? ", dry run" : "")],
            [
                "venues",
                "\(status.venuesOpen) of \(status.venues) may open, "
                    + "\(status.booksProven) of \(status.books) books proven",
            ],
            [
                "orders",
                "\(orders.live) live, \(orders.unknown) unknown; \(orders.sent) sent, "
                    + "\(orders.filled) filled, \(orders.canceled) canceled, \(orders.rejected) rejected",
            ],
            [
                "hedges",
                "\(hedges.open) open; \(hedges.completed) of \(hedges.opened) complete, "
                    + "\(hedges.late) late, \(hedges.failed) failed",
            ],
            ["pairs", "\(status.pairs) opened, \(status.edges) edges seen"],
            [
                "money",
                "profit \(Figures.money(status.profit)) after fees of \(Figures.money(status.fees)); "
                    + "unhedged \(Figures.money(status.unhedgedNotional)), "
                    + "residual \(Figures.money(status.residualNotional))",
            ],
            ["incidents", incidents(status)],
        ]
        let machine = status.host.filter { $0.venue == nil || $0.vitality != "green" }.map {
            ([$0.venue, $0.measure, $0.text].compactMap { $0 }
                + ($0.vitality == "green" ? [] : [$0.vitality]))
                .joined(separator: " ")
        }
        if !machine.isEmpty { rows.append(["machine", machine.joined(separator: ", ")]) }
        lines += [""] + TextTable(rows: rows, left: [0, 1]).lines + [""] + latencies(status.latencyUs)
        return lines
    }

    private static func incidents(_ status: StatusAnswer) -> String {
        guard !status.incidents.isEmpty else { return "none" }
        return status.incidents.map { "\($0.severity) \($0.code) ×\($0.count)" }.joined(separator: ", ")
    }

    private static func latencies(_ latencies: StatusAnswer.Latencies) -> [String] {
        let stages = [
            ("frame → decision", latencies.frameToDecision),
            ("decision → wire, durable", latencies.decisionToWire),
            ("fill → hedge on the wire", latencies.fillToHedgeWire),
            ("durable write", latencies.durableWrite),
        ]
        let rows = stages.map { name, stage in
            [name] + [stage.p50, stage.p99, stage.p999].map { $0.map { Figures.tenths($0) } ?? "-" }
                + ["\(stage.count)"]
        }
        return TextTable(rows: [["latency (µs)", "p50", "p99", "p99.9", "count"]] + rows).lines
    }
}
