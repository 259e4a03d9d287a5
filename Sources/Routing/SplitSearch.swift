import TradingModel

/// The cheapest way to take a quantity from several venues' levels, when each venue takes whole lots only,
/// and nothing or at least its minimum. As much as possible is taken; among the ways to do that the cheapest.
///
/// Without lots and minimums the cheapest levels, one after another, are the answer. Lots that divide one
/// another are then put right exactly (`NestedLots`). What this costs bounds every possible split from below,
/// so the search takes it, and where a venue's share is impossible tries the two ways out: less there, or
/// more there. What costs no less than the best split found so far is not looked at.
struct SplitSearch {
    /// What may be taken at one venue.
    struct Venue {
        var slot: Int
        var lot: Int64
        /// Whole lots; 0 when any lot will do.
        var minimum: Int64
        /// Whole lots, at most what its pieces hold.
        var most: Int64
    }

    /// One level of one venue's book, as far as it may be used.
    struct Piece {
        /// All-in cost of one unit; negative proceeds when selling.
        var cost: Int128
        var price: Price
        var quantity: Int64
        var venue: Int
        /// What the venue's pieces before this one hold.
        var start: Int64
        var end: Int64 { start + quantity }
    }

    /// In the order in which they would be taken: cheapest first, within a venue as in its book.
    private(set) var pieces: [Piece] = []
    private(set) var venues: [Venue] = []
    /// What leaving one unit out costs: more than any split of the rest can save by it.
    private var omission: Int128 = 0
    /// Rising, each once.
    private var lots: [Int64] = []
    private var areNested = false
    private var low: [Int64] = []
    private var high: [Int64] = []
    private var share: [Int64] = []
    private var best: [Int64] = []
    private var bestCost = Int128.max
    /// Splits that were priced.
    private(set) var looks = 0

    /// So many looks are enough for any lots and minimums that venues have; what is left then is the best
    /// feasible split found.
    static let mostLooks = 20_000

    /// - Parameter pieces: cheapest first.
    init(_ venues: [Venue], _ pieces: [Piece]) {
        self.venues = venues
        self.pieces = pieces
        lots = []
        for venue in venues where !lots.contains(venue.lot) { lots.append(venue.lot) }
        lots.sort()
        areNested = NestedLots.areNested(lots)
    }

    /// How far beyond its share of the cheapest levels whole lots can take a venue.
    static func reach(_ venues: [Venue]) -> Int64 {
        Int64(venues.count + 1) * (venues.map(\.lot).max() ?? 1)
    }

    /// By venue: how much to take of `quantity` where lots alone stand in the way; `nil` when a minimum does,
    /// or lots do not divide one another.
    mutating func settled(_ quantity: Int64) -> [Int64]? {
        let wanted = prepare(quantity)
        guard wanted > 0, relaxed(wanted) != nil else { return share }
        if areNested, hasBrokenLots { _ = wholeLots(wanted) }
        return impossibleShare() == nil ? share : nil
    }

    /// By venue: how much to take of `quantity`.
    mutating func split(_ quantity: Int64) -> [Int64] {
        let wanted = prepare(quantity)
        best = share
        guard wanted > 0 else { return best }
        bestCost = Int128(wanted) * omission
        looks = 0
        search(wanted)
        return best
    }

    /// Answers what is wanted in whole steps: nothing smaller than what all lots have in common can be taken.
    private mutating func prepare(_ quantity: Int64) -> Int64 {
        low = [Int64](repeating: 0, count: venues.count)
        share = low
        high = venues.map(\.most)
        guard quantity > 0, let first = pieces.first, let last = pieces.last else { return 0 }
        let step = lots.reduce(0) { SplitSearch.commonDivisor($0, $1) }
        let wanted = quantity / step * step
        omission = Int128(wanted) * (last.cost - first.cost) + Int128(last.cost.magnitude) + 1
        return wanted
    }

    private var hasBrokenLots: Bool {
        venues.indices.contains { share[$0] % venues[$0].lot != 0 }
    }

