import ArgumentParser
import Control
import Foundation
import Streams

/// `arbctl report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "What a day, a week or a month came to so far.",
        discussion: """
            Days end when the node's day_end says so. --html writes one page that needs nothing else; a \
            browser prints it as PDF. arbnode report does the same from a directory, without a node.

            Example: arbctl report --kind week --html week.html
            """)

    @Option(help: "day, week or month.") var kind: ReportQuestion.Kind = .day
    @Option(help: ArgumentHelp("A day within it (default: today), as 2026-11-28.", valueName: "date"))
    var date: Instant?
    @Option(help: ArgumentHelp("Write the page there.", valueName: "file")) var html: String?
    @OptionGroup var node: NodeConnection

    func run() throws {
        let day = date.map { $0.nanoseconds / 86_400_000_000_000 }
        let question = ReportQuestion(kind, day: day, wantsPage: html != nil)
        try node.show(.report(question), as: ReportAnswer.self) { answer in
            guard let html, let page = answer.page else { return ReportText.lines(answer) }
            do { try Data(page.utf8).write(to: URL(filePath: html)) } catch {
                return ReportText.lines(answer) + ["\(html) cannot be written: \(error.localizedDescription)"]
            }
            return ReportText.lines(answer) + ["the page is \(html)"]
        }
    }
}

extension ReportQuestion.Kind: ExpressibleByArgument {}

enum ReportText {
    static func lines(_ answer: ReportAnswer) -> [String] {
        func number(_ value: Double?, _ format: String = "%.2f") -> String {
            value.map { String(format: format, $0) } ?? "insufficient data"
        }
        let hedge = answer.latencyUs["hedge"]
        var rows = [
            [answer.period, answer.isComplete ? "" : "so far"], ["profit after fees", answer.profit],
            ["fees", answer.fees], ["funding", answer.funding], ["capital", answer.capital ?? "not known"],
            ["Sharpe, a year", number(answer.sharpe)], ["Sortino, a year", number(answer.sortino)],
            ["largest drawdown", answer.maxDrawdown?.amount ?? "none"], ["pairs", "\(answer.pairs)"],
            ["hedges", group(answer.hedges)], ["orders", group(answer.orders)],
            ["hedge time µs", "p50 \(number(hedge?.p50, "%.0f")), p99 \(number(hedge?.p99, "%.0f"))"],
            ["incidents", answer.incidents.map { "\($0.count) \($0.code)" }.joined(separator: ", ")],
            ["modes", answer.modes.map { "\($0.mode) \($0.seconds) s" }.joined(separator: ", ")],
        ]
        if answer.unseenS > 0 { rows.append(["not looked at", "\(answer.unseenS) s"]) }
        var venues = [["venue", "fills", "volume", "fees", "paid bps", "taker", "maker", "answer p99 µs"]]
        for venue in answer.venues {
            venues.append([
                venue.venue, "\(venue.fills)", venue.volume, venue.fees, number(venue.paidBps),
                number(venue.takerBps), number(venue.makerBps), number(venue.answerUs.p99, "%.0f"),
            ])
        }
        return TextTable(rows: rows, left: [0, 1]).lines + [""] + TextTable(rows: venues).lines
    }

    private static func group(_ counts: [String: Int64]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
