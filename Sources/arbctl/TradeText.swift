import Control
import Streams

/// One trade told whole.
enum TradeText {
    static func lines(_ trade: TradeAnswer) -> [String] {
        [
            "trade \(trade.number)  \(trade.symbol)  \(trade.strategy)  "
                + "decided \(Figures.time(trade.decidedNs))",
            "\(trade.quantity) at an edge of \(Figures.bps(trade.grossBps)) bps before fees, "
                + "\(Figures.bps(trade.netBps)) after; first byte to last fill \(Figures.span(trade.tookNs))",
            "", "what was on offer",
        ] + book(trade) + ["", "orders"] + orders(trade) + ["", "after the decision"] + timings(trade)
            + ["", "where the money went (\(trade.quoteAsset))"] + money(trade)
    }

    private static func book(_ trade: TradeAnswer) -> [String] {
        let (buy, sell) = (trade.legs.first?.venue ?? "", trade.legs.last?.venue ?? "")
        var rows = [["asks at \(buy)", "quantity", "bids at \(sell)", "quantity"]]
        for row in 0..<max(trade.asks.count, trade.bids.count) {
            let ask = row < trade.asks.count ? trade.asks[row] : BookLevel()
            let bid = row < trade.bids.count ? trade.bids[row] : BookLevel()
            rows.append([ask.price, ask.quantity, bid.price, bid.quantity])
        }
        return TextTable(rows: rows, left: []).lines
    }

    private static func named(_ trade: TradeAnswer) -> [(name: String, leg: TradeAnswer.Leg)] {
        trade.legs.map { ("opens", $0) } + trade.hedges.map { ("hedge, \($0.rung ?? "")", $0) }
    }

    private static func orders(_ trade: TradeAnswer) -> [String] {
        var rows = [
            [
                "order", "venue", "side", "seen", "× quantity", "limit", "wanted", "filled", "average", "fee",
            ]
        ]
        for (name, leg) in named(trade) {
            rows.append([
                name, leg.venue, leg.side, leg.seen.price, leg.seen.quantity, leg.limit, leg.wanted,
                leg.filled, leg.average ?? "-", Figures.money(leg.fee, decimals: 4),
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2]).lines
    }

    private static func timings(_ trade: TradeAnswer) -> [String] {
        var rows = [["order", "venue", "decided", "sent", "filled"]]
        for (name, leg) in named(trade) {
            rows.append([
                name, leg.venue, Figures.span(leg.decidedAfterNs), Figures.span(leg.sentAfterNs),
                Figures.span(leg.filledAfterNs),
            ])
        }
        return TextTable(rows: rows, left: [0, 1]).lines
    }

    private static func money(_ trade: TradeAnswer) -> [String] {
        let account = trade.account
        let rows = [
            ["edge", account.edge, "bought and sold at the prices seen"],
            ["− slippage", account.slippage, "how much worse the opening orders filled"],
            ["− hedging", account.hedging, "how much worse the hedges filled than the leg they replaced"],
            ["− fees", account.fees, ""],
            ["+ open", account.open, "what is not matched, at \(trade.mark)"],
            ["= profit", account.profit, ""],
        ]
        let table = rows.map { [$0[0], Figures.money($0[1], decimals: 4), $0[2]] }
        return TextTable(rows: table, left: [0, 2]).lines
    }
}
