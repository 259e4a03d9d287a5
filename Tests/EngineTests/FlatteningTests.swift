import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// What is held at venue 1, the perpetual's.
private func position(_ stage: Stage) -> Quantity {
    Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Stage.instrument.base))
}

/// How many orders are sent to close it in eighty seconds in which none fills.
private func failingTries(_ stage: inout Stage) -> Int {
    var tries = 0
    for _ in 0..<80 {
        stage.advance(.seconds(1))
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        stage.process(.timer)
        let orders = stage.persisted()
        #expect(orders.allSatisfy { $0.venue == VenueID(1) })
        tries += orders.count
        stage.fail(orders)
    }
    return tries
}

/// Ten are short at venue 1, a perpetual, against spot at venue 0: nothing is owed.
@Suite struct `A kill that flattens` {
    private func killed(_ scope: KillScope = .all, flattens: Bool = true) -> Stage {
        var stage = BasisStage.entered()
        stage.process(
            .governance(.kill(KillOrder(scope, reason: "test", actor: "ann", flattens: flattens))))
        return stage
    }

    @Test(arguments: [
        KillScope.all, .venue("venue-1"), .symbol("BTC-USDT"), .strategy("basis BTC-USDT venue-1"),
    ])
    func `closes the perpetual by an order that only reduces, and spot follows its fill`(scope: KillScope)
        throws
    {
        var stage = killed(scope)
        let held = position(stage)
        #expect(held.raw < 0 && stage.engine.obligations[0].open.isEmpty)
        stage.process(.timer)
        let close = try #require(stage.persisted().first)
        #expect(close.venue == VenueID(1) && close.side == .buy && close.quantity == held.magnitude)
        #expect(close.reduceOnly && close.purpose == .unwind && close.timeInForce == .immediateOrCancel)
        stage.durable([close])
        stage.fill(close)
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.venue == VenueID(0) && hedge.side == .sell && hedge.quantity == held.magnitude)
        stage.durable([hedge])
        stage.fill(hedge)
        #expect(position(stage) == .zero && stage.engine.obligations[0].deviation == .zero)
        for _ in 0..<20 {
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
        #expect(stage.persisted().isEmpty, "nothing is left to close")
    }

    @Test func `does so only where it was asked to`() {
        for (scope, flattens) in [
            (KillScope.all, false), (.venue("venue-0"), true), (.symbol("BTC-USDT"), false),
        ] {
            var stage = killed(scope, flattens: flattens)
            stage.process(.timer)
            #expect(stage.persisted().isEmpty, "\(scope.text)")
        }
        var stage = BasisStage.entered()
        stage.process(.timer)
        #expect(stage.persisted().isEmpty, "no kill, no closing")
    }

    @Test func `waits while spot could not take what it leaves`() {
        var stage = killed()
        stage.process(.publicStream(VenueID(0), [InstrumentID(0)], isOpen: false))
        stage.process(.timer)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `closes in pieces no larger than an order may be`() throws {
        var stage = BasisStage.entered()
        var policy = stage.engine.policy
        policy.limits.orderNotional = BasisStage.units(300)
        let fact = ConfigurationFact(
            before: "", after: "a", changes: [], reason: "", actor: "", at: stage.now)
        stage.process(
            .governance(.configure(PolicyChange(policy: policy, fact: fact, people: 1), people: ["ann"])))
        stage.process(.governance(.kill(KillOrder(.all, reason: "", actor: "ann", flattens: true))))
        var pieces = 0
        for _ in 0..<12 where position(stage) != .zero {
            stage.advance(.seconds(1))
            stage.process(.timer)
            for _ in 0..<2 {
                let orders = stage.persisted()
                #expect(
                    orders.allSatisfy {
                        Stage.instrument.notional($0.limit, $0.quantity) <= BasisStage.units(300)
                    })
                stage.durable(orders)
                for order in orders { stage.fill(order) }
            }
            pieces += 1
        }
        #expect(position(stage) == .zero && pieces > 2)
    }

    @Test func `tries again when a closing does not fill, and tells a person in the end`() {
        var stage = killed()
        #expect(failingTries(&stage) == 60)
        #expect(stage.alarms.filter { $0 == .hedgeFailure }.count == 1)
        #expect(stage.engine.ladders[0].rung == .reprice, "no ladder was climbed")
    }
}

@Suite struct `A maintenance that flattens` {
    private func planned(_ step: MaintenanceStep) -> Stage {
        var stage = BasisStage.entered()
        stage.process(.governance(.maintenance(step, reason: "the day ends", actor: "ann")))
        return stage
    }

    @Test func `closes the perpetual and spot, and then trading goes on by one person's word`() throws {
        var stage = planned(.flatten)
        #expect(stage.engine.mode == .hold && stage.engine.holdsPerpetuals)
        stage.process(.timer)
        let close = try #require(stage.persisted().first)
        #expect(close.venue == VenueID(1) && close.reduceOnly && close.purpose == .unwind)
        BasisStage.fill(&stage, [close])
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.venue == VenueID(0) && hedge.side == .sell)
        BasisStage.fill(&stage, [hedge])
        #expect(position(stage) == .zero && !stage.engine.holdsPerpetuals && stage.engine.isFlat)
        stage.process(.governance(.maintenance(.end, reason: "the day is counted", actor: "ann")))
        #expect(stage.engine.mode == .normal)
    }

    @Test func `is kept by the outbox, with where it leads back to`() {
        for (step, flattens) in [(MaintenanceStep.flatten, true), (.hold, false)] {
            for origin in [OperatingMode.normal, .reduced] {
                var stage = BasisStage.stage()
                if origin == .reduced { stage.process(.mode(.reduced, reason: "care", actor: "ann")) }
                stage.process(.governance(.maintenance(step, reason: "night: work", actor: "ann")))
                let again = BasisStage.stage(recovery: stage.rows)
                #expect(again.engine.isInMaintenance && again.engine.maintenanceEnd == origin)
                #expect(again.engine.modeReason.contains("flattens") == flattens)
            }
        }
    }

    @Test func `closes nothing where it only holds, nor once something else has called for the HOLD`() {
        var stage = planned(.hold)
        stage.process(.timer)
        #expect(stage.persisted().isEmpty && stage.engine.holdsPerpetuals)
        stage = planned(.flatten)
        stage.process(.dirty(VenueID(0), detail: "it differs"))
        stage.process(.timer)
        #expect(stage.persisted().isEmpty && !stage.engine.isInMaintenance)
    }

    @Test func `sends nothing to a venue that is killed`() {
        var stage = BasisStage.entered()
        stage.process(.governance(.kill(KillOrder(.venue("venue-1"), reason: "test", actor: "ann"))))
        stage.process(.governance(.maintenance(.flatten, reason: "the day ends", actor: "ann")))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold && stage.persisted().isEmpty)
    }

    @Test func `has its tries anew each time`() {
        var stage = planned(.flatten)
        for day in 1...2 {
            #expect(failingTries(&stage) == 60, "day \(day)")
            #expect(stage.alarms.filter { $0 == .hedgeFailure }.count == day)
            guard day == 1 else { break }
            // A position that could not be closed does not keep the node from trading on.
            stage.process(.governance(.maintenance(.end, reason: "counted", actor: "ann")))
            stage.process(.governance(.maintenance(.flatten, reason: "the day ends", actor: "ann")))
        }
    }
}
