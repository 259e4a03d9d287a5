import Engine
import Orders
import Risk
import Testing
import TradingModel

@Suite struct `The risk index` {
    private static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    /// Deterministic draws.
    private struct Draws {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        mutating func perhaps(_ bound: Int) -> Int? { below(3) == 0 ? nil : below(bound) }
        mutating func reading() -> RiskReading {
            RiskReading(
                capitalHealth: perhaps(101), heartbeats: perhaps(101), canary: perhaps(2).map { $0 == 1 },
                operatorPresent: perhaps(2).map { $0 == 1 }, venueStability: below(101),
                marketStability: perhaps(101))
        }
    }

    @Test func `falls at once, never rises faster than its slope, and never beyond target or ceiling`() throws
    {
        for seed in 1...200 as ClosedRange<UInt64> {
            var draws = Draws(state: seed)
            let policy = RiskIndexPolicy(
                target: draws.below(101), risePerMinute: 1 + draws.below(600),
                unknownCeiling: draws.below(101), night: .init(from: draws.below(24), until: draws.below(24)))
            var index = RiskIndex(policy: policy)
            var now = Self.start
            index.observe(draws.reading(), at: now)
            // Since the last look that counted.
            var since = Self.start
            for _ in 0..<300 {
                now = now + .milliseconds(Int64(draws.below(4_000)))
                let before = index.value
                if draws.below(10) == 0 {
                    let old = index
                    do throws(RiskIndex.Denial) {
                        try index.set(target: draws.below(101), mode: .normal, at: now)
                    } catch {
                        // A refusal changes nothing.
                        #expect(index == old)
                        continue
                    }
                } else {
                    index.observe(draws.reading(), at: now)
                }
                #expect(index.value <= index.target && index.value <= index.ceiling, "seed \(seed)")
                let span = (now - since).nanoseconds
                let most = Int64(policy.risePerMinute) * span / 60_000_000_000 + 1
                #expect(Int64(index.value - before) <= most, "seed \(seed)")
                since = now
            }
        }
    }

    @Test func `reaches what is allowed, and no sooner than its slope says`() {
        var index = RiskIndex(policy: RiskIndexPolicy(target: 80, risePerMinute: 60), level: 0)
        let calm = RiskReading(
            capitalHealth: 100, heartbeats: 100, canary: true, operatorPresent: true, marketStability: 100)
        index.observe(calm, at: Self.start)
        #expect(index.value == 0)
        for tick in 1...799 { index.observe(calm, at: Self.start + .milliseconds(Int64(tick) * 100)) }
        #expect(index.value == 79)
        index.observe(calm, at: Self.start + .seconds(80))
        #expect(index.value == 80)
        // Time that goes back raises nothing.
        var sick = calm
        sick.heartbeats = 10
        index.observe(sick, at: Self.start + .seconds(81))
        #expect(index.value == 10)
        index.observe(calm, at: Self.start)
        #expect(index.value == 10)
    }

    @Test func `allows no more when more is known to be wrong`() {
        let policy = RiskIndexPolicy()
        var draws = Draws(state: 7)
        for _ in 0..<2_000 {
            let reading = draws.reading()
            let ceiling = policy.ceiling(reading, at: Self.start).0
            var worse = reading
            worse.venueStability = min(worse.venueStability, draws.below(101))
            worse.capitalHealth = worse.capitalHealth.map { min($0, draws.below(101)) }
            worse.marketStability = worse.marketStability.map { min($0, draws.below(101)) }
            #expect(policy.ceiling(worse, at: Self.start).0 <= ceiling)
        }
        // What is not known caps it, and says so.
        let (ceiling, cause) = policy.ceiling(RiskReading(), at: Self.start)
        #expect(ceiling == policy.unknownCeiling && cause.contains("not yet known"))
    }

    @Test func `maps to multipliers that only grow with it`() {
        let policy = RiskIndexPolicy()
        for value in 0..<100 {
            let (low, high) = (policy.step(at: value), policy.step(at: value + 1))
            #expect(high.sizeShare >= low.sizeShare && high.exposureShare >= low.exposureShare)
            #expect(high.edge <= low.edge)
        }
        #expect(policy.step(at: 0).sizeShare == 0)
        #expect(policy.step(at: 100).sizeShare == 100 && policy.step(at: 100).edge == .zero)
        func steps(_ change: (inout [RiskIndexPolicy.Step]) -> Void) -> String? {
            var steps = RiskIndexPolicy.standardSteps
            change(&steps)
            return RiskIndexPolicy.fault(in: steps)
        }
        #expect(steps { _ in } == nil)
        #expect(steps { $0.removeFirst() } != nil)
        #expect(steps { $0.removeAll() } != nil)
        #expect(steps { $0.swapAt(1, 2) } != nil)
        #expect(steps { $0[2].sizeShare = 10 } != nil)
        #expect(steps { $0[4].exposureShare = 101 } != nil)
        #expect(steps { $0[3].edge = Rate(hundredthsOfBasisPoint: 1_000) } != nil)
    }

