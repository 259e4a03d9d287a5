import Engine
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Venue 0 trades spot, venue 1 lists the perpetual: three times the equity, ten basis points.
@Suite struct `The margin of a perpetual` {
    private func stage(
        _ makers: [MakerTakerPolicy] = [], slippage: Int64 = 2
    ) -> Stage {
        Stage {
            Stage.relist(&$0, 1, isPerpetual: true)
            $0.sizing = nil
            $0.makerTaker = makers
            $0.takerTaker[0].manifest.venues = [VenueID(0), VenueID(1)]
            $0.takerTaker[0].minimumEdge = Stage.bps(20)
            $0.takerTaker[0].depthShare = 100
            $0.takerTaker[0].cooldown = .zero
            $0.takerTaker[0].slippage = Stage.bps(slippage)
            $0.takerTaker[0].basis = BasisTerms(
                perpetual: VenueID(1), exit: Stage.bps(-25), positionNotional: Stage.units(5_000),
                directions: .both)
        }
    }

    /// Ten of the perpetual are sold against spot.
    private func enter(_ stage: inout Stage) {
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        let legs = stage.persisted()
        #expect(legs.map(\.quantity.raw) == [100_000, 100_000])
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
    }

    private func claim(opening: Int64, at price: Price) -> Amount {
        let notional = Stage.instrument.notional(price, Quantity(raw: opening))
        return MarginRule(leverage: 3).initial(notional) + Stage.bps(10).of(notional)
    }

    @Test func `is claimed by what opens, with the fee`() throws {
        var stage = stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        let leg = try #require(stage.persisted().last)
        let right = claim(opening: leg.quantity.raw, at: leg.limit)
        #expect(stage.engine.reserved(VenueID(1), Asset("USDT")) == right)
    }

    @Test
    func `is not claimed by what closes, though it is itself under way: that sets more free than it costs`()
        throws
    {
        var stage = stage()
        enter(&stage)
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 100_00, ask: 100_05)
        let leg = try #require(stage.persisted().first)
        #expect(leg.reduceOnly && leg.quantity.raw == 100_000)
        let right = claim(opening: 0, at: leg.limit)
        #expect(stage.engine.reserved(VenueID(1), Asset("USDT")) == right)
    }

    @Test(arguments: [Int64(90), 115]) func `must be there at the limit, fee included`(slippage: Int64) {
        var stage = stage(slippage: slippage)
        stage.setBalance(1, "USDT", Stage.units(100))
        // 2.96 at 101.15 tie up 99.85 and cost 0.30; at 100.90 they need 99.90 in all.
        stage.quote(0, bid: 101_00, ask: 101_10)
        stage.quote(1, bid: 99_90, ask: 100_00)
        #expect(stage.persisted().isEmpty == (slippage == 115))
        #expect(stage.denied(.balance) == (slippage == 115 ? 1 : 0))
    }

    @Test func `is needed for more of the same side, whatever is held`() throws {
        var stage = stage()
        enter(&stage)
        // The ten that are short are worth 999.50 and tie up 333.17 of it; fifty are left.
        stage.setBalance(1, "USDT", Stage.units(1_383))
        stage.quote(1, bid: 100_60, ask: 100_70)
        let leg = try #require(stage.persisted().last)
        #expect(leg.side == .sell && (14_000...15_000).contains(leg.quantity.raw))
        #expect(!leg.reduceOnly)
    }

    // MARK: Quotes at the perpetual's venue

    /// Quotes of six each, or of ten, on one side.
    private func maker(_ sides: MakerTakerPolicy.Sides, edge: Int64 = 5, size: Int64 = 600, at venue: Int = 1)
        -> MakerTakerPolicy
    {
        Stage.maker(edge: edge, sides) {
            $0.quoteVenue = VenueID(venue)
            $0.quoteNotional = Stage.units(size)
            $0.manifest.venues = [VenueID(0), VenueID(1)]
        }
    }

    private func quoting(
        _ makers: [MakerTakerPolicy], _ before: (inout Stage) -> Void = { _ in }
    ) -> Stage {
        var stage = stage(makers)
        enter(&stage)
        before(&stage)
        stage.quote(1, bid: 99_00, ask: 101_00)
        stage.quote(0, bid: 100_00, ask: 100_10)
        for venue in 0..<2 { stage.process(.deadMan(VenueID(venue), isArmed: true)) }
        stage.advance(.seconds(1))
        stage.quote(0, bid: 100_00, ask: 100_10)
        return stage
    }

    @Test func `what one order closes another does not`() throws {
        var stage = quoting([maker(.bids), maker(.bids, edge: 6), maker(.bids, edge: 7)])
        var claims: [Amount] = []
        var quotes: [OrderIntent] = []
        while let quote = stage.persisted().first {
            claims.append(stage.engine.reserved(VenueID(1), Asset("USDT")))
            quotes.append(quote)
            stage.durable([quote])
            stage.accept(quote)
        }
        try #require(quotes.map(\.quantity.raw) == [60_000, 60_000, 60_000])
        #expect(quotes.map(\.reduceOnly) == [true, false, false])
        // Ten are short: six are closed by the first, four by the second, none by the third.
        let opening: [Int64] = [0, 20_000, 60_000]
        var sum = Amount.zero
        for (number, quote) in quotes.enumerated() {
            sum += claim(opening: opening[number], at: quote.limit)
            #expect(claims[number] == sum, "quote \(number)")
        }
    }

    @Test func `nor what a venue has counted of it and not told yet`() throws {
        var stage = quoting([maker(.bids), maker(.bids, edge: 6)])
        let first = try #require(stage.persisted().first)
        stage.durable([first])
        stage.report(first, .working, filled: 60_000)
        stage.quote(0, bid: 100_00, ask: 100_10)
        let second = try #require(stage.persisted().first)
        #expect(second.side == .buy && !second.reduceOnly)
    }

    @Test func `orders on the other side or at another venue close nothing`() throws {
        for other in [maker(.asks), maker(.bids, at: 0)] {
            var stage = quoting([other, maker(.bids, size: 1_000)])
            let quotes = stage.rested()
            #expect(quotes.count == 2)
            let bid = try #require(quotes.last { $0.venue == VenueID(1) && $0.side == .buy })
            #expect(bid.quantity.raw == 100_000 && bid.reduceOnly)
        }
    }

    @Test func `a quote that closes all there is does not drive itself out for want of margin`() {
        var stage = quoting([maker(.bids, size: 1_000)]) {
            // The position is worth 1,000.50 and ties up a third: 1.30 are free, and the fee is 1.00.
            $0.setBalance(1, "USDT", Stage.cents(1_335_30))
        }
        let quotes = stage.rested()
        #expect(quotes.map(\.quantity.raw) == [100_000])
        stage.quote(0, bid: 100_00, ask: 100_11)
        #expect(stage.canceled.isEmpty)
    }
}
