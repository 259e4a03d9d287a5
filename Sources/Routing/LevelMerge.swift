import Books
import TradingModel

/// The levels of several venues in the order in which a taker would use them, as far as they may matter.
struct LevelMerge {
    private(set) var pieces: [SplitSearch.Piece] = []
    /// By venue: what its pieces hold.
    private(set) var depths: [Int64] = []

    /// One venue's next level.
    private struct Head {
        var cost: Int128 = .max
        var price: Int64 = 0
        var quantity: Int64 = 0
        /// What lies before it.
        var start: Int64 = 0
        var depth = 0
        var cap: Int64 = 0
        /// No level that begins here or later.
        var stop: Int64 = .max
        var slot = 0
        var penalty = Rate.zero
    }

    /// - Parameters:
    ///   - caps: by venue, the most that may be taken.
    ///   - penalties: by venue.
    ///   - reach: where the wanted quantity is complete, every venue is followed for this much further;
    ///     `nil`: to its end.
    init(
        _ book: ConsolidatedBook, _ side: Side, limit: Price, slots: [Int], caps: [Int64], penalties: [Rate],
        quantity: Int64, reach: Int64?
    ) {
        depths = [Int64](repeating: 0, count: slots.count)
        pieces.reserveCapacity(reach == nil ? 512 : 128)
        withUnsafeTemporaryAllocation(of: Head.self, capacity: max(1, slots.count)) { heads in
            for venue in slots.indices {
                var head = Head(cap: caps[venue], slot: slots[venue], penalty: penalties[venue])
                LevelMerge.load(&head, book, side, limit)
                heads.initializeElement(at: venue, to: head)
            }
            var filled: Int64 = 0
            var isClosing = false
            while true {
                var best = 0
                for venue in slots.indices.dropFirst() where heads[venue].cost < heads[best].cost {
                    best = venue
                }
                guard !slots.isEmpty, heads[best].cost < .max else { break }
                var head = heads[best]
                pieces.append(
                    SplitSearch.Piece(
                        cost: head.cost, price: Price(raw: head.price), quantity: head.quantity, venue: best,
                        start: head.start))
                filled += min(head.quantity, head.cap - head.start)
                head.start += head.quantity
                head.depth += 1
                depths[best] = head.start
                LevelMerge.load(&head, book, side, limit)
                heads[best] = head
                guard !isClosing, let reach, filled >= quantity else { continue }
                isClosing = true
                for venue in slots.indices { heads[venue].stop = heads[venue].start + reach }
            }
        }
    }

    /// The level at the head's depth, or nothing more.
    private static func load(_ head: inout Head, _ book: ConsolidatedBook, _ side: Side, _ limit: Price) {
        guard head.start < min(head.cap, head.stop), let level = book.level(side, head.slot, head.depth),
            side == .buy ? level.price <= limit : level.price >= limit
        else {
            head.cost = .max
            return
        }
        let net = book.netPrice(side, head.slot, level.price, penalty: head.penalty)
        head.cost = side == .buy ? net : -net
        head.price = level.price.raw
        head.quantity = level.quantity.raw
    }
}

extension ConsolidatedBook {
    /// As `netPrice`, with a penalty that counts like a fee.
    func netPrice(_ side: Side, _ slot: Int, _ price: Price, penalty: Rate) -> Int128 {
        let extra = Int128(price.raw) * Int128(penalty.raw)
        return netPrice(side, slot, price) + (side == .buy ? extra : -extra)
    }
}
