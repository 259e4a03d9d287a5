import TradingModel

/// A level as a feed publishes it.
struct FeedLevel: Equatable {
    let price: Int64
    /// Absolute; 0 removes the level.
    let quantity: Int64
}

/// One step of a feed: the levels whose quantity changed since the step before.
struct FeedDelta: Equatable {
    var bids: [FeedLevel]
    var asks: [FeedLevel]
    /// The venue's update ids this step covers (Binance `U`, `u`); `lastID` alone serves `seq` styles.
    var firstID: Int64
    var lastID: Int64
    /// `lastID` of the step before (OKX `prevSeqId`).
    var previousID: Int64
}

/// A venue's view of one book down to a depth, published step by step: what a protocol formats into frames.
struct BookFeed {
    /// Levels per side; `nil`: the whole book.
    let depth: Int?
    /// Whether a level that leaves the view while it stays in the book is told as removed. Kraken's readers
    /// truncate by themselves and are not told.
    let tellsDropouts: Bool
    private(set) var bids: [FeedLevel] = []
    private(set) var asks: [FeedLevel] = []
    private(set) var lastID: Int64 = 0
    /// The book's update id when the feed last looked at it.
    private var seenID: Int64 = 0
    /// Views that readers were handed between two steps, outside the feed.
    private var served: [(id: Int64, bids: [FeedLevel], asks: [FeedLevel])] = []

    init(depth: Int?, tellsDropouts: Bool = true) {
        self.depth = depth
        self.tellsDropouts = tellsDropouts
    }

    /// Takes the view as it is now; the next delta starts here.
    mutating func seed(from engine: MatchingEngine) {
        bids = BookFeed.view(engine.bids, depth)
        asks = BookFeed.view(engine.asks, depth)
        lastID = engine.updateID
        seenID = engine.updateID
        served.removeAll()
    }

    /// Whether the book has changed since the feed last looked at it.
    func isBehind(_ engine: MatchingEngine) -> Bool { engine.updateID != seenID }

    /// Notes that a reader was handed the book as it is now (a REST snapshot). A level that appeared since
    /// the last step and is gone before the next would otherwise stand in that reader's copy for ever: the
    /// next delta tells what differs from this view too, as a feed that lists every touched level does.
    mutating func serve(_ engine: MatchingEngine) {
        guard engine.updateID != lastID, engine.updateID != served.last?.id else { return }
        let bids = BookFeed.view(engine.bids, depth)
        served.append((engine.updateID, bids, BookFeed.view(engine.asks, depth)))
    }

    /// What changed since the last step; `nil` when the view did not change (the ids then belong to the next
    /// step).
    mutating func step(_ engine: MatchingEngine) -> FeedDelta? {
        guard engine.updateID != lastID, engine.updateID != seenID else { return nil }
        seenID = engine.updateID
        let newBids = BookFeed.view(engine.bids, depth)
        let newAsks = BookFeed.view(engine.asks, depth)
        var changedBids = changes(from: bids, to: newBids, sign: -1)
        var changedAsks = changes(from: asks, to: newAsks, sign: 1)
        for view in served {
            changedBids = union(changedBids, changes(from: view.bids, to: newBids, sign: -1), sign: -1)
            changedAsks = union(changedAsks, changes(from: view.asks, to: newAsks, sign: 1), sign: 1)
        }
        served.removeAll()
        bids = newBids
        asks = newAsks
        guard !changedBids.isEmpty || !changedAsks.isEmpty else { return nil }
        let delta = FeedDelta(
            bids: changedBids, asks: changedAsks, firstID: lastID + 1, lastID: engine.updateID,
            previousID: lastID)
        lastID = engine.updateID
        return delta
    }

    /// The best `depth` levels, best first.
    static func view(_ levels: [BookSide.Level], _ depth: Int?) -> [FeedLevel] {
        let count = min(depth ?? levels.count, levels.count)
        var out: [FeedLevel] = []
        out.reserveCapacity(count)
        var index = levels.count - 1
        for _ in 0..<count {
            out.append(FeedLevel(price: levels[index].price, quantity: levels[index].total))
            index -= 1
        }
        return out
    }

    /// Merges two views sorted best first; `sign` makes keys ascend (asks 1, bids −1).
    private func changes(from old: [FeedLevel], to new: [FeedLevel], sign: Int64) -> [FeedLevel] {
        var out: [FeedLevel] = []
        let worst = depth == new.count ? new.last.map { $0.price * sign } : nil
        var i = 0
        var j = 0
        while i < old.count || j < new.count {
            let oldKey = i < old.count ? old[i].price * sign : Int64.max
            let newKey = j < new.count ? new[j].price * sign : Int64.max
            if oldKey == newKey {
                if old[i].quantity != new[j].quantity { out.append(new[j]) }
                i += 1
                j += 1
            } else if oldKey < newKey {
                let droppedOut = worst.map { oldKey > $0 } ?? false
                if tellsDropouts || !droppedOut { out.append(FeedLevel(price: old[i].price, quantity: 0)) }
                i += 1
            } else {
                out.append(new[j])
                j += 1
            }
        }
        return out
    }

    /// Both lists tell the same new state, best first; a level in both is told once.
    private func union(_ a: [FeedLevel], _ b: [FeedLevel], sign: Int64) -> [FeedLevel] {
        let known = Set(a.map(\.price))
        return (a + b.filter { !known.contains($0.price) }).sorted { $0.price * sign < $1.price * sign }
    }
}
