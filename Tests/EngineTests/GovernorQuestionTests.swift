import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// The governor is only as good as the numbers it is asked with.
@Suite struct `What the governor is asked` {
    @Test func `counts the order's notional, the position and the exposure it would make`() {
        let small = Stage.units(500)
        let limits: [(Denial, (inout RiskLimits) -> Void)] = [
            (.orderNotional, { $0.orderNotional = small }),
            (.positionNotional, { $0.positionNotional = small }),
            (.exposureNotional, { $0.exposureNotional = small }),
        ]
        for (denial, change) in limits {
            var stage = Stage { change(&$0.limits) }
            #expect(stage.pair().isEmpty)
            #expect(stage.denied(denial) == 1, "\(denial)")
        }
    }

    @Test func `counts what is left over of earlier pairs`() {
        // A pair makes 1,005 at most; four more are left of the first one, too little for any venue.
        var stage = Stage {
            $0.limits.positionNotional = Stage.units(1_007)
            $0.sizing = nil
            $0.takerTaker[0].depthShare = 100
        }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.fill(legs[1], part: legs[1].quantity.raw - 400)
        stage.expire(legs[1])
        #expect(stage.engine.obligations[0].residual == Quantity(raw: 400))
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.positionNotional) == 1)
    }

    /// A quote of ten rests on one side at venue 0; then an edge comes by that trades ten on the same side.
    private func besideQuote(
        _ side: Side, limit: Int64, _ before: (inout Stage, OrderIntent) -> Void = { _, _ in }
    ) throws -> Stage {
        var stage = Stage {
            $0.makerTaker = [Stage.maker(side == .buy ? .bids : .asks)]
            $0.limits.positionNotional = Stage.units(limit)
            $0.takerTaker[0].depthShare = 100
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let quote = try #require(stage.rested().first)
        before(&stage, quote)
        switch side {
        case .buy: stage.quote(0, bid: 99_00, ask: 99_70)
        case .sell: stage.quote(0, bid: 100_60, ask: 101_00)
        }
        return stage
    }

    @Test(arguments: [Side.buy, .sell]) func `counts quotes that rest as if they filled, on their side`(
        side: Side
    ) throws {
        var stage = try besideQuote(side, limit: 1_500)
        #expect(stage.persisted().isEmpty)
        #expect(stage.denied(.positionNotional) == 1)
        var roomy = try besideQuote(side, limit: 2_100)
        #expect(roomy.persisted().count == 2)
    }

    @Test func `counts fills that a venue has counted and not told yet`() throws {
        var stage = try besideQuote(.buy, limit: 1_800) { stage, quote in
            stage.report(quote, .working, filled: 50_000)
        }
        #expect(stage.persisted().isEmpty)
        #expect(stage.denied(.positionNotional) == 1)
    }

    // MARK: Prices

    private func reaching(
        _ slippage: Int64, venues: Int = 2, _ others: (inout Stage) -> Void = { _ in }
    ) -> Stage {
        var stage = Stage(venues: venues) {
            $0.takerTaker[0].slippage = Stage.bps(slippage)
            $0.limits.windowCollar = Stage.bps(10_000)
        }
        others(&stage)
        return stage
    }

    @Test func `a limit may lie five percent beyond the other venue's price and no further`() {
        // Sold at 101.00; the other venue bids 99.90, whose collar ends at 94.91.
        var within = reaching(603)
        #expect(within.pair().count == 2)
        var beyond = reaching(604)
        #expect(beyond.pair().isEmpty)
        #expect(beyond.denied(.priceCollar) == 1)
    }

    @Test func `of several other venues the best price counts`() {
        var stage = reaching(606, venues: 3) { $0.quote(2, bid: 99_00, ask: 103_00) }
        #expect(stage.pair().isEmpty)
        #expect(stage.denied(.priceCollar) == 1, "the lowest bid's collar would end at 94.05")
    }

    @Test func `a book that has grown old is no reference`() {
        var stage = reaching(600, venues: 3) {
            $0.quote(2, bid: 99_00, ask: 100_50)
            $0.advance(.seconds(6))
        }
        #expect(stage.pair().count == 2, "100.50 would end the collar at 105.52")
    }

    @Test func `a perpetual is no reference for spot while other spot is there`() {
        var stage = Stage(venues: 3) { Stage.relist(&$0, 1, isPerpetual: true) }
        stage.quote(1, bid: 60_00, ask: 60_10)
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(2, bid: 101_00, ask: 101_10)
        #expect(stage.persisted().count == 2)
    }

    @Test(arguments: [false, true]) func `an opening follows a fast move no further than the window's collar`(
        isFast: Bool
    ) {
        var stage = Stage()
        stage.quote(0, bid: 95_00, ask: 95_10)
        stage.quote(1, bid: 95_00, ask: 95_10)
        stage.advance(isFast ? .seconds(3) : .seconds(11))
        // Six percent at first: an edge beyond the collar, which nobody takes.
        stage.quote(1, bid: 101_00, ask: 101_10)
        stage.quote(0, bid: 99_90, ask: 100_00)
        #expect(stage.persisted().isEmpty == isFast)
        #expect(stage.denied(.windowCollar) == (isFast ? 1 : 0))
    }

    // MARK: Our own orders

    /// Bids of ours rest at venue 0; an edge wants to sell there, down to `slippage` below 102.00.
    private func sellingPastBids(_ slippage: Int64, _ makers: [MakerTakerPolicy]) -> Stage {
        var stage = Stage {
            $0.makerTaker = makers
            $0.takerTaker[0].slippage = Stage.bps(slippage)
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 103_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.rested().count == makers.count)
        stage.quote(0, bid: 102_00, ask: 103_00)
        return stage
    }

    @Test func `an order that would meet a quote of our own is not sent`() {
        // Bids rest at 99.85 and 99.40; selling reaches down to 99.45, then to 99.96.
        let makers = [Stage.maker(edge: 50), Stage.maker(edge: 5)]
        for makers in [makers, makers.reversed()] {
            var meets = sellingPastBids(250, makers)
            #expect(meets.persisted().filter { !$0.isQuote }.isEmpty)
            #expect(meets.denied(.selfMatch) == 1)
            var passes = sellingPastBids(200, makers)
            #expect(passes.persisted().filter { !$0.isQuote }.count == 2)
        }
    }

    @Test func `an order of our own that cannot rest is none to be met`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0], part: 60_000)
        stage.expire(legs[1])
        stage.fail(stage.persisted())
        let second = stage.persisted()
        #expect(second.map(\.venue) == [VenueID(0)], "though the rest of the first leg is under way there")
        #expect(second.map(\.side) == [.sell])
    }
}
