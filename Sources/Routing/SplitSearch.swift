import TradingModel

/// The cheapest way to take a quantity from several venues' levels, when each venue takes whole lots only,
/// and nothing or at least its minimum. As much as possible is taken; among the ways to do that the cheapest.
///
/// Without lots and minimums the cheapest levels, one after another, are the answer (`Waterfill`). Lots that
/// divide one another are then put right exactly (`NestedLots`). What this costs bounds every possible split
/// from below, so the search takes it, and where a venue's share is impossible tries the two ways out: less
/// there, or more there. What costs no less than the best split found so far is not looked at.
struct SplitSearch: ~Copyable {
    /// Fewer units left out come first; with as many left out the cheaper.
    private struct Value: Comparable {
        var omitted: Int64
        var cost: Int128
        static func < (a: Value, b: Value) -> Bool { (a.omitted, a.cost) < (b.omitted, b.cost) }
    }

    private(set) var fill: Waterfill
    /// Rising, each once.
    private let lots: [Int64]
    private let areNested: Bool
    private var nested: NestedLots
    private var froms: [Int64]
    private let reach: Int64
    private var best: [Int64] = []
    private var bestValue = Value(omitted: .max, cost: 0)
    /// Splits that were priced.
    private(set) var looks = 0

    /// So many looks are enough for any lots and minimums that venues have; what is left then is the best
    /// feasible split found.
    static let mostLooks = 20_000

    init(_ fill: consuming Waterfill) {
        var lots: [Int64] = []
        for number in 0..<fill.count where !lots.contains(fill[number].lot) { lots.append(fill[number].lot) }
        lots.sort()
        self.lots = lots
        areNested = NestedLots.areNested(lots)
        nested = NestedLots(lots: lots)
        froms = [Int64](repeating: 0, count: fill.count)
        // The cheapest whole shares lie near the broken ones: no venue's moves by more than a few of the
        // coarsest lots.
        reach = Int64(fill.count + 1) * (lots.last ?? 1)
        self.fill = fill
    }

    /// By venue: how much to take of `quantity`.
    mutating func split(_ quantity: Int64) -> [Int64] {
        best = [Int64](repeating: 0, count: fill.count)
        // Nothing smaller than what all lots have in common can be taken.
        let step = lots.reduce(0) { SplitSearch.commonDivisor($0, $1) }
        guard quantity > 0, step > 0, quantity >= step else { return best }
        search(quantity / step * step)
        return best
    }

    private mutating func search(_ wanted: Int64) {
        looks += 1
        guard looks <= SplitSearch.mostLooks, let omitted = fill.settle(wanted) else { return }
        var value = Value(omitted: omitted, cost: fill.cost)
        guard value < bestValue else { return }
        if areNested, hasBrokenLots {
            value = wholeLots(wanted)
            guard value < bestValue else { return }
        }
        guard let venue = impossibleShare else {
            bestValue = value
            for number in best.indices { best[number] = fill[number].share }
            return
        }
        let (lot, minimum, share) = (fill[venue].lot, fill[venue].minimum, fill[venue].share)
        let (low, high) = (fill[venue].low, fill[venue].high)
        let less = share / lot * lot
        let floor = less >= minimum ? less : 0
        let ceiling = max(less + lot, minimum)
        // The nearer way out first: a good split early spares looks later.
        let isLessNearer = share - floor <= ceiling - share
        for goesDown in [isLessNearer, !isLessNearer] {
            if goesDown, low <= floor {
                fill.bound(venue, from: low, to: floor)
                search(wanted)
            } else if !goesDown, ceiling <= high {
                fill.bound(venue, from: ceiling, to: high)
                search(wanted)
            }
        }
        fill.bound(venue, from: low, to: high)
    }

    private var hasBrokenLots: Bool {
        (0..<fill.count).contains { fill[$0].share % fill[$0].lot != 0 }
    }

    /// Puts the shares right where they are not in whole lots; answers their price.
    private mutating func wholeLots(_ wanted: Int64) -> Value {
        var rest = wanted
        var (cheapest, dearest) = (Int128.max, Int128.min)
        nested.begin()
        for number in 0..<fill.count {
            let venue = fill[number]
            let from = max(venue.low, (venue.share - reach) / venue.lot * venue.lot)
            froms[number] = from
            rest -= from
            // Looking there may find the book's end.
            _ = fill.has(number, min(venue.high, venue.share + reach))
            let end = min(venue.high, venue.share + reach, fill[number].most)
            guard end > from else { continue }
            nested.begin(number, lot: venue.lot)
            fill.forEachLevel(number, from: from, to: end) { level, count in
                cheapest = min(cheapest, level.cost)
                dearest = max(dearest, level.cost)
                nested.add(level.cost, count)
            }
        }
        // What is left out comes in finest lots too: each dearer than all that any other way could save.
        let omission =
            cheapest > dearest
            ? 1 : Int128(rest) * (dearest - cheapest) + Int128(dearest.magnitude) + 1
        nested.begin(fill.count, lot: lots[0])
        nested.add(omission, rest)
        let shares = nested.fill(rest, count: fill.count + 1)
        for venue in 0..<fill.count { fill.place(venue, froms[venue] + shares[venue]) }
        return Value(omitted: shares[fill.count], cost: fill.cost)
    }

    /// Of the shares that a venue would not take, that of the coarsest lot.
    private var impossibleShare: Int? {
        var found: Int?
        for number in 0..<fill.count where fill[number].share > 0 {
            let venue = fill[number]
            guard venue.share % venue.lot != 0 || venue.share < venue.minimum else { continue }
            if let other = found, fill[other].lot >= venue.lot { continue }
            found = number
        }
        return found
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
