import Books
import Routing
import Strategies
import Testing
import TradingModel

/// Two venues with lots, ticks, minimums, caps, fees and a few levels, drawn at random. Something is usually
/// bought at the first and sold at the second.
struct DrawnPair {
    static let one = Int128(Rate.one)
    var book: ConsolidatedBook
    var capacities: [VenueCapacity] = []
    var asks: [(price: Int64, quantity: Int64)] = []
    var bids: [(price: Int64, quantity: Int64)] = []

    init(_ random: inout SeededNumbers, spread: Int64) {
        func draw(_ values: [Int64]) -> Int64 { values[Int(random.between(0, Int64(values.count - 1)))] }
        book = ConsolidatedBook(
            Sketch.instrument,
            sources: (0..<2).map {
                .init(venue: VenueID($0), proof: .consecutive, depth: 50, takerFee: .zero)
            })
        for venue in 0..<2 {
            let fee = Stage.bps(random.between(0, 10))
            book.setTakerFee(fee, of: VenueID(venue))
            let unit = Sketch.instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw
            let listing = Listing(
                venue: VenueID(venue), instrument: Sketch.instrument, symbol: "S\(venue)",
                tick: Price(raw: draw([1, 5, 10])), lot: Quantity(raw: draw([1, 1, 2, 5, 10])),
                minimumQuantity: Quantity(raw: random.between(0, 6)),
                maximumQuantity: Quantity(raw: draw([12, 20, 500])),
                minimumNotional: Amount(raw: unit * Int128(draw([0, 0, 50_000]))), takerFee: fee,
                makerFee: Stage.bps(random.between(0, 5)), buyFeeInBase: false)
            capacities.append(
                VenueCapacity(listing: listing, affordable: Quantity(raw: draw([7, 15, 25, 500]))))
        }
        let middle: Int64 = 100_00
        asks = DrawnPair.levels(&random, from: middle, 1)
        bids = DrawnPair.levels(&random, from: middle + spread, -1)
        show(0, bids: [(middle - 200, 500)], asks: asks)
        show(1, bids: bids, asks: [(middle + 400, 500)])
    }

    private static func levels(_ random: inout SeededNumbers, from start: Int64, _ step: Int64) -> [(
        price: Int64, quantity: Int64
    )] {
        var price = start
        return (0..<random.between(1, 6)).map { _ in
            price += step * random.between(1, 15)
            return (price, random.between(1, 20))
        }
    }

    mutating func show(
        _ venue: Int, bids: [(price: Int64, quantity: Int64)], asks: [(price: Int64, quantity: Int64)]
    ) {
        book.connectionOpened(VenueID(venue), epoch: 1, at: Sketch.now)
        var update = BookUpdate(instrument: InstrumentID(0), kind: .snapshot)
        update.lastSequence = 5
        update.bids = bids.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        update.asks = asks.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        _ = book.apply(update, from: VenueID(venue), at: Sketch.now)
    }

    func view(share: Int64) -> StrategyView {
        StrategyView(
            book: book, tradable: SlotSet(bits: 0b11), buying: capacities, selling: capacities,
            sizeShare: share, now: Sketch.now)
    }

    /// The largest quantity up to `most` that is whole in both venues' lots, if they are nested.
    func whole(_ most: Int64) -> Int64? {
        let (fine, coarse) = (
            min(capacities[0].listing.lot, capacities[1].listing.lot).raw,
            max(capacities[0].listing.lot, capacities[1].listing.lot).raw
        )
        let quantity = most - most % coarse
        return quantity > 0 && quantity % fine == 0 ? quantity : nil
    }

    func most(_ notional: Int64, _ share: Int64, at price: Int64) -> Int64 {
        let caps = capacities.flatMap { [$0.affordable.raw, $0.listing.maximumQuantity.raw] }
        return min(caps.min() ?? 0, notional * share / 10_000 / price)
    }
}

