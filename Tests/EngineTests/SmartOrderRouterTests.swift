import Books
import Routing
import Strategies
import Testing
import TradingModel

@Suite struct `The smart order router` {
    @Test func `takes the cheapest net level first, over all venues`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 5), (101_00, 5)])
        market.asks(1, fee: 30, [(99_90, 5)])
        let plan = market.route(.buy, 8, limit: 102_00)
        // 99.90 with 30 bps costs 100.20; 100.00 with 10 bps costs 100.10.
        #expect(plan.legs.map(\.venue) == [VenueID(0), VenueID(1)])
        #expect(plan.legs.map(\.quantity.raw) == [5, 3])
        #expect(plan.unrouted == .zero)
    }

    @Test func `stops at the limit and says what is left`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 5), (103_00, 5)])
        let plan = market.route(.buy, 8, limit: 102_00)
        #expect(plan.legs.map(\.quantity.raw) == [5])
        #expect(plan.unrouted.raw == 3)
    }

    @Test func `leaves out a venue whose share is below its minimum, and gives the share to others`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 1)], minimum: 2)
        market.asks(1, fee: 10, [(100_50, 9)])
        let plan = market.route(.buy, 4, limit: 102_00)
        #expect(plan.legs.map(\.venue) == [VenueID(1)])
        #expect(plan.legs.map(\.quantity.raw) == [4])
        #expect(plan.reasons.contains { $0.venue == VenueID(0) && $0.cause == .belowMinimum })
    }

    @Test func `never routes more than a balance affords or a venue takes at once`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 50)], affordable: 7)
        market.asks(1, fee: 10, [(100_10, 50)], maximum: 4)
        let plan = market.route(.buy, 20, limit: 102_00)
        #expect(plan.legs.map(\.quantity.raw) == [7, 4])
        #expect(plan.unrouted.raw == 9)
    }

    @Test func `keeps whole lots`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 9)], lot: 4)
        #expect(market.route(.buy, 7, limit: 102_00).legs.map(\.quantity.raw) == [4])
    }

    @Test func `routes nothing to a book without proof`() {
        var market = Sketch()
        market.asks(0, fee: 10, [(100_00, 9)])
        market.losesProof(0)
        #expect(market.route(.buy, 5, limit: 102_00).legs.isEmpty)
    }

    /// With lots of one and no minimums, the cheapest split is found by taking unit after unit from the
    /// cheapest level.
    @Test(arguments: 1...60) func `is never dearer than taking unit by unit what is cheapest`(seed: Int) {
        var random = SeededNumbers(seed: UInt64(seed))
        var market = Sketch()
        var units: [Int128] = []
        for venue in 0..<4 {
            let fee = random.between(0, 30)
            var price = 100_00 + random.between(-30, 30)
            var levels: [(Int64, Int64)] = []
            for _ in 0..<5 {
                let quantity = random.between(1, 6)
                levels.append((price, quantity))
                let net = Int128(price) * Int128(Rate.one + fee * 10_000)
                units += Array(repeating: net, count: Int(quantity))
                price += random.between(1, 20)
            }
            market.asks(venue, fee: fee, levels)
        }
        let wanted = random.between(1, 40)
        let plan = market.route(.buy, wanted, limit: 200_00)
        let best = units.sorted().prefix(Int(wanted)).reduce(0, +)
        var cost: Int128 = 0
        for leg in plan.legs {
            let fee = market.fees[leg.venue.index]
            cost += leg.notional.raw / market.unit * Int128(Rate.one + fee.raw)
        }
        #expect(plan.quantity.raw == min(wanted, Int64(units.count)))
        #expect(cost == best)
    }
}

@Suite struct `A route` {
    @Test func `puts what is too little for one venue where it costs least`() {
        var market = Sketch()
        market.asks(0, fee: 0, [(100_00, 6), (101_00, 20)])
        market.asks(1, fee: 0, [(100_10, 50)], minimum: 4)
        // Ten: six at 100.00 and four at 100.10. Nine: three at 100.10 are too few, so four there and five
        // here.
        #expect(market.route(.buy, 10, limit: 102_00).legs.map(\.quantity.raw) == [6, 4])
        #expect(market.route(.buy, 9, limit: 102_00).legs.map(\.quantity.raw) == [5, 4])
    }

    @Test func `counts a venue's penalty when it compares, and not when it pays`() {
        var market = Sketch()
        market.asks(0, fee: 0, [(100_00, 5)], penalty: 20)
        market.asks(1, fee: 0, [(100_10, 5)])
        let plan = market.route(.buy, 5, limit: 102_00)
        #expect(plan.legs.map(\.venue) == [VenueID(1)])
        #expect(plan.legs[0].fee == .zero)
    }

