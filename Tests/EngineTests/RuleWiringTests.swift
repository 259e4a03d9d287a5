import Orders
import Risk
import Strategies
import Testing
import TradingModel

@testable import Engine

/// Each family of rules gets its values from what really happens in the engine.
@Suite struct `Rules see what happens` {
    /// All rules but those that need an instrument or hours, wide enough for a pair of 1,000.
    static func ruled(_ policy: inout EnginePolicy) {
        var rules = RuleSettings()
        for code in Denial.allCases { rules[code] = true }
        rules[.depeg] = false
        rules[.session] = false
        for (measure, entry) in RuleRegistry.byMeasure.enumerated() {
            let range = entry.limit.range
            rules.limits[measure] = [
                entry.limit.bound == .atMost ? range.upperBound : range.lowerBound
            ]
        }
        rules[.agreeing] = [2]
        rules.arm = Amount(raw: Int128(1) << 100)
        policy.limits.rules = rules
    }

    static func stage(
        rows: [OutboxRecord] = [], _ change: @escaping (inout EnginePolicy) -> Void = { _ in }
    ) -> Stage {
        var stage = Stage(
            recovery: rows,
            change: {
                Self.ruled(&$0)
                change(&$0)
            })
        for venue in 0..<2 { stage.process(.clock(VenueID(venue), .zero)) }
        stage.process(.timer)
        return stage
    }

    /// How often each rule refused, for messages.
    private func refusals(_ stage: Stage) -> [String] {
        stage.engine.governor.rulings.compactMap { $0?.text() }
    }

    func limit(_ measure: Measure, _ value: Int128) -> (inout EnginePolicy) -> Void {
        { $0.limits.rules[measure] = [value] }
    }

    @Test func `a sound pair passes with every rule on`() {
        var stage = Self.stage()
        #expect(stage.pair().count == 2, "\(refusals(stage))")
    }

