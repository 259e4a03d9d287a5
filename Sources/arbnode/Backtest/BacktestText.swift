import Backtest
import Foundation
import Node
import Streams
import TradingModel

/// A backtest as tables.
struct BacktestText {
    private let report: BacktestReport
    /// More trades than this are in the JSON and on the page.
    private static let mostTrades = 20

    init(_ report: BacktestReport) { self.report = report }

    var lines: [String] {
        var lines: [String] = []
        for session in report.sessions {
            lines.append(
                "\(session.venues.joined(separator: ", ")): \(session.symbols.joined(separator: ", ")), "
                    + "\(session.frames) frames, \(session.booksSynced) books proven at the end")
        }
        let hedges = report.hedges
        lines += [
            "",
            String(
                format: "%.1f s, %d edges, %d trades, %d orders decided on, decision hash %@",
                report.virtualSeconds,
                report.edges, report.trades, report.decisions, report.decisionHash),
            "profit after fees \(money(report.pnl)), fees \(money(report.fees)), "
                + "deepest drawdown \(money(report.maxDrawdown))",
            "hedges \(hedges.completed) of \(hedges.opened) complete, \(hedges.late) late, "
                + "\(hedges.failed) failed; "
                + "took p50 \(micros(hedges.tookUs.p50)), p99 \(micros(hedges.tookUs.p99))",
            "",
        ]
        lines +=
            TextTable(rows: [
                ["where the money went", "edge", "slippage", "hedging", "fees", "open", "profit"], account,
            ]).lines
        for (title, shares) in [
            ("strategy", report.byStrategy), ("symbol", report.bySymbol), ("venue", report.byVenue),
        ] where !shares.isEmpty {
            lines += [""] + table(title, shares)
        }
        if !report.tradeLog.isEmpty { lines += [""] + trades }
        lines.append("")
        lines += report.incidents.map { "\($0.severity) \($0.code) ×\($0.count)" }
        if report.incidents.isEmpty { lines.append("no incidents") }
        return lines
    }

    private var account: [String] {
        let account = report.money
        return [
            "all trades", money(account.edge), money(account.slippage), money(account.hedging),
            money(account.fees), money(account.open), money(account.pnl),
        ]
    }

    private func table(_ title: String, _ shares: [BacktestReport.Share]) -> [String] {
        TextTable(
            rows: [[title, "trades", "orders", "volume", "fees", "profit"]]
                + shares.map {
                    [
                        $0.name, "\($0.trades)", "\($0.orders)", money($0.volume), money($0.fees),
                        money($0.pnl),
                    ]
                }
        ).lines
    }

    private var trades: [String] {
        var rows = [["trade", "quantity", "route", "edge bps", "net bps", "hedges", "took", "profit"]]
        for trade in report.tradeLog.prefix(BacktestText.mostTrades) {
            rows.append([
                trade.symbol, trade.quantity, trade.legs.map(\.venue).joined(separator: " → "),
                String(format: "%.2f", trade.grossBps), String(format: "%.2f", trade.netBps),
                "\(trade.hedges.count)", micros(trade.tookUs), money(trade.account.pnl),
            ])
        }
        let rest = report.tradeLog.count - BacktestText.mostTrades
        return TextTable(rows: rows).lines
            + (rest > 0 ? ["… and \(rest) more: --json and --report show all"] : [])
    }

    private func money(_ money: Money) -> String { ReportText.money(money.amount) }

    private func micros(_ value: Double?) -> String {
        guard let value else { return "-" }
        return value < 1_000 ? String(format: "%.0f µs", value) : String(format: "%.1f ms", value / 1_000)
    }
}
