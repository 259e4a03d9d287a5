import Books
import Engine
import Routing
import Testing
import TradingModel

/// A drawn market whose venues differ in touches, maker fees, ticks, lots, minimums and caps.
private struct RestingMarket {
    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 0)
    static let now = Moment(nanoseconds: 1_000_000_000_000)
    var book: ConsolidatedBook
    var capacities: [VenueCapacity?] = []

    init(_ venues: Int) {
        book = ConsolidatedBook(
            RestingMarket.instrument,
            sources: (0..<venues).map {
                .init(venue: VenueID($0), proof: .consecutive, depth: 50, takerFee: Rate(raw: 1))
            })
        capacities = Array(repeating: nil, count: venues)
    }

    /// `maker` in basis points.
    mutating func venue(
        _ number: Int, bid: Int64, ask: Int64, maker: Int64 = 0, tick: Int64 = 1, lot: Int64 = 1,
        minimum: Int64 = 1, affordable: Int64 = 1_000
    ) {
        book.connectionOpened(VenueID(number), epoch: 1, at: RestingMarket.now)
        var update = BookUpdate(instrument: InstrumentID(0), kind: .snapshot)
        update.lastSequence = 5
        update.bids = [LevelChange(price: Price(raw: bid), quantity: Quantity(raw: 3))]
        update.asks = [LevelChange(price: Price(raw: ask), quantity: Quantity(raw: 3))]
        _ = book.apply(update, from: VenueID(number), at: RestingMarket.now)
        capacities[number] = VenueCapacity(
            listing: Listing(
                venue: VenueID(number), instrument: RestingMarket.instrument, symbol: "S\(number)",
                tick: Price(raw: tick), lot: Quantity(raw: lot), minimumQuantity: Quantity(raw: minimum),
                maximumQuantity: Quantity(raw: 1_000), minimumNotional: .zero, takerFee: Rate(raw: 1),
                makerFee: Rate(hundredthsOfBasisPoint: maker * 100), buyFeeInBase: false),
            affordable: Quantity(raw: affordable))
    }

    func route(_ side: Side, _ quantity: Int64, limit: Int64) -> RoutePlan {
        SmartOrderRouter.restingRoute(
            book, side: side, quantity: Quantity(raw: quantity), limit: Price(raw: limit),
            among: book.tradable(at: RestingMarket.now, maximumAge: .seconds(5)), capacities: capacities)
    }

    /// The most that can rest and, of that, the cheapest or dearest: every split is tried.
    func best(_ side: Side, _ wanted: Int64, limit: Int64) -> (quantity: Int64, value: Int128) {
        var best: (Int64, Int128) = (0, 0)
        func place(_ slot: Int, _ left: Int64, _ quantity: Int64, _ value: Int128) {
            guard slot < capacities.count else {
                let isBetter = side == .buy ? value < best.1 : value > best.1
                if quantity > best.0 || quantity == best.0 && isBetter { best = (quantity, value) }
                return
            }
            place(slot + 1, left, quantity, value)
            guard let capacity = capacities[slot] else { return }
            let listing = capacity.listing
            let (tick, touch) = (listing.tick.raw, book.tops[slot])
            let price =
                side == .buy
                ? min(limit, touch.ask.price.raw - tick) / tick * tick
                : (max(limit, touch.bid.price.raw + tick) + tick - 1) / tick * tick
            guard price > 0 else { return }
            let net = Int128(price) * Int128(Rate.one + listing.makerFee.raw * (side == .buy ? 1 : -1))
            var taken = listing.lot.raw
            while taken <= min(left, capacity.affordable.raw) {
                if taken >= listing.minimumQuantity.raw {
                    place(slot + 1, left - taken, quantity + taken, value + net * Int128(taken))
                }
                taken += listing.lot.raw
            }
        }
        place(0, wanted, 0, 0)
        return best
    }

    func value(_ plan: RoutePlan) -> Int128 {
        plan.legs.reduce(0) { sum, leg in
            let fee = capacities[leg.venue.index]?.listing.makerFee.raw ?? 0
            let net = Int128(leg.limit.raw) * Int128(Rate.one + fee * (plan.side == .buy ? 1 : -1))
            return sum + net * Int128(leg.quantity.raw)
        }
    }
}

