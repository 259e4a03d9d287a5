import Engine
import Orders
import Risk
import Strategies
import TradingModel

// What directed tests of guards and constraints need besides.
extension Stage {
    static func units(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 1_000_000_000_000_000_000) }
    static func cents(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 10_000_000_000_000_000) }
    static func bps(_ n: Int64) -> Rate { Rate(hundredthsOfBasisPoint: n * 100) }

    /// How often the governor has said no for this reason.
    func denied(_ denial: Denial) -> Int {
        zip(Denial.allCases, engine.governor.denials).first { $0.0 == denial }?.1 ?? 0
    }

    func balance(_ venue: Int, _ asset: String) -> Amount {
        engine.ledger.balance(VenueID(venue), Asset(asset))
    }

    mutating func setBalance(_ venue: Int, _ asset: String, _ amount: Amount) {
        process(
            .adjusted(
                VenueID(venue), Asset(asset), by: amount - balance(venue, asset), reason: "test"))
    }

    /// The order ends without having filled any more.
    mutating func fail(_ orders: [OrderIntent]) {
        durable(orders)
        for order in orders { expire(order) }
    }

    /// The venue says how much of an order has filled, before the fills are told.
    mutating func report(_ order: OrderIntent, _ state: ReportedState, filled: Int64) {
        process(
            .reported(
                order.venue,
                OrderReport(
                    instrument: order.instrument, clientID: order.id, venueOrderID: "o\(order.id)",
                    side: order.side, state: state, filled: Quantity(raw: filled), quantity: order.quantity,
                    evidence: .stream, venueTime: now)))
    }

    /// Changes one venue's listing.
    static func relist(
        _ policy: inout EnginePolicy, _ venue: Int, lot: Int64? = nil, tick: Int64? = nil,
        minimum: Int64? = nil, maximum: Int64? = nil, notional: Amount? = nil, taker: Int64? = nil,
        maker: Int64? = nil, isPerpetual: Bool = false
    ) {
        let old = policy.venues[venue].listings[0]
        if isPerpetual { policy.venues[venue].margin = MarginRule(leverage: 3) }
        policy.venues[venue].listings = [
            Listing(
                venue: old.venue, instrument: old.instrument, symbol: old.symbol,
                tick: tick.map { Price(raw: $0) } ?? old.tick, lot: lot.map { Quantity(raw: $0) } ?? old.lot,
                minimumQuantity: minimum.map { Quantity(raw: $0) } ?? old.minimumQuantity,
                maximumQuantity: maximum.map { Quantity(raw: $0) } ?? old.maximumQuantity,
                minimumNotional: notional ?? old.minimumNotional,
                takerFee: taker.map { Stage.bps($0) } ?? old.takerFee,
                makerFee: maker.map { Stage.bps($0) } ?? old.makerFee, buyFeeInBase: false,
                kind: isPerpetual ? .perpetual(contractDecimals: 2) : old.kind)
        ]
    }

    /// Quotes rest at venue 0 and are hedged at venue 1.
    static func maker(
        edge: Int64 = 5, _ sides: MakerTakerPolicy.Sides = .bids,
        change: (inout MakerTakerPolicy) -> Void = { _ in }
    ) -> MakerTakerPolicy {
        var policy = MakerTakerPolicy(
            instrument: InstrumentID(0), quoteVenue: VenueID(0), minimumEdge: bps(edge),
            quoteNotional: units(1_000), sides: sides, caution: 0)
        change(&policy)
        return policy
    }

    /// Lets every quote that is wanted rest; all of them.
    mutating func rested() -> [OrderIntent] {
        var all: [OrderIntent] = []
        while true {
            let quotes = persisted()
            if quotes.isEmpty { return all }
            for quote in quotes {
                durable([quote])
                accept(quote)
            }
            all += quotes
        }
    }
}
