import Books
import Routing
import Strategies
import Testing
import TradingModel

/// Venue 0 of a drawn pair is quoted, and venue 1 hedges.
@Suite struct `A quote's constraints` {
    private struct Right: Equatable {
        var price: Int64
        var bound: Int64
        var quantity: Int64
        var most: Int64
        var hedge: Int64
    }

    /// The first tick, coming from where it would cost most, at which the edge is left.
    private func price(_ side: Side, _ hedge: Int64, _ edge: Rate, _ market: DrawnPair) -> Int64 {
        let one = DrawnPair.one
        let (own, other) = (market.capacities[0].listing, market.capacities[1].listing)
        let (tick, top) = (own.tick.raw, market.book.tops[0])
        let (maker, taker) = (Int128(own.makerFee.raw), Int128(other.takerFee.raw))
        let asked = one + Int128(edge.raw)
        switch side {
        case .buy:
            var place = (hedge + 500) / tick * tick
            while Int128(place) * (one + maker) * asked > Int128(hedge) * (one - taker) * one {
                place -= tick
            }
            return min(place, top.ask.price.raw - tick)
        case .sell:
            var place = (hedge - 500) / tick * tick
            while Int128(place) * (one - maker) * one <= Int128(hedge) * (one + taker) * asked {
                place += tick
            }
            return max(place, top.bid.price.raw + tick)
        }
    }

    private func expected(
        _ side: Side, _ market: DrawnPair, _ policy: MakerTakerPolicy, _ notional: Int64, _ share: Int64,
        _ unrest: Rate
    ) -> Right? {
        let levels = side == .buy ? market.bids : market.asks
        guard let touch = levels.first,
            let quantity = market.whole(market.most(notional, share, at: touch.price))
        else { return nil }
        // Only a share of each unit may be counted on.
        var shown: Int64 = 0
        guard
            let deepest = levels.first(where: {
                shown += $0.quantity
                return shown * policy.depthShare >= quantity * 100
            })
        else { return nil }
        let place = price(side, deepest.price, policy.minimumEdge + unrest, market)
        let half = Rate(raw: policy.minimumEdge.raw / 2) + unrest
        let (own, other) = (market.capacities[0].listing, market.capacities[1].listing)
        guard quantity >= own.smallestOrder(at: Price(raw: place)).raw,
            quantity >= other.smallestOrder(at: Price(raw: deepest.price)).raw
        else { return nil }
        return Right(
            price: place, bound: price(side, deepest.price, half, market), quantity: quantity,
            most: min(market.capacities[1].affordable.raw, shown * policy.depthShare / 100),
            hedge: deepest.price)
    }

    @Test(arguments: [Side.buy, .sell])
    func `edge, fees, tick, lots, minimums, caps, depth and size are kept, against a search of every tick`(
        side: Side
    ) {
        var quoted = 0
        for seed in 1...600 {
            var random = SeededNumbers(seed: UInt64(seed))
            var market = DrawnPair(&random, spread: 0)
            let hedges = side == .buy ? market.bids : market.asks
            let tick = market.capacities[0].listing.tick.raw
            let own = (100_00 + random.between(-60, 60)) / tick * tick
            market.show(0, bids: [(own, 50)], asks: [(own + tick * random.between(1, 9), 50)])
            market.show(
                1, bids: side == .buy ? hedges : [(90_00, 1)], asks: side == .buy ? [(110_00, 1)] : hedges)
            let notional = 100_00 * random.between(5, 60)
            let share = random.between(5_000, 10_000)
            let policy = MakerTakerPolicy(
                instrument: InstrumentID(0), quoteVenue: VenueID(0),
                minimumEdge: Stage.bps(random.between(0, 30)),
                quoteNotional: Amount(
                    raw: Sketch.instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw * Int128(notional)),
                depthShare: random.between(20, 100))
            let unrest = Stage.bps(random.between(0, 5))
            let view = market.view(share: share)
            let found = MakerTaker(policy: policy).quote(side, at: 0, view) { _ in unrest }
            let right = expected(side, market, policy, notional, share, unrest)
            let seen = found.map {
                Right(
                    price: $0.price.raw, bound: $0.bound.raw, quantity: $0.quantity.raw, most: $0.most.raw,
                    hedge: $0.hedge.raw)
            }
            #expect(seen == right, "seed \(seed)")
            if right != nil { quoted += 1 }
        }
        #expect(quoted > 60)
    }

    @Test func `nothing is quoted where nothing is affordable, though no minimum forbids it`() {
        var random = SeededNumbers(seed: 1)
        var market = DrawnPair(&random, spread: 0)
        let listing = Listing(
            venue: VenueID(0), instrument: Sketch.instrument, symbol: "S", tick: Price(raw: 1),
            lot: Quantity(raw: 1), minimumQuantity: .zero, maximumQuantity: Quantity(raw: 500),
            minimumNotional: .zero, takerFee: .zero, makerFee: .zero, buyFeeInBase: false)
        market.capacities = (0..<2).map { _ in VenueCapacity(listing: listing, affordable: .zero) }
        let maker = MakerTaker(
            policy: MakerTakerPolicy(
                instrument: InstrumentID(0), quoteVenue: VenueID(0), minimumEdge: .zero,
                quoteNotional: Stage.units(1_000)))
        #expect(maker.quote(.buy, at: 0, market.view(share: 10_000)) { _ in .zero } == nil)
        market.show(0, bids: [(99_00, 50)], asks: [(100_00, 50)])
        market.show(1, bids: [(102_00, 50)], asks: [(103_00, 50)])
        let taker = TakerTaker(
            policy: TakerTakerPolicy(
                instrument: InstrumentID(0), minimumEdge: .zero, pairNotional: Stage.units(1_000)))
        let edge = EdgeScanner.best(market.book, among: SlotSet(bits: 0b11), minimum: .zero)
        let proposal = edge.flatMap {
            taker.propose(
                $0, market.book, buyer: market.capacities[0], seller: market.capacities[1], sizeShare: 10_000)
        }
        #expect(edge != nil && proposal == nil)
    }

    @Test func `what of ours rests where it would be hedged is not counted on`() throws {
        var random = SeededNumbers(seed: 1)
        var market = DrawnPair(&random, spread: 0)
        let listing = Listing(
            venue: VenueID(0), instrument: Sketch.instrument, symbol: "S", tick: Price(raw: 1),
            lot: Quantity(raw: 1), minimumQuantity: Quantity(raw: 1), maximumQuantity: Quantity(raw: 500),
            minimumNotional: .zero, takerFee: .zero, makerFee: .zero, buyFeeInBase: false)
        market.capacities = [
            VenueCapacity(listing: listing, affordable: Quantity(raw: 500)),
            VenueCapacity(listing: listing, affordable: Quantity(raw: 500)),
        ]
        market.show(0, bids: [(99_00, 50)], asks: [(101_00, 50)])
        market.show(1, bids: [(100_00, 50)], asks: [(110_00, 50)])
        let maker = MakerTaker(
            policy: MakerTakerPolicy(
                instrument: InstrumentID(0), quoteVenue: VenueID(0), minimumEdge: .zero,
                quoteNotional: Stage.units(1_000), depthShare: 100))
        market.book.setOwn(
            [OwnLevel(side: .buy, price: Price(raw: 100_00), quantity: Quantity(raw: 30))], at: VenueID(1))
        let quote = try #require(maker.quote(.buy, at: 0, market.view(share: 10_000)) { _ in .zero })
        #expect(quote.quantity.raw == 10 && quote.most.raw == 20)
    }
}