    @Test func `a beat, a clock or a stream that is missing refuses`() {
        var stage = Stage(change: Self.ruled)
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.clockSkew) + stage.denied(.heartbeat) > 0)
        stage.process(.clock(VenueID(0), .zero))
        stage.process(.clock(VenueID(1), nil))
        stage.process(.timer)
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.clockSkew) > 0)
    }

    @Test func `an engine that has not beaten for a while opens nothing`() {
        var stage = Self.stage(limit(.silence, 1_000_000_000))
        stage.advance(.seconds(1))
        #expect(stage.pair().count == 2, "at the limit")
        var late = Self.stage(limit(.silence, 1_000_000_000))
        late.advance(.seconds(1) + .nanoseconds(1))
        #expect(late.pair().isEmpty)
        #expect(late.denied(.heartbeat) == 1)
    }

    @Test func `a clock that is off refuses at that venue`() {
        var stage = Self.stage(limit(.skew, 5_000_000))
        stage.process(.clock(VenueID(1), .milliseconds(-6)))
        #expect(stage.pair().isEmpty)
        #expect(stage.engine.governor.rulings[Denial.clockSkew.index]?.value == 6_000_000)
    }

    @Test func `orders of a venue are counted, and found again after a restart`() {
        let tight = limit(.venueOrdersDay, 1)
        var stage = Self.stage(tight)
        let legs = stage.pair()
        #expect(legs.count == 2)
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
        stage.advance(.seconds(2))
        stage.process(.timer)
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.venueOrders) == 1)
        let rows = stage.rows.filter { if case .opened = $0 { false } else { true } }
        var again = Self.stage(rows: rows, tight)
        again.advance(.seconds(5))
        again.process(.timer)
        // Other quotes: the same ones would be the same signal.
        again.quote(0, bid: 99_80, ask: 99_95)
        again.quote(1, bid: 101_05, ask: 101_15)
        #expect(again.persisted().isEmpty, "a restart does not forget them")
        #expect(again.denied(.venueOrders) == 1, "\(refusals(again))")
    }

    @Test func `what a pair costs is the strategy's loss, which disables it, for good`() {
        // Both legs fill at the same price: 10 bps of fee each are the loss... taken in quote.
        let tight = limit(.strategyLoss, 1)
        var stage = Self.stage(tight)
        lose(&stage)
        stage.process(.timer)
        #expect(stage.alarms.contains(.strategyPnlStop))
        #expect(stage.engine.disabledStrategies.map(\.name) == [stage.engine.policy.strategyNames[0]])
        #expect(stage.engine.mode == .normal)
        stage.advance(.seconds(1))
        let alarms = stage.alarms.count { $0 == .strategyPnlStop }
        stage.process(.timer)
        #expect(stage.alarms.count { $0 == .strategyPnlStop } == alarms, "one cause, one action")
    }

    /// A pair that buys dear and sells cheap.
    private func lose(_ stage: inout Stage) {
        let legs = stage.pair()
        stage.durable(legs)
        for leg in legs {
            var worse = leg
            worse.limit = Price(raw: leg.side == .buy ? 102_00 : 99_00)
            stage.fill(worse)
        }
        stage.advance(.milliseconds(60))
    }

    @Test func `a day's loss holds the node, the next day's reset frees the rule and not the mode`() {
        var stage = Self.stage(limit(.realisedLoss, 1))
        lose(&stage)
        stage.process(.timer)
        #expect(stage.engine.mode == .hold)
        #expect(stage.engine.modeReason.contains("daily-loss"))
        let day = stage.engine.policy.limits.rules.day
        let value = { (stage: Stage) in
            stage.engine.profit(day.day(at: stage.now)).realised
        }
        #expect(value(stage) < 0)
        stage.advance(.seconds(86_400))
        stage.process(.timer)
        #expect(value(stage) == 0)
        #expect(stage.engine.mode == .hold, "people raise the mode")
    }

    @Test func `a day's loss is found again after a restart`() {
        var stage = Self.stage()
        lose(&stage)
        let day = stage.engine.policy.limits.rules.day.day(at: stage.now)
        let lost = stage.engine.profit(day).realised
        #expect(lost < 0)
        let again = Self.stage(rows: stage.rows)
        #expect(again.engine.profit(day).realised == lost)
    }

    @Test func `losing trades in a row lock the strategy out, across a restart, until its time has come`() {
        let change: (inout EnginePolicy) -> Void = {
            $0.limits.rules[.losingStreak] = [1]
            $0.limits.rules.locks[Denial.losingStreak.index] = .seconds(60)
        }
        var stage = Self.stage(change)
        lose(&stage)
        stage.process(.timer)
        #expect(stage.engine.ruleMemory.lockouts.list.isEmpty, "one is allowed")
        stage.advance(.seconds(1))
        stage.process(.timer)
        lose(&stage)
        stage.process(.timer)
        #expect(stage.engine.ruleMemory.lockouts.list.map(\.rule) == [.losingStreak])
        let again = Self.stage(rows: stage.rows, change)
        #expect(again.engine.ruleMemory.lockouts.list == stage.engine.ruleMemory.lockouts.list)
        #expect(again.engine.ruleMemory.books[0].streak == 0)
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.lockout) == 1)
        stage.advance(.seconds(61))
        stage.process(.timer)
        #expect(stage.engine.ruleMemory.lockouts.list.isEmpty)
        stage.quote(0, bid: 99_80, ask: 99_95)
        stage.quote(1, bid: 101_05, ask: 101_15)
        #expect(stage.persisted().count == 2, "it trades again: \(refusals(stage))")
    }

    @Test func `refusals in a row lock their venue out, and hedges go on there`() {
        let change: (inout EnginePolicy) -> Void = { $0.limits.rules[.refusals] = [1] }
        var stage = Self.stage(change)
        for _ in 0..<2 {
            let legs = stage.pair()
            stage.durable(legs)
            for leg in legs where leg.side == .buy {
                stage.process(.placeAnswered(leg.id, .refused(code: "1", message: "no")))
            }
            for leg in legs where leg.side == .sell { stage.expire(leg) }
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
        #expect(stage.engine.ruleMemory.lockouts.list.map(\.rule) == [.rejectStorm])
        let before = stage.denied(.rejectStorm) + stage.denied(.lockout)
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.rejectStorm) + stage.denied(.lockout) == before + 1)
    }

    @Test func `a person switches a rule, a row says who and why, and a restart keeps it`() {
        var stage = Self.stage(limit(.spread, 1))
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.spread) == 1)
        stage.process(.rule("spread", isOn: false, reason: "thin on purpose", actor: "ann"))
        #expect(stage.alarms.contains(.ruleChanged))
        stage.advance(.seconds(1))
        stage.process(.timer)
        #expect(stage.pair().count == 2, "\(refusals(stage))")
        let row = stage.rows.compactMap { record -> RuleFact? in
            if case .rule(let fact) = record { fact } else { nil }
        }.first
        #expect(
            row
                == .switched(
                    rule: "spread", isOn: false, reason: "thin on purpose", actor: "ann",
                    at: stage.now - .seconds(1)))
        let again = Self.stage(rows: stage.rows, limit(.spread, 1))
        #expect(!again.engine.governor.limits.rules[.spread])
        #expect(again.engine.switchedRules[.spread]?.actor == "ann")
    }

    @Test func `what is no choice cannot be switched off`() {
        var stage = Self.stage()
        for rule in RuleRegistry.rules where rule.isFixed {
            stage.process(.rule(rule.code.rawValue, isOn: false, reason: "try", actor: "ann"))
            #expect(stage.engine.governor.limits.rules[rule.code], "\(rule.code)")
        }
        #expect(!stage.rows.contains { if case .rule = $0 { true } else { false } })
    }

    @Test func `switches, lockouts and the day's highest profit stand behind a checkpoint`() {
        let change: (inout EnginePolicy) -> Void = { $0.limits.rules[.losingStreak] = [1] }
        var stage = Self.stage(change)
        for _ in 0..<2 {
            lose(&stage)
            stage.process(.timer)
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
        stage.process(.rule("spread", isOn: false, reason: "why", actor: "ann"))
        stage.process(.checkpoint)
        let from = stage.rows.lastIndex { if case .checkpoint = $0 { true } else { false } } ?? 0
        let again = Self.stage(rows: Array(stage.rows[from...]), change)
        #expect(again.engine.ruleMemory.lockouts.list == stage.engine.ruleMemory.lockouts.list)
        #expect(!again.engine.ruleMemory.lockouts.list.isEmpty)
        #expect(again.engine.switchedRules == stage.engine.switchedRules)
    }

    @Test func `a hedge passes although every rule of loss, flow, market and infrastructure is broken`() {
        var stage = Self.stage { policy in
            for measure in Measure.allCases
            where measure.rawValue > Measure.exposureNotional.rawValue && measure != .orderRate {
                let limit = RuleRegistry.byMeasure[measure.rawValue].limit
                guard limit.unit != .flag, measure != .cycles else { continue }
                policy.limits.rules[measure] = [limit.bound == .atMost ? -1 : Int128(1) << 100]
            }
        }
        #expect(stage.pair().isEmpty, "nothing opens")
        let hedge = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 0, intent: 9, leg: 0, attempt: 0),
            venue: VenueID(0), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 10),
            limit: Price(raw: 100_00), timeInForce: .immediateOrCancel, purpose: .hedge,
            decidedAt: stage.now, sendBefore: stage.now + .seconds(1))
        var governor = stage.engine.governor
        let denial = governor.judge(stage.engine.question(hedge, stage.now), at: stage.now)
        #expect(denial == nil)
    }
}