@Suite struct `A pair's constraints` {
    /// Unit by unit, for as long as the next one earns enough.
    private func expected(
        _ market: DrawnPair, _ edge: Edge, _ policy: TakerTakerPolicy, notional: Int64, share: Int64
    ) -> (quantity: Int64, buy: Int64, sell: Int64)? {
        let asks = market.asks.flatMap { Array(repeating: $0.price, count: Int($0.quantity)) }
        let bids = market.bids.flatMap { Array(repeating: $0.price, count: Int($0.quantity)) }
        let cap = min(market.most(notional, share, at: edge.ask.raw), edge.cap.raw)
        var count = 0
        // As deep as the cap needs, were only that share of it there.
        let reach = (Double(cap) * 100 / Double(policy.depthShare)).rounded(.up)
        while count < min(asks.count, bids.count), Double(count) < reach {
            let cost = market.book.netPrice(.buy, 0, Price(raw: asks[count]))
            let gain = market.book.netPrice(.sell, 1, Price(raw: bids[count]))
            guard edge.floor < .zero || gain > cost,
                (gain - cost) * DrawnPair.one / cost >= Int128(edge.floor.raw)
            else { break }
            count += 1
        }
        let most = min(cap, Int64(count) * policy.depthShare / 100)
        guard count > 0, let quantity = market.whole(most) else { return nil }
        func move(_ price: Int64) -> Int64 {
            Int64(Int128(price) * Int128(policy.slippage.raw) / DrawnPair.one)
        }
        let (buyer, seller) = (market.capacities[0].listing, market.capacities[1].listing)
        let buy = asks[count - 1] + move(asks[count - 1])
        let sell = bids[count - 1] - move(bids[count - 1])
        let legs = (
            buy - buy % buyer.tick.raw, (sell + seller.tick.raw - 1) / seller.tick.raw * seller.tick.raw
        )
        guard quantity >= buyer.smallestOrder(at: edge.ask).raw,
            quantity >= seller.smallestOrder(at: Price(raw: legs.1)).raw
        else { return nil }
        return (quantity, legs.0, legs.1)
    }

    @Test func `lots, minimums, caps, depth, size and limits are kept, against a count of every unit`() {
        var proposed = 0
        for seed in 1...1_000 {
            var random = SeededNumbers(seed: UInt64(seed))
            let market = DrawnPair(&random, spread: random.between(20, 90))
            let notional = 100_00 * random.between(5, 60)
            let share = random.between(1, 10_000)
            let policy = TakerTakerPolicy(
                instrument: InstrumentID(0), minimumEdge: .zero,
                pairNotional: Amount(
                    raw: Sketch.instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw * Int128(notional)),
                depthShare: random.between(20, 100), slippage: Stage.bps(random.between(0, 60)))
            let floor = Stage.bps(random.between(-25, 10))
            guard
                var edge = EdgeScanner.best(
                    market.book, buying: SlotSet(bits: 1), selling: SlotSet(bits: 2), minimum: floor)
            else { continue }
            edge.cap = Quantity(raw: random.between(1, 80))
            let found = TakerTaker(policy: policy).propose(
                edge, market.book, buyer: market.capacities[0], seller: market.capacities[1],
                sizeShare: share)
            let right = expected(market, edge, policy, notional: notional, share: share)
            #expect(found?.quantity.raw == right?.quantity, "seed \(seed)")
            #expect(found?.buyLimit.raw == right?.buy && found?.sellLimit.raw == right?.sell, "seed \(seed)")
            if right != nil { proposed += 1 }
        }
        #expect(proposed > 100)
    }

    @Test func `one venue alone makes no pair, and fees that eat it make none`() {
        var random = SeededNumbers(seed: 1)
        var market = DrawnPair(&random, spread: 10)
        market.show(0, bids: [(101_00, 5)], asks: [(100_00, 5)])
        market.show(1, bids: [(90_00, 5)], asks: [(110_00, 5)])
        let both = SlotSet(bits: 0b11)
        #expect(EdgeScanner.best(market.book, among: both, minimum: .zero) == nil)
        for venue in 0..<2 { market.book.setTakerFee(.zero, of: VenueID(venue)) }
        market.show(0, bids: [(90_00, 5)], asks: [(100_00, 5)])
        market.show(1, bids: [(100_00, 5)], asks: [(110_00, 5)])
        #expect(
            EdgeScanner.best(market.book, among: both, minimum: .zero) == nil, "arbitrage gains something")
    }
}
