import Testing
import TradingModel

@testable import SimulatedWorld

/// Matching by the plainest means: a list of orders, searched anew for every trade.
private struct NaiveBook {
    struct Order: Equatable {
        var id: Int64
        var account: Int
        var side: Side
        var price: Int64
        var remaining: Int64
    }
    var orders: [Order] = []  // in the order of arrival

    func best(against side: Side) -> Int? {
        var found: Int?
        for (index, order) in orders.enumerated() where order.side != side {
            guard let other = found else {
                found = index
                continue
            }
            let isBetter =
                side == .buy ? order.price < orders[other].price : order.price > orders[other].price
            if isBetter { found = index }
        }
        return found
    }

    private func admits(_ price: Int64, _ taker: MatchingEngine.Taker) -> Bool {
        guard let limit = taker.limit else { return true }
        return taker.side == .buy ? price <= limit : price >= limit
    }

    mutating func place(
        _ taker: MatchingEngine.Taker
    ) -> (MatchingEngine.Ending, [MatchingEngine.Match], expired: [Int64]) {
        if taker.timeInForce == .postOnly, let index = best(against: taker.side),
            admits(orders[index].price, taker)
        {
            return (.wouldTake, [], [])
        }
        let before = orders
        var matches: [MatchingEngine.Match] = []
        var expired: [Int64] = []
        var left = taker.quantity
        var selfTraded = false
        while left > 0, let index = best(against: taker.side), admits(orders[index].price, taker) {
            let maker = orders[index]
            if maker.account == taker.account, taker.account >= 0, taker.selfTrade != .allow {
                if taker.selfTrade == .expireTaker {
                    selfTraded = true
                    break
                }
                expired.append(maker.id)
                orders.remove(at: index)
                continue
            }
            let quantity = min(left, maker.remaining)
            matches.append(
                .init(
                    maker: .init(id: maker.id, account: maker.account, remaining: maker.remaining),
                    price: maker.price, quantity: quantity))
            left -= quantity
            orders[index].remaining -= quantity
            if orders[index].remaining == 0 { orders.remove(at: index) }
        }
        if taker.timeInForce == .fillOrKill, left > 0 {
            orders = before
            return (.unfillable, [], [])
        }
        if selfTraded { return (.selfTrade, matches, expired) }
        if left == 0 { return (.filled, matches, expired) }
        guard let limit = taker.limit,
            taker.timeInForce == .goodTillCanceled || taker.timeInForce == .postOnly
        else { return (.exhausted, matches, expired) }
        orders.append(
            Order(id: taker.id, account: taker.account, side: taker.side, price: limit, remaining: left))
        return (.rested, matches, expired)
    }

    /// Worst first, as the engine keeps them.
    func levels(_ side: Side) -> [BookSide.Level] {
        var byPrice: [Int64: BookSide.Level] = [:]
        for order in orders where order.side == side {
            var level = byPrice[order.price] ?? .init(price: order.price, total: 0, queue: [])
            level.total += order.remaining
            level.queue.append(.init(id: order.id, account: order.account, remaining: order.remaining))
            byPrice[order.price] = level
        }
        return byPrice.values.sorted { side == .buy ? $0.price < $1.price : $0.price > $1.price }
    }
}

