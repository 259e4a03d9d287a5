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

/// Splits one side over venues by all-in price, level by level, within a limit: the most that can be routed, and
/// of the splits that route it the cheapest, with every venue's lots, minimums and caps kept (`SplitSearch`).
public enum SmartOrderRouter {
    /// - Parameters:
    ///   - capacities: by book slot; `nil` keeps the venue out.
    ///   - limit: the worst price any leg may reach (before fees).
    public static func route(
        _ book: ConsolidatedBook, side: Side, quantity: Quantity, limit: Price, among slots: SlotSet,
        capacities: [VenueCapacity?]
    ) -> RoutePlan {
        var reasons: [RouteReason] = []
        var venues: [SplitSearch.Venue] = []
        var pieces: [SplitSearch.Piece] = []
        pieces.reserveCapacity(64)
        var rest = slots
        while let slot = rest.popFirst() {
            guard let capacity = capacities[slot] else { continue }
            if let venue = usable(book, side, slot, capacity, quantity, limit, venues.count, &pieces) {
                venues.append(venue)
            } else {
                reasons.append(
                    RouteReason(
                        venue: book.tops[slot].venue, cause: unusable(book, side, slot, capacity, limit)))
            }
        }
        var search = SplitSearch(venues, pieces)
        let shares = search.split(quantity.raw)
        return plan(book, side, quantity, search, shares, capacities, reasons)
    }

    /// A venue's levels within the limit, as deep as it may be used; `nil` when that is less than it takes.
    private static func usable(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ capacity: VenueCapacity, _ quantity: Quantity,
        _ limit: Price, _ number: Int, _ pieces: inout [SplitSearch.Piece]
    ) -> SplitSearch.Venue? {
        let listing = capacity.listing
        let cap = min(min(capacity.affordable, listing.maximumQuantity), quantity).raw
        let extra = capacity.penalty.raw * (side == .buy ? 1 : -1)
        let before = pieces.count
        var depth = 0
        var reached: Int64 = 0
        while reached < cap, let level = book.level(side, slot, depth) {
            guard side == .buy ? level.price <= limit : level.price >= limit else { break }
            let net = book.netPrice(side, slot, level.price) + Int128(level.price.raw) * Int128(extra)
            pieces.append(
                SplitSearch.Piece(
                    cost: side == .buy ? net : -net, price: level.price, quantity: level.quantity.raw,
                    venue: number, start: reached))
            reached += level.quantity.raw
            depth += 1
        }
        let most = min(reached, cap) / listing.lot.raw * listing.lot.raw
        let minimum = smallest(book, side, slot, listing, limit)
        guard most > 0, most >= minimum else {
            pieces.removeSubrange(before...)
            return nil
        }
        return SplitSearch.Venue(slot: slot, lot: listing.lot.raw, minimum: minimum, most: most)
    }

    /// Judged at the lowest price the leg may state: the touch when buying, the limit when selling.
    private static func smallest(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ listing: Listing, _ limit: Price
    ) -> Int64 {
        let price = side == .buy ? book.level(side, slot, 0)?.price ?? limit : limit
        return listing.smallestOrder(at: price).raw
    }

    private static func unusable(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ capacity: VenueCapacity, _ limit: Price
    ) -> RouteReason.Cause {
        guard let touch = book.level(side, slot, 0),
            side == .buy ? touch.price <= limit : touch.price >= limit
        else { return .beyondLimit }
        let minimum = max(smallest(book, side, slot, capacity.listing, limit), capacity.listing.lot.raw)
        return capacity.affordable.raw < minimum ? .noBalance : .belowMinimum
    }

    private static func plan(
        _ book: ConsolidatedBook, _ side: Side, _ quantity: Quantity, _ search: SplitSearch,
        _ shares: [Int64],
        _ capacities: [VenueCapacity?], _ reasons: [RouteReason]
    ) -> RoutePlan {
        var reasons = reasons
        var legs: [RouteLeg] = []
        for (number, venue) in search.venues.enumerated() {
            guard let listing = capacities[venue.slot]?.listing else { continue }
            guard shares[number] > 0 else {
                // Its best level would have been cheaper than the dearest one used: its minimum was too much.
                reasons.append(
                    RouteReason(
                        venue: listing.venue,
                        cause: search.isCheaper(number, than: shares) ? .belowMinimum : .notNeeded))
                continue
            }
            var leg = RouteLeg(
                venue: listing.venue, quantity: Quantity(raw: shares[number]), limit: .zero, notional: .zero,
                fee: .zero)
            for piece in search.pieces where piece.venue == number && piece.start < shares[number] {
                let taken = min(piece.quantity, shares[number] - piece.start)
                leg.limit = piece.price
                leg.notional += book.instrument.notional(piece.price, Quantity(raw: taken))
            }
            leg.fee = listing.takerFee.of(leg.notional)
            legs.append(leg)
            reasons.append(RouteReason(venue: listing.venue, cause: .used))
        }
        let routed = legs.reduce(Quantity.zero) { $0 + $1.quantity }
        return RoutePlan(side: side, legs: legs, unrouted: quantity - routed, reasons: reasons)
    }
}