    @Test func `may only fall at night, without an operator, and while the canary fails`() throws {
        let noon = Moment(nanoseconds: 1_790_000_000_000_000_000)
        let hour = Int(noon.nanoseconds / 3_600_000_000_000 % 24)
        let well = RiskReading(
            capitalHealth: 100, heartbeats: 100, canary: true, operatorPresent: true, marketStability: 100)
        var failing = well
        failing.canary = false
        var alone = well
        alone.operatorPresent = false
        let nights: [(RiskIndexPolicy.Night?, RiskReading)] = [
            (.init(from: hour, until: (hour + 1) % 24), well), (nil, failing), (nil, alone),
        ]
        for (night, reading) in nights {
            var index = RiskIndex(
                policy: RiskIndexPolicy(target: 40, risePerMinute: 600, night: night), level: 10)
            for second in 0..<60 { index.observe(reading, at: noon + .seconds(Int64(second))) }
            #expect(index.value == 10 && index.freeze != nil)
            #expect(throws: RiskIndex.Denial.self) { try index.set(target: 41, mode: .normal, at: noon) }
            try index.set(target: 5, mode: .normal, at: noon)
            #expect(index.value == 5, "it falls all the same")
        }
        var free = RiskIndex(policy: RiskIndexPolicy(target: 40, risePerMinute: 600), level: 10)
        for second in 0..<60 { free.observe(well, at: noon + .seconds(Int64(second))) }
        #expect(free.value == 40 && free.freeze == nil)
    }

    @Test func `is set by people within what health allows, and otherwise refused`() throws {
        var index = RiskIndex(policy: RiskIndexPolicy(target: 50))
        index.observe(RiskReading(venueStability: 60), at: Self.start)
        #expect(throws: RiskIndex.Denial.self) { try index.set(target: 61, mode: .normal, at: Self.start) }
        #expect(throws: RiskIndex.Denial.self) { try index.set(target: 55, mode: .hold, at: Self.start) }
        #expect(throws: RiskIndex.Denial.self) { try index.set(target: 101, mode: .normal, at: Self.start) }
        #expect(index.target == 50)
        try index.set(target: 60, mode: .normal, at: Self.start)
        #expect(index.target == 60 && index.value == 50, "it rises slowly")
        try index.set(target: 20, mode: .safe, at: Self.start)
        #expect(index.value == 20, "and falls at once")
    }
}

@Suite struct `An engine's risk index` {
    private func stage(recovery: [OutboxRecord] = [], _ policy: RiskIndexPolicy = .init()) -> Stage {
        Stage(recovery: recovery) {
            $0.riskIndex = policy
            $0.sizing = nil
        }
    }

    private func set(_ stage: inout Stage, _ target: Int) {
        stage.process(.governance(.riskTarget(target, reason: "test", actor: "ann")))
    }

    @Test func `shrinks sizes, and opens nothing at zero`() throws {
        func size(_ target: Int) -> Int64 {
            var stage = stage()
            set(&stage, target)
            return stage.pair().first?.quantity.raw ?? 0
        }
        let whole = size(80)
        #expect(whole > 0 && size(0) == 0)
        #expect(size(40) < whole && size(40) >= whole / 2 - 1)
    }

    @Test func `demands more edge`() {
        var keen = RiskIndexPolicy.standardSteps
        keen[0].edge = Stage.bps(200)
        for step in keen.indices where step > 0 { keen[step].edge = step < 3 ? Stage.bps(200) : .zero }
        var stage = stage(RiskIndexPolicy(steps: keen))
        set(&stage, 40)
        #expect(stage.pair().isEmpty, "the pair pays about 80 basis points")
        var other = self.stage(RiskIndexPolicy(steps: keen))
        set(&other, 60)
        #expect(other.pair().count == 2)
    }

