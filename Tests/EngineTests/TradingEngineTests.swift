import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite struct `The trading engine` {
    @Test
    func
        `turns a crossing of two venues into two durable legs, buy where it is cheap, sell where it is dear`()
    {
        var stage = Stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        #expect(stage.directives().isEmpty)
        stage.quote(1, bid: 101_00, ask: 101_10)
        let legs = stage.persisted()
        #expect(legs.map(\.side) == [.buy, .sell])
        #expect(legs.map(\.venue.index) == [0, 1])
        #expect(legs[0].quantity == legs[1].quantity)
        #expect(stage.transmitted.isEmpty, "nothing is sent before it is durable")
        stage.durable(legs)
        #expect(stage.transmitted.map(\.id) == legs.map(\.id))
    }

    @Test func `proposes nothing on an edge that fees eat`() {
        var stage = Stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_15, ask: 100_30)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `a leg that became durable too late is not sent`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.pass(.milliseconds(151))
        stage.durable(legs)
        #expect(stage.transmitted.isEmpty)
        #expect(legs.allSatisfy { stage.engine.orders[$0.id]?.state == .absent })
        #expect(stage.engine.isFlat)
    }

    @Test func `a disk that refuses sends nothing and holds`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.engine.process(.notDurable(legs.map(\.id), reason: "disk full"), at: stage.now)
        stage.directives()
        #expect(stage.transmitted.isEmpty)
        #expect(stage.engine.mode == .hold)
        #expect(stage.alarms.contains(.outboxUnavailable))
    }

    @Test
    func
        `both legs filled leave nothing owed, and books stay closed to a second pair until the rest is over`()
    {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        #expect(stage.engine.obligations[0].open.count == 1)
        stage.fill(legs[1])
        #expect(stage.engine.obligations[0].open.isEmpty)
        #expect(stage.engine.isFlat)
        #expect(stage.engine.summary.hedgesCompleted == 1)
        stage.quote(1, bid: 101_00, ask: 101_10)
        #expect(stage.persisted().isEmpty, "cooldown")
    }

    @Test func `the same fill told twice is booked once`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        let balance = stage.engine.ledger.balance(VenueID(0), Asset("BTC"))
        stage.fill(legs[0])
        #expect(stage.engine.ledger.balance(VenueID(0), Asset("BTC")) == balance)
        #expect(stage.engine.counters.duplicateFills == 1)
    }

    @Test func `a leg that expires unfilled is hedged at once, first where it failed`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.expire(legs[1])
        let hedge = stage.persisted()
        #expect(hedge.map(\.side) == [.sell])
        #expect(hedge.map(\.venue.index) == [1])
        #expect(hedge.map(\.quantity) == [legs[0].quantity])
        #expect(hedge.allSatisfy { $0.purpose == .hedge && $0.timeInForce == .immediateOrCancel })
    }

    @Test
    func `the ladder goes on to another venue, then unwinds, then gives up after the deadline and holds`() {
        var stage = Stage(venues: 3)
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.expire(legs[1])
        var seen: [(Int, OrderPurpose)] = []
        for _ in 0..<3 {
            let hedge = stage.persisted()
            guard let attempt = hedge.first else { break }
            seen.append((attempt.venue.index, attempt.purpose))
            stage.durable(hedge)
            for leg in hedge { stage.expire(leg) }
        }
        #expect(seen.map(\.0) == [1, 2, 0] || seen.map(\.0) == [1, 0, 0])
        #expect(seen.last?.1 == .unwind)
        #expect(stage.engine.mode == .normal, "the deadline has not passed")
        stage.pass(.milliseconds(130))
        for _ in 0..<4 {
            stage.engine.process(.timer, at: stage.now)
            let hedge = stage.persisted()
            stage.durable(hedge)
            for leg in hedge { stage.expire(leg) }
        }
        #expect(stage.engine.mode == .hold)
        #expect(stage.alarms.contains(.hedgeFailure))
        stage.pass(.milliseconds(600))
        stage.engine.process(.timer, at: stage.now)
        #expect(!stage.persisted().isEmpty, "it keeps trying")
    }

    @Test func `an order without a proven fate keeps its reservation and is asked about, not resent`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        let before = stage.engine.summary
        stage.engine.process(.placeAnswered(legs[0].id, .ambiguous(code: "timeout")), at: stage.now)
        #expect(stage.engine.orders[legs[0].id]?.state == .unknown)
        #expect(stage.engine.summary.counters.ordersNew == before.counters.ordersNew)
        stage.pass(.milliseconds(200))
        stage.engine.process(.timer, at: stage.now)
        stage.directives()
        #expect(stage.queried == [legs[0].id])
        stage.engine.process(.queryAnswered(legs[0].id, .absent), at: stage.now)
        stage.pass(.seconds(3_600))
        stage.engine.process(.timer, at: stage.now)
        #expect(stage.engine.orders[legs[0].id]?.state == .unknown, "time decides nothing")
    }

    @Test func `absence is believed only when said twice after the request can no longer arrive`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        stage.engine.process(.placeAnswered(legs[0].id, .ambiguous(code: "timeout")), at: stage.now)
        stage.engine.process(.queryAnswered(legs[0].id, .absent), at: stage.now)
        stage.engine.process(.queryAnswered(legs[0].id, .absent), at: stage.now)
        #expect(stage.engine.orders[legs[0].id]?.state == .unknown)
        stage.pass(.seconds(7))
        stage.engine.process(.timer, at: stage.now)
        stage.engine.process(.queryAnswered(legs[0].id, .absent), at: stage.now)
        #expect(stage.engine.orders[legs[0].id]?.state == .unknown)
        stage.engine.process(.queryAnswered(legs[0].id, .absent), at: stage.now)
        #expect(stage.engine.orders[legs[0].id]?.state == .absent)
    }

    @Test func `a fill after a proven refusal is booked, hedged and reported`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.engine.process(.placeAnswered(legs[0].id, .refused(code: "-2010", message: "")), at: stage.now)
        stage.expire(legs[1])
        stage.fill(legs[0])
        #expect(stage.engine.orders[legs[0].id]?.state == .filled)
        #expect(!stage.persisted().isEmpty, "the exposure is hedged whatever the venue said before")
        #expect(stage.alarms.contains(.orderUnknown))
    }

    @Test func `no new risk in HOLD, on a lost private stream, on a book without proof, or while draining`() {
        for trouble in 0..<4 {
            var stage = Stage()
            switch trouble {
            case 0: stage.engine.process(.mode(.hold, reason: "test", actor: "test"), at: stage.now)
            case 1:
                stage.engine.process(
                    .privateStream(VenueID(1), isReady: false, reason: "closed"), at: stage.now)
            case 2: break
            default: stage.engine.process(.draining, at: stage.now)
            }
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 101_00, ask: 101_10, proven: trouble != 2)
            #expect(stage.persisted().isEmpty, "trouble \(trouble)")
        }
    }

    @Test func `recovers orders, ledger and what is owed from its own rows`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        var recovery = Recovery(policy: stage.engine.policy)
        for row in stage.rows { try recovery.replay(row.encoded()) }
        let again = TradingEngine(policy: stage.engine.policy, recovery: recovery)
        #expect(again.epoch == stage.engine.epoch + 1)
        #expect(again.ledger == stage.engine.ledger)
        #expect(again.obligations[0].deviation == stage.engine.obligations[0].deviation)
        #expect(again.orders.live == [legs[1].id], "the unanswered leg must be asked about")
        #expect(again.orders[legs[0].id]?.state == .filled)
    }
}
