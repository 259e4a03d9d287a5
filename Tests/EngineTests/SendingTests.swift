import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Between the decision and the wire a row is written, and modes may fall meanwhile.
@Suite struct `What has become durable` {
    private func owing() -> (stage: Stage, hedge: [OrderIntent]) {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.expire(legs[1])
        let hedge = stage.persisted()
        return (stage, hedge)
    }

    @Test func `is not sent as new risk in HOLD, nor to a venue that is not trusted`() {
        let troubles: [(inout Stage) -> Void] = [
            { $0.process(.mode(.hold, reason: "test", actor: "ann")) },
            { $0.process(.venueMode(VenueID(0), isSafe: true, reason: "test", actor: "ann")) },
        ]
        for trouble in troubles {
            var stage = Stage()
            let legs = stage.pair()
            trouble(&stage)
            stage.durable([legs[0]])
            #expect(stage.transmitted.isEmpty)
            #expect(!stage.alarms.contains(.staleTrade))
        }
    }

    @Test func `is sent as a hedge in HOLD, and to a venue that is not trusted`() {
        var (stage, hedge) = owing()
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        stage.process(.venueMode(VenueID(1), isSafe: true, reason: "test", actor: "ann"))
        stage.durable(hedge)
        #expect(stage.transmitted.last?.id == hedge.first?.id)
    }

    @Test func `is not sent at all in KILLED`() {
        var (stage, hedge) = owing()
        let sent = stage.transmitted.count
        stage.process(.mode(.killed, reason: "test", actor: "ann"))
        stage.durable(hedge)
        #expect(stage.transmitted.count == sent)
    }

    @Test func `too late as a hedge is decided anew, and is no stale trade`() {
        var (stage, hedge) = owing()
        stage.advance(TradingEngine.hedgeWindow + .milliseconds(1))
        stage.durable(hedge)
        #expect(stage.transmitted.allSatisfy { $0.id != hedge.first?.id })
        #expect(!stage.alarms.contains(.staleTrade))
        #expect(!stage.persisted().isEmpty)
    }

    @Test func `uses up what requests there are`() {
        var stage = Stage { $0.takerTaker[0].cooldown = .zero }
        for venue in 0..<2 { stage.process(.headroom(VenueID(venue), 1)) }
        let legs = stage.pair()
        #expect(legs.count == 2)
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty, "none is left")
        for venue in 0..<2 { stage.process(.headroom(VenueID(venue), 1)) }
        #expect(stage.pair().count == 2)
    }
}

@Suite struct `What fills tell of a venue` {
    @Test func `a fill of an order it had refused is a ghost: it is not trusted further`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.process(.placeAnswered(legs[0].id, .refused(code: "x", message: "")))
        stage.fill(legs[0])
        #expect(stage.alarms.contains(.ghostFill))
        #expect(stage.engine.venues[0].safeReason?.contains("GHOST_FILL") == true)
    }

    @Test(arguments: [ReportedState.working, .filled])
    func `some venues tell of the ghost before they tell of its fill`(state: ReportedState) {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.process(.placeAnswered(legs[0].id, .refused(code: "x", message: "")))
        stage.report(legs[0], state, filled: state == .filled ? legs[0].quantity.raw : 0)
        #expect(stage.alarms.count { $0 == .ghostFill } == 1)
        #expect(stage.engine.venues[0].safeReason?.contains("GHOST_FILL") == true)
        stage.fill(legs[0])
        #expect(stage.alarms.count { $0 == .ghostFill } == 1, "told once")
    }

    @Test func `more than was ordered is an overfill, unless the order's size was never known`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.fill(legs[0], part: 100)
        #expect(stage.alarms.contains(.overfill))
        var other = Stage()
        let id = ClientOrderID(epoch: 0, node: 1, strategy: 1, intent: 7, leg: 0, attempt: 0)
        other.found(0, id, quantity: Quantity(raw: 100), filled: .zero)
        var order = legs[0]
        order.id = id
        other.fill(order, part: 200)
        #expect(!other.alarms.contains(.overfill))
    }

    @Test func `what a venue has counted and not told yet is under way, and not hedged`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.report(legs[1], .filled, filled: legs[1].quantity.raw)
        stage.fill(legs[0])
        #expect(stage.persisted().isEmpty)
        stage.fill(legs[1])
        #expect(stage.engine.obligations[0].deviation == .zero && stage.persisted().isEmpty)
    }

    @Test func `a lost answer with nothing owed is no failure to hedge`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        stage.process(.placeAnswered(legs[1].id, .ambiguous(code: "timeout")))
        #expect(!stage.alarms.contains(.hedgeFailure))
    }

    @Test func `the rest of an order that comes to life again lays claim again`() {
        var stage = Stage()
        let legs = stage.sentPair()
        let whole = stage.engine.reservationCount
        stage.process(.placeAnswered(legs[0].id, .refused(code: "x", message: "")))
        #expect(stage.engine.reservationCount == whole - 1)
        stage.report(legs[0], .working, filled: 0)
        let isLive = stage.engine.orders[legs[0].id]?.state.mayFill ?? false
        #expect(stage.engine.reservationCount == (isLive ? whole : whole - 1))
        #expect(isLive)
    }
}

