import Control
import Reports
import Streams
import TradingModel

/// A report on paper.
struct ReportDocument {
    private let answer: ReportAnswer
    private let report: PeriodReport

    init(_ answer: ReportAnswer, _ report: PeriodReport) {
        self.answer = answer
        self.report = report
    }

    /// The bytes of a PDF file.
    func pdf() throws -> [UInt8] {
        let tables = ReportTables(answer)
        let paper = try PDFPaper(title: "arbnode \(answer.period)")
        paper.heading(answer.period)
        paper.lines(ReportLines(answer).text)
        paper.heading("Profit after fees")
        paper.curve(report.hourly, x: "hours", y: "quote asset")
        for (name, table) in [
            ("Venues", tables.venues), ("Incidents", tables.incidents), ("Time in each mode", tables.modes),
        ] {
            paper.heading(name)
            paper.lines(table.count > 1 ? TextTable(rows: table).lines.joined(separator: "\n") : "None.")
        }
        return try paper.bytes()
    }
}

extension PeriodReport {
    /// Hours since the period began, and what the profit grew by until then.
    var hourly: [(x: Double, y: Double)] {
        guard let first = curve.first else { return [] }
        return curve.map {
            (
                x: Double($0.at.nanoseconds - first.at.nanoseconds) / 3_600e9,
                y: Double(($0.profit - first.profit).raw) / 1e18
            )
        }
    }
}
