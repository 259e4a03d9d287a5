import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Venues 0 and 2 trade spot, venue 1 lists the perpetual, unless a test says otherwise.
@Suite struct `Each rung of the ladder` {
    private func stage(_ change: (inout EnginePolicy) -> Void = { _ in }) -> Stage {
        Stage(venues: 3) {
            Stage.relist(&$0, 1, isPerpetual: true)
            change(&$0)
        }
    }

    /// Bought at venue 0, and the sale at venue 2 has failed.
    private func owing(_ stage: inout Stage, before: (inout Stage) -> Void = { _ in }) {
        BasisStage.shortLeg(&stage, beforeSalesEnd: before)
    }

    @Test func `tries its own venue, no further than its own bound from the mid price`() throws {
        var stage = stage()
        owing(&stage)
        let mid = stage.engine.mids[0].raw
        let policy = stage.engine.policy.hedge
        let rungs: [(HedgeRung, Int, Rate)] = [
            (.reprice, 2, policy.repriceBound), (.otherVenue, 0, policy.otherVenueBound),
            (.correlated, 1, policy.correlatedBound), (.unwind, 0, policy.unwindBound),
        ]
        for (rung, venue, bound) in rungs {
            let tried = stage.persisted()
            #expect(tried.map(\.venue.index) == [venue], "\(rung)")
            #expect(tried.map(\.id.attempt) == [rung.rawValue])
            #expect(tried.map(\.purpose) == [rung == .unwind ? .unwind : .hedge])
            // A perpetual's own mid price: it may be a basis away from spot.
            let top = stage.engine.books[0].tops[venue]
            let anchor = rung == .correlated ? top.bid.price.raw / 2 + top.ask.price.raw / 2 : mid
            let reach = Int64(Int128(anchor) * Int128(bound.raw) / Int128(Rate.one))
            #expect(tried.map(\.limit.raw) == [anchor - reach], "\(rung)")
            #expect(tried.allSatisfy { $0.owedSince == stage.now }, "decided where it was called for")
            if rung == .unwind { stage.advance(.milliseconds(121)) }
            stage.fail(tried)
        }
        // The deadline is over and the ladder exhausted.
        #expect(stage.engine.mode == .hold)
        let last = stage.persisted()
        #expect(last.map(\.id.attempt) == [HedgeRung.failed.rawValue])
        #expect(last.allSatisfy { $0.limit.raw == mid - mid / 100 })
        #expect(stage.alarms.filter { $0 == .hedgeFailure }.count == 2, "late, then exhausted")
    }

    /// One order of that size was refused by its own limit on each rung, over and over.
    @Test func `what is owed beyond one order's limit goes in pieces, and none of them is a failure`() throws
    {
        var first = Stage(venues: 3)
        let legs = first.sentPair()
        first.fill(legs[0])
        let piece = Quantity(raw: legs[0].quantity.raw / 5 * 2)
        var stage = Stage(venues: 3, recovery: first.rows) { $0.limits.orderQuantity = [piece] }
        stage.expire(legs[1])
        for venue in 0..<3 { stage.quote(venue, bid: 100_00, ask: 100_10) }
        stage.process(.timer)
        var pieces: [OrderIntent] = []
        while case let orders = stage.persisted(), !orders.isEmpty {
            pieces += orders
            stage.durable(orders)
            for order in orders { stage.fill(order) }
        }
        #expect(pieces.map(\.quantity) == [piece, piece, legs[0].quantity - piece - piece])
        #expect(pieces.allSatisfy { $0.side == .sell && $0.id.attempt == HedgeRung.reprice.rawValue })
        #expect(stage.engine.obligations[0].deviation == .zero && stage.engine.mode == .normal)
    }

    @Test func `a rung with nowhere to go is passed over in silence`() {
        var stage = stage()
        stage.process(.privateStream(VenueID(1), isReady: false, reason: "test"))
        owing(&stage) { $0.process(.publicStream(VenueID(2), [InstrumentID(0)], isOpen: false)) }
        // Neither venue 2 nor the perpetual can be had: the second rung and the last are left.
        let first = stage.persisted()
        #expect(first.map(\.venue.index) == [0] && first.map(\.id.attempt) == [HedgeRung.otherVenue.rawValue])
        stage.fail(first)
        #expect(stage.persisted().map(\.purpose) == [.unwind])
        #expect(!stage.alarms.contains(.sorDegraded))
    }

