import ArgumentParser
import Control
import Streams

/// `arbctl hedges`.
struct HedgesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hedges",
        abstract: "What must be hedged now, what became of the last hedges, and the last trades.",
        discussion: """
            With --trade, one trade whole: the book it was decided on, the edge before and after fees, every \
            order with its timings, and where the money went.

            Example: arbctl hedges
            """)

    @Option(help: ArgumentHelp("Tell this trade whole; its number is in the list.", valueName: "number"))
    var trade: UInt64?
    @OptionGroup var node: NodeConnection

    func run() throws {
        if let trade {
            try node.show(.trade(number: trade), as: TradeAnswer.self, TradeText.lines)
        } else {
            try node.show(.hedges, as: HedgesAnswer.self, HedgesCommand.lines)
        }
    }

    static func lines(_ answer: HedgesAnswer) -> [String] {
        ["owed now (deadline \(Figures.span(answer.deadlineNs)))"] + open(answer)
            + ["", "last hedges"] + completed(answer) + ["", "last trades"] + trades(answer)
    }

    private static func open(_ answer: HedgesAnswer) -> [String] {
        guard !answer.open.isEmpty else { return ["nothing"] }
        var rows = [["symbol", "trade", "by", "rung", "quantity", "age", "left"]]
        for owed in answer.open {
            rows.append([
                owed.symbol, number(owed.trade), owed.cause, owed.rung, owed.quantity,
                Figures.span(owed.ageNs), owed.isLate ? "LATE" : Figures.span(owed.leftNs),
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 3]).lines
    }

    private static func completed(_ answer: HedgesAnswer) -> [String] {
        guard !answer.completed.isEmpty else { return ["none"] }
        var rows = [["ended", "symbol", "trade", "by", "closed by", "quantity", "took", "slippage", ""]]
        for hedge in answer.completed {
            rows.append([
                Figures.time(hedge.openedNs + hedge.tookNs), hedge.symbol, number(hedge.trade), hedge.cause,
                rungs(hedge), hedge.quantity,
                Figures.span(hedge.tookNs), Figures.money(hedge.slippage, decimals: 4),
                hedge.isLate ? "LATE" : "",
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 3, 4]).lines
    }

    /// What closed it. Without an order of its own that was the other leg, or, in the very moment it opened,
    /// being too small for any venue.
    private static func rungs(_ hedge: HedgesAnswer.Outcome) -> String {
        guard hedge.rungs.isEmpty else { return hedge.rungs.joined(separator: "+") }
        return hedge.tookNs == 0 ? "(residual)" : "(other leg)"
    }

    private static func trades(_ answer: HedgesAnswer) -> [String] {
        guard !answer.trades.isEmpty else { return ["none"] }
        var rows = [
            [
                "decided", "symbol", "trade", "buy → sell", "quantity", "edge bps", "net bps", "hedges",
                "took", "profit",
            ]
        ]
        for trade in answer.trades {
            rows.append([
                Figures.time(trade.decidedNs), trade.symbol, "\(trade.number)",
                "\(trade.buyVenue) → \(trade.sellVenue)", trade.quantity, Figures.bps(trade.grossBps),
                Figures.bps(trade.netBps), "\(trade.hedges)", Figures.span(trade.tookNs),
                Figures.money(trade.profit, decimals: 4),
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 3]).lines
    }

    private static func number(_ trade: UInt64?) -> String { trade.map { "\($0)" } ?? "-" }
}
