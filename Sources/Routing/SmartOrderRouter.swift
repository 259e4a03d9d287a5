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
        var venues: [SplitSearch.Venue] = []
        var penalties: [Rate] = []
        var rest = slots
        while let slot = rest.popFirst() {
            guard let capacity = capacities[slot] else { continue }
            let minimum = smallest(book, side, slot, capacity.listing, limit)
            if let cause = unusable(book, side, slot, capacity, limit, minimum) {
                reasons.append(RouteReason(venue: book.tops[slot].venue, cause: cause))
                continue
            }
            let cap = min(min(capacity.affordable, capacity.listing.maximumQuantity), quantity).raw
            venues.append(
                SplitSearch.Venue(
                    slot: slot, lot: capacity.listing.lot.raw,
                    minimum: minimum, most: cap))
            penalties.append(capacity.penalty)
        }
        // Most routes need no level beyond those they use; where a minimum is in the way, all may matter.
        var search = search(book, side, limit, venues, penalties, quantity, reach: SplitSearch.reach(venues))
        var shares = search.settled(quantity.raw)
        if shares == nil {
            search = self.search(book, side, limit, venues, penalties, quantity, reach: nil)
            shares = search.split(quantity.raw)
        }
        return plan(book, side, quantity, search, shares ?? [], capacities, reasons)
    }

    private static func search(
        _ book: ConsolidatedBook, _ side: Side, _ limit: Price, _ venues: [SplitSearch.Venue],
        _ penalties: [Rate], _ quantity: Quantity, reach: Int64?
    ) -> SplitSearch {
        let merge = LevelMerge(
            book, side, limit: limit, slots: venues.map(\.slot), caps: venues.map(\.most),
            penalties: penalties, quantity: quantity.raw, reach: reach)
        var venues = venues
        for number in venues.indices {
            let most =
                min(venues[number].most, merge.depths[number]) / venues[number].lot * venues[number].lot
            // A venue that cannot give its minimum gives nothing; whether it can only the whole ladder tells.
            venues[number].most = reach == nil && most < venues[number].minimum ? 0 : most
        }
        return SplitSearch(venues, merge.pieces)
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
        _ book: ConsolidatedBook, _ side: Side, _ quantity: Quantity, _ search: SplitSearch,
        _ shares: [Int64],
        _ capacities: [VenueCapacity?], _ reasons: [RouteReason]
    ) -> RoutePlan {
        var reasons = reasons
        var legs = shares.map {
            RouteLeg(
                venue: VenueID(0), quantity: Quantity(raw: $0), limit: .zero, notional: .zero, fee: .zero)
        }
        let instrument = book.instrument
        var cheapest = [Int128?](repeating: nil, count: legs.count)
        var dearestUsed = Int128.min
        for piece in search.pieces {
            if cheapest[piece.venue] == nil { cheapest[piece.venue] = piece.cost }
            let taken = min(piece.quantity, shares[piece.venue] - piece.start)
            guard taken > 0 else { continue }
            legs[piece.venue].limit = piece.price
            legs[piece.venue].notional += instrument.notional(piece.price, Quantity(raw: taken))
            dearestUsed = piece.cost
        }
        for (number, venue) in search.venues.enumerated() {
            guard let listing = capacities[venue.slot]?.listing else { continue }
            legs[number].venue = listing.venue
            legs[number].fee = listing.takerFee.of(legs[number].notional)
            // Its best level is cheaper than the dearest one used: its minimum was too much.
            let isCheaper = cheapest[number].map { $0 < dearestUsed } ?? false
            let cause: RouteReason.Cause =
                shares[number] > 0 ? .used : isCheaper ? .belowMinimum : .notNeeded
            reasons.append(RouteReason(venue: listing.venue, cause: cause))
        }
        legs.removeAll { $0.quantity == .zero }
        let routed = legs.reduce(Quantity.zero) { $0 + $1.quantity }
        return RoutePlan(side: side, legs: legs, unrouted: quantity - routed, reasons: reasons)
    }
}