    /// It began where the last climb had ended: after one hedge by a perpetual, all others were, too.
    @Test func `is climbed anew for what is owed next`() {
        var stage = stage()
        owing(&stage)
        stage.fail(stage.persisted())
        stage.fail(stage.persisted())
        let correlated = stage.persisted()
        #expect(correlated.map(\.id.attempt) == [HedgeRung.correlated.rawValue])
        stage.durable(correlated)
        stage.fill(correlated[0])
        #expect(stage.engine.obligations[0].open.isEmpty)
        stage.advance(.seconds(60))
        owing(&stage)
        #expect(stage.persisted().map(\.id.attempt) == [HedgeRung.reprice.rawValue])
    }

    @Test func `the first one goes where the leg was, though another venue pays more`() {
        var stage = Stage(venues: 3)
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.quote(2, bid: 101_50, ask: 101_60)
        stage.expire(legs[1])
        #expect(stage.persisted().map(\.venue.index) == [1])
        #expect(!stage.alarms.contains(.sorDegraded), "all of it could be routed")
    }

    @Test func `a venue that lost its stream lately is passed by where another pays nearly as much`() {
        for isFaulty in [false, true] {
            var stage = Stage(venues: 4)
            if isFaulty {
                stage.process(.privateStream(VenueID(2), isReady: false, reason: "test"))
                stage.process(.privateStream(VenueID(2), isReady: true, reason: ""))
                stage.process(.reconciled(VenueID(2)))
            }
            let legs = stage.sentPair()
            stage.fill(legs[0])
            stage.quote(2, bid: 100_21, ask: 100_60)
            stage.expire(legs[1])
            stage.fail(stage.persisted())
            #expect(stage.persisted().map(\.venue.index) == [isFaulty ? 3 : 2])
        }
    }

    /// Short of the perpetual and of spot that cannot be bought: one of two perpetuals is bought back.
    @Test(arguments: [Int64(0), 50, -50])
    func `a perpetual that makes its holder pay is passed by, one that pays him is not preferred`(
        rate: Int64
    ) {
        var stage = Stage(venues: 3) {
            Stage.relist(&$0, 1, isPerpetual: true)
            Stage.relist(&$0, 2, isPerpetual: true)
            $0.takerTaker[0].manifest.venues = [VenueID(0), VenueID(1)]
            $0.takerTaker[0].basis = BasisTerms(
                perpetual: VenueID(1), exit: Stage.bps(-25), positionNotional: Stage.units(1_500))
        }
        stage.process(
            .contract(
                VenueID(1), ContractTerms(instrument: InstrumentID(0), fundingRate: Stage.bps(rate))))
        stage.quote(2, bid: 100_40, ask: 101_05)
        stage.quote(0, bid: 100_45, ask: 100_50)
        // Without funding the second one is dearer by five cents, or cheaper by as much.
        stage.quote(1, bid: 101_00, ask: rate < 0 ? 101_10 : 101_00 + 1)
        let legs = stage.persisted()
        stage.durable(legs)
        for leg in legs where leg.side == .sell { stage.fill(leg) }
        for leg in legs where leg.side == .buy { stage.expire(leg) }
        stage.fail(stage.persisted())
        let bought = stage.persisted()
        #expect(bought.map(\.id.attempt) == [HedgeRung.correlated.rawValue])
        #expect(bought.map(\.venue.index) == [rate == 0 ? 1 : 2])
    }

    @Test func `where no leg fell short the first one goes wherever it is cheapest, within its bound`() {
        var stage = Stage(venues: 3)
        let legs = stage.sentPair()
        for leg in legs { stage.fill(leg) }
        stage.fill(legs[0], trade: "once more")
        #expect(stage.alarms.contains(.overfill) && stage.engine.venues[0].safeReason != nil)
        let hedges = stage.persisted()
        let mid = stage.engine.mids[0].raw
        #expect(hedges.map(\.venue.index) == [1])
        #expect(hedges.map(\.limit.raw) == [mid - mid * 20 / 10_000])
    }