@Suite struct `A route of orders that rest` {
    @Test func `goes where a maker pays least, whatever a taker would pay`() {
        var market = RestingMarket(2)
        market.venue(0, bid: 100_00, ask: 100_10, maker: 10)
        market.venue(1, bid: 100_00, ask: 100_30, maker: 2)
        let plan = market.route(.buy, 5, limit: 100_00)
        #expect(plan.legs.map(\.venue) == [VenueID(1)])
        #expect(plan.legs.map(\.limit.raw) == [100_00])
        #expect(plan.legs[0].fee == Rate(hundredthsOfBasisPoint: 200).of(plan.legs[0].notional))
    }

    @Test func `never takes: a limit beyond the other side rests one tick before it`() {
        var market = RestingMarket(1)
        market.venue(0, bid: 100_00, ask: 100_12, tick: 5)
        #expect(market.route(.buy, 5, limit: 101_00).legs.map(\.limit.raw) == [100_05])
        #expect(market.route(.sell, 5, limit: 99_00).legs.map(\.limit.raw) == [100_05])
    }

    @Test func `spills over where a balance ends, and says what found no place`() {
        var market = RestingMarket(2)
        market.venue(0, bid: 100_00, ask: 100_10, maker: 1, affordable: 3)
        market.venue(1, bid: 100_00, ask: 100_10, maker: 5, minimum: 4, affordable: 6)
        let plan = market.route(.buy, 12, limit: 100_00)
        #expect(plan.legs.map(\.quantity.raw) == [3, 6])
        #expect(plan.unrouted.raw == 3)
    }

    @Test func `keeps away from books without proof`() {
        var market = RestingMarket(1)
        market.venue(0, bid: 100_00, ask: 100_10)
        _ = market.book.quarantined(VenueID(0), reason: "test")
        #expect(market.route(.buy, 5, limit: 100_00).legs.isEmpty)
    }

    @Test(arguments: [Side.buy, .sell])
    func `is the best there is, against every split`(side: Side) {
        for seed in 1...400 {
            var random = SeededNumbers(seed: UInt64(seed))
            let venues = Int(random.between(2, 4))
            var market = RestingMarket(venues)
            for venue in 0..<venues {
                let bid = 100_00 + random.between(-20, 20)
                market.venue(
                    venue, bid: bid, ask: bid + random.between(2, 30), maker: random.between(0, 20),
                    tick: [1, 1, 5][Int(random.between(0, 2))], lot: [1, 1, 2, 3][Int(random.between(0, 3))],
                    minimum: random.between(1, 4), affordable: random.between(0, 12))
            }
            let wanted = random.between(1, 14)
            let limit = 100_00 + random.between(-40, 40)
            let plan = market.route(side, wanted, limit: limit)
            let best = market.best(side, wanted, limit: limit)
            #expect(plan.quantity.raw == best.quantity, "seed \(seed)")
            #expect(market.value(plan) == best.value, "seed \(seed)")
        }
    }
}

@Suite struct `What the router would do` {
    private func plan(
        _ stage: Stage, limit: Int64? = nil, rests: Bool = false
    ) -> (plan: RoutePlan, limit: Price)? {
        stage.engine.wouldRoute(
            InstrumentID(0), .buy, Quantity(raw: 10_000), limit: limit.map { Price(raw: $0) }, rests: rests,
            at: stage.now)
    }

    @Test func `is told from the books, and sends nothing`() throws {
        var stage = Stage()
        stage.quote(0, bid: 100_00, ask: 100_10)
        stage.quote(1, bid: 100_02, ask: 100_12)
        _ = stage.persisted()
        let taking = try #require(plan(stage))
        #expect(taking.plan.legs.map(\.venue) == [VenueID(0)])
        #expect(taking.limit > Price(raw: 100_12), "the collar")
        let resting = try #require(plan(stage, rests: true))
        #expect(resting.limit == Price(raw: 100_02), "the best bid")
        #expect(resting.plan.legs.allSatisfy { $0.limit == Price(raw: 100_02) })
        #expect(try #require(plan(stage, limit: 99_00)).plan.legs.isEmpty)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `is not guessed where no book has a price`() {
        #expect(plan(Stage()) == nil)
    }
}
