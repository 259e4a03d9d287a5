import Control
import Engine
import Hedging
import Node
import Risk
import Runbooks
import TradingModel

extension StatusAnswer {
    static func gather(_ desk: isolated TradingDesk, _ connections: Connections) -> StatusAnswer {
        let report = desk.report()
        let summary = report.summary
        var answer = StatusAnswer()
        answer.atNs = report.at.nanoseconds
        answer.startedNs = report.startedAt.nanoseconds
        answer.isDryRun = report.isDryRun
        answer.mode = desk.inspect { ModeState($0) }
        answer.riskIndex = summary.riskIndex?.value
        answer.kills = summary.kills.map(\.scope.text)
        answer.venues = report.venues.count
        answer.venuesOpen = report.venues.count { $0.mayOpen }
        answer.books = report.venues.reduce(0) { $0 + $1.books }
        answer.booksProven = report.venues.reduce(0) { $0 + $1.booksSynced }
        answer.orders = Orders(summary)
        answer.hedges = Hedges(summary)
        answer.hedges.open = desk.inspect { $0.obligations.reduce(0) { $0 + $1.open.count } }
        answer.edges = summary.edges
        answer.pairs = summary.counters.pairs
        answer.unhedgedNotional = "\(summary.unhedgedNotional)"
        answer.residualNotional = "\(summary.residualNotional)"
        answer.fees = "\(summary.counters.fees)"
        answer.profit = "\(summary.profit)"
        answer.latencyUs.frameToDecision = Percentiles(report.latency.frameToDecision)
        answer.latencyUs.decisionToWire = Percentiles(report.latency.decisionToWire)
        answer.latencyUs.fillToHedgeWire = Percentiles(report.latency.fillToHedgeWire)
        answer.latencyUs.durableWrite = Percentiles(report.latency.durableWrite)
        answer.disabledStrategies = report.disabledStrategies.map { .init(name: $0.name, reason: $0.reason) }
        answer.incidents = report.incidents.counts.map {
            .init(code: $0.code, severity: $0.severity, count: $0.count)
        }
        answer.control = connections
        answer.host = HostFigures.answers(report)
        let asks = desk.runs.calls
        let sentence = desk.inspect { StatusSentence(report, $0, asks: asks) }
        answer.summary = sentence.line
        answer.blockedBy = sentence.blockedBy
        answer.next = sentence.next
        return answer
    }
}

extension ModeState {
    init(_ engine: TradingEngine) {
        self.init()
        mode = engine.mode.name
        reason = engine.modeReason
    }
}

extension StatusAnswer.Orders {
    init(_ summary: EngineSummary) {
        self.init()
        live = summary.liveOrders
        unknown = summary.unknownOpen
        sent = summary.counters.ordersSent
        filled = summary.counters.ordersFilled
        canceled = summary.counters.ordersCanceled
        rejected = summary.counters.ordersRejected
    }
}

extension StatusAnswer.Hedges {
    init(_ summary: EngineSummary) {
        self.init()
        opened = summary.hedgesOpened
        completed = summary.hedgesCompleted
        late = summary.hedgesLate
        failed = summary.hedgesFailed
    }
}

extension StatusAnswer.Percentiles {
    init(_ log: LatencyLog) {
        self.init()
        p50 = log.percentile(50)
        p99 = log.percentile(99)
        p999 = log.percentile(99.9)
        count = log.count
    }
}