    @Test func `says why each venue got what it got`() {
        var market = Sketch()
        market.asks(0, fee: 0, [(100_00, 5)])
        market.asks(1, fee: 0, [(100_20, 5)])
        market.asks(2, fee: 0, [(103_00, 5)])
        market.asks(3, fee: 0, [(99_00, 5)], affordable: 0)
        market.asks(4, fee: 0, [(99_00, 5)], minimum: 6)
        market.asks(5, fee: 0, [(99_50, 50)], minimum: 40)
        market.asks(6, fee: 0, [(101_00, 50)], minimum: 6, maximum: 5)
        let causes = market.route(.buy, 5, limit: 102_00).reasons.sorted { $0.venue < $1.venue }.map(\.cause)
        #expect(
            causes == [
                .used, .notNeeded, .beyondLimit, .noBalance, .belowMinimum, .belowMinimum, .belowMinimum,
            ])
        var sale = Sketch()
        sale.levels(.sell, 0, fee: 0, [(100_00, 5)])
        sale.levels(.sell, 1, fee: 0, [(97_00, 5)])
        #expect(sale.route(.sell, 9, limit: 98_00).reasons.map(\.cause).contains(.beyondLimit))
    }

    /// `arbnode bench router` does the same ten thousand times.
    @Test(arguments: [Side.buy, .sell])
    func `is the best there is, whatever lots, minimums, fees, penalties and caps say`(side: Side) {
        for seed in 1...600 {
            var random = SeededNumbers(seed: UInt64(seed))
            var market = Sketch()
            let away: Int64 = side == .buy ? 1 : -1
            for venue in 0..<Int(random.between(2, 7)) {
                var price = 100_00 + random.between(-30, 30)
                let levels = (0..<random.between(1, 6)).map { _ in
                    price += away * random.between(1, 20)
                    return (price, random.between(1, 12))
                }
                market.levels(
                    side, venue, fee: random.between(0, 40), levels, minimum: random.between(1, 6),
                    maximum: random.between(3, 60), affordable: random.between(0, 60),
                    lot: [1, 1, 1, 2, 5, 10][Int(random.between(0, 5))], penalty: random.between(0, 3),
                    notional: [0, 0, 300_00, 500_20][Int(random.between(0, 3))])
            }
            let wanted = random.between(1, 60)
            let limit = 100_00 + away * random.between(-10, 80)
            let plan = market.route(side, wanted, limit: limit)
            let best = market.best(side, wanted, limit: limit)
            #expect(plan.quantity == best.routed, "seed \(seed)")
            #expect(
                plan.value(market.consolidated, capacities: market.capacities) == best.value, "seed \(seed)")
            #expect(plan.unrouted.raw == wanted - plan.quantity.raw)
            #expect(plan.legs.allSatisfy { market.takes(side, $0, limit: limit) }, "seed \(seed)")
        }
    }
}

@Suite struct `Edges` {
    @Test func `exist only after both taker fees`() {
        var market = Sketch()
        market.book(0, fee: 10, bids: [(99_00, 5)], asks: [(100_00, 5)])
        market.book(1, fee: 10, bids: [(100_15, 5)], asks: [(101_00, 5)])
        #expect(market.edge(minimum: 0) == nil, "15 bps do not pay 20 bps of fees")
        market.book(1, fee: 10, bids: [(100_25, 5)], asks: [(101_00, 5)])
        let edge = market.edge(minimum: 0)
        #expect(edge?.buyVenue == VenueID(0) && edge?.sellVenue == VenueID(1))
        #expect((edge?.net.basisPoints ?? 0) > 4.9 && (edge?.net.basisPoints ?? 9) < 5.0)
        #expect(market.edge(minimum: 6) == nil)
    }

    @Test func `are as deep as both ladders stay profitable`() {
        var market = Sketch()
        market.book(0, fee: 0, bids: [(90_00, 1)], asks: [(100_00, 3), (100_10, 4), (100_90, 9)])
        market.book(1, fee: 0, bids: [(100_50, 5), (100_20, 9)], asks: [(110_00, 1)])
        guard let edge = market.edge(minimum: 0) else { return #expect(Bool(false), "there is an edge") }
        let depth = EdgeScanner.depth(
            market.consolidated, of: edge, minimum: .zero, limit: Quantity(raw: 100))
        #expect(depth.quantity.raw == 7)
        #expect(depth.worstAsk.raw == 100_10 && depth.worstBid.raw == 100_20)
        #expect(
            EdgeScanner.depth(market.consolidated, of: edge, minimum: .zero, limit: Quantity(raw: 2)).quantity
                .raw == 2)
    }

    @Test func `end where the next unit gains nothing at all`() throws {
        var market = Sketch()
        market.book(0, fee: 0, bids: [(90_00, 1)], asks: [(100_00, 20)])
        market.book(1, fee: 0, bids: [(100_50, 5), (100_00, 9)], asks: [(110_00, 1)])
        let edge = try #require(market.edge(minimum: 0))
        let depth = EdgeScanner.depth(
            market.consolidated, of: edge, minimum: .zero, limit: Quantity(raw: 100))
        #expect(depth.quantity.raw == 5)
    }

