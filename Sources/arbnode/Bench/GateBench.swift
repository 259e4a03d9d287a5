import CAllocations
import Node
import Risk
import TradingModel

/// What the gate costs an order that passes: with every rule on, and with each rule alone beside those that
/// are no choice.
enum GateBench {
    static let checks = 200_000
    static let checksEach = 20_000

    static func run(rounds: Int) -> BenchResults.Gate {
        let every = Denial.allCases
        var allocations = 0
        let all = BenchResults.Latency(
            medians: (0..<rounds).map { _ in time(every, checks, &allocations) })
        var each: [String: BenchResults.Latency] = [:]
        for rule in RuleRegistry.rules where !rule.isFixed {
            each[rule.code.rawValue] = BenchResults.Latency(
                medians: [time([rule.code], checksEach, &allocations)])
        }
        let judged = rounds * checks + each.count * checksEach
        return BenchResults.Gate(
            rules: every.count, limits: Measure.allCases.count, everyRuleUs: all, ruleUs: each,
            allocationsPerCheck: Double(allocations) / Double(judged))
    }

    private static func time(_ codes: [Denial], _ count: Int, _ allocations: inout Int) -> LatencyLog {
        let units = Amount(raw: Int128(1) << 100)
        var limits = RiskLimits(
            orderNotional: units, orderQuantity: [Quantity(raw: .max)], positionNotional: units,
            exposureNotional: units, priceCollar: Rate(hundredthsOfBasisPoint: 10_000), bookAge: .seconds(5),
            ordersPerSecond: .max)
        for code in Denial.allCases { limits.rules[code] = codes.contains(code) }
        limits.rules[.cycles] = [1_000]
        var gate = RiskGovernor(limits: limits, mode: .normal)
        let question = question()
        let places = RulePlaces(venue: 0, strategy: 0, symbol: 0, asset: 0)
        let values = gate.wanted.map { measure in
            let limit = RuleRegistry.byMeasure[measure.rawValue].limit
            return (measure, limit.bound == .atMost ? Int128(0) : limit.range.upperBound)
        }
        var log = LatencyLog()
        var passed = 0
        // The first ones warm the caches, and the log allocates what it needs.
        for number in 0..<count + 1_000 {
            for (measure, value) in values { gate.state(measure, value) }
            let before = arbnode_allocations()
            let began = Stopwatch.now
            let denial = gate.judge(question, places, at: question.order.decidedAt)
            let took = Stopwatch.now - began
            if number >= 1_000 {
                allocations += Int(arbnode_allocations() - before)
                log.record(took)
            }
            if denial == nil { passed += 1 }
        }
        precondition(passed == count + 1_000, "a sound order passes every rule")
        return log
    }

    private static func question() -> RiskQuestion {
        let now = Moment(nanoseconds: 1_700_000_000_000_000_000)
        let price = Price(raw: 6_000_000)
        let order = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0),
            venue: VenueID(0), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1_000_000),
            limit: price, timeInForce: .immediateOrCancel, purpose: .open, decidedAt: now,
            sendBefore: now + .milliseconds(150))
        return RiskQuestion(
            order: order, bookProven: true, bookAge: .milliseconds(10),
            referencePrice: price, available: Amount(raw: 1), needed: Amount(raw: 1),
            worstPositionNotional: Amount(raw: 1), worstExposureNotional: Amount(raw: 1),
            notional: Amount(raw: 1), deadManArmed: true, window: .init(low: price, high: price))
    }
}