    private mutating func search(_ wanted: Int64) {
        looks += 1
        guard looks <= SplitSearch.mostLooks, var cost = relaxed(wanted), cost < bestCost else { return }
        if areNested, hasBrokenLots {
            cost = wholeLots(wanted)
            guard cost < bestCost else { return }
        }
        guard let venue = impossibleShare() else {
            bestCost = cost
            best = share
            return
        }
        let (lot, minimum) = (venues[venue].lot, venues[venue].minimum)
        let less = share[venue] / lot * lot
        let floor = less >= minimum ? less : 0
        let ceiling = max(less + lot, minimum)
        let (oldLow, oldHigh) = (low[venue], high[venue])
        // The nearer way out first: a good split early spares looks later.
        let isLessNearer = share[venue] - floor <= ceiling - share[venue]
        for goesDown in [isLessNearer, !isLessNearer] {
            if goesDown { high[venue] = floor } else { low[venue] = ceiling }
            if low[venue] <= high[venue] { search(wanted) }
            (low[venue], high[venue]) = (oldLow, oldHigh)
        }
    }

    /// The cheapest split within `low…high` that knows neither lots nor minimums; its cost, which no possible
    /// split within these bounds undercuts. `nil` when they ask for more than is wanted.
    private mutating func relaxed(_ wanted: Int64) -> Int128? {
        var rest = wanted
        var cost: Int128 = 0
        for venue in venues.indices {
            share[venue] = low[venue]
            rest -= low[venue]
        }
        guard rest >= 0 else { return nil }
        let isBound = rest < wanted
        pieces.withUnsafeBufferPointer { pieces in
            for piece in pieces {
                if isBound {
                    let owed = min(piece.end, low[piece.venue]) - piece.start
                    if owed > 0 { cost += piece.cost * Int128(owed) }
                } else if rest == 0 {
                    break
                }
                guard rest > 0 else { continue }
                let free = min(piece.end, high[piece.venue]) - max(piece.start, low[piece.venue])
                guard free > 0 else { continue }
                let taken = min(free, rest)
                share[piece.venue] += taken
                rest -= taken
                cost += piece.cost * Int128(taken)
            }
        }
        return cost + omission * Int128(rest)
    }

    /// Puts `share` right where it is not in whole lots; answers the cost. The cheapest whole shares lie near
    /// the broken ones: no venue's moves by more than a few of the coarsest lots.
    private mutating func wholeLots(_ wanted: Int64) -> Int128 {
        let reach = SplitSearch.reach(venues)
        var rest = wanted
        var windows: [Range<Int64>] = []
        for venue in venues.indices {
            let lot = venues[venue].lot
            let from = max(low[venue], (share[venue] - reach) / lot * lot)
            windows.append(from..<max(from, min(high[venue], share[venue] + reach)))
            rest -= from
        }
        var runs = [[NestedLots.Run]](repeating: [], count: venues.count)
        for piece in pieces {
            let window = windows[piece.venue]
            let count = min(piece.end, window.upperBound) - max(piece.start, window.lowerBound)
            guard count > 0 else { continue }
            runs[piece.venue].append(.init(cost: piece.cost, count: count, source: piece.venue))
        }
        var sources = lots.map { lot in
            venues.indices.filter { venues[$0].lot == lot }.map {
                lot == 1 ? runs[$0] : NestedLots.bundled(runs[$0], by: lot, after: 0, as: $0)
            }
        }
        // What is left out comes in finest lots too, at a price that nobody asks.
        let finest = lots[0]
        sources[0].append([
            .init(cost: omission * Int128(finest), count: rest / finest, source: venues.count)
        ])
        var nested = NestedLots(lots: lots)
        let counts = nested.fill(rest, from: sources, count: venues.count + 1)
        for venue in venues.indices {
            share[venue] = windows[venue].lowerBound + counts[venue] * venues[venue].lot
        }
        var cost = omission * Int128(counts[venues.count] * finest)
        for piece in pieces {
            let taken = min(piece.end, share[piece.venue]) - piece.start
            if taken > 0 { cost += piece.cost * Int128(taken) }
        }
        return cost
    }

    /// Of the shares that a venue would not take, that of the coarsest lot.
    private func impossibleShare() -> Int? {
        var found: Int?
        for venue in venues.indices where share[venue] > 0 {
            guard share[venue] % venues[venue].lot != 0 || share[venue] < venues[venue].minimum else {
                continue
            }
            if let other = found, venues[other].lot >= venues[venue].lot { continue }
            found = venue
        }
        return found
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
