import Backtest
import Foundation
import TradingModel

/// A backtest as one page that needs nothing else: plots, tables, every trade with its story.
struct BacktestPage {
    private let report: BacktestReport
    /// A page with more is too slow to open; JSON has all.
    private static let mostTrades = 500

    init(_ report: BacktestReport) { self.report = report }

    var html: String {
        let text = BacktestText(report).lines.map { Plot.escaped($0) }.joined(separator: "\n")
        return """
            <!doctype html><html lang=en><meta charset=utf-8><title>arbnode backtest</title>
            <meta name=viewport content='width=device-width'><style>\(BacktestPage.style)</style>
            <h1>Backtest</h1><pre>\(text)</pre>
            <h2>Profit after fees</h2>\(equity)
            <h2>Where the money went</h2>\(money)
            <h2>Profit by strategy, symbol, venue</h2>\(shares)
            <h2>Trades</h2>\(histograms)\(trades)
            </html>

            """
    }

    private var equity: String {
        // Without the time between sessions.
        Plot.line(
            report.curve.points.enumerated().map {
                (x: Double($0.offset), y: BacktestPage.number($0.element.profit))
            }, x: "seconds", y: "quote asset")
    }

    private var money: String {
        let account = report.money
        return Plot.bars(
            [
                ("edge", account.edge, 1.0), ("slippage", account.slippage, -1),
                ("hedging", account.hedging, -1),
                ("fees", account.fees, -1), ("open", account.open, 1), ("profit", account.pnl, 1),
            ].map { (name: $0.0, value: BacktestPage.number($0.1.amount) * $0.2) }, y: "quote asset")
    }

    private var shares: String {
        Plot.bars(
            (report.byStrategy + report.bySymbol + report.byVenue).map {
                (name: $0.name, value: BacktestPage.number($0.pnl.amount))
            }, y: "quote asset")
    }

    private var histograms: String {
        Plot.histogram(
            report.tradeLog.map { BacktestPage.number($0.account.pnl.amount) }, x: "profit of a trade")
            + Plot.histogram(
                report.tradeLog.compactMap { $0.tookUs.map { $0 / 1_000 } },
                x: "milliseconds from the first order to the last fill")
    }

    private var trades: String {
        let shown = report.tradeLog.prefix(BacktestPage.mostTrades).map { story($0) }.joined(separator: "\n")
        let rest = report.tradeLog.count - BacktestPage.mostTrades
        return shown + (rest > 0 ? "<p>… and \(rest) more: --json shows all.</p>" : "")
    }

    private func story(_ trade: BacktestTrade) -> String {
        let head =
            "\(trade.symbol) \(trade.quantity): \(trade.legs.map(\.venue).joined(separator: " → ")), "
            + String(format: "%.2f bps, %.2f after fees, profit ", trade.grossBps, trade.netBps)
            + ReportText.money(trade.account.pnl.amount)
        let books = zip(trade.asks, trade.bids).map { [$0.price, $0.quantity, $1.price, $1.quantity] }
        let account = trade.account
        return "<details><summary>\(Plot.escaped(head))</summary>"
            + table(["ask", "quantity", "bid", "quantity"], books)
            + table(
                [
                    "order", "venue", "side", "seen", "limit", "quantity", "filled", "average", "fee",
                    "sent µs", "filled µs",
                ], (trade.legs + trade.hedges).map { row($0) })
            + table(
                ["edge", "slippage", "hedging", "fees", "open", "profit"],
                [
                    [
                        account.edge, account.slippage, account.hedging, account.fees, account.open,
                        account.pnl,
                    ]
                    .map { $0.amount.description }
                ]) + "</details>"
    }

    private func row(_ leg: BacktestTrade.Leg) -> [String] {
        [
            leg.purpose, leg.venue, leg.side, leg.seen, leg.limit, leg.quantity, leg.filled, leg.average,
            leg.fee.amount.description, leg.sentUs.map { String(format: "%.0f", $0) } ?? "",
            leg.filledUs.map { String(format: "%.0f", $0) } ?? "",
        ]
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        func cells(_ row: [String], _ tag: String) -> String {
            "<tr>" + row.map { "<\(tag)>\(Plot.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>" + cells(head, "th") + rows.map { cells($0, "td") }.joined() + "</table>"
    }

    private static func number(_ amount: Amount) -> Double { Double(amount.raw) / 1e18 }

    private static let style = """
        body{font:15px system-ui,sans-serif;max-width:780px;margin:2em auto;padding:0 1em;color:#1b2733}
        pre{font-size:12px;overflow-x:auto;background:#f4f6f8;padding:1em}
        svg{width:100%;height:auto}figure{margin:0 0 1em}figcaption{color:#5b6b7a;font-size:12px}
        text{font-size:11px;fill:#5b6b7a}.end{text-anchor:end}.mid{text-anchor:middle}
        .grid{stroke:#e3e8ec;fill:none}.zero{stroke:#9aa7b3;fill:none}
        .line{stroke:#0b6fa4;stroke-width:1.5;fill:none}.bar{fill:#0b6fa4}.loss{fill:#b3422f}
        table{border-collapse:collapse;font-size:12px;margin:.5em 0}
        td,th{padding:.15em .6em;text-align:right;border-bottom:1px solid #e3e8ec}
        details{margin:.2em 0}summary{cursor:pointer}
        """
}
