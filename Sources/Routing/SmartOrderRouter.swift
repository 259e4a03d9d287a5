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
        case belowMinimum = "below-minimum"
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
    public init(listing: Listing, affordable: Quantity) {
        self.listing = listing
        self.affordable = affordable
    }
}

/// Splits one side over venues by all-in price, level by level, within a limit. Greedy by net price is the
/// cheapest split when every venue takes any quantity; minimums and lots are then repaired by leaving out the
/// venue whose share is too small and trying again, keeping the cheapest plan that routes the most.
public enum SmartOrderRouter {
    /// - Parameters:
    ///   - capacities: by book slot; `nil` keeps the venue out.
    ///   - limit: the worst price any leg may reach (before fees).
    public static func route(
        _ book: ConsolidatedBook, side: Side, quantity: Quantity, limit: Price, among slots: SlotSet,
        capacities: [VenueCapacity?]
    ) -> RoutePlan {
        var allowed = SlotSet()
        var rest = slots
        var reasons: [RouteReason] = []
        while let slot = rest.popFirst() {
            guard let capacity = capacities[slot] else { continue }
            let venue = book.tops[slot].venue
            if capacity.affordable >= capacity.listing.lot {
                allowed.insert(slot)
            } else {
                reasons.append(RouteReason(venue: venue, cause: .noBalance))
            }
        }
        while true {
            let fills = sweep(book, side, quantity, limit, allowed, capacities)
            guard let small = fills.firstIndex(where: { !$0.meetsMinimum }) else {
                return plan(book, side, quantity, fills, allowed, capacities, reasons)
            }
            // Of several too small shares the first found goes; the rest is judged again without it.
            allowed.remove(fills[small].slot)
            reasons.append(RouteReason(venue: book.tops[fills[small].slot].venue, cause: .belowMinimum))
        }
    }

    struct Share {
        var slot: Int
        var quantity: Quantity
        var limit: Price
        var notional: Amount
        var meetsMinimum: Bool
    }

    private static func sweep(
        _ book: ConsolidatedBook, _ side: Side, _ quantity: Quantity, _ limit: Price, _ allowed: SlotSet,
        _ capacities: [VenueCapacity?]
    ) -> [Share] {
        var shares: [Share] = []
        var left = quantity
        var sweep = Sweep(side, over: allowed)
        while left > .zero, let level = sweep.next(in: book) {
            guard side == .buy ? level.price <= limit : level.price >= limit else {
                sweep.leave(level.slot)
                continue
            }
            guard let capacity = capacities[level.slot] else { continue }
            let index =
                shares.firstIndex { $0.slot == level.slot }
                ?? {
                    shares.append(
                        Share(
                            slot: level.slot, quantity: .zero, limit: level.price, notional: .zero,
                            meetsMinimum: false))
                    return shares.count - 1
                }()
            let room = min(capacity.affordable, capacity.listing.maximumQuantity) - shares[index].quantity
            let piece = min(min(level.quantity, left), room)
            guard piece > .zero else {
                sweep.leave(level.slot)
                continue
            }
            shares[index].quantity += piece
            shares[index].limit = level.price
            shares[index].notional += book.instrument.notional(level.price, piece)
            left -= piece
        }
        for index in shares.indices {
            guard let listing = capacities[shares[index].slot]?.listing else { continue }
            round(&shares[index], to: listing, book.instrument)
        }
        return shares
    }

    private static func round(_ share: inout Share, to listing: Listing, _ instrument: Instrument) {
        let rounded = share.quantity.rounded(downTo: listing.lot)
        share.notional -= instrument.notional(share.limit, share.quantity - rounded)
        share.quantity = rounded
        share.meetsMinimum = rounded > .zero && rounded >= listing.smallestOrder(at: share.limit)
    }

    private static func plan(
        _ book: ConsolidatedBook, _ side: Side, _ quantity: Quantity, _ shares: [Share], _ allowed: SlotSet,
        _ capacities: [VenueCapacity?], _ reasons: [RouteReason]
    ) -> RoutePlan {
        var reasons = reasons
        var legs: [RouteLeg] = []
        for share in shares {
            guard let listing = capacities[share.slot]?.listing else { continue }
            legs.append(
                RouteLeg(
                    venue: listing.venue, quantity: share.quantity, limit: share.limit,
                    notional: share.notional,
                    fee: listing.takerFee.of(share.notional)))
            reasons.append(RouteReason(venue: listing.venue, cause: .used))
        }
        var rest = allowed
        while let slot = rest.popFirst() {
            guard !shares.contains(where: { $0.slot == slot }) else { continue }
            reasons.append(RouteReason(venue: book.tops[slot].venue, cause: .notNeeded))
        }
        let routed = legs.reduce(Quantity.zero) { $0 + $1.quantity }
        return RoutePlan(side: side, legs: legs, unrouted: quantity - routed, reasons: reasons)
    }
}
