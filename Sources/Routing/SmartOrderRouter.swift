import Books
import TradingModel

/// One venue's share of a route.
public struct RouteLeg: Hashable, Sendable {
    public var venue: VenueID
    public var quantity: Quantity
    /// The deepest price used there: the leg's limit before any slippage allowance.
    public var limit: Price
    /// Quote notional of the levels used, without fees.
    public var notional: Amount
    public var fee: Amount
}

/// How one side is split over venues.
public struct RoutePlan: Hashable, Sendable {
    public var side: Side
    public var legs: [RouteLeg]
    /// What no venue could take within the limit and its minimums.
    public var unrouted: Quantity
    public var reasons: [RouteReason]

    public var quantity: Quantity { legs.reduce(.zero) { $0 + $1.quantity } }
    /// All-in cost of a buy, or all-in proceeds of a sell, in the quote asset.
    public var total: Amount {
        legs.reduce(.zero) { side == .buy ? $0 + $1.notional + $1.fee : $0 + $1.notional - $1.fee }
    }
}

/// Why a venue got what it got.
public struct RouteReason: Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable {
        case used = "used"
        /// What could be used there, or its share of the cheapest split, is less than it takes.
        case belowMinimum = "below-minimum"
        /// Its best price is beyond the limit, or it shows none.
        case beyondLimit = "beyond-limit"
        case noBalance = "no-balance"
        case notNeeded = "not-needed"
    }
    public var venue: VenueID
    public var cause: Cause
}

/// What a venue can take now.
public struct VenueCapacity: Sendable {
    public var listing: Listing
    /// Base quantity the balance there allows.
    public var affordable: Quantity
    /// Counted like a fee when venues are compared, and paid by nobody: for latency, age and quality.
    public var penalty: Rate
    public init(listing: Listing, affordable: Quantity, penalty: Rate = .zero) {
        self.listing = listing
        self.affordable = affordable
        self.penalty = penalty
    }
}

/// Splits one side over venues by all-in price, level by level, within a limit: the most that can be routed,
/// and of the splits that route it the cheapest, with every venue's lots, minimums and caps kept
/// (`SplitSearch`).
public enum SmartOrderRouter {
    /// - Parameters:
    ///   - capacities: by book slot; `nil` keeps the venue out.
    ///   - limit: the worst price any leg may reach (before fees).
    public static func route(
        _ book: ConsolidatedBook, side: Side, quantity: Quantity, limit: Price, among slots: SlotSet,
        capacities: [VenueCapacity?]
    ) -> RoutePlan {
        var reasons: [RouteReason] = []
        var venues: [Waterfill.Venue] = []
        venues.reserveCapacity(capacities.count)
        reasons.reserveCapacity(capacities.count)
        var rest = slots
        while let slot = rest.popFirst() {
            guard let capacity = capacities[slot] else { continue }
            let listing = capacity.listing
            let minimum = smallest(book, side, slot, listing, limit)
            if let cause = unusable(book, side, slot, capacity, limit, minimum) {
                reasons.append(RouteReason(venue: book.tops[slot].venue, cause: cause))
                continue
            }
            let cap = min(min(capacity.affordable, listing.maximumQuantity), quantity).rounded(
                downTo: listing.lot)
            venues.append(
                Waterfill.Venue(
                    slot: slot, lot: listing.lot.raw, minimum: minimum, most: cap.raw < minimum ? 0 : cap.raw,
                    weight: Int64(book.netPrice(side, slot, Price(raw: 1), penalty: capacity.penalty))
                        * (side == .buy ? 1 : -1)))
        }
        var search = SplitSearch(Waterfill(book, side, limit: limit, venues: venues))
        let shares = search.split(quantity.raw)
        return plan(book, side, quantity, search, shares, capacities, reasons)
    }

    /// Judged at the lowest price the leg may state: the touch when buying, the limit when selling.
    private static func smallest(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ listing: Listing, _ limit: Price
    ) -> Int64 {
        let price = side == .buy ? book.level(side, slot, 0)?.price ?? limit : limit
        return listing.smallestOrder(at: price).raw
    }

    /// Why nothing can go there whatever the others do; `nil` when something can.
    private static func unusable(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ capacity: VenueCapacity, _ limit: Price,
        _ minimum: Int64
    ) -> RouteReason.Cause? {
        guard let touch = book.level(side, slot, 0),
            side == .buy ? touch.price <= limit : touch.price >= limit
        else { return .beyondLimit }
        let minimum = max(minimum, capacity.listing.lot.raw)
        if capacity.affordable.raw < minimum { return .noBalance }
        return capacity.listing.maximumQuantity.raw < minimum ? .belowMinimum : nil
    }

    private static func plan(
        _ book: ConsolidatedBook, _ side: Side, _ quantity: Quantity, _ search: borrowing SplitSearch,
        _ shares: [Int64],
        _ capacities: [VenueCapacity?], _ reasons: [RouteReason]
    ) -> RoutePlan {
        var reasons = reasons
        var legs: [RouteLeg] = []
        legs.reserveCapacity(shares.count)
        var dearestUsed = Int128.min
        var routed: Int64 = 0
        for (number, share) in shares.enumerated() where share > 0 {
            guard let listing = capacities[search.fill[number].slot]?.listing else { continue }
            var leg = RouteLeg(
                venue: listing.venue, quantity: Quantity(raw: share), limit: .zero, notional: .zero,
                fee: .zero)
            var product: Int128 = 0
            search.fill.forEachLevel(number, from: 0, to: share) { level, taken in
                leg.limit = Price(raw: level.price)
                product += Int128(level.price) &* Int128(taken)
                dearestUsed = max(dearestUsed, level.cost)
            }
            leg.notional = book.instrument.notional(product: product)
            leg.fee = listing.takerFee.of(leg.notional)
            legs.append(leg)
            routed += share
        }
        for (number, share) in shares.enumerated() {
            let venue = search.fill[number]
            let touch = book.level(side, venue.slot, 0)
            // Its best level is cheaper than the dearest one used: its minimum was too much.
            let isCheaper = touch.map { Int128($0.price.raw) * Int128(venue.weight) < dearestUsed } ?? false
            let cause: RouteReason.Cause = share > 0 ? .used : isCheaper ? .belowMinimum : .notNeeded
            reasons.append(RouteReason(venue: book.tops[venue.slot].venue, cause: cause))
        }
        return RoutePlan(side: side, legs: legs, unrouted: quantity - Quantity(raw: routed), reasons: reasons)
    }
}

extension ConsolidatedBook {
    /// As `netPrice`, with a penalty that counts like a fee.
    func netPrice(_ side: Side, _ slot: Int, _ price: Price, penalty: Rate) -> Int128 {
        let extra = Int128(price.raw) * Int128(penalty.raw)
        return netPrice(side, slot, price) + (side == .buy ? extra : -extra)
    }
}
