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

    @Test func `a venue that is being reconciled is left to it while another can take the hedge`() {
        func hedgeVenues(afterDriftAt drifted: [Int]) -> Set<Int> {
            var stage = Stage(venues: 3)
            let legs = stage.sentPair()
            stage.quote(2, bid: 101_00, ask: 101_10)  // the best bid
            stage.quote(0, bid: 100_90, ask: 101_00)
            stage.process(.publicStream(VenueID(1), [InstrumentID(0)], isOpen: false))  // where the leg was
            for venue in drifted { stage.process(.drifted(VenueID(venue), detail: "test")) }
            stage.fill(legs[0])
            stage.expire(legs[1])
            return Set(stage.persisted().map(\.venue.index))
        }
        #expect(hedgeVenues(afterDriftAt: []) == [2])
        #expect(hedgeVenues(afterDriftAt: [2]) == [0])
        #expect(hedgeVenues(afterDriftAt: [0, 2]) == [2], "but a hedge waits for no reconciliation")
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
        let id = legs[0].id
        stage.engine.process(.placeAnswered(id, .ambiguous(code: "timeout")), at: stage.now)
        stage.answer(id, .absent)
        stage.answer(id, .absent)
        #expect(stage.engine.orders[id]?.state == .unknown, "its request may still arrive")
        stage.pass(.seconds(7))
        stage.answer(id, .absent)
        stage.pass(.seconds(6))
        stage.answer(id, .absent)
        #expect(stage.engine.orders[id]?.state == .unknown, "one endpoint is not enough")
        stage.process(.listsRead(id, isWhole: true, showsIt: false))
        stage.pass(.seconds(6))
        stage.process(.timer)
        #expect(stage.canceled.contains(id), "should it live after all, it is not wanted")
        stage.process(.cancelAnswered(id, .unknownOrder))
        #expect(stage.engine.orders[id]?.state == .absent)
        #expect(stage.engine.reservationCount == 1, "the other leg's")
    }

    @Test func `a gap of the private stream voids what spoke for absence`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        let id = legs[0].id
        stage.process(.placeAnswered(id, .ambiguous(code: "timeout")))
        stage.pass(.seconds(7))
        stage.answer(id, .absent)
        stage.process(.listsRead(id, isWhole: true, showsIt: false))
        stage.process(.privateStream(legs[0].venue, isReady: false, reason: "closed"))
        stage.process(.privateStream(legs[0].venue, isReady: true, reason: ""))
        stage.pass(.seconds(6))
        stage.answer(id, .absent)
        stage.process(.cancelAnswered(id, .unknownOrder))
        #expect(stage.engine.orders[id]?.state == .unknown)
    }

    @Test func `a lost answer with the other leg filled is a hedge failure, not a delay`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        stage.fill(legs[0])
        stage.process(.placeAnswered(legs[1].id, .ambiguous(code: "timeout")))
        #expect(stage.alarms.contains(.hedgeFailure))
        #expect(stage.persisted().isEmpty, "it may have filled: nothing is hedged twice")
    }

    @Test func `a signal opens once, across a restart and whatever the time`() throws {
        var stage = Stage()
        let legs = stage.pair()
        #expect(legs[0].decision != 0 && legs[0].decision == legs[1].decision)
        var recovery = Recovery(policy: stage.engine.policy)
        for (number, row) in stage.rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        #expect(recovery.signals.contains(legs[0].decision))
        // The books stand still, the cooldown is over: the same touches are the same signal.
        stage.durable(legs)
        stage.advance(.milliseconds(900))
        for leg in legs { stage.expire(leg) }
        #expect(stage.persisted().isEmpty)
        #expect(stage.engine.counters.repeatedSignals > 0)
    }

    @Test func `an opening answers news from a venue, never a clock`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        for leg in legs { stage.expire(leg) }
        stage.advance(.milliseconds(900))
        let before = stage.engine.counters.pairs
        for _ in 0..<10 { stage.process(.timer) }
        #expect(stage.engine.counters.pairs == before && stage.persisted().isEmpty)
    }

    @Test func `an order of ours without a row is taken over, canceled, and its venue distrusted`() {
        var stage = Stage()
        let id = ClientOrderID(epoch: 0, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0)
        stage.found(0, id, quantity: Quantity(raw: 10_000), filled: Quantity(raw: 4_000))
        #expect(stage.canceled == [id])
        #expect(stage.alarms.contains(.zombieOrder))
        #expect(stage.engine.venues[0].safeReason != nil)
        #expect(stage.engine.venues[0].mayOpen == false)
        #expect(
            stage.rows.contains {
                if case .intended(let intent, _, _) = $0 { intent.id == id } else { false }
            })
    }

    @Test func `strangers are left alone and never adopted; a later epoch of our own stops everything`() {
        var stage = Stage()
        stage.found(0, nil, quantity: Quantity(raw: 10_000), filled: .zero)
        #expect(stage.canceled.isEmpty && stage.engine.orders.live.isEmpty)
        #expect(stage.alarms.contains(.foreignOrder) && stage.engine.venues[0].safeReason != nil)
        let other = ClientOrderID(epoch: 9, node: 5, strategy: 1, intent: 7, leg: 0, attempt: 0)
        stage.found(1, other, quantity: Quantity(raw: 10_000), filled: .zero)
        #expect(stage.canceled.isEmpty && stage.engine.venues[1].safeReason == nil)
        let later = ClientOrderID(epoch: 900, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0)
        stage.found(1, later, quantity: Quantity(raw: 10_000), filled: .zero)
        #expect(stage.engine.mode == .safe)
    }

    @Test func `a stranger's trade moves the ledger with its reason, hedges nothing, and can be taken back`()
    {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        let before = stage.engine.ledger.balance(VenueID(0), Asset("BTC"))
        let owed = stage.engine.obligations[0].deviation
        let untouched = stage.engine.ledger.balance(VenueID(1), Asset("BTC"))
        stage.foreign(legs[1], trade: "t9")
        #expect(stage.engine.obligations[0].deviation == owed)
        #expect(stage.engine.ledger.balance(VenueID(0), Asset("BTC")) == before)
        #expect(stage.engine.ledger.balance(VenueID(1), Asset("BTC")) != untouched)
        // It was ours after all: the venue's trade list merely did not say so.
        stage.fill(legs[1], trade: "t9")
        #expect(stage.engine.obligations[0].deviation == .zero)
        #expect(stage.engine.ledger.deviation(Asset("BTC")) == .zero)
    }

    @Test func `a checkpoint is what the rows before it amount to`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.process(.checkpoint)
        let place = try #require(
            stage.rows.lastIndex { if case .checkpoint = $0 { true } else { false } })
        stage.fill(legs[1])
        var whole = Recovery(policy: stage.engine.policy)
        var short = Recovery(policy: stage.engine.policy)
        for (number, row) in stage.rows.enumerated() {
            try whole.replay(row.encoded(), sequence: UInt64(number + 1))
            if number >= place { try short.replay(row.encoded(), sequence: UInt64(number + 1)) }
        }
        #expect(whole.contradictions.isEmpty)
        #expect(short.ledger == whole.ledger)
        #expect(short.deviations == whole.deviations)
        #expect(short.orders.live == whole.orders.live)
        #expect(short.lastEpoch == whole.lastEpoch)
    }

    @Test func `new risk waits while the store is slow, and stops when its disk runs low`() {
        var stage = Stage()
        stage.process(.store(.slow))
        #expect(stage.pair().isEmpty)
        stage.process(.store(.good))
        stage.advance(.milliseconds(300))
        #expect(!stage.pair().isEmpty)
        stage.process(.store(.low("little room")))
        #expect(stage.engine.mode == .hold && stage.alarms.contains(.diskLow))
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
        for (number, row) in stage.rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        let again = TradingEngine(policy: stage.engine.policy, recovery: recovery)
        #expect(again.epoch == stage.engine.epoch + 1)
        #expect(again.ledger == stage.engine.ledger)
        #expect(again.obligations[0].deviation == stage.engine.obligations[0].deviation)
        #expect(again.orders.live == [legs[1].id], "the unanswered leg must be asked about")
        #expect(again.orders[legs[0].id]?.state == .filled)
    }

    /// Its old price and the market's made a mid price that was nobody's, and bounds out of reach.
    @Test func `takes no price from a venue whose book has stopped`() {
        var stage = Stage(venues: 3)
        for venue in 0..<3 { stage.quote(venue, bid: 100_00, ask: 100_10) }
        stage.advance(.seconds(6))
        for venue in 1..<3 { stage.quote(venue, bid: 95_00, ask: 95_10) }
        #expect(stage.engine.mids[0].raw == 95_05)
    }

    @Test func `counts a fee in a third asset as what the venue's schedule asks`() throws {
        var stage = Stage()
        let leg = try #require(stage.sentPair().first)
        var fill = stage.report(leg, leg.id, "t1")
        fill.fee = Amount(raw: 1_000_000_000_000_000)
        fill.feeAsset = Asset("BNB")
        stage.process(.filled(leg.venue, fill))
        // Ten basis points.
        let notional = Stage.instrument.notional(leg.limit, leg.quantity)
        #expect(stage.engine.counters.fees == Amount(raw: notional.raw / 1_000))
    }
}
