/// Fills a quantity exactly from sources whose lots divide one another, as powers of ten do: the cheapest
/// way, in one pass and without a search.
///
/// What is left over of a coarser lot can only come from finer ones, so the cheapest finer lots serve it. All
/// others are used by whole coarser lots or not at all: they are bundled, and a bundle is a lot like any
/// other. Use: `begin`, then `add` each source's levels, then `fill`.
struct NestedLots {
    /// Lots of equal cost.
    private struct Run {
        /// Of one lot.
        var cost: Int128
        var count: Int64
        /// A caller's source, or `NestedLots.bundle`.
        var source: Int
    }

    /// Units that are being made into lots: in order, without the first few; a lot costs what its units do.
    private struct Bundle {
        let size: Int64
        var skip: Int64 = 0
        var held: Int64 = 0
        var cost: Int128 = 0

        init(of size: Int64, after skipped: Int64 = 0) {
            self.size = size
            skip = skipped
        }

        mutating func add(_ unit: Int128, _ count: Int64, _ source: Int, to runs: inout [Run]) {
            let passed = min(skip, count)
            skip -= passed
            var left = count - passed
            if held > 0, left > 0 {
                let taken = min(size - held, left)
                held += taken
                cost += unit &* Int128(taken)
                left -= taken
                if held == size {
                    runs.append(Run(cost: cost, count: 1, source: source))
                    (held, cost) = (0, 0)
                }
            }
            if left >= size {
                runs.append(Run(cost: unit &* Int128(size), count: left / size, source: source))
                left %= size
            }
            if left > 0 {
                held += left
                cost += unit &* Int128(left)
            }
        }
    }

    private static let bundle = -1

    /// Rising; each divides the next.
    let lots: [Int64]
    /// By lot: what there is of it, bundles of finer ones included; cheapest first once it is filled from.
    private var levels: [[Run]]
    /// By lot: how many of it serve what coarser ones leave over.
    private var odd: [Int64]
    private var open = Bundle(of: 1)
    private var source = 0
    private var lot = 0

    init(lots: [Int64]) {
        self.lots = lots
        levels = [[Run]](repeating: [], count: lots.count)
        odd = [Int64](repeating: 0, count: lots.count)
    }

    static func areNested(_ lots: [Int64]) -> Bool {
        zip(lots, lots.dropFirst()).allSatisfy { $1 % $0 == 0 }
    }

    /// Forgets all sources.
    mutating func begin() {
        for number in levels.indices { levels[number].removeAll(keepingCapacity: true) }
    }

    /// Units added from now on are this source's.
    mutating func begin(_ source: Int, lot: Int64) {
        self.source = source
        self.lot = lots.firstIndex(of: lot) ?? 0
        open = Bundle(of: lot)
    }

    /// Single units at one cost each, no cheaper than those before them; what makes no whole lot is not used.
    mutating func add(_ cost: Int128, _ count: Int64) { open.add(cost, count, source, to: &levels[lot]) }

    /// - Parameter quantity: whole in the finest lot, and no more than all sources hold.
    /// - Returns: by source, how many units.
    mutating func fill(_ quantity: Int64, count: Int) -> [Int64] {
        var rest = quantity
        for number in lots.indices {
            if number > 0 {
                var bundle = Bundle(of: lots[number] / lots[number - 1], after: odd[number - 1])
                for run in levels[number - 1] {
                    bundle.add(run.cost, run.count, NestedLots.bundle, to: &levels[number])
                }
            }
            NestedLots.sort(&levels[number])
            let isCoarsest = number == lots.count - 1
            odd[number] =
                isCoarsest ? rest / lots[number] : rest / lots[number] % (lots[number + 1] / lots[number])
            rest -= odd[number] * lots[number]
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
                if run.source == NestedLots.bundle {
                    bundles += taken
                } else {
                    shares[run.source] += taken * lots[number]
                }
            }
            precondition(left == 0, "the sources hold what is wanted")
        }
        return shares
    }

    /// By insertion: they are a few runs that are in order for the most part.
    private static func sort(_ runs: inout [Run]) {
        runs.withUnsafeMutableBufferPointer { runs in
            for number in runs.indices.dropFirst() where runs[number].cost < runs[number - 1].cost {
                let run = runs[number]
                var place = number
                while place > 0, run.cost < runs[place - 1].cost {
                    runs[place] = runs[place - 1]
                    place -= 1
                }
                runs[place] = run
            }
        }
    }
}
