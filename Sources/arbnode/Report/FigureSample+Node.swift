import Engine
import Node
import Reports
import TradingModel

extension FigureSample {
    /// What a node's report says at this moment.
    init(_ report: NodeReport, run: UInt16) {
        self.init(at: report.at, run: run, mode: report.summary.mode.name)
        let summary = report.summary
        let orders = summary.counters
        counters = [
            "orders.new": Int64(orders.ordersNew), "orders.sent": Int64(orders.ordersSent),
            "orders.filled": Int64(orders.ordersFilled), "orders.canceled": Int64(orders.ordersCanceled),
            "orders.rejected": Int64(orders.ordersRejected), "pairs": Int64(orders.pairs),
            "hedges.opened": Int64(summary.hedgesOpened),
            "hedges.completed": Int64(summary.hedgesCompleted), "hedges.late": Int64(summary.hedgesLate),
            "hedges.failed": Int64(summary.hedgesFailed),
        ]
        for count in report.incidents.counts { counters["incident.\(count.code)"] = Int64(count.count) }
        for line in report.incidents {
            guard let venue = line.incident.venue, line.incident.code == .orderRefused else { continue }
            counters["venue.\(report.venues[venue.index].name).refusals", default: 0] += Int64(line.count)
        }
        for venue in report.venues {
            counters["venue.\(venue.name).resyncs"] = venue.resyncs
            counters["venue.\(venue.name).proof_failures"] = venue.proofFailed
        }
        sums = ["fees": orders.fees, "funding": orders.funding]
        gauges = ["profit": summary.profit, "unhedged": summary.unhedgedNotional]
        // The portfolio spells it; text that is no amount is none.
        if let text = report.portfolio?.capital, let capital = try? Amount(text: text) {
            gauges["capital"] = capital
        }
        note("hedge", report.hedges.took)
        note("frame_to_decision", report.latency.frameToDecision)
        note("decision_to_wire", report.latency.decisionToWire)
        note("fill_to_hedge_wire", report.latency.fillToHedgeWire)
        note("durable_write", report.latency.durableWrite)
        for (index, venue) in report.venues.enumerated() {
            note("venue.\(venue.name).answer", report.latency[VenueID(index), .answered])
        }
    }

    private mutating func note(_ name: String, _ log: LatencyLog) {
        latencies[name + ".p50"] = log.percentile(50)
        latencies[name + ".p99"] = log.percentile(99)
    }
}

extension TradingDesk {
    /// Everything a sample is made of, read in one step.
    func figures() -> (NodeReport, UInt16, [(String, Int)]) {
        let report = report()
        let now = now
        return inspect { engine in
            (
                report, engine.epoch,
                engine.policy.venues.indices.map {
                    (engine.policy.venues[$0].name, engine.quality(of: VenueID($0), at: now))
                }
            )
        }
    }
}

/// What is configured for each venue's account, in basis points.
struct FeeTiers: Sendable {
    private var rates: [String: (taker: Double, maker: Double)] = [:]

    /// None is known.
    init() {}

    init(_ policy: EnginePolicy) {
        for venue in policy.venues {
            guard let listing = venue.listings.first else { continue }
            rates[venue.name] = (FeeTiers.bps(listing.takerFee), FeeTiers.bps(listing.makerFee))
        }
    }

    subscript(_ venue: String) -> (taker: Double, maker: Double)? { rates[venue] }

    private static func bps(_ rate: Rate) -> Double { Double(rate.raw) / Double(Rate.one) * 10_000 }
}
