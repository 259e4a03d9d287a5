import TradingModel

/// What of a venue's displayed liquidity is our own: nobody can trade with himself.
public struct OwnLevel: Hashable, Sendable {
    /// The side of the order that rests.
    public var side: Side
    public var price: Price
    public var quantity: Quantity
    public init(side: Side, price: Price, quantity: Quantity) {
        self.side = side
        self.price = price
        self.quantity = quantity
    }
}

// The slow path of slots where orders of ours rest: a few levels are looked at one by one. The venue's own
// book is left as it is, because its proof covers what we added to it.
extension ConsolidatedBook {
    /// What rests at a venue now; replaces what was said before. A level may show less than we have there,
    /// for a moment: then nothing is left of it.
    public mutating func setOwn(_ levels: [OwnLevel], at venue: VenueID) {
        guard let slot = slot(of: venue), own[slot] != levels else { return }
        own[slot] = levels
        refresh(slot)
    }

    /// A taker's `side` meets resting orders of the other one.
    func others(_ level: Level, _ side: Side, _ slot: Int) -> Quantity {
        var left = level.quantity
        for mine in own[slot] where mine.side == side.opposite && mine.price == level.price {
            left -= mine.quantity
        }
        return max(.zero, left)
    }

    func othersLevel(_ side: Side, _ slot: Int, _ depth: Int) -> Level? {
        var found: Level?
        withOthersLevels(side, slot, from: depth, atMost: 1) { level in
            found = level
            return false
        }
        return found
    }

    @usableFromInline func withOthersLevels(
        _ side: Side, _ slot: Int, from depth: Int, atMost most: Int, _ body: (Level) -> Bool
    ) {
        let ladder = side == .buy ? books[slot].asks : books[slot].bids
        var seen = 0
        ladder.withLevels(from: 0, atMost: ladder.count) { shown in
            let level = Level(price: shown.price, quantity: others(shown, side, slot))
            guard level.quantity > .zero else { return true }
            defer { seen += 1 }
            guard seen >= depth else { return true }
            return seen - depth < most && body(level)
        }
    }
}
