import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite struct `A strategy's limits` {
    @Test func `begin anew when two people have agreed`() {
        let minute: Int64 = 60_000_000_000
        var guarded = LogicLoopGuard(cyclesPerMinute: 2, feesPerHour: Stage.units(10))
        for _ in 0..<3 { _ = guarded.completed(at: Moment(nanoseconds: minute)) }
        #expect(guarded.reason != nil)
        #expect(!guarded.approve(by: "ann") && guarded.approve(by: "bob"))
        for _ in 0..<2 { #expect(guarded.completed(at: Moment(nanoseconds: minute)) == nil) }
        #expect(guarded.paid(Stage.units(11), at: Moment(nanoseconds: minute)) != nil)
        #expect(!guarded.approve(by: "ann") && guarded.approve(by: "bob"))
        #expect(guarded.paid(Stage.units(10), at: Moment(nanoseconds: minute)) == nil)
    }

    private func pay(_ stage: inout Stage, _ order: OrderIntent, fee: Int64) {
        stage.process(
            .filled(
                order.venue,
                FillReport(
                    instrument: order.instrument, clientID: order.id, venueOrderID: "o\(order.id)",
                    tradeID: "t\(order.id)", side: order.side, price: order.limit,
                    quantity: order.quantity, fee: Stage.units(fee), feeAsset: Asset("USDT"),
                    isMaker: false, evidence: .stream, venueTime: stage.now)))
    }

    @Test func `count the fees that its legs pay`() {
        var stage = Stage { $0.takerTaker[0].feesPerHour = Stage.units(10) }
        let legs = stage.sentPair()
        for leg in legs { pay(&stage, leg, fee: 5) }
        #expect(stage.engine.disabledStrategies.isEmpty)
        stage.advance(.seconds(1))
        let more = stage.pair()
        stage.durable(more)
        pay(&stage, more[0], fee: 1)
        #expect(stage.engine.disabledStrategies.map(\.name) == ["taker-taker BTC-USDT"])
    }

    @Test func `count the fees that its quotes and their hedges pay`() throws {
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [Stage.maker { $0.feesPerHour = Stage.units(10) }]
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        pay(&stage, try #require(stage.rested().first), fee: 5)
        #expect(stage.engine.disabledStrategies.isEmpty)
        let hedges = stage.persisted()
        stage.durable(hedges)
        pay(&stage, try #require(hedges.first), fee: 6)
        #expect(stage.engine.disabledStrategies.count == 1)
    }
}

@Suite struct `What is left over` {
    private func stage() -> (stage: Stage, legs: [OrderIntent]) {
        var stage = Stage {
            $0.hedge.residualCap = Stage.units(1)
            $0.hedge.residualAge = .seconds(60)
        }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.fill(legs[1], part: legs[1].quantity.raw - 400)
        return (stage, legs)
    }

    @Test func `is told once when it is old`() {
        var (stage, legs) = stage()
        stage.expire(legs[1])
        stage.process(.timer)
        let told = stage.alarms.filter { $0 == .residualLimit }.count
        stage.advance(.seconds(60))
        stage.process(.timer)
        #expect(stage.alarms.filter { $0 == .residualLimit }.count == told)
        stage.advance(.seconds(1))
        for _ in 0..<3 { stage.process(.timer) }
        #expect(stage.alarms.filter { $0 == .residualLimit }.count == told + 1)
    }

    @Test func `lets openings go on once it is closed`() {
        var (stage, legs) = stage()
        stage.expire(legs[1])
        stage.process(.timer)
        #expect(stage.engine.isResidualHigh)
        stage.fill(legs[1], part: 400)
        stage.process(.timer)
        #expect(!stage.engine.isResidualHigh)
    }
}

@Suite struct `SAFE` {
    @Test func `cancels whatever may still fill, quotes or not`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.process(.mode(.safe, reason: "test", actor: "ann"))
        #expect(Set(stage.canceled) == Set(legs.map(\.id)))
    }
}

@Suite struct `Who leads` {
    private func leads(_ rounds: Int, after lag: Span, answers: Int = 1) -> LeadLag {
        var leads = LeadLag(venues: 2)
        var price: Int64 = 100_000_000
        var now = Moment(nanoseconds: 1_000_000_000)
        for slot in 0..<2 { leads.note(slot, mid: Price(raw: price), at: now) }
        for _ in 0..<rounds {
            now = now + .seconds(2)
            price += 40_000
            leads.note(0, mid: Price(raw: price), at: now)
            for answer in 1...answers {
                let step = Int64(answer) * 40_000 / Int64(answers)
                leads.note(
                    1, mid: Price(raw: price - 40_000 + step),
                    at: now + lag + .milliseconds(Int64(answer - 1)))
            }
        }
        return leads
    }

    @Test func `is not told by moves that come later than any answer`() {
        #expect(leads(100, after: .milliseconds(499)).finding(0, over: 1) != nil)
        #expect(leads(100, after: .milliseconds(501)).finding(0, over: 1) == nil)
    }

    @Test func `one call is answered once by each venue`() {
        #expect(leads(40, after: .milliseconds(50), answers: 2).finding(0, over: 1)?.calls == 40)
    }

    @Test func `fades: no more than a thousand calls are remembered`() {
        let calls = leads(3_000, after: .milliseconds(50)).finding(0, over: 1)?.calls ?? 0
        #expect((500...1_024).contains(calls))
    }
}
