import Risk
import Testing
import TradingModel

/// Boundary cases made of the rules' own declarations: every limit of every rule, at several values, one unit
/// inside and outside, and what a restart, a switch, a missing value, a mode and a hedge make of it.
@Suite struct `Every rule at its boundary` {
    /// One expectation: a value is stated and judged, and the verdict must be this.
    struct Case: Sendable {
        var measure: Measure
        var limit: Int128
        var value: Int128
        var verdict: Denial?
        var purpose = OrderPurpose.open
        var mode = OperatingMode.normal
        var what: String
        var change: @Sendable (inout RiskGovernor) -> Void = { _ in }
    }

    static let places = 3

    /// The smallest, the largest, and one between; even, so that REDUCED halves it.
    static func limits(_ limit: RuleLimit) -> [Int128] {
        let (low, high) = (limit.range.lowerBound, limit.range.upperBound)
        let middle = (low + (high - low) / 3) / 2 * 2
        return Set([low, max(low, middle), high]).sorted()
    }

    static func cases(_ measure: Measure) -> [Case] {
        let (code, limit) = RuleRegistry.byMeasure[measure.rawValue]
        let rule = RuleRegistry.byCode[code.index]
        let step: Int128 = limit.bound == .atMost ? 1 : -1
        // What is SAFE_MODE to an opening is another figure of the same rule.
        let usual: OrderPurpose = measure == .modeForAll ? .hedge : .open
        // An order of nothing is a bad order.
        let least: Int128 = measure == .orderQuantity ? 1 : 0
        var cases: [Case] = []
        for bound in limits(limit) {
            func add(
                _ value: Int128, _ verdict: Denial?, _ what: String, purpose: OrderPurpose? = nil,
                mode: OperatingMode = .normal,
                change: @escaping @Sendable (inout RiskGovernor) -> Void = { _ in }
            ) {
                cases.append(
                    Case(
                        measure: measure, limit: bound, value: value, verdict: verdict,
                        purpose: purpose ?? usual, mode: mode, what: what, change: change))
            }
            let beyond = bound + step
            add(bound, nil, "at the limit")
            if bound - step >= least { add(bound - step, nil, "one unit inside") }
            add(beyond, code, "one unit beyond")
            // A restart makes the governor anew from settings and switches.
            add(bound, nil, "at the limit after a restart", change: restart)
            add(beyond, code, "one unit beyond after a restart", change: restart)
            add(
                beyond, rule.isFixed ? code : nil, "switched off",
                change: { _ = $0.switchRule(code, on: false) })
            add(
                beyond, code, "switched off and on again",
                change: {
                    _ = $0.switchRule(code, on: false)
                    _ = $0.switchRule(code, on: true)
                })
            add(
                beyond, rule.isFixed ? code : nil, "switched off, then restarted",
                change: {
                    _ = $0.switchRule(code, on: false)
                    restart(&$0)
                })
            add(beyond, limit.isHard ? code : nil, "a hedge beyond", purpose: .hedge)
            add(beyond, limit.isHard ? code : nil, "an unwinding beyond", purpose: .unwind)
            add(bound, nil, "a hedge at the limit", purpose: .hedge)
            if limit.shrinks, bound >= 2 {
                add(bound / 2, nil, "half in REDUCED", mode: .reduced)
                add(bound / 2 + 1, code, "half and a unit in REDUCED", mode: .reduced)
            }
            guard !Asking.measures.contains(measure) else { continue }
            add(Measured.missing, code, "nobody knows it")
            add(Measured.missing, nil, "a hedge, and nobody knows it", purpose: .hedge)
            add(
                Measured.missing, rule.isFixed ? code : nil, "nobody knows it, switched off",
                change: { _ = $0.switchRule(code, on: false) })
            add(Measured.notApplicable, nil, "nothing to say about this order")
        }
        return cases
    }

    static let restart: @Sendable (inout RiskGovernor) -> Void = {
        $0 = RiskGovernor(limits: $0.limits, mode: $0.mode)
    }

    /// Every rule that has a choice is on; each value but one passes.
    static func verdict(_ given: Case) -> Denial? {
        var governor = RiskGovernor(limits: Asking.limits(given.measure, given.limit), mode: given.mode)
        given.change(&governor)
        for measure in governor.wanted { governor.state(measure, Measured.notApplicable) }
        governor.state(given.measure, given.value)
        let question = Asking.question(given.measure, given.value, given.purpose, &governor)
        return governor.judge(
            question, RulePlaces(venue: 1, strategy: 1, symbol: 0, asset: 0), at: Asking.now)
    }

    @Test(arguments: Measure.allCases) func `holds to the unit`(_ measure: Measure) {
        for given in Self.cases(measure) {
            let found = Self.verdict(given)
            let what = "\(measure) of limit \(given.limit) at \(given.value), \(given.what)"
            #expect(found == given.verdict, "\(what): \(String(describing: found))")
        }
    }

    @Test func `there are at least two thousand cases`() {
        let count = Measure.allCases.reduce(0) { $0 + Self.cases($1).count }
        #expect(count >= 2_000, "\(count)")
    }

    @Test func `each expectation fails when the limit is a unit elsewhere`() {
        for measure in Measure.allCases where RuleRegistry.byMeasure[measure.rawValue].limit.unit != .flag {
            let (_, limit) = RuleRegistry.byMeasure[measure.rawValue]
            guard limit.range.upperBound - limit.range.lowerBound > 4, measure != .orderRate else { continue }
            for given in Self.cases(measure)
            where given.what == "at the limit" && given.limit > 2 && given.limit < limit.range.upperBound {
                var moved = given
                moved.limit += limit.bound == .atMost ? -1 : 1
                #expect(Self.verdict(moved) != given.verdict, "\(measure) at \(given.value)")
            }
        }
    }

    @Test func `each place has its own limit, and the ruling names place and numbers`() {
        for measure in Measure.allCases {
            let (code, limit) = RuleRegistry.byMeasure[measure.rawValue]
            guard !Asking.measures.contains(measure), limit.scope != .global,
                limit.range.upperBound > limit.range.lowerBound + 2
            else {
                continue
            }
            var limits = Asking.limits(measure, limit.range.lowerBound)
            let tight = limit.bound == .atMost ? limit.range.lowerBound : limit.range.upperBound
            let loose = limit.bound == .atMost ? limit.range.upperBound : limit.range.lowerBound
            limits.rules[measure] = [tight, loose, tight]
            for place in 0..<Self.places {
                var governor = RiskGovernor(limits: limits, mode: .normal)
                for other in governor.wanted { governor.state(other, Measured.notApplicable) }
                let value = limit.bound == .atMost ? tight + 1 : tight - 1
                governor.state(measure, value)
                let question = Asking.question(measure, value, .open, &governor)
                let denial = governor.judge(
                    question, RulePlaces(venue: place, strategy: place, symbol: place, asset: place),
                    at: Asking.now)
                #expect(denial == (place == 1 ? nil : code), "\(measure) at place \(place)")
                guard place != 1 else { continue }
                let ruling = governor.rulings[code.index]
                #expect(ruling?.value == value && ruling?.limit == tight && ruling?.place == place)
                #expect(ruling?.unit == limit.unit)
            }
        }
    }
}
