import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Ten are short at venue 1, a perpetual, against spot at venue 0: nothing is owed.
@Suite struct `A kill that flattens` {
    private func killed(_ scope: KillScope = .all, flattens: Bool = true) -> Stage {
        var stage = BasisStage.entered()
        stage.process(
            .governance(.kill(KillOrder(scope, reason: "test", actor: "ann", flattens: flattens))))
        return stage
    }

    private func position(_ stage: Stage) -> Quantity {
        Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Stage.instrument.base))
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
        #expect(tries == 60)
        #expect(stage.alarms.filter { $0 == .hedgeFailure }.count == 1)
        #expect(stage.engine.ladders[0].rung == .reprice, "no ladder was climbed")
    }
}
