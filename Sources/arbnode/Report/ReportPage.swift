import Control
import Foundation
import Reports
import TradingModel

/// A report as one page that needs nothing else.
struct ReportPage {
    private let answer: ReportAnswer
    private let report: PeriodReport

    init(_ answer: ReportAnswer, _ report: PeriodReport) {
        self.answer = answer
        self.report = report
    }

    var html: String {
        """
        <!doctype html><html lang=en><meta charset=utf-8><title>arbnode \(Plot.escaped(answer.period))</title>
        <meta name=viewport content='width=device-width'><style>\(ReportPage.style)</style>
        <h1>\(Plot.escaped(answer.period))</h1>
        <pre>\(Plot.escaped(ReportLines(answer).text))</pre>
        <h2>Profit after fees</h2>\(curve)
        <h2>Venues</h2>\(venues)
        <h2>Incidents</h2>\(incidents)
        <h2>Time in each mode</h2>\(modes)
        </html>

        """
    }

    private var curve: String {
        report.curve.isEmpty
            ? "<p>Nothing to show.</p>" : Plot.line(report.hourly, x: "hours", y: "quote asset")
    }

    private var venues: String {
        Plot.bars(
            answer.venues.map { (name: $0.venue, value: Double($0.volume) ?? 0) }, y: "volume, quote asset")
            + table(ReportTables(answer).venues)
    }

    private var incidents: String {
        answer.incidents.isEmpty ? "<p>None.</p>" : table(ReportTables(answer).incidents)
    }

    private var modes: String { table(ReportTables(answer).modes) }

    private func table(_ rows: [[String]]) -> String {
        func cells(_ row: [String], _ tag: String) -> String {
            "<tr>" + row.map { "<\(tag)>\(Plot.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>" + rows.enumerated().map { cells($0.element, $0.offset == 0 ? "th" : "td") }.joined()
            + "</table>"
    }

    private static let style = """
        body{font:15px system-ui,sans-serif;max-width:900px;margin:2em auto;padding:0 1em;color:#1b2733}
        pre{font-size:12px;overflow-x:auto;background:#f4f6f8;padding:1em}
        svg{width:100%;height:auto}figure{margin:0 0 1em}figcaption{color:#5b6b7a;font-size:12px}
        text{font-size:11px;fill:#5b6b7a}.end{text-anchor:end}.mid{text-anchor:middle}
        .grid{stroke:#e3e8ec;fill:none}.zero{stroke:#9aa7b3;fill:none}
        .line{stroke:#0b6fa4;stroke-width:1.5;fill:none}.bar{fill:#0b6fa4}.loss{fill:#b3422f}
        table{border-collapse:collapse;font-size:12px;margin:.5em 0;display:block;overflow-x:auto}
        td,th{padding:.15em .6em;text-align:right;border-bottom:1px solid #e3e8ec}
        @media print{body{margin:0}pre{white-space:pre-wrap}}
        """
}

/// A report in plain words.
struct ReportLines {
    let answer: ReportAnswer

    init(_ answer: ReportAnswer) { self.answer = answer }

    /// One line.
    var title: String {
        "\(answer.period): profit \(ReportText.money(answer.profit)), \(answer.pairs) pairs, "
            + "\(answer.incidents.reduce(0) { $0 + $1.count }) incidents"
    }

    var text: String {
        func number(_ value: Double?, _ format: String) -> String {
            value.map { String(format: format, $0) } ?? "insufficient data"
        }
        let fall = answer.maxDrawdown.map { ReportText.money($0.amount) } ?? "none"
        let hedge = answer.latencyUs["hedge"]
        var rows = [
            ["profit after fees", ReportText.money(answer.profit)], ["fees", ReportText.money(answer.fees)],
            ["funding", ReportText.money(answer.funding)],
            ["capital", answer.capital.map { ReportText.money($0) } ?? "not known"],
            ["Sharpe, a year", number(answer.sharpe, "%.2f")],
            ["Sortino, a year", number(answer.sortino, "%.2f")], ["returns", "\(answer.returns)"],
            ["largest drawdown", fall], ["pairs", "\(answer.pairs)"],
        ]
        for (name, group) in [("orders", answer.orders), ("hedges", answer.hedges)] {
            rows.append([
                name,
                group.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
            ])
        }
        rows.append([
            "hedge time µs", "p50 \(number(hedge?.p50, "%.0f")), p99 \(number(hedge?.p99, "%.0f"))",
        ])
        if !answer.isComplete { rows.append(["", "the period is not over"]) }
        let width = rows.map { $0[0].count }.max() ?? 0
        return rows.map { row in
            row[0] + String(repeating: " ", count: width - row[0].count + 2) + row[1]
        }.joined(separator: "\n")
    }
}

extension ReportText {
    /// Decimal text to the cent; what is none stays as it is.
    static func money(_ text: String) -> String {
        // Not an amount: shown as it is.
        guard let amount = try? Amount(text: text) else { return text }
        return money(amount)
    }
}
