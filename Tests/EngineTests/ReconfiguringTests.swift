import Engine
import Hedging
import Orders
import Portfolio
import Risk
import Strategies
import Testing
import TradingModel

@Suite struct `Another configuration of a running engine` {
    private static func units(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 1_000_000_000_000_000_000) }

    private static func change(
        _ engine: TradingEngine, _ before: String = "", _ after: String = "new", people: Int = 1,
        _ edit: (inout EnginePolicy) -> Void
    ) -> PolicyChange {
        var policy = engine.policy
        edit(&policy)
        return PolicyChange(
            policy: policy,
            fact: ConfigurationFact(
                before: before, after: after,
                changes: [.init(key: "limits.order_notional", before: "10000", after: "1")], reason: "care",
                actor: "", at: Moment(nanoseconds: 0)),
            people: people)
    }

    private static func facts(_ stage: Stage) -> [ConfigurationFact] {
        stage.rows.compactMap { if case .configured(let fact) = $0 { fact } else { nil } }
    }

    @Test func `holds once its row is durable, and not before`() {
        var stage = Stage()
        stage.isStoreWilling = false
        let change = Self.change(stage.engine) { $0.limits.orderNotional = Self.units(1) }
        stage.process(.governance(.configure(change, people: ["ann"])))
        #expect(stage.engine.governor.limits.orderNotional == Self.units(10_000))
        #expect(stage.engine.isLoosening(.configuration(change.wish)))
        stage.process(.governance(.looseningDurable(stage.loosenings[0])))
        #expect(stage.engine.governor.limits.orderNotional == Self.units(1))
        #expect(stage.engine.policy.limits.orderNotional == Self.units(1))
        #expect(stage.engine.configured?.after == "new")
        // Pairs of a thousand are refused from here on.
        #expect(stage.pair().isEmpty)
        let fact = Self.facts(stage).last
        #expect(fact?.actor == "ann" && fact?.at == stage.now && fact?.reason == "care")
        #expect(fact?.changes.first?.before == "10000")
    }

    @Test func `that the store refuses changes nothing, and a restart finds what held`() {
        var stage = Stage()
        stage.process(
            .governance(
                .started(
                    with: ConfigurationFact(
                        before: "", after: "old", changes: [], reason: "start", actor: "start", at: stage.now)
                )
            ))
        stage.isStoreWilling = false
        let change = Self.change(stage.engine, "old") { $0.limits.orderNotional = Self.units(1) }
        stage.process(.governance(.configure(change, people: ["ann"])))
        stage.process(.governance(.looseningRefused(stage.loosenings[0], reason: "no room")))
        stage.process(.governance(.looseningDurable(stage.loosenings[0])))
        #expect(stage.engine.governor.limits.orderNotional == Self.units(10_000))
        #expect(stage.engine.configured?.after == "old" && stage.alarms.contains(.outboxUnavailable))
        // The refused row may lie on the disk all the same.
        #expect(Stage(recovery: stage.rows).engine.configured?.after == "old")
        // It can be asked for again.
        stage.isStoreWilling = true
        stage.process(.governance(.configure(change, people: ["ann"])))
        #expect(stage.engine.configured?.after == "new")
        #expect(Stage(recovery: stage.rows).engine.configured?.after == "new")
    }

    @Test func `that loosens takes two different people who agree to the same bytes`() {
        func agreed(_ first: [String], _ second: [String], digest: String = "new") -> Bool {
            var stage = Stage()
            let one = Self.change(stage.engine, people: 2) { $0.limits.orderNotional = Self.units(20_000) }
            stage.process(.governance(.configure(one, people: first)))
            #expect(stage.engine.configured == nil && stage.alarms.contains(.resumeAsked))
            let two = Self.change(stage.engine, "", digest, people: 2) {
                $0.limits.orderNotional = Self.units(20_000)
            }
            stage.process(.governance(.configure(two, people: second)))
            return stage.engine.configured != nil
        }
        #expect(agreed(["ann"], ["bob"]))
        #expect(!agreed(["ann"], ["Ann "]))
        #expect(!agreed(["ann"], []))
        #expect(!agreed(["ann"], ["bob"], digest: "edited"))
    }

    @Test func `begins from the one that holds, and one at a time`() {
        var stage = Stage()
        stage.isStoreWilling = false
        let first = Self.change(stage.engine) { $0.limits.orderNotional = Self.units(1) }
        let other = Self.change(stage.engine, "", "other") { $0.limits.orderNotional = Self.units(2) }
        let stale = Self.change(stage.engine, "elsewhere") { $0.limits.orderNotional = Self.units(3) }
        #expect(stage.engine.verdict(on: .configuration(stale.wish), ["ann"], at: stage.now) == .nothing)
        stage.process(.governance(.configure(first, people: ["ann"])))
        #expect(stage.engine.verdict(on: .configuration(other.wish), ["ann"], at: stage.now) == .nothing)
        stage.process(.governance(.configure(other, people: ["ann"])))
        #expect(stage.loosenings.count == 1)
        stage.process(.governance(.looseningDurable(stage.loosenings[0])))
        #expect(stage.engine.policy.limits.orderNotional == Self.units(1))
        #expect(stage.engine.verdict(on: .configuration(other.wish), ["ann"], at: stage.now) == .nothing)
    }

    @Test func `of other venues, instruments or strategies is none of this run's`() {
        let stage = Stage()
        func fits(_ edit: (inout EnginePolicy) -> Void) -> Bool {
            var other = stage.engine.policy
            edit(&other)
            return stage.engine.policy.adopting(other) != nil
        }
        #expect(fits { $0.limits.ordersPerSecond = 1 })
        #expect(!fits { $0.node = 2 })
        #expect(!fits { $0.venues.removeLast() })
        #expect(!fits { $0.takerTaker.removeAll() })
        #expect(!fits { $0.takerTaker[0].manifest.venues = [VenueID(0)] })
        #expect(!fits { $0.instruments.removeAll() })
        #expect(!fits { $0.riskIndex = RiskIndexPolicy() })
        // What a run is built on stays, whatever the other one says of it.
        var other = stage.engine.policy
        other.venues[0].bookDepth = 1
        #expect(stage.engine.policy.adopting(other)?.venues[0].bookDepth == 50)
    }

    @Test func `reaches limits, rules, hedges, strategies, guards and the risk index`() throws {
        var stage = Stage { $0.riskIndex = RiskIndexPolicy() }
        let edit: (inout EnginePolicy) -> Void = { policy in
            policy.hedge.deadline = .milliseconds(77)
            policy.takerTaker[0].pairNotional = Self.units(500)
            policy.takerTaker[0].cyclesPerMinute = 3
            policy.takerTaker[0].feesPerHour = Self.units(9)
            policy.limits.rules[.spread] = true
            policy.limits.rules[.spread] = [5]
            policy.limits.window = .seconds(20)
            policy.sizing = nil
            policy.riskIndex = RiskIndexPolicy(target: 40)
            policy.foreignOrders = .cancel
        }
        stage.process(.governance(.configure(Self.change(stage.engine, "", "new", edit), people: ["ann"])))
        let engine = stage.engine
        #expect(engine.policy.hedge.deadline == .milliseconds(77))
        let rules = engine.governor.limits.rules
        #expect(rules[.spread] && rules[.spread] == [Int128(5)])
        #expect(rules[.cycles] == [3])
        #expect(engine.loopGuards[0].cyclesPerMinute == 3 && engine.loopGuards[0].feesPerHour != nil)
        #expect(engine.riskIndex?.target == 40 && engine.policy.foreignOrders == .cancel)
        #expect(engine.policy.sizing == nil)
    }

    @Test func `leaves a rule switched that people have switched`() {
        var stage = Stage { $0.limits.rules[.spread] = true }
        stage.process(.rule("spread", isOn: false, reason: "listing day", actor: "ann"))
        let change = Self.change(stage.engine) { $0.limits.orderNotional = Self.units(1) }
        stage.process(.governance(.configure(change, people: ["ann"])))
        #expect(stage.engine.configured?.after == "new" && !stage.engine.governor.limits.rules[.spread])
    }

    @Test func `is named again behind a checkpoint, also one that comes between its row and its acting`() {
        var stage = Stage()
        stage.isStoreWilling = false
        let change = Self.change(stage.engine) { $0.limits.orderNotional = Self.units(1) }
        stage.process(.governance(.configure(change, people: ["ann"])))
        stage.process(.checkpoint)
        stage.process(.governance(.looseningDurable(stage.loosenings[0])))
        func sinceCheckpoint() -> [OutboxRecord] {
            let place = stage.rows.lastIndex { if case .checkpoint = $0 { true } else { false } }
            return Array(stage.rows[(place ?? 0)...])
        }
        #expect(Stage(recovery: sinceCheckpoint()).engine.configured == stage.engine.configured)
        stage.process(.checkpoint)
        #expect(Stage(recovery: sinceCheckpoint()).engine.configured == stage.engine.configured)
    }

    private static let portfolio: PortfolioPolicy = {
        let trial = StressPolicy.Trial(size: Stage.bps(1_000), limit: Stage.bps(9_000))
        return PortfolioPolicy(
            step: .seconds(10), window: 200, least: 100, horizon: .seconds(600), confidence: 99,
            valueAtRisk: units(5_000), assumedMove: Stage.bps(500), warmUp: .seconds(1_800),
            drawdown: Stage.bps(500),
            stress: StressPolicy(
                crash: trial, depeg: trial, venueLoss: trial, funding: trial, spreadFactor: 10,
                spreadLimit: Stage.bps(500), correlationLimit: Stage.bps(500)),
            throttle: ThrottlePolicy(
                drawdown: units(1_000), slippage: Stage.bps(2_000), range: Stage.bps(4_000), trades: 3,
                calm: .seconds(60), least: 1_000))
    }()

    @Test func `with portfolio limits begins to measure, goes on, or ends`() throws {
        var stage = Stage()
        #expect(stage.engine.portfolioReport == nil)
        func apply(_ before: String, _ after: String, _ edit: (inout EnginePolicy) -> Void) {
            stage.process(
                .governance(.configure(Self.change(stage.engine, before, after, edit), people: ["ann"])))
        }
        apply("", "1") { $0.portfolio = Self.portfolio }
        stage.process(.timer)
        #expect(stage.engine.portfolioReport != nil && stage.engine.throttles.count == 1)
        apply("1", "2") { $0.portfolio?.valueAtRisk = Self.units(7) }
        #expect(stage.engine.portfolioReport != nil)
        apply("2", "3") { $0.portfolio = nil }
        stage.process(.timer)
        #expect(stage.engine.portfolioReport == nil && stage.engine.throttles.isEmpty)
    }
}