/// Values come from what the engine knows, for every rule.
@Suite struct `No rule is without data` {
    private static func stage(_ change: @escaping (inout EnginePolicy) -> Void = { _ in }) -> Stage {
        var stage = Stage(change: {
            `Rules see what happens`.ruled(&$0)
            $0.limits.rules.peg = InstrumentID(0)
            $0.limits.rules.hours = SessionHours(
                zone: .utc, open: .zero, close: .zero, weekdays: [Bool](repeating: true, count: 7),
                holidays: [])
            change(&$0)
        })
        for venue in 0..<2 { stage.process(.clock(VenueID(venue), .zero)) }
        stage.process(.timer)
        return stage
    }

    private func order(_ stage: Stage) -> OrderIntent {
        OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0),
            venue: VenueID(0), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1_000),
            limit: Price(raw: 100_00), timeInForce: .immediateOrCancel, purpose: .open,
            decidedAt: stage.now, sendBefore: stage.now + .seconds(1))
    }

    @Test func `every value is known once books, accounts, clocks and beats are there`() {
        var stage = Self.stage()
        let legs = stage.pair()
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
        stage.process(.timer)
        let subject = RuleSubject(
            order(stage), edge: Rate(raw: 10_000), closes: false, isAmend: false, asset: 0)
        // Spot has no funding; no trade has lost, and no order has had these terms.
        let silent: Set<Measure> = [.funding, .sinceLoss, .sinceSame]
        for measure in stage.engine.governor.wanted {
            let value = stage.engine.value(measure, subject, stage.now)
            #expect(value != Measured.missing, "\(measure)")
            #expect((value == Measured.notApplicable) == silent.contains(measure), "\(measure)")
        }
    }

    @Test func `orders without fills stop the next order at once`() {
        var stage = Self.stage {
            $0.limits.rules[.ordersPerFill] = [3]
            $0.limits.rules.sample = 1
        }
        for round in 0..<5 {
            let legs = stage.pair()
            stage.durable(legs)
            for leg in legs { stage.expire(leg) }
            #expect(legs.count == (round < 4 ? 2 : 0), "round \(round)")
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
        #expect(stage.denied(.orderToTrade) == 1)
    }

    @Test func `what venues have moved against each other halts entry, however flat the node is`() {
        var stage = Self.stage { $0.limits.rules[.grossNotional] = [Stage.units(1_500).raw] }
        var opened = 0
        for _ in 0..<4 {
            let legs = stage.pair()
            opened += legs.count / 2
            stage.durable(legs)
            for leg in legs { stage.fill(leg) }
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
        #expect(opened == 1, "one pair moves nearly 2,000")
        #expect(stage.denied(.grossNotional) > 0)
        #expect(stage.engine.isFlat)
    }

    @Test func `an edge of less than the node demands is none, and one nobody states is refused`() {
        let stage = Self.stage()
        var subject = RuleSubject(order(stage), edge: nil, closes: false, isAmend: false, asset: 0)
        #expect(stage.engine.value(.edge, subject, stage.now) == Measured.missing)
        subject.closes = true
        #expect(stage.engine.value(.edge, subject, stage.now) == Measured.notApplicable)
        var poor = Self.stage { $0.limits.rules[.edge] = [Int128(Stage.bps(100).raw)] }
        #expect(poor.pair().isEmpty)
        #expect(poor.denied(.minimumEdge) == 1)
    }

    @Test func `a blocked symbol, a closed session and a store without room refuse`() {
        var blocked = Self.stage { $0.limits.rules.blocked = [true] }
        #expect(blocked.pair().isEmpty)
        #expect(blocked.denied(.symbolBlocked) == 1)
        var closed = Self.stage {
            $0.limits.rules[.session] = true
            $0.limits.rules.hours?.weekdays = [Bool](repeating: false, count: 7)
        }
        #expect(closed.pair().isEmpty)
        #expect(closed.denied(.session) == 1)
        let stage = Self.stage()
        let venue = RuleSubject(.venue, 0)
        #expect(stage.engine.value(.disk, venue, stage.now) == 0)
        var full = stage
        full.process(.store(.low("1 MiB")))
        #expect(full.engine.value(.disk, venue, full.now) == 1)
    }

    @Test func `what is open and moves against us is hedged away, and told once`() {
        var stage = Self.stage { $0.limits.rules[.openLoss] = [Stage.cents(1).raw] }
        let legs = stage.pair()
        stage.durable(legs)
        for leg in legs where leg.side == .buy { stage.fill(leg, part: 30) }
        for leg in legs { stage.expire(leg) }
        stage.advance(.seconds(1))
        stage.quote(0, bid: 50_00, ask: 50_10)
        stage.quote(1, bid: 50_00, ask: 50_10)
        stage.process(.timer)
        #expect(stage.alarms.count { $0 == .ruleBroken } == 1)
        #expect(stage.engine.value(.openLoss, RuleSubject(.symbol, 0), stage.now) > 0)
    }
}
