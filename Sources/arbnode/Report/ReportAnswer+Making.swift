import Control
import Foundation
import Reports
import TradingModel

extension ReportAnswer {
    init(_ report: PeriodReport, fees tiers: FeeTiers, at now: Moment) {
        self.init()
        kind = report.period.kind.rawValue
        period = report.period.name
        (fromNs, toNs) = (report.period.from.nanoseconds, report.period.to.nanoseconds)
        isComplete = now >= report.period.to
        profit = "\(report.profit)"
        fees = "\(report.fees)"
        funding = "\(report.funding)"
        capital = report.capital.map { "\($0)" }
        (sharpe, sortino, returns) = (report.sharpe, report.sortino, report.returns)
        maxDrawdown = report.drawdown.map { fall in
            var drawdown = Drawdown()
            drawdown.amount = "\(fall.depth)"
            (drawdown.fromNs, drawdown.toNs) = (fall.from.nanoseconds, fall.to.nanoseconds)
            drawdown.recoveredNs = fall.recovered?.nanoseconds
            return drawdown
        }
        pairs = report.counters["pairs"] ?? 0
        orders = ReportAnswer.group("orders.", report)
        hedges = ReportAnswer.group("hedges.", report)
        for name in ["hedge", "frame_to_decision", "decision_to_wire", "fill_to_hedge_wire", "durable_write"]
        {
            latencyUs[name] = ReportAnswer.percentiles(name, report)
        }
        venues = report.names("venue.", ".resyncs").map { Venue($0, report, tiers[$0]) }
        incidents = ReportAnswer.group("incident.", report).filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { entry in
                var count = Count()
                (count.code, count.count) = (entry.key, entry.value)
                return count
            }
        modes = report.modes.map { stay in
            var time = Stay()
            (time.mode, time.seconds) = (stay.name, stay.seconds)
            return time
        }
        (unseenS, runs) = (report.unseen, report.runs)
    }

    private static func group(_ prefix: String, _ report: PeriodReport) -> [String: Int64] {
        var group: [String: Int64] = [:]
        for (key, value) in report.counters where key.hasPrefix(prefix) {
            group[String(key.dropFirst(prefix.count))] = value
        }
        return group
    }

    fileprivate static func percentiles(_ name: String, _ report: PeriodReport) -> Percentiles {
        var percentiles = Percentiles()
        percentiles.p50 = report.latencies[name + ".p50"]
        percentiles.p99 = report.latencies[name + ".p99"]
        return percentiles
    }
}

extension ReportAnswer.Venue {
    fileprivate init(_ name: String, _ report: PeriodReport, _ tier: (taker: Double, maker: Double)?) {
        self.init()
        func number(_ amount: Amount) -> Double { Double(amount.raw) / 1e18 }
        let volume = report.sums["venue.\(name).volume"] ?? .zero
        let paid = report.sums["venue.\(name).fees"] ?? .zero
        venue = name
        fills = report.counters["venue.\(name).fills"] ?? 0
        self.volume = "\(volume)"
        fees = "\(paid)"
        if volume > .zero {
            makerPercent = number(report.sums["venue.\(name).maker"] ?? .zero) / number(volume) * 100
            paidBps = number(paid) / number(volume) * 10_000
        }
        (takerBps, makerBps) = (tier?.taker, tier?.maker)
        resyncs = report.counters["venue.\(name).resyncs"] ?? 0
        proofFailures = report.counters["venue.\(name).proof_failures"] ?? 0
        refusals = report.counters["venue.\(name).refusals"] ?? 0
        answerUs = ReportAnswer.percentiles("venue.\(name).answer", report)
        leastQuality = report.least["quality.\(name)"]
    }
}