    @Test func `a limit reaches beyond the seen price on the tick, to the taker's disadvantage`() {
        let slippage = Rate(hundredthsOfBasisPoint: 1_000)
        let buy = TakerTaker.reach(Price(raw: 100_03), slippage, .buy, tick: Price(raw: 10))
        let sell = TakerTaker.reach(Price(raw: 100_03), slippage, .sell, tick: Price(raw: 10))
        // Ten bps of 100.03 are 0.10: 100.13 down to the tick for a buy, 99.93 up to it for a sell.
        #expect(buy.raw == 100_10)
        #expect(sell.raw == 100_00)
    }
}

/// A market of up to seven venues, drawn level by level.
struct Sketch {
    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 0)
    static let now = Moment(nanoseconds: 1_000_000_000_000)
    private(set) var fees = [Rate](repeating: .zero, count: 7)
    private(set) var capacities = [VenueCapacity?](repeating: nil, count: 7)
    private(set) var consolidated = ConsolidatedBook(
        Sketch.instrument,
        sources: (0..<7).map { .init(venue: VenueID($0), proof: .consecutive, depth: 50, takerFee: .zero) })
    /// One raw price unit times one quantity, as an amount's raw value.
    var unit: Int128 { Sketch.instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw }

    mutating func asks(
        _ venue: Int, fee: Int64, _ levels: [(Int64, Int64)], minimum: Int64 = 1, maximum: Int64 = 1_000,
        affordable: Int64 = 1_000, lot: Int64 = 1, penalty: Int64 = 0
    ) {
        self.levels(
            .buy, venue, fee: fee, levels, minimum: minimum, maximum: maximum, affordable: affordable,
            lot: lot, penalty: penalty)
    }

    /// What a taker of `side` meets; `notional` in price units.
    mutating func levels(
        _ side: Side, _ venue: Int, fee: Int64, _ levels: [(Int64, Int64)], minimum: Int64 = 1,
        maximum: Int64 = 1_000, affordable: Int64 = 1_000, lot: Int64 = 1, penalty: Int64 = 0,
        notional: Int64 = 0
    ) {
        book(
            venue, fee: fee, bids: side == .buy ? [(1, 1)] : levels,
            asks: side == .buy ? levels : [(1_000_00, 1)])
        capacities[venue] = VenueCapacity(
            listing: Listing(
                venue: VenueID(venue), instrument: Sketch.instrument, symbol: "S\(venue)",
                tick: Price(raw: 1),
                lot: Quantity(raw: lot), minimumQuantity: Quantity(raw: minimum),
                maximumQuantity: Quantity(raw: maximum),
                minimumNotional: Amount(raw: unit * Int128(notional)), takerFee: fees[venue], makerFee: .zero,
                buyFeeInBase: true),
            affordable: Quantity(raw: affordable), penalty: Rate(hundredthsOfBasisPoint: penalty * 100))
    }

    /// `fee` in basis points.
    mutating func book(_ venue: Int, fee: Int64, bids: [(Int64, Int64)], asks: [(Int64, Int64)]) {
        fees[venue] = Rate(hundredthsOfBasisPoint: fee * 100)
        consolidated.setTakerFee(fees[venue], of: VenueID(venue))
        consolidated.connectionOpened(VenueID(venue), epoch: 1, at: Sketch.now)
        var update = BookUpdate(instrument: InstrumentID(0), kind: .snapshot)
        update.lastSequence = 5
        update.bids = bids.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        update.asks = asks.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        _ = consolidated.apply(update, from: VenueID(venue), at: Sketch.now)
    }

    mutating func losesProof(_ venue: Int) { _ = consolidated.quarantined(VenueID(venue), reason: "test") }

    func route(_ side: Side, _ quantity: Int64, limit: Int64) -> RoutePlan {
        SmartOrderRouter.route(
            consolidated, side: side, quantity: Quantity(raw: quantity), limit: Price(raw: limit),
            among: consolidated.tradable(at: Sketch.now, maximumAge: .seconds(5)), capacities: capacities)
    }

    func best(_ side: Side, _ quantity: Int64, limit: Int64) -> RouteOracle.Optimum {
        RouteOracle.best(
            consolidated, side: side, quantity: Quantity(raw: quantity), limit: Price(raw: limit),
            among: consolidated.tradable(at: Sketch.now, maximumAge: .seconds(5)), capacities: capacities)
    }

    /// Whether the leg's venue would take it, at the lowest price that the leg may state.
    func takes(_ side: Side, _ leg: RouteLeg, limit: Int64) -> Bool {
        guard let capacity = capacities[leg.venue.index],
            side == .buy ? leg.limit.raw <= limit : leg.limit.raw >= limit
        else { return false }
        let lowest = side == .buy ? consolidated.tops[leg.venue.index].ask.price : Price(raw: limit)
        return leg.quantity.raw % capacity.listing.lot.raw == 0
            && leg.quantity >= capacity.listing.smallestOrder(at: lowest)
            && leg.quantity <= min(capacity.affordable, capacity.listing.maximumQuantity)
    }

    func edge(minimum: Int64) -> Edge? {
        EdgeScanner.best(
            consolidated, among: consolidated.tradable(at: Sketch.now, maximumAge: .seconds(5)),
            minimum: Rate(hundredthsOfBasisPoint: minimum * 100))
    }
}
