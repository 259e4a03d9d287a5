import Books
import TradingModel

/// The best route by trying every one: what `SmartOrderRouter` is held against in tests and in `bench
/// router`. Takes time and memory in proportion to the quantity's raw value, squared: for small quantities
/// only.
public enum RouteOracle {
    public struct Optimum: Hashable, Sendable {
        public var routed: Quantity
        /// Cost of a buy or proceeds of a sell, fees and penalties included, in the price's raw units times
        /// `Rate.one`.
        public var value: Int128
    }

    public static func best(
        _ book: ConsolidatedBook, side: Side, quantity: Quantity, limit: Price, among slots: SlotSet,
        capacities: [VenueCapacity?]
    ) -> Optimum {
        // By quantity: the best value of routing exactly that over the venues so far.
        var best = [Int128?](repeating: nil, count: Int(quantity.raw) + 1)
        best[0] = 0
        var rest = slots
        while let slot = rest.popFirst() {
            guard let capacity = capacities[slot] else { continue }
            let options = options(book, side, slot, capacity, quantity, limit)
            for total in best.indices.reversed() {
                for (taken, value) in options where taken <= total {
                    guard let before = best[total - taken] else { continue }
                    let sum = before + value
                    if let now = best[total], side == .buy ? now <= sum : now >= sum { continue }
                    best[total] = sum
                }
            }
        }
        let routed = best.lastIndex { $0 != nil } ?? 0
        return Optimum(routed: Quantity(raw: Int64(routed)), value: best[routed] ?? 0)
    }

    /// What a venue would take besides nothing, and for how much in all.
    private static func options(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ capacity: VenueCapacity, _ quantity: Quantity,
        _ limit: Price
    ) -> [(Int, Int128)] {
        let listing = capacity.listing
        guard let touch = book.level(side, slot, 0) else { return [] }
        let smallest = listing.smallestOrder(at: side == .buy ? touch.price : limit)
        let most = min(min(capacity.affordable, listing.maximumQuantity), quantity)
        var options: [(Int, Int128)] = []
        var value: Int128 = 0
        var taken: Int64 = 0
        var depth = 0
        while taken < most.raw, let level = book.level(side, slot, depth),
            side == .buy ? level.price <= limit : level.price >= limit
        {
            let unit = book.netPrice(side, slot, level.price, penalty: capacity.penalty)
            var here: Int64 = 0
            while here < level.quantity.raw, taken < most.raw {
                here += 1
                taken += 1
                value += unit
                if taken % listing.lot.raw == 0, taken >= smallest.raw { options.append((Int(taken), value)) }
            }
            depth += 1
        }
        return options
    }
}

extension RoutePlan {
    /// What the oracle's `value` is of this plan.
    public func value(_ book: ConsolidatedBook, capacities: [VenueCapacity?]) -> Int128 {
        legs.reduce(0) { sum, leg in
            guard let slot = book.slot(of: leg.venue), let capacity = capacities[slot] else { return sum }
            var left = leg.quantity.raw
            var value: Int128 = 0
            var depth = 0
            while left > 0, let level = book.level(side, slot, depth) {
                let taken = min(left, level.quantity.raw)
                value +=
                    book.netPrice(side, slot, level.price, penalty: capacity.penalty) * Int128(taken)
                left -= taken
                depth += 1
            }
            return sum + value
        }
    }
}
