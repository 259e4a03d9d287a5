import Books
import Engine
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Venue 0 trades spot, venues 1 and 2 list perpetuals; the strategy trades that of venue 1.
@Suite struct `A basis position` {
    private func stage(
        _ venues: Set<VenueID> = [VenueID(0), VenueID(1)],
        _ change: (inout BasisTerms) -> Void = { _ in }
    ) -> Stage {
        var terms = BasisTerms(
            perpetual: VenueID(1), exit: Stage.bps(-25), positionNotional: Stage.units(1_500))
        change(&terms)
        var stage = Stage(venues: 3) {
            for venue in 1...2 { Stage.relist(&$0, venue, isPerpetual: true) }
            $0.takerTaker[0].manifest.venues = venues
            $0.takerTaker[0].minimumEdge = Stage.bps(20)
            $0.takerTaker[0].depthShare = 100
            $0.takerTaker[0].cooldown = .zero
            $0.takerTaker[0].basis = terms
            $0.sizing = nil
        }
        stage.quote(2, bid: 98_90, ask: 99_00)
        return stage
    }

    private func filled(_ stage: inout Stage, _ legs: [OrderIntent]) {
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
    }

    /// Ten of the perpetual are sold against spot.
    private func entered(_ change: (inout BasisTerms) -> Void = { _ in }) -> Stage {
        var stage = stage([VenueID(0), VenueID(1)], change)
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        let legs = stage.persisted()
        #expect(legs.map(\.quantity.raw) == [100_000, 100_000])
        filled(&stage, legs)
        return stage
    }

    @Test func `is spot against the perpetual, never one perpetual against another`() {
        var stage = stage([VenueID(0), VenueID(1), VenueID(2)])
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        #expect(stage.persisted().map(\.venue.index) == [0, 1])
    }

    @Test func `is neither entered nor left where the perpetual's or the spot's venue may not trade`() {
        for venue in 0...1 {
            var stage = stage()
            stage.process(.venueMode(VenueID(venue), isSafe: true, reason: "test", actor: "ann"))
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 100_60, ask: 100_70)
            #expect(stage.persisted().isEmpty)
        }
    }

    @Test func `is full at its cap: then no edge is seen at all`() {
        var stage = entered { $0.positionNotional = Stage.units(1_006) }
        let pairs = stage.engine.counters.pairs
        stage.quote(1, bid: 100_10, ask: 100_70)
        stage.quote(1, bid: 101_00, ask: 101_10)
        #expect(stage.persisted().isEmpty && stage.engine.counters.pairs == pairs)
        #expect(stage.engine.summary.edges == 1)
    }

    @Test func `that pays longs is entered the other way for less, by what it pays`() {
        for rate in [Int64(-5), 5] {
            var stage = stage {
                $0.directions = .both
                $0.payments = 2
            }
            stage.process(
                .contract(
                    VenueID(1),
                    ContractTerms(instrument: InstrumentID(0), fundingRate: Stage.bps(rate))))
            // 35 basis points between the two are 15 after fees: 20 less ten of funding are 10.
            stage.quote(1, bid: 99_90, ask: 100_00)
            stage.quote(0, bid: 100_35, ask: 100_45)
            #expect(stage.persisted().isEmpty == (rate > 0))
        }
    }

    @Test func `is closed at a loss within its exit, however deep that goes`() {
        var stage = entered()
        stage.ladder(1, bids: [(99_90, 500_000)], asks: [(100_02, 40_000), (100_20, 500_000)])
        stage.quote(0, bid: 100_00, ask: 100_05)
        // 100.02 loses 22 basis points, 100.20 forty.
        let legs = stage.persisted()
        #expect(legs.map(\.quantity.raw) == [40_000, 40_000])
    }

    @Test func `is closed rather than made larger where closing is worth more, beside what is asked of it`() {
        var stage = Stage(venues: 3) {
            Stage.relist(&$0, 1, isPerpetual: true)
            $0.takerTaker[0].manifest.venues = [VenueID(0), VenueID(1), VenueID(2)]
            $0.takerTaker[0].minimumEdge = Stage.bps(20)
            $0.takerTaker[0].cooldown = .zero
            $0.takerTaker[0].basis = BasisTerms(
                perpetual: VenueID(1), exit: Stage.bps(-25), positionNotional: Stage.units(5_000))
        }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        filled(&stage, stage.persisted())
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        // To enter earns 25 where 20 are asked, to leave loses 10 where 25 may be lost.
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_45, ask: 100_50)
        stage.quote(2, bid: 100_60, ask: 100_70)
        _ = stage.persisted()
        stage.process(.mode(.normal, reason: "test", actor: "ann"))
        stage.quote(2, bid: 100_60, ask: 100_70)
        let legs = stage.persisted()
        #expect(legs.map(\.venue.index) == [1, 2] && legs.map(\.side) == [.buy, .sell])
    }

    // MARK: Margin

    @Test func `is closed on no margin but its fee, which is all that the order claims`() {
        var stage = entered()
        stage.setBalance(1, "USDT", Stage.units(1_006 + 340))
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 100_00, ask: 100_05)
        let legs = stage.persisted()
        #expect(legs.map(\.reduceOnly) == [true, false])
        #expect(legs.map(\.quantity.raw) == [100_000, 100_000])
    }

    @Test func `has no margin twice: what one order closes, another does not`() {
        var stage = entered()
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 100_00, ask: 100_05)
        let legs = stage.persisted()
        stage.durable(legs)
        // Spot sells, the perpetual's order is still under way: its fill counts once.
        for leg in legs where leg.side == .sell { stage.fill(leg) }
        #expect(stage.persisted().isEmpty)
        for leg in legs where leg.side == .buy { stage.fill(leg) }
        #expect(stage.balance(1, "BTC") == .zero)
        #expect(stage.engine.reservationCount == 0)
    }

    @Test func `is reduced, never turned, by an order that is told to reduce`() {
        // Twenty are bought where ten are short: that order may do more than reduce.
        var stage = entered { $0.directions = .both }
        stage.quote(2, bid: 98_90, ask: 99_00)
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 101_00, ask: 101_10)
        let legs = stage.persisted()
        #expect(legs.first?.venue == VenueID(1))
        #expect(legs.first?.quantity == Quantity(raw: 100_000), "no more than the position")
        #expect(legs.map(\.reduceOnly) == [true, false])
    }

    @Test func `equity that is gone affords nothing`() {
        var stage = stage()
        stage.setBalance(1, "USDT", Amount(raw: -1) + .zero)
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        #expect(stage.persisted().isEmpty)
    }
}
