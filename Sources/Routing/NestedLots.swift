/// Fills a quantity exactly from sources whose lots divide one another, as powers of ten do: the cheapest
/// way, in one pass and without a search.
///
/// What is left over of a coarser lot can only come from finer ones, so the cheapest finer lots serve it. All
/// others are used by whole coarser lots or not at all: they are bundled, and a bundle is a lot like any
/// other.
struct NestedLots {
    /// Lots of equal cost.
    struct Run {
        /// Of one lot.
        var cost: Int128
        var count: Int64
        /// A caller's source, or `NestedLots.bundle`.
        var source: Int
    }

    static let bundle = -1

    /// Rising; each divides the next.
    let lots: [Int64]
    /// By lot: what there is of it, cheapest first, bundles of finer ones included.
    private var levels: [[Run]] = []
    /// By lot: how many of it serve what coarser ones leave over.
    private var odd: [Int64] = []

    init(lots: [Int64]) { self.lots = lots }

    static func areNested(_ lots: [Int64]) -> Bool {
        zip(lots, lots.dropFirst()).allSatisfy { $1 % $0 == 0 }
    }

    /// - Parameters:
    ///   - quantity: whole in the finest lot.
    ///   - sources: by lot, each cheapest first; together they hold `quantity` in finest lots.
    /// - Returns: by source, how many lots of its own.
    mutating func fill(_ quantity: Int64, from sources: [[[Run]]], count: Int) -> [Int64] {
        var rest = quantity
        levels.removeAll(keepingCapacity: true)
        odd.removeAll(keepingCapacity: true)
        for number in lots.indices {
            var here = sources[number]
            if number > 0 {
                let ratio = lots[number] / lots[number - 1]
                here.append(
                    NestedLots.bundled(
                        levels[number - 1], by: ratio, after: odd[number - 1], as: NestedLots.bundle))
            }
            levels.append(NestedLots.merged(here))
            let isCoarsest = number == lots.count - 1
            let wanted =
                isCoarsest ? rest / lots[number] : rest / lots[number] % (lots[number + 1] / lots[number])
            odd.append(wanted)
            rest -= wanted * lots[number]
        }
        return shares(count)
    }

    /// From the coarsest down: what was taken of bundles was taken of the finer lots in them.
    private func shares(_ count: Int) -> [Int64] {
        var shares = [Int64](repeating: 0, count: count)
        var bundles: Int64 = 0
        for number in lots.indices.reversed() {
            let ratio = number + 1 < lots.count ? lots[number + 1] / lots[number] : 1
            var left = odd[number] + bundles * ratio
            bundles = 0
            for run in levels[number] where left > 0 {
                let taken = min(run.count, left)
                left -= taken
                if run.source == NestedLots.bundle { bundles += taken } else { shares[run.source] += taken }
            }
            precondition(left == 0, "the sources hold what is wanted")
        }
        return shares
    }

    /// Whole bundles of `size` lots, in order, without the first `skipped`; the cost of one is all its lots'.
    static func bundled(_ runs: [Run], by size: Int64, after skipped: Int64, as source: Int) -> [Run] {
        var out: [Run] = []
        var skip = skipped
        var held: Int64 = 0
        var cost: Int128 = 0
        for run in runs {
            let passed = min(skip, run.count)
            skip -= passed
            var left = run.count - passed
            if held > 0, left > 0 {
                let taken = min(size - held, left)
                held += taken
                cost += run.cost * Int128(taken)
                left -= taken
                if held == size {
                    out.append(Run(cost: cost, count: 1, source: source))
                    (held, cost) = (0, 0)
                }
            }
            if left >= size {
                out.append(Run(cost: run.cost * Int128(size), count: left / size, source: source))
                left %= size
            }
            if left > 0 {
                held += left
                cost += run.cost * Int128(left)
            }
        }
        return out
    }

    private static func merged(_ lists: [[Run]]) -> [Run] {
        if lists.count == 1 { return lists[0] }
        var out: [Run] = []
        out.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        var heads = [Int](repeating: 0, count: lists.count)
        while true {
            var best = -1
            for list in lists.indices where heads[list] < lists[list].count {
                if best < 0 || lists[list][heads[list]].cost < lists[best][heads[best]].cost { best = list }
            }
            guard best >= 0 else { return out }
            out.append(lists[best][heads[best]])
            heads[best] += 1
        }
    }
}
