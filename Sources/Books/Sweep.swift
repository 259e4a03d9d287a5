import TradingModel

/// A level met while sweeping one side of all venues.
public struct SweptLevel: Hashable, Sendable {
    public var slot: Int
    public var venue: VenueID
    /// Its place in that venue's ladder, 0 at the touch.
    public var depth: Int
    public var price: Price
    public var quantity: Quantity
    /// What a taker pays (buying) or receives (selling) per unit after the venue's fee: the price's raw units
    /// times `Rate.one`, exact.
    public var netPrice: Int128
}

/// A cursor over one side of several venues' ladders in the order a taker would consume them: cheapest after
/// fees first when buying, dearest first when selling, the lowest slot first among equals. A plain value: it
/// holds positions only, so sweeping allocates and retains nothing. The book must not change during a sweep.
public struct Sweep: Sendable {
    /// The taker's side: `.buy` sweeps asks.
    public let side: Side
    private var open: SlotSet
    private var depths = SIMD64<UInt16>(repeating: 0)

    public init(_ side: Side, over slots: SlotSet) {
        self.side = side
        open = slots
    }

    /// The next level in order, `nil` when all ladders are exhausted.
    public mutating func next(in book: borrowing ConsolidatedBook) -> SweptLevel? {
        var best: SweptLevel?
        var rest = open
        while let slot = rest.popFirst() {
            let depth = Int(depths[slot])
            guard let level = book.level(side, slot, depth) else {
                open.remove(slot)
                continue
            }
            let net = book.netPrice(side, slot, level.price)
            if let best, side == .buy ? net >= best.netPrice : net <= best.netPrice { continue }
            best = SweptLevel(
                slot: slot, venue: book.tops[slot].venue, depth: depth, price: level.price,
                quantity: level.quantity,
                netPrice: net)
        }
        if let best { depths[best.slot] &+= 1 }
        return best
    }

    /// No more levels from this venue (its budget, balance or cap is used up).
    public mutating func leave(_ slot: Int) { open.remove(slot) }
}

extension ConsolidatedBook {
    /// The level a taker on `side` meets at `depth` of a slot's ladder; `nil` beyond its end.
    public func level(_ side: Side, _ slot: Int, _ depth: Int) -> Level? {
        if side == .buy { return depth < books[slot].asks.count ? books[slot].asks[depth] : nil }
        return depth < books[slot].bids.count ? books[slot].bids[depth] : nil
    }

    /// A price after the slot's taker fee, in the price's raw units times `Rate.one`: more when buying, less
    /// when selling.
    public func netPrice(_ side: Side, _ slot: Int, _ price: Price) -> Int128 {
        let fee = takerFees[slot].raw
        return Int128(price.raw) * Int128(side == .buy ? Rate.one + fee : Rate.one - fee)
    }
}
