import Engine
import Foundation
import Node
import Streams
import TradingModel

/// A node's state for people: the live view and the closing summary.
enum ReportText {
    /// Fits 80×24.
    static func live(_ report: NodeReport, elapsed: Double, of total: Double?) -> [String] {
        let summary = report.summary
        let clock =
            total.map { String(format: "%.0f of %.0f s", elapsed, $0) } ?? String(format: "%.0f s", elapsed)
        var rows = [["venue", "frames", "books", "proof", "checked", "failed", "resyncs", "trading"]]
        for venue in report.venues {
            rows.append([
                venue.name, "\(venue.frames)", "\(venue.booksSynced)/\(venue.books)", venue.proof.rawValue,
                "\(venue.proofChecked)", "\(venue.proofFailed)", "\(venue.resyncs)",
                venue.mayOpen ? "yes" : "no",
            ])
        }
        var touches = [["best bid / ask"] + report.venues.map(\.name)]
        for index in report.venues.first?.touches.indices ?? 0..<0 {
            touches.append(
                [report.venues[0].touches[index].symbol]
                    + report.venues.map { venue in
                        guard venue.touches.indices.contains(index) else { return "-" }
                        let touch = venue.touches[index]
                        return touch.bid.isEmpty || touch.ask.isEmpty
                            ? "unproven" : touch.bid + "/" + touch.ask
                    })
        }
        let reason = summary.mode == .normal ? "" : "  " + summary.modeReason
        return ["\(summary.mode.name)\(reason)  \(clock)", ""] + TextTable(rows: rows).lines + [""]
            + TextTable(rows: touches).lines + [""] + trading(report)
    }

    private static func trading(_ report: NodeReport) -> [String] {
        let summary = report.summary
        let counters = summary.counters
        return [
            "edges \(summary.edges)  pairs \(counters.pairs)  orders sent \(counters.ordersSent)  filled "
                + "\(counters.ordersFilled)  canceled \(counters.ordersCanceled)  "
                + "unknown \(summary.unknownOpen)",
            "hedges \(summary.hedgesCompleted) of \(summary.hedgesOpened) complete, "
                + "\(summary.hedgesLate) late, "
                + "\(summary.hedgesFailed) failed",
            "unhedged \(money(summary.unhedgedNotional))  residual \(money(summary.residualNotional))  "
                + "fees \(money(counters.fees))  profit after fees \(money(summary.profit))",
        ]
    }

    /// Two decimals for the eye; JSON carries the exact value.
    static func money(_ amount: Amount) -> String {
        let cents = amount.raw / 10_000_000_000_000_000
        let text = DecimalText.format(cents, scale: 2)
        return text
    }

    static func closing(_ report: NodeReport, seconds: Double, ledgerEqualsVenues: Bool?) -> [String] {
        var rows = [["latency (µs)", "p50", "p99", "p99.9", "count"]]
        let stages: [(String, LatencyLog)] = [
            ("frame → decision", report.latency.frameToDecision),
            ("decision → wire, durable", report.latency.decisionToWire),
            ("fill → hedge on the wire", report.latency.fillToHedgeWire),
            ("durable write", report.latency.durableWrite),
        ]
        for (name, log) in stages {
            rows.append(
                [name]
                    + [50, 99, 99.9].map { p in log.percentile(p).map { String(format: "%.1f", $0) } ?? "-" }
                    + ["\(log.count)"])
        }
        var lines = live(report, elapsed: seconds, of: nil) + [""] + TextTable(rows: rows).lines + [""]
        if report.incidents.isEmpty {
            lines.append("no incidents")
        } else {
            for line in report.incidents {
                lines.append(
                    "\(line.incident.severity.name) \(line.incident.code.rawValue) ×\(line.count): "
                        + "\(line.incident.detail)")
            }
        }
        if let ledgerEqualsVenues {
            lines.append(
                ledgerEqualsVenues
                    ? "the node's ledger equals the venues' own books, to the last unit"
                    : "THE LEDGER DIFFERS FROM THE VENUES' BOOKS")
        }
        return lines
    }
}
