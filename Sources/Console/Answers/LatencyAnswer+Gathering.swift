import Control
import Node
import TradingModel

extension LatencyAnswer {
    static func gather(_ desk: isolated TradingDesk) -> LatencyAnswer {
        let latency = desk.latency
        var answer = LatencyAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.whole = [
            ("frame to decision", latency.frameToDecision), ("durable write", latency.durableWrite),
            ("decision to wire", latency.decisionToWire), ("fill to hedge wire", latency.fillToHedgeWire),
        ].compactMap { Line($0, $1) }
        answer.venues = zip(desk.venueReports, latency.venues).map { report, logs in
            var venue = Venue()
            venue.venue = report.name
            venue.stages = zip(LatencyStage.allCases, logs).compactMap { Line($0.name, $1) }
            return venue
        }
        return answer
    }
}

extension LatencyAnswer.Line {
    fileprivate init?(_ stage: String, _ log: LatencyLog) {
        guard log.count > 0 else { return nil }
        func quantile(_ percent: Double) -> Int64 { Int64((log.percentile(percent) ?? 0) * 1_000) }
        self.init()
        self.stage = stage
        count = log.count
        (p50Ns, p90Ns, p99Ns) = (quantile(50), quantile(90), quantile(99))
        (p999Ns, maxNs) = (quantile(99.9), quantile(100))
    }
}
