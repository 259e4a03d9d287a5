import TradingModel

/// Price-time priority matching of one symbol. It knows orders and levels, neither money nor users' rights.
struct MatchingEngine {
    struct Taker {
        var id: Int64
        var account: Int
        var side: Side
        /// `nil`: market.
        var limit: Int64?
        var quantity: Int64
        var timeInForce: TimeInForce
        var selfTrade = ExchangeRules.SelfTrade.allow
    }

    struct Match: Equatable {
        /// As it stood before this match.
        let maker: BookSide.Resting
        let price: Int64
        let quantity: Int64
    }

    enum Ending: Equatable {
        case filled
        /// The rest stands in the book.
        case rested
        /// No more to take at the limit, and the rest may not stand.
        case exhausted
        case unfillable, wouldTake, selfTrade
    }

    private(set) var bidSide = BookSide(sign: 1)
    private(set) var askSide = BookSide(sign: -1)
    /// Counts every change of a level: the venue's update id.
    private(set) var updateID: Int64
    /// What the last `place` matched, in order.
    private(set) var matches: [Match] = []
    /// Makers the last `place` removed because they belong to its own account.
    private(set) var expiredMakers: [BookSide.Resting] = []

    init(firstUpdateID: Int64) { updateID = firstUpdateID }

    /// Best last.
    var bids: [BookSide.Level] { bidSide.levels }
    /// Best last.
    var asks: [BookSide.Level] { askSide.levels }
    var bestBid: Int64? { bidSide.best?.price }
    var bestAsk: Int64? { askSide.best?.price }

    /// Matches `taker` and, when it may, rests what is left.
    mutating func place(_ taker: Taker) -> (ending: Ending, filled: Int64) {
        matches.removeAll(keepingCapacity: true)
        expiredMakers.removeAll(keepingCapacity: true)
        if taker.timeInForce == .postOnly, crosses(taker.side, limit: taker.limit) { return (.wouldTake, 0) }
        if taker.timeInForce == .fillOrKill, fillable(taker) < taker.quantity { return (.unfillable, 0) }
        let (filled, selfTraded) = sweep(taker)
        if selfTraded { return (.selfTrade, filled) }
        if filled == taker.quantity { return (.filled, filled) }
        guard let limit = taker.limit,
            taker.timeInForce == .goodTillCanceled || taker.timeInForce == .postOnly
        else { return (.exhausted, filled) }
        let rest = BookSide.Resting(id: taker.id, account: taker.account, remaining: taker.quantity - filled)
        updateID += 1
        if taker.side == .buy { bidSide.insert(rest, at: limit) } else { askSide.insert(rest, at: limit) }
        return (.rested, filled)
    }

    /// Removes one order; answers what was left of it, `nil` when it does not stand at that price.
    mutating func cancel(_ id: Int64, side: Side, price: Int64) -> Int64? {
        let remaining = side == .buy ? bidSide.remove(id, at: price) : askSide.remove(id, at: price)
        if remaining != nil { updateID += 1 }
        return remaining
    }

    /// Leaves less of one order, which keeps its place.
    mutating func shrink(_ id: Int64, side: Side, price: Int64, to remaining: Int64) -> Bool {
        let isDone =
            side == .buy
            ? bidSide.shrink(id, at: price, to: remaining) : askSide.shrink(id, at: price, to: remaining)
        if isDone { updateID += 1 }
        return isDone
    }

    /// Removes the orders of `account` from the level at `index` (counted from the worst); answers whether it
    /// had any.
    mutating func withdraw(_ account: Int, side: Side, index: Int) -> Bool {
        let had =
            side == .buy
            ? bidSide.withdraw(account, index: index) : askSide.withdraw(account, index: index)
        if had { updateID += 1 }
        return had
    }

    /// Removes every order of `account`.
    mutating func withdrawAll(_ account: Int) {
        for index in bidSide.levels.indices.reversed() { _ = withdraw(account, side: .buy, index: index) }
        for index in askSide.levels.indices.reversed() { _ = withdraw(account, side: .sell, index: index) }
    }

    /// Counts a change that is none, so that feeds look at the book again.
    mutating func touch() { updateID += 1 }

    /// The same book with other levels (best last), for showing only.
    func showing(bids: [BookSide.Level], asks: [BookSide.Level]) -> MatchingEngine {
        var shown = self
        shown.bidSide = BookSide(sign: 1, levels: bids)
        shown.askSide = BookSide(sign: -1, levels: asks)
        return shown
    }

    /// Whether an order of `side` at `limit` (`nil`: market) would take.
    func crosses(_ side: Side, limit: Int64?) -> Bool {
        let opposite = side == .buy ? askSide : bidSide
        return opposite.best.map { opposite.admits($0.price, limit: limit) } ?? (limit == nil)
    }

    /// How much `taker` could take now, up to its quantity. Its own account's orders do not count unless
    /// self-trades are allowed; where they would end the taker, neither does what stands behind them.
    func fillable(_ taker: Taker) -> Int64 {
        let opposite = taker.side == .buy ? askSide : bidSide
        var sum: Int64 = 0
        for level in opposite.levels.reversed() {
            guard opposite.admits(level.price, limit: taker.limit) else { break }
            for order in level.queue {
                if isOwn(order, taker) {
                    if taker.selfTrade == .expireTaker { return sum }
                    continue
                }
                sum += order.remaining
                if sum >= taker.quantity { return taker.quantity }
            }
        }
        return sum
    }

    /// Quote units of 10^-16 that buying `quantity` now would cost; what the book cannot give is not counted.
    func cost(ofBuying quantity: Int64) -> Int128 {
        var left = quantity
        var cost: Int128 = 0
        for level in askSide.levels.reversed() where left > 0 {
            let part = min(left, level.total)
            cost += Int128(part) * Int128(level.price)
            left -= part
        }
        return cost
    }

    /// How much `budget` (10^-16 quote units) buys now, in whole lots.
    func quantity(for budget: Int128, lot: Int64) -> Int64 {
        var left = budget
        var quantity: Int128 = 0
        for level in askSide.levels.reversed() {
            let part = min(Int128(level.total), left / Int128(level.price))
            quantity += part
            left -= part * Int128(level.price)
            if part < Int128(level.total) { break }
        }
        return Int64(clamping: quantity / Int128(lot) * Int128(lot))
    }

    private func isOwn(_ order: BookSide.Resting, _ taker: Taker) -> Bool {
        taker.selfTrade != .allow && taker.account >= 0 && order.account == taker.account
    }

    /// Takes from the best level on.
    private mutating func sweep(_ taker: Taker) -> (filled: Int64, selfTraded: Bool) {
        var filled: Int64 = 0
        while let level = taker.side == .buy ? askSide.best : bidSide.best {
            let admitted =
                taker.side == .buy
                ? askSide.admits(level.price, limit: taker.limit)
                : bidSide.admits(level.price, limit: taker.limit)
            guard admitted else { break }
            let wanted = taker.quantity - filled
            guard wanted > 0 else { break }
            let maker = level.queue[0]
            if isOwn(maker, taker) {
                if taker.selfTrade == .expireTaker { return (filled, true) }
                expiredMakers.append(maker)
                take(maker.remaining, from: taker.side.opposite)
                continue
            }
            let quantity = min(wanted, maker.remaining)
            matches.append(Match(maker: maker, price: level.price, quantity: quantity))
            filled += quantity
            take(quantity, from: taker.side.opposite)
        }
        return (filled, false)
    }

    private mutating func take(_ quantity: Int64, from side: Side) {
        updateID += 1
        if side == .buy { bidSide.take(quantity) } else { askSide.take(quantity) }
    }
}