struct MatchingEngineTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `random orders are matched as by hand`(_ seed: UInt64) {
        var random = SeededSequence(seed: seed)
        var engine = MatchingEngine(firstUpdateID: 0)
        var naive = NaiveBook()
        var deepest = 0
        let policies: [ExchangeRules.SelfTrade] = [.allow, .expireTaker, .expireMaker]
        let forces: [TimeInForce] = [
            .goodTillCanceled, .goodTillCanceled, .immediateOrCancel, .fillOrKill, .postOnly,
        ]
        for id in Int64(1)...1_500 {
            if random.between(0, 9) < 1, !naive.orders.isEmpty {
                let index = Int(random.between(0, Int64(naive.orders.count - 1)))
                let order = naive.orders.remove(at: index)
                let canceled = engine.cancel(order.id, side: order.side, price: order.price)
                let again = engine.cancel(order.id, side: order.side, price: order.price)
                #expect(canceled == order.remaining)
                #expect(again == nil)
            } else {
                var taker = MatchingEngine.Taker(
                    id: id, account: Int(random.between(-1, 2)), side: random.next() & 1 == 0 ? .buy : .sell,
                    limit: random.between(0, 19) == 0 ? nil : random.between(90, 110),
                    quantity: random.between(1, 30), timeInForce: forces[Int(random.between(0, 4))],
                    selfTrade: policies[Int(random.between(0, 2))])
                if taker.limit == nil { taker.timeInForce = .immediateOrCancel }
                let fillable = engine.fillable(taker)
                let before = engine
                let (ending, filled) = engine.place(taker)
                let expected = naive.place(taker)
                #expect(ending == expected.0)
                #expect(engine.matches == expected.1)
                #expect(engine.expiredMakers.map(\.id) == expected.expired)
                #expect(filled == expected.1.reduce(0) { $0 + $1.quantity })
                if ending != .unfillable, ending != .wouldTake { #expect(fillable == filled) }
                if engine.bids != before.bids || engine.asks != before.asks {
                    #expect(engine.updateID > before.updateID)
                }
            }
            deepest = max(deepest, naive.orders.count)
            #expect(engine.bids == naive.levels(.buy))
            #expect(engine.asks == naive.levels(.sell))
            if let bid = engine.bestBid, let ask = engine.bestAsk { #expect(bid < ask) }
        }
        #expect(deepest > 10)
    }

    @Test func `earlier orders at one price are filled first`() {
        var engine = MatchingEngine(firstUpdateID: 0)
        for id in Int64(1)...3 {
            _ = engine.place(
                .init(
                    id: id, account: 0, side: .sell, limit: 100, quantity: 5, timeInForce: .goodTillCanceled))
        }
        let outcome = engine.place(
            .init(id: 9, account: 1, side: .buy, limit: 100, quantity: 7, timeInForce: .immediateOrCancel))
        #expect(outcome.ending == .filled)
        #expect(engine.matches.map(\.maker.id) == [1, 2])
        #expect(engine.matches.map(\.quantity) == [5, 2])
        #expect(engine.asks.first?.queue.map(\.remaining) == [3, 5])
    }

    @Test func `a budget buys whole lots and never more than it pays for`() {
        var engine = MatchingEngine(firstUpdateID: 0)
        for (id, price) in [(Int64(1), Int64(100)), (2, 110), (3, 200)] {
            _ = engine.place(
                .init(
                    id: id, account: 0, side: .sell, limit: price, quantity: 10,
                    timeInForce: .goodTillCanceled))
        }
        for budget in stride(from: Int128(0), through: 5_000, by: 37) {
            let quantity = engine.quantity(for: budget, lot: 3)
            #expect(quantity % 3 == 0)
            #expect(engine.cost(ofBuying: quantity) <= budget)
            if quantity + 3 <= 30 { #expect(engine.cost(ofBuying: quantity + 3) > budget) }
        }
    }

    @Test func `withdrawing an account from a level leaves the others in their order`() {
        var engine = MatchingEngine(firstUpdateID: 0)
        for (id, account) in [(Int64(1), -1), (2, 0), (3, -1), (4, 1)] {
            _ = engine.place(
                .init(
                    id: id, account: account, side: .buy, limit: 50, quantity: 4,
                    timeInForce: .goodTillCanceled))
        }
        let had = engine.withdraw(-1, side: .buy, index: 0)
        #expect(had)
        #expect(engine.bids.first?.queue.map(\.id) == [2, 4])
        #expect(engine.bids.first?.total == 8)
        let hadMore = engine.withdraw(-1, side: .buy, index: 0)
        #expect(!hadMore)
    }
}
