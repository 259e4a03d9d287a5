import TradingModel

/// V13, V14: what a venue publishes of a book instead of the book, for a while: in streams and snapshots
/// alike, consistent in ids and checksums. Orders match against the real book all the same.
public enum BookDistortion: Hashable, Sendable {
    /// The best bid stands five ticks above the best offer.
    case crossed
    /// The best bid stands at the best offer.
    case locked
    case empty
    case bidsOnly, asksOnly
    /// Every price ten times too high.
    case tenfold
    /// Every price at a tenth.
    case tenth
    /// The book as it was when the fault began; keep-alives go on.
    case frozen

    /// The distorted look of `book`.
    func applied(to book: MatchingEngine, frozen: MatchingEngine, tick: Int64) -> MatchingEngine {
        switch self {
        case .frozen: return frozen
        case .empty: return book.showing(bids: [], asks: [])
        case .bidsOnly: return book.showing(bids: book.bids, asks: [])
        case .asksOnly: return book.showing(bids: [], asks: book.asks)
        case .crossed: return withBestBid(book, above: 5 * tick)
        case .locked: return withBestBid(book, above: 0)
        case .tenfold: return scaled(book) { $0 * 10 }
        case .tenth: return scaled(book) { max(tick, $0 / 10 / tick * tick) }
        }
    }

    private func withBestBid(_ book: MatchingEngine, above: Int64) -> MatchingEngine {
        guard let ask = book.asks.last else { return book }
        let bid = BookSide.Level(price: ask.price + above, total: ask.total, queue: [])
        return book.showing(bids: book.bids + [bid], asks: book.asks)
    }

    /// Levels that fall on one price become one level.
    private func scaled(_ book: MatchingEngine, _ price: (Int64) -> Int64) -> MatchingEngine {
        func side(_ levels: [BookSide.Level]) -> [BookSide.Level] {
            var out: [BookSide.Level] = []
            for level in levels {
                let moved = price(level.price)
                if let last = out.last, last.price == moved {
                    out[out.count - 1].total += level.total
                } else {
                    out.append(.init(price: moved, total: level.total, queue: []))
                }
            }
            return out
        }
        return book.showing(bids: side(book.bids), asks: side(book.asks))
    }
}

extension VirtualExchange {
    /// The book as the venue shows it to the world: the real one unless mischief distorts it.
    func published(_ symbol: Int) -> MatchingEngine {
        mischief.distortions.isEmpty ? engines[symbol] : distorted(symbol)
    }

    private func distorted(_ symbol: Int) -> MatchingEngine {
        guard let entry = mischief.distortions.last(where: { $0.symbol == symbol && $0.until > clock }) else {
            return engines[symbol]
        }
        return entry.distortion.applied(
            to: engines[symbol], frozen: entry.frozen, tick: symbols[symbol].tick.raw)
    }

    /// The earlier book that the next snapshot is to be made of; `nil`: a snapshot of the book as published.
    func takeOldSnapshot(_ symbol: Int) -> MatchingEngine? {
        guard let place = mischief.oldSnapshots.firstIndex(where: { $0.symbol == symbol }) else { return nil }
        mischief.oldSnapshots[place].remaining -= 1
        let book = mischief.oldSnapshots[place].book
        if mischief.oldSnapshots[place].remaining == 0 { mischief.oldSnapshots.remove(at: place) }
        return book
    }
}
