/// One side of a matching engine's book: levels in price order, first come, first served within a level.
struct BookSide {
    /// A resting order: `account` tells self-trades, house orders have negative accounts.
    struct Resting: Equatable {
        let id: Int64
        let account: Int
        var remaining: Int64
    }

    struct Level: Equatable {
        let price: Int64
        var total: Int64
        var queue: [Resting]
    }

    /// 1 for bids, −1 for asks: `price × sign` rises towards the best.
    let sign: Int64
    /// Best last, so that taking and improving move nothing.
    private(set) var levels: [Level]

    /// `levels` best last.
    init(sign: Int64, levels: [Level] = []) {
        self.sign = sign
        self.levels = levels
    }

    var best: Level? { levels.last }

    /// Whether an opposite order limited to `limit` (`nil`: market) may trade at `price`.
    func admits(_ price: Int64, limit: Int64?) -> Bool { limit.map { price * sign >= $0 * sign } ?? true }

    mutating func insert(_ order: Resting, at price: Int64) {
        let index = position(price)
        if index < levels.count, levels[index].price == price {
            levels[index].total += order.remaining
            levels[index].queue.append(order)
        } else {
            levels.insert(Level(price: price, total: order.remaining, queue: [order]), at: index)
        }
    }

    /// Takes `quantity` off the first order of the best level.
    mutating func take(_ quantity: Int64) {
        let index = levels.count - 1
        levels[index].total -= quantity
        levels[index].queue[0].remaining -= quantity
        if levels[index].queue[0].remaining == 0 { levels[index].queue.removeFirst() }
        if levels[index].queue.isEmpty { levels.removeLast() }
    }

    /// Removes one order; answers what was left of it, `nil` when it does not stand at that price.
    mutating func remove(_ id: Int64, at price: Int64) -> Int64? {
        let index = position(price)
        guard index < levels.count, levels[index].price == price,
            let place = levels[index].queue.firstIndex(where: { $0.id == id })
        else { return nil }
        let remaining = levels[index].queue[place].remaining
        levels[index].total -= remaining
        levels[index].queue.remove(at: place)
        if levels[index].queue.isEmpty { levels.remove(at: index) }
        return remaining
    }

    /// Leaves less of one order, at its place in the queue; `false` when it does not stand at that price or
    /// has less.
    mutating func shrink(_ id: Int64, at price: Int64, to remaining: Int64) -> Bool {
        let index = position(price)
        guard index < levels.count, levels[index].price == price,
            let place = levels[index].queue.firstIndex(where: { $0.id == id }),
            (1...levels[index].queue[place].remaining).contains(remaining)
        else { return false }
        levels[index].total -= levels[index].queue[place].remaining - remaining
        levels[index].queue[place].remaining = remaining
        return true
    }

    /// Removes the orders of `account` from the level at `index`; answers whether there were any.
    mutating func withdraw(_ account: Int, index: Int) -> Bool {
        if levels[index].queue.count == 1 {
            guard levels[index].queue[0].account == account else { return false }
            levels.remove(at: index)
            return true
        }
        var removed: Int64 = 0
        for order in levels[index].queue where order.account == account { removed += order.remaining }
        guard removed > 0 else { return false }
        levels[index].queue.removeAll { $0.account == account }
        levels[index].total -= removed
        if levels[index].queue.isEmpty { levels.remove(at: index) }
        return true
    }

    /// First index whose price is not worse than `price`.
    private func position(_ price: Int64) -> Int {
        let key = price * sign
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price * sign < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
