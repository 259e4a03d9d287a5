import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@testable import Engine

@Suite("Quotes that are moved in place") struct AmendingTests {
    /// Venue 0 is quoted, venue 1 hedges; a quote may move after a second.
    private func stage(amends: Bool = true, recovery: [OutboxRecord] = []) -> Stage {
        let policy = MakerTakerPolicy(
            instrument: InstrumentID(0), quoteVenue: VenueID(0),
            minimumEdge: Rate(hundredthsOfBasisPoint: 500),
            quoteNotional: Amount(raw: 1_000 * 1_000_000_000_000_000_000), sides: .bids, caution: 0)
        var stage = Stage(recovery: recovery) {
            $0.takerTaker = []
            $0.makerTaker = [policy]
            $0.venues[0].amends = amends
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        return stage
    }

    /// A bid that rests at 99.85, and a price a percent higher a while later.
    private func moved(_ stage: inout Stage) throws -> OrderIntent {
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.persisted().first)
        stage.durable([bid])
        stage.accept(bid)
        stage.pass(.seconds(2))
        stage.quote(1, bid: 100_50, ask: 100_60)
        return bid
    }

    private func sent(_ stage: inout Stage) throws -> (OrderIntent, Amendment) {
        let bid = try moved(&stage)
        stage.durable([bid])
        return (bid, try #require(stage.amendsSent.first))
    }

    private func held(_ stage: Stage, _ bid: OrderIntent) -> Amount {
        stage.engine.reservations.held(by: bid.id, VenueID(0), Asset("USDT"))
    }

    @Test func `one moves by an amend where cancels cost, and by a cancel and a new order elsewhere`()
        throws
    {
        var kraken = stage()
        let bid = try moved(&kraken)
        #expect(kraken.canceled.isEmpty && kraken.persisted().isEmpty)
        let amendment = try #require(kraken.amends.first)
        #expect(amendment.order.id == bid.id && amendment.terms.limit == Price(raw: 100_34))
        #expect(kraken.amendsSent.isEmpty, "its row is not durable")
        kraken.durable([bid])
        #expect(kraken.amendsSent == [amendment])
        kraken.process(.amendAnswered(amendment, .amended))
        #expect(kraken.engine.orders[bid.id]?.terms == amendment.terms)
        #expect(kraken.engine.counters.ordersAmended == 1 && kraken.engine.counters.ordersNew == 1)

        var okx = stage(amends: false)
        let other = try moved(&okx)
        #expect(okx.amends.isEmpty && okx.canceled == [other.id])
    }

    @Test func `one has a single amend under way, and rests as long as a quote lives before the next`()
        throws
    {
        var stage = stage()
        let (bid, amendment) = try sent(&stage)
        stage.pass(.seconds(2))
        stage.quote(1, bid: 100_80, ask: 100_90)
        #expect(stage.amends.count == 1)
        stage.process(.amendAnswered(amendment, .amended))
        #expect(stage.amends.count == 2, "the answer was waited for")
        stage.durable([bid])
        stage.process(.amendAnswered(stage.amendsSent[1], .amended))
        stage.quote(1, bid: 101_30, ask: 101_40)
        #expect(stage.amends.count == 2, "it has only just been moved")
    }

    @Test func `claims are the larger ones of both terms until the venue has answered`() throws {
        var stage = stage()
        let before = try moved(&stage)
        let old = stage.engine.claim(before)
        let amendment = try #require(stage.amends.first)
        let new = stage.engine.claim(before.amended(to: amendment.terms))
        #expect(held(stage, before) == max(old.1, new.1))
        let hedge = stage.engine.standbyHeld(VenueID(1), Asset("BTC"))
        let larger = max(before.quantity, amendment.terms.quantity)
        #expect(hedge == Stage.instrument.baseAmount(larger))
        stage.durable([before])
        var refused = stage
        stage.process(.amendAnswered(amendment, .amended))
        #expect(held(stage, before) == new.1)
        #expect(
            stage.engine.standbyHeld(VenueID(1), Asset("BTC"))
                == Stage.instrument.baseAmount(amendment.terms.quantity))
        refused.process(.amendAnswered(amendment, .refused(code: "EOrder:Post only order", message: "")))
        #expect(held(refused, before) == old.1)
        #expect(
            refused.engine.standbyHeld(VenueID(1), Asset("BTC"))
                == Stage.instrument.baseAmount(before.quantity))
        #expect(refused.engine.orders[before.id]?.terms == before.terms)
        #expect(refused.canceled.isEmpty, "it stands as it did")
    }

    @Test func `a fill during an amend is hedged by what was filled, under either terms`() throws {
        var stage = stage()
        let (bid, amendment) = try sent(&stage)
        stage.fill(bid, part: 40_000)
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.purpose == .hedge && hedge.quantity.raw == 40_000 && hedge.venue == VenueID(1))
        stage.process(.amendAnswered(amendment, .amended))
        stage.durable([hedge])
        stage.fill(hedge)
        stage.fill(bid.amended(to: amendment.terms), part: amendment.terms.quantity.raw - 40_000)
        let rest = try #require(stage.persisted().first)
        #expect(rest.quantity.raw == amendment.terms.quantity.raw - 40_000)
        #expect(stage.engine.orders[bid.id]?.state == .filled)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == .zero)
        #expect(!stage.alarms.contains(.overfill))
    }

    @Test func `one whose amend has no answer is canceled, and nothing is guessed meanwhile`() throws {
        var stage = stage()
        let (bid, amendment) = try sent(&stage)
        stage.process(.amendAnswered(amendment, .ambiguous(code: "timed-out")))
        #expect(stage.canceled == [bid.id])
        #expect(stage.engine.orders[bid.id]?.possible.count == 2)
        stage.pass(.seconds(2))
        #expect(stage.amends.count == 1 && stage.persisted().isEmpty, "it is in doubt")
        stage.process(.cancelAnswered(bid.id, .accepted))
        #expect(stage.engine.orders[bid.id]?.possible.count == 2)
        stage.process(
            .reported(
                VenueID(0),
                OrderReport(
                    instrument: InstrumentID(0), clientID: bid.id, venueOrderID: "o", side: .buy,
                    state: .canceled, filled: .zero, quantity: bid.quantity, evidence: .stream,
                    venueTime: stage.now)))
        #expect(held(stage, bid) == .zero)
        let next = try #require(stage.persisted().first)
        #expect(next.id != bid.id && stage.engine.reservationCount == 1)
        #expect(
            stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == Stage.instrument.baseAmount(next.quantity))
    }

    @Test func `the venue's own report settles an amend whose answer is lost`() throws {
        var stage = stage()
        let (bid, amendment) = try sent(&stage)
        let report = OrderReport(
            instrument: InstrumentID(0), clientID: bid.id, venueOrderID: "o", side: .buy, state: .working,
            filled: .zero, quantity: amendment.terms.quantity, limit: amendment.terms.limit,
            evidence: .stream, venueTime: stage.now)
        stage.process(.reported(VenueID(0), report))
        #expect(stage.engine.orders[bid.id]?.terms == amendment.terms)
        stage.process(.amendAnswered(amendment, .ambiguous(code: "timed-out")))
        #expect(stage.canceled.isEmpty && stage.engine.orders[bid.id]?.amend == .accepted)
    }

    @Test func `an order that the venue does not know is asked about at once`() throws {
        var stage = stage()
        let (bid, amendment) = try sent(&stage)
        stage.process(.amendAnswered(amendment, .unknownOrder))
        stage.process(.timer)
        #expect(stage.queried.contains(bid.id) && stage.canceled.isEmpty)
    }

    @Test func `in HOLD nothing is amended, only canceled, even with the row on its way`() throws {
        var stage = stage()
        let bid = try moved(&stage)
        stage.process(.mode(.hold, reason: "test", actor: "anna"))
        #expect(stage.canceled == [bid.id])
        stage.durable([bid])
        #expect(stage.amendsSent.isEmpty && stage.engine.orders[bid.id]?.amend == .refused)
    }

    @Test func `an amend that waited its turn on the wire is asked again before it goes`() throws {
        var stage = stage()
        let (_, amendment) = try sent(&stage)
        #expect(stage.engine.mayStillGo(amendment, at: stage.now))
        #expect(!stage.engine.mayStillGo(amendment, at: stage.now + .seconds(1)), "its time has passed")
        stage.quote(1, bid: 99_00, ask: 99_10)
        #expect(stage.canceled == [amendment.order.id], "what it moves to would lose")
        #expect(!stage.engine.mayStillGo(amendment, at: stage.now))
    }

    @Test func `a row that the store refuses leaves the order as it was`() throws {
        var stage = stage()
        let bid = try moved(&stage)
        stage.process(.notDurable([bid.id], reason: "full"))
        #expect(stage.amendsSent.isEmpty && stage.engine.orders[bid.id]?.possible == [bid.terms])
        #expect(stage.engine.orders[bid.id]?.state == .acked)
    }

    @Test func `our own levels are those of both terms while it is being moved`() throws {
        var stage = stage()
        let bid = try moved(&stage)
        let terms = try #require(stage.amends.first).terms
        var other = bid
        other.id = ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 9_999, leg: 0, attempt: 0)
        other.side = .sell
        #expect(stage.engine.question(other, stage.now).ownOpposite == max(bid.limit, terms.limit))
    }

    @Test func `killed between row and answer, a start counts the worst of both terms and cancels`() throws {
        var before = stage()
        let (bid, amendment) = try sent(&before)
        var after = stage(recovery: before.rows)
        let record = try #require(after.engine.orders[bid.id])
        #expect(record.amend == .unknown && record.possible == [bid.terms, amendment.terms])
        let new = after.engine.claim(bid.amended(to: amendment.terms))
        #expect(held(after, bid) == max(new.1, after.engine.claim(bid).1))
        after.answer(
            bid.id,
            .found(
                OrderReport(
                    instrument: InstrumentID(0), clientID: bid.id, venueOrderID: "o", side: .buy,
                    state: .working, filled: .zero, quantity: bid.quantity, limit: bid.limit,
                    evidence: .query, venueTime: after.now)))
        #expect(after.canceled == [bid.id])
    }

    @Test func `killed after the answer, a start knows the terms`() throws {
        var before = stage()
        let (bid, amendment) = try sent(&before)
        before.process(.amendAnswered(amendment, .amended))
        let after = stage(recovery: before.rows)
        #expect(after.engine.orders[bid.id]?.possible == [amendment.terms])
        var checkpointed = before
        checkpointed.process(.checkpoint)
        let last = try #require(checkpointed.rows.last { if case .checkpoint = $0 { true } else { false } })
        #expect(stage(recovery: [last]).engine.orders[bid.id]?.possible == [amendment.terms])
    }
}