    @Test func `shrinks the limits of exposure`() {
        var stage = stage()
        set(&stage, 40)
        #expect(stage.engine.governor.exposureShare == 50)
        set(&stage, 5)
        #expect(stage.engine.governor.exposureShare == 1)
    }

    @Test func `leaves a row with who, why, before, after and the market, and a restart goes on from it`()
        throws
    {
        var stage = stage()
        _ = stage.pair()
        set(&stage, 30)
        let rows = stage.rows.compactMap { if case .riskIndex(let row) = $0 { row } else { nil } }
        let row = try #require(rows.last)
        #expect(row.actor == "ann" && row.reason == "test" && row.before == 80 && row.after == 30)
        #expect(row.target == 30 && row.marketStability != nil)
        let again = self.stage(recovery: stage.rows)
        #expect(again.engine.riskIndex?.target == 30 && again.engine.riskIndex?.value == 30)
    }

    /// It was forgotten with the first run's rows, and the policy's own held again, in full and at once.
    @Test func `stands as people have set it when nothing but a later run's checkpoint is left`() throws {
        var first = stage()
        set(&first, 20)
        var second = stage(recovery: first.rows)
        second.process(.checkpoint)
        let place = try #require(second.rows.lastIndex { if case .checkpoint = $0 { true } else { false } })
        let third = stage(recovery: Array(second.rows[place...]))
        #expect(third.engine.riskIndex?.target == 20 && third.engine.riskIndex?.value == 20)
    }

    @Test func `tells of an override that a condition forbids, and keeps what was`() {
        var stage = stage()
        set(&stage, 95)
        #expect(stage.alarms.contains(.riskOverrideDenied))
        #expect(stage.engine.riskIndex?.target == 80)
        #expect(stage.engine.riskDenial(of: 95, at: stage.now) != nil)
        #expect(stage.engine.riskDenial(of: 70, at: stage.now) == nil)
    }

    @Test func `falls with what others tell of the node's health`() {
        var stage = stage()
        stage.process(.governance(.riskInputs(RiskInputs(heartbeats: 12))))
        stage.advance(.milliseconds(100))
        stage.process(.timer)
        #expect(stage.engine.riskIndex?.value == 12)
        #expect(
            stage.rows.contains { if case .riskIndex(let row) = $0 { row.actor == "node" } else { false } })
        #expect(stage.rows.contains { if case .health(let row) = $0 { row.heartbeats == 12 } else { false } })
        // Once it is well again, a restart climbs from where it fell to.
        #expect(self.stage(recovery: stage.rows).engine.riskIndex?.value == 12)
    }

    @Test func `has a row for each change of what it is told, and none for the same again`() {
        var stage = stage()
        let told = [
            RiskInputs(heartbeats: 100), RiskInputs(heartbeats: 100),
            RiskInputs(heartbeats: 100, canary: true),
            RiskInputs(heartbeats: 100, canary: true), RiskInputs(heartbeats: 90, canary: true),
        ]
        for inputs in told { stage.process(.governance(.riskInputs(inputs))) }
        let rows = stage.rows.compactMap { if case .health(let row) = $0 { row } else { nil } }
        #expect(rows.map(\.heartbeats) == [100, 100, 90] && rows.map(\.canary) == [nil, true, true])
        // What a run was told binds no later one: it knows nothing yet.
        #expect(self.stage(recovery: stage.rows).engine.riskReading(stage.now).heartbeats == nil)
    }

    @Test func `may not rise while the node's own check fails, and stands no higher than that allows`() {
        var stage = stage()
        stage.process(.governance(.riskInputs(RiskInputs(heartbeats: 100, canary: false))))
        func look(_ count: Int) {
            for _ in 0..<count {
                stage.advance(.milliseconds(100))
                stage.process(.timer)
            }
        }
        look(1)
        #expect(stage.engine.riskIndex?.value == 50)
        set(&stage, 20)
        #expect(stage.engine.riskIndex?.value == 20)
        stage.process(.governance(.riskTarget(40, reason: "test", actor: "ann")))
        #expect(stage.alarms.contains(.riskOverrideDenied))
        #expect(
            stage.engine.riskDenial(of: 40, at: stage.now)?.hasPrefix("the node's check of itself fails")
                == true)
        look(200)
        #expect(stage.engine.riskIndex?.value == 20)
        stage.process(.governance(.riskInputs(RiskInputs(heartbeats: 100, canary: true))))
        look(1)
        set(&stage, 40)
        look(250)
        #expect(stage.engine.riskIndex?.value == 40)
    }
}
