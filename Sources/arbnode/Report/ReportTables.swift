import Control
import Foundation

/// The tables of a report, each with its head first.
struct ReportTables {
    let answer: ReportAnswer

    init(_ answer: ReportAnswer) { self.answer = answer }

    var venues: [[String]] {
        [
            [
                "venue", "fills", "volume", "maker %", "fees", "paid bps", "taker bps", "maker bps",
                "resyncs", "refused", "answer p50 µs", "p99 µs", "least quality",
            ]
        ]
            + answer.venues.map { venue in
                [
                    venue.venue, "\(venue.fills)", ReportText.money(venue.volume),
                    String(format: "%.0f", venue.makerPercent), ReportText.money(venue.fees),
                    text(venue.paidBps, "%.2f"), text(venue.takerBps, "%.2f"),
                    text(venue.makerBps, "%.2f"), "\(venue.resyncs)", "\(venue.refusals)",
                    text(venue.answerUs.p50, "%.0f"), text(venue.answerUs.p99, "%.0f"),
                    venue.leastQuality.map { "\($0)" } ?? "-",
                ]
            }
    }

    var incidents: [[String]] { [["code", "count"]] + answer.incidents.map { [$0.code, "\($0.count)"] } }

    var modes: [[String]] {
        [["mode", "minutes"]] + answer.modes.map { [$0.mode, minutes($0.seconds)] }
            + [["not looked at", minutes(answer.unseenS)]]
    }

    private func minutes(_ seconds: Int64) -> String { String(format: "%.1f", Double(seconds) / 60) }

    private func text(_ value: Double?, _ format: String) -> String {
        value.map { String(format: format, $0) } ?? "-"
    }
}
