import Books
import Engine
import Hedging
import Orders
import Risk
import Testing
import TradingModel

@Suite struct `An engine that starts again` {
    /// The next run, from the last checkpoint on: all that is left of an older history.
    private func fromCheckpoint(_ stage: Stage) throws -> TradingEngine {
        let place = try #require(
            stage.rows.lastIndex { if case .checkpoint = $0 { true } else { false } })
        var recovery = Recovery(policy: stage.engine.policy)
        for (number, row) in stage.rows[place...].enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        return TradingEngine(policy: stage.engine.policy, recovery: recovery)
    }

    private func trade(_ id: String, of order: OrderIntent, named: Bool, at time: Moment) -> FillReport {
        FillReport(
            instrument: order.instrument, clientID: named ? order.id : nil, venueOrderID: "x\(id)",
            tradeID: id, side: order.side, price: order.limit, quantity: order.quantity, fee: .zero,
            feeAsset: Asset("USDT"), isMaker: false, evidence: .stream, venueTime: time)
    }

    @Test func `knows the trades of orders that had only just settled`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        for leg in legs { stage.fill(leg) }
        #expect(stage.engine.orders.live.isEmpty)
        stage.process(.checkpoint)
        var next = try fromCheckpoint(stage)
        next.process(
            .filled(legs[0].venue, trade("t\(legs[0].id)", of: legs[0], named: true, at: stage.now)),
            at: stage.now)
        #expect(next.counters.duplicateFills == 1)
        #expect(next.counters.zombieOrders == 0)
        #expect(next.ledger == stage.engine.ledger)
    }

    /// The checkpoint no longer told of the order: its fill's row was read as a stranger's.
    @Test func `books a fill that came so late that no checkpoint tells of its order`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        for leg in legs { stage.expire(leg) }
        stage.advance(.seconds(300))
        stage.process(.checkpoint)
        stage.fill(legs[0])
        #expect(stage.engine.obligations[0].deviation == legs[0].quantity)
        let next = try fromCheckpoint(stage)
        #expect(next.ledger == stage.engine.ledger)
        #expect(next.obligations[0].deviation == legs[0].quantity)
    }

    @Test func `asks each venue for trades since its own oldest order, not since another's`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[1])
        let old = stage.now
        stage.advance(.seconds(3_600))
        stage.process(.mode(.reduced, reason: "later", actor: "ann"))
        var recovery = Recovery(policy: stage.engine.policy)
        for (number, row) in stage.rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        let since = try [legs[0].venue, legs[1].venue].map { try #require(recovery.fillsSince(at: $0)) }
        #expect(since[0] == old - Recovery.historyMargin && since[1] == stage.now - Recovery.historyMargin)
    }

    @Test func `accounts for a stranger's trade once, though it lies just before the memory's first row`()
        throws
    {
        var stage = Stage()
        let legs = stage.pair()
        stage.foreign(legs[0], trade: "s1")
        stage.process(.checkpoint)
        var next = try fromCheckpoint(stage)
        next.process(
            .foreignFill(legs[0].venue, trade("s1", of: legs[0], named: false, at: stage.now)), at: stage.now)
        #expect(next.counters.foreignFills == 0, "known from before")
        let before = stage.now + Span.zero - Checkpoint.clockTolerance
        next.process(
            .foreignFill(legs[0].venue, trade("s2", of: legs[0], named: false, at: before)), at: stage.now)
        #expect(next.counters.foreignFills == 1, "happened while no node ran")
        let longBefore = before - .nanoseconds(1)
        next.process(
            .foreignFill(legs[0].venue, trade("s3", of: legs[0], named: false, at: longBefore)), at: stage.now
        )
        #expect(next.counters.foreignFills == 1, "may be of an order that is forgotten")
    }

    @Test func `cancels what still rests since an earlier run`() throws {
        let policy = Stage().engine.policy
        let id = ClientOrderID(epoch: 3, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0)
        let now = Moment(nanoseconds: 1_000_000_000_000)
        let intent = OrderIntent(
            id: id, venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
            quantity: Quantity(raw: 10_000),
            limit: Price(raw: 90_00), timeInForce: .goodTillCanceled, purpose: .open, decidedAt: now,
            sendBefore: now)
        var recovery = Recovery(policy: policy)
        let rows: [OutboxRecord] = [
            .started(epoch: 3, at: now), .intended(intent, venue: "venue-0", symbol: "BTC-USDT"),
            .moved(id, to: .acked, venueOrderID: "o1", at: now),
        ]
        for (number, row) in rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        var engine = TradingEngine(policy: policy, recovery: recovery)
        let report = OrderReport(
            instrument: InstrumentID(0), clientID: id, venueOrderID: "o1", side: .buy, state: .working,
            filled: .zero, quantity: intent.quantity, evidence: .query, venueTime: now)
        engine.process(.queryAnswered(id, .found(report)), at: now)
        let canceled = engine.takeDirectives().contains {
            if case .cancel(let order, _) = $0 { order.id == id } else { false }
        }
        #expect(canceled)
    }

    @Test(arguments: ForeignOrderPolicy.allCases)
    func `cancels strangers' orders by the venue's own id where the policy says so`(
        policy: ForeignOrderPolicy
    ) {
        var stage = Stage(foreignOrders: policy)
        stage.found(0, nil, quantity: Quantity(raw: 10_000), filled: .zero)
        #expect(stage.canceled == (policy == .cancel ? [.nobody] : []))
        #expect(stage.engine.orders.live.isEmpty, "never adopted")
        #expect(stage.engine.venues[0].safeReason != nil)
        let other = ClientOrderID(epoch: 9, node: 5, strategy: 1, intent: 7, leg: 0, attempt: 0)
        stage.found(1, other, quantity: Quantity(raw: 10_000), filled: .zero)
        #expect(stage.canceled.count == (policy == .cancel ? 1 : 0), "another node's is left alone")
    }

    @Test func `is not held up by an order of the last run that its venue does not know`() throws {
        let policy = Stage().engine.policy
        let id = ClientOrderID(epoch: 3, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0)
        let now = Moment(nanoseconds: 1_000_000_000_000)
        let intent = OrderIntent(
            id: id, venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
            quantity: Quantity(raw: 10_000), limit: Price(raw: 90_00), timeInForce: .immediateOrCancel,
            purpose: .open, decidedAt: now, sendBefore: now)
        var recovery = Recovery(policy: policy)
        let rows: [OutboxRecord] = [
            .started(epoch: 3, at: now), .intended(intent, venue: "venue-0", symbol: "BTC-USDT"),
        ]
        for (number, row) in rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        var engine = TradingEngine(policy: policy, recovery: recovery)
        engine.process(.privateStream(VenueID(0), isReady: true, reason: ""), at: now)
        engine.process(.timer, at: now)
        #expect(!engine.isStill(VenueID(0)) && engine.isStill(VenueID(1)), "nobody was asked yet")
        engine.process(.queryAnswered(id, .absent), at: now)
        #expect(engine.isStill(VenueID(0)))
        #expect(engine.orders.live == [id] && engine.reservationCount == 1, "it may still arrive")
        let trade = FillReport(
            instrument: InstrumentID(0), clientID: nil, venueOrderID: "v", tradeID: "t", side: .buy,
            price: Price(raw: 90_00), quantity: Quantity(raw: 10_000), fee: .zero, feeAsset: Asset("USDT"),
            isMaker: false, evidence: .query,
            venueTime: now)
        #expect(engine.mayBeOurs(trade, at: VenueID(0)) && !engine.mayBeOurs(trade, at: VenueID(1)))
        engine.process(.privateStream(VenueID(0), isReady: false, reason: "gap"), at: now)
        #expect(!engine.isStill(VenueID(0)), "what was answered before a gap is void")
    }

    @Test func `numbers its orders by the clock, so that an older copy of the directory repeats none`() {
        var stage = Stage()
        stage.advance(.seconds(1_790_000_000))
        let legs = stage.pair()
        let clock = UInt64(stage.now.milliseconds - 1_577_836_800_000)
        #expect(legs.map(\.id.intent) == [clock, clock])
        stage.durable(legs)
        stage.fill(legs[0])
        stage.expire(legs[1])
        let hedges = stage.persisted()
        #expect(!hedges.isEmpty && hedges.allSatisfy { $0.id.intent == clock + 1 })
    }

    @Test func `hedges within the collar where venues differ, rather than be denied its bound`() {
        // Venue 1 shows asks far below the others': mid prices and bounds lie between them.
        var stage = Stage(venues: 3)
        let legs = stage.sentPair()
        stage.fill(legs[1])
        stage.expire(legs[0])
        let hedges = stage.persisted()
        #expect(!hedges.isEmpty)
        for hedge in hedges {
            let others = (0..<3).filter { $0 != hedge.venue.index }.map { stage.engine.books[0].tops[$0] }
            let reference =
                hedge.side == .buy
                ? others.map(\.ask.price).min() : others.map(\.bid.price).max()
            let collar = stage.engine.governor.collar(around: reference ?? .zero, hedge.side)
            #expect(hedge.side == .buy ? hedge.limit <= collar : hedge.limit >= collar)
        }
    }

    @Test func `takes a venue's word into the ledger when a person says so`() {
        var stage = Stage()
        let before = stage.engine.ledger.balance(VenueID(0), Asset("BTC"))
        let move = Amount(raw: -5_000_000_000_000_000_000)
        stage.process(.adjusted(VenueID(0), Asset("BTC"), by: move, reason: "accepted by ann: withdrawn"))
        #expect(stage.engine.ledger.balance(VenueID(0), Asset("BTC")) == before + move)
        #expect(stage.engine.obligations[0].deviation == .zero, "nothing is hedged for it")
        #expect(
            stage.rows.contains {
                if case .adjusted(_, _, let amount, let reason) = $0 {
                    amount == move && reason == "accepted by ann: withdrawn"
                } else {
                    false
                }
            })
    }
}