    @Test func `a perpetual's leg is hedged with another perpetual before spot`() {
        var stage = Stage(venues: 3) {
            Stage.relist(&$0, 1, isPerpetual: true)
            Stage.relist(&$0, 2, isPerpetual: true)
            $0.takerTaker[0].manifest.venues = [VenueID(0), VenueID(1)]
            $0.takerTaker[0].basis = BasisTerms(
                perpetual: VenueID(1), exit: Stage.bps(-25), positionNotional: Stage.units(1_500))
        }
        stage.quote(2, bid: 100_40, ask: 100_70)
        stage.quote(0, bid: 100_45, ask: 100_50)
        stage.quote(1, bid: 101_00, ask: 101_10)
        stage.fillOnlyBuys()
        var venues: [Int] = []
        for _ in 0..<3 {
            let tried = stage.persisted()
            venues += tried.map(\.venue.index)
            stage.fail(tried)
        }
        #expect(venues == [1, 2, 0])
    }

    @Test func `unwinding goes where the first leg is, though that venue is being reconciled`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.process(.drifted(VenueID(0), detail: "test"))
        stage.fill(legs[0])
        stage.expire(legs[1])
        stage.fail(stage.persisted())
        let unwind = stage.persisted()
        #expect(unwind.map(\.venue.index) == [0] && unwind.map(\.purpose) == [.unwind])
    }

    @Test func `none goes where no account is ready or the book is old`() {
        let troubles: [(inout Stage) -> Void] = [
            { $0.process(.privateStream(VenueID(1), isReady: false, reason: "test")) },
            { stage in
                stage.advance(.seconds(6))
                stage.quote(0, bid: 99_90, ask: 100_00)
            },
        ]
        for trouble in troubles {
            var stage = Stage()
            let legs = stage.sentPair()
            stage.fill(legs[0])
            trouble(&stage)
            stage.expire(legs[1])
            let hedges = stage.persisted()
            #expect(!hedges.isEmpty && hedges.allSatisfy { $0.venue == VenueID(0) })
        }
    }

    @Test func `nothing at all is hedged in KILLED`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.process(.mode(.killed, reason: "test", actor: "ann"))
        stage.expire(legs[1])
        #expect(stage.persisted().isEmpty)
    }
}

@Suite struct `A hedge's limit` {
    /// Rungs that reach ten percent: further than the collar's five.
    private func wide() -> Stage {
        Stage {
            $0.hedge.repriceBound = Stage.bps(1_000)
            $0.hedge.otherVenueBound = Stage.bps(1_000)
            $0.hedge.unwindBound = Stage.bps(1_000)
        }
    }

    @Test func `stays within the collar, which looks at the other venue`() {
        for bought in [true, false] {
            var stage = wide()
            let legs = stage.sentPair()
            stage.fill(legs[bought ? 0 : 1])
            stage.expire(legs[bought ? 1 : 0])
            let hedge = stage.persisted()
            #expect(hedge.map(\.venue.index) == [bought ? 1 : 0])
            // Five percent below the bid of 99.90, or above the ask of 101.10.
            #expect(hedge.map(\.limit.raw) == [bought ? 94_91 : 106_15])
            #expect(stage.denied(.priceCollar) == 0)
        }
    }

    @Test func `that cannot reach the level seen is not sent`() {
        for bought in [true, false] {
            var stage = wide()
            let legs = stage.sentPair()
            stage.fill(legs[bought ? 0 : 1])
            if bought {
                stage.quote(1, bid: 93_00, ask: 101_10)
            } else {
                stage.quote(0, bid: 99_90, ask: 107_00)
            }
            stage.expire(legs[bought ? 1 : 0])
            #expect(stage.persisted().map(\.venue.index) == [bought ? 0 : 1], "the venue after it")
        }
    }

    @Test func `lies on the tick, within the bound`() {
        for bought in [true, false] {
            var stage = Stage {
                for venue in 0..<2 { Stage.relist(&$0, venue, tick: 7) }
            }
            let legs = stage.sentPair()
            stage.fill(legs[bought ? 0 : 1])
            stage.expire(legs[bought ? 1 : 0])
            // Twenty basis points of 100.50 are 0.20: 100.30 up to the tick, 100.70 down to it.
            #expect(stage.persisted().map(\.limit.raw) == [bought ? 1_433 * 7 : 1_438 * 7])
        }
    }
}