@Suite struct `With the scarcer leg first` {
    private func stage(venues: Int = 2) -> (stage: Stage, first: OrderIntent?) {
        var stage = Stage(venues: venues) { $0.takerTaker[0].legOrder = .scarcerFirst }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 101_00, ask: 101_10, size: 50_000)
        let first = stage.persisted().first
        return (stage, first)
    }

    @Test func `the other one is tried where it was meant to be, though it is cheaper elsewhere by now`()
        throws
    {
        var (stage, leg) = stage(venues: 3)
        let first = try #require(leg)
        stage.durable([first])
        stage.quote(2, bid: 99_80, ask: 99_90)
        stage.fill(first)
        #expect(stage.persisted().map(\.venue.index) == [0])
    }

    @Test func `a first fill, however small, hands the claim over`() throws {
        var (stage, leg) = stage()
        let first = try #require(leg)
        stage.durable([first])
        stage.fill(first, part: first.quantity.raw / 2)
        #expect(stage.persisted().count == 1)
        #expect(stage.engine.reservationCount == 2, "the first leg's and the hedge's")
    }

    @Test func `a first leg that does not fill leaves no claim`() throws {
        var (stage, leg) = stage()
        let first = try #require(leg)
        stage.fail([first])
        #expect(stage.engine.reservationCount == 0)
    }
}

@Suite struct `An edge is left alone` {
    @Test func `beyond the collar: a price is wrong, and nobody knows which`() {
        for (bid, isTaken) in [(Int64(105_00), true), (106_00, false)] {
            var stage = Stage { $0.limits.windowCollar = Stage.bps(10_000) }
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: bid, ask: bid + 10)
            #expect(stage.persisted().isEmpty == !isTaken, "\(bid)")
        }
    }

    @Test func `in HOLD without a word from the governor`() {
        var stage = Stage { $0.sizing = nil }
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.mode) == 0)
    }

    @Test func `while something is owed, though no hedge is under way`() {
        var stage = Stage {
            $0.takerTaker[0].cooldown = .zero
            $0.hedge.repriceBound = .zero
            $0.hedge.otherVenueBound = .zero
            $0.hedge.unwindBound = .zero
        }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.quote(1, bid: 99_90, ask: 101_10)
        stage.expire(legs[1])
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(1))
        #expect(!stage.pair().contains { $0.purpose == .open })
    }

    @Test func `when its signal has opened before, and looked at once a rest`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.fail(legs)
        stage.advance(.milliseconds(300))
        stage.process(.headroom(VenueID(0), 1_000))
        for leg in legs { stage.expire(leg) }
        for leg in legs { stage.process(.placeAnswered(leg.id, .ambiguous(code: "late"))) }
        #expect(stage.engine.counters.repeatedSignals == 1)
    }

    @Test func `unless its account is ready, agrees with the ledger, and started clean`() {
        let troubles: [EngineEvent] = [
            .privateStream(VenueID(1), isReady: false, reason: "test"),
            .drifted(VenueID(1), detail: "test"),
            .venueMode(VenueID(1), isSafe: true, reason: "test", actor: "ann"),
        ]
        for trouble in troubles {
            var stage = Stage()
            stage.process(trouble)
            #expect(stage.pair().isEmpty)
        }
        var dirty = Stage()
        dirty.process(.dirty(VenueID(1), detail: "test"))
        dirty.process(.mode(.normal, reason: "test", actor: "ann"))
        #expect(dirty.pair().isEmpty)
        var early = Stage()
        early.process(.privateStream(VenueID(1), isReady: true, reason: ""))
        #expect(early.pair().isEmpty, "ready, and not compared yet")
        var unready = Stage()
        unready.process(.privateStream(VenueID(1), isReady: false, reason: "test"))
        unready.process(.reconciled(VenueID(1)))
        #expect(unready.pair().isEmpty, "compared, and not ready")
    }
}
