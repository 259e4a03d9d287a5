import TradingModel

/// The cheapest way to take a quantity from several venues' levels, when each venue takes whole lots only, and
/// nothing or at least its minimum. As much as possible is taken; among the ways to do that the cheapest.
///
/// Without lots and minimums the cheapest levels, one after another, are the answer. That answer bounds every
/// other from below, so the search takes it, and where a venue's share is impossible tries the two ways out:
/// less there, or more there. What costs no less than the best split found so far is not looked at.
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
    }

    /// In the order in which they would be taken: cheapest first, within a venue as in its book.
    private(set) var pieces: [Piece] = []
    private(set) var venues: [Venue] = []
    /// What leaving one unit out costs: more than any split of the rest can save by it.
    private var omission: Int128 = 0
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

    init() {}

    /// - Parameter pieces: all of one venue in its book's order; venues by their index in `venues`.
    init(_ venues: [Venue], _ pieces: [Piece]) {
        self.venues = venues
        self.pieces = pieces.sorted { ($0.cost, $0.venue, $0.start) < ($1.cost, $1.venue, $1.start) }
    }

    /// By venue: how much to take of `quantity`.
    mutating func split(_ quantity: Int64) -> [Int64] {
        let none = [Int64](repeating: 0, count: venues.count)
        guard !venues.isEmpty, quantity > 0, let first = pieces.first, let last = pieces.last else {
            return none
        }
        // Nothing smaller than what all lots have in common can be taken anyway.
        let step = venues.reduce(0) { SplitSearch.commonDivisor($0, $1.lot) }
        let wanted = quantity / step * step
        omission = Int128(wanted) * (last.cost - first.cost) + last.cost.magnitudeAsInt + 1
        low = none
        high = venues.map(\.most)
        share = none
        best = none
        bestCost = Int128(wanted) * omission
        looks = 0
        search(wanted)
        return best
    }

    /// Whether this venue, which got nothing, shows a cheaper level than the dearest one in use.
    func isCheaper(_ venue: Int, than shares: [Int64]) -> Bool {
        guard let own = pieces.first(where: { $0.venue == venue }) else { return false }
        let dearest = pieces.last { $0.start < shares[$0.venue] }
        return dearest.map { own.cost < $0.cost } ?? false
    }

    private mutating func search(_ wanted: Int64) {
        looks += 1
        guard looks <= SplitSearch.mostLooks, let cost = relaxed(wanted), cost < bestCost else { return }
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
        for piece in pieces {
            let end = piece.start + piece.quantity
            if isBound {
                let owed = min(end, low[piece.venue]) - piece.start
                if owed > 0 { cost += piece.cost * Int128(owed) }
            } else if rest == 0 {
                break
            }
            guard rest > 0 else { continue }
            let free = min(end, high[piece.venue]) - max(piece.start, low[piece.venue])
            guard free > 0 else { continue }
            let taken = min(free, rest)
            share[piece.venue] += taken
            rest -= taken
            cost += piece.cost * Int128(taken)
        }
        return cost + omission * Int128(rest)
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

extension Int128 {
    fileprivate var magnitudeAsInt: Int128 { self < 0 ? -self : self }
}
