import TradingModel

extension ConsolidatedBook {
    /// The level a taker on `side` meets at `depth` of a slot's ladder; `nil` beyond its end.
    /// Our own resting orders are not among them.
    public func level(_ side: Side, _ slot: Int, _ depth: Int) -> Level? {
        guard own[slot].isEmpty else { return othersLevel(side, slot, depth) }
        // A ladder would be copied to be asked for it.
        if depth == 0 {
            let best = side == .buy ? books[slot].asks.best : books[slot].bids.best
            return best.quantity > .zero ? best : nil
        }
        if side == .buy { return depth < books[slot].asks.count ? books[slot].asks[depth] : nil }
        return depth < books[slot].bids.count ? books[slot].bids[depth] : nil
    }

    /// Hands the levels a taker on `side` meets from `depth` on to `body`, at most so many, until it answers
    /// `false`.
    @inlinable public func withLevels(
        _ side: Side, _ slot: Int, from depth: Int, atMost most: Int, _ body: (Level) -> Bool
    ) {
        guard own[slot].isEmpty else { return withOthersLevels(side, slot, from: depth, atMost: most, body) }
        if side == .buy {
            books[slot].asks.withLevels(from: depth, atMost: most, body)
        } else {
            books[slot].bids.withLevels(from: depth, atMost: most, body)
        }
    }

    /// How many levels a taker on `side` may meet there.
    public func depth(_ side: Side, _ slot: Int) -> Int {
        side == .buy ? books[slot].asks.count : books[slot].bids.count
    }

    /// A price after the slot's taker fee, in the price's raw units times `Rate.one`: more when buying, less
    /// when selling.
    public func netPrice(_ side: Side, _ slot: Int, _ price: Price) -> Int128 {
        ConsolidatedBook.net(side, price, takerFees[slot])
    }

    /// The same for a fee.
    @inlinable public static func net(_ side: Side, _ price: Price, _ fee: Rate) -> Int128 {
        Int128(price.raw) * Int128(side == .buy ? Rate.one + fee.raw : Rate.one - fee.raw)
    }
}
