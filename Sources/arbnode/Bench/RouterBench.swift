import Books
import Node
import Routing
import TradingModel

/// The smart order router against the exhaustive search on random markets, and its speed on large ones.
struct RouterBench {
    static let instances = 10_000
    static let timedRoutes = 20_000

    static func run(rounds: Int, isQuick: Bool = false) -> BenchResults.Router {
        let instances = isQuick ? 100 : instances
        var suboptimal = 0
        var infeasible = 0
        for seed in 1...instances {
            var random = MarketRandom(seed: UInt64(seed))
            let market = RandomMarket(
                &random, venues: Int(random.between(2, 7)), levels: 1...6, upTo: 12,
                lots: [1, 1, 1, 2, 5, 10])
            let side: Side = random.between(0, 1) == 0 ? .buy : .sell
            let wanted = Quantity(raw: random.between(1, 90))
            let limit = Price(raw: 100_00 + (side == .buy ? 1 : -1) * random.between(-20, 90))
            let plan = SmartOrderRouter.route(
                market.book, side: side, quantity: wanted, limit: limit, among: market.slots,
                capacities: market.capacities)
            let best = RouteOracle.best(
                market.book, side: side, quantity: wanted, limit: limit, among: market.slots,
                capacities: market.capacities)
            if !market.takes(plan, wanted, limit) { infeasible += 1 }
            if plan.quantity != best.routed
                || plan.value(market.book, capacities: market.capacities) != best.value
            {
                suboptimal += 1
            }
        }
        return BenchResults.Router(
            oracleInstances: instances, suboptimal: suboptimal, infeasible: infeasible,
            routeUs: BenchResults.Latency(
                medians: (0..<rounds).map {
                    time(seed: UInt64($0 + 1), routes: isQuick ? 200 : timedRoutes)
                }))
    }

    /// Seven venues of fifty levels, quantities up to half of everything there is. Lots are powers of ten and
    /// levels whole in them, as at every venue.
    private static func time(seed: UInt64, routes: Int) -> LatencyLog {
        var random = MarketRandom(seed: seed)
        let markets = (0..<20).map { _ in
            RandomMarket(
                &random, venues: 7, levels: 50...50, upTo: 1_000, lots: [1, 10, 100], isWhole: true)
        }
        var log = LatencyLog()
        for number in 0..<routes {
            let market = markets[number % markets.count]
            let wanted = Quantity(raw: random.between(100, 90_000))
            let began = Stopwatch.now
            let plan = SmartOrderRouter.route(
                market.book, side: .buy, quantity: wanted, limit: Price(raw: 200_00), among: market.slots,
                capacities: market.capacities)
            let took = Stopwatch.now - began
            precondition(plan.quantity <= wanted, "a route never takes more than was asked for")
            log.record(took)
        }
        return log
    }
}

/// Venues with random ladders, lots, minimums, fees and caps.
private struct RandomMarket {
    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 0)
    let book: ConsolidatedBook
    let slots: SlotSet
    let capacities: [VenueCapacity?]

    init(
        _ random: inout MarketRandom, venues: Int, levels: ClosedRange<Int64>, upTo most: Int64,
        lots: [Int64], isWhole: Bool = false
    ) {
        var book = ConsolidatedBook(
            RandomMarket.instrument,
            sources: (0..<venues).map {
                .init(venue: VenueID($0), proof: .consecutive, depth: 50, takerFee: .zero)
            })
        var slots = SlotSet()
        var capacities: [VenueCapacity?] = []
        let now = Moment(nanoseconds: 1)
        for index in 0..<venues {
            let venue = VenueID(index)
            let fee = Rate(hundredthsOfBasisPoint: random.between(0, 40) * 100)
            book.setTakerFee(fee, of: venue)
            book.connectionOpened(venue, epoch: 1, at: now)
            var update = BookUpdate(instrument: InstrumentID(0), kind: .snapshot)
            update.lastSequence = 5
            let middle = 100_00 + random.between(-30, 30)
            let count = random.between(levels.lowerBound, levels.upperBound)
            let lot = lots[Int(random.between(0, Int64(lots.count) - 1))]
            let unit = isWhole ? lot : 1
            for step in 1...count {
                let away = step * random.between(2, 4) * 2
                update.bids.append(
                    LevelChange(
                        price: Price(raw: middle - away),
                        quantity: Quantity(raw: random.between(1, most / unit) * unit)))
                update.asks.append(
                    LevelChange(
                        price: Price(raw: middle + away),
                        quantity: Quantity(raw: random.between(1, most / unit) * unit)))
            }
            _ = book.apply(update, from: venue, at: now)
            slots.insert(index)
            capacities.append(RandomMarket.capacity(&random, venue, fee, most, lot))
        }
        self.book = book
        self.slots = slots
        self.capacities = capacities
    }

    private static func capacity(
        _ random: inout MarketRandom, _ venue: VenueID, _ fee: Rate, _ most: Int64, _ lot: Int64
    ) -> VenueCapacity? {
        return VenueCapacity(
            listing: Listing(
                venue: venue, instrument: instrument, symbol: "", tick: Price(raw: 1),
                lot: Quantity(raw: lot),
                minimumQuantity: Quantity(raw: random.between(1, max(2, most / 2))),
                maximumQuantity: Quantity(raw: random.between(most, most * 40)),
                minimumNotional: Amount(
                    raw: instrument.notional(Price(raw: 100_00), Quantity(raw: random.between(0, 4))).raw),
                takerFee: fee, makerFee: .zero, buyFeeInBase: false),
            affordable: Quantity(raw: random.between(0, most * 60)),
            penalty: Rate(hundredthsOfBasisPoint: random.between(0, 3) * 100))
    }

    /// Whether every leg keeps its venue's rules, and all of them together what was asked for.
    func takes(_ plan: RoutePlan, _ wanted: Quantity, _ limit: Price) -> Bool {
        plan.quantity <= wanted && plan.unrouted == wanted - plan.quantity
            && plan.legs.allSatisfy { leg in
                guard let capacity = capacities[leg.venue.index] else { return false }
                let listing = capacity.listing
                let isWithin = plan.side == .buy ? leg.limit <= limit : leg.limit >= limit
                return isWithin && leg.quantity.raw % listing.lot.raw == 0
                    && leg.quantity >= listing.smallestOrder(at: leg.limit)
                    && leg.quantity <= min(listing.maximumQuantity, capacity.affordable)
            }
    }
}

/// SplitMix64.
private struct MarketRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return low + Int64((mixed ^ (mixed >> 31)) % UInt64(high - low + 1))
    }
}
