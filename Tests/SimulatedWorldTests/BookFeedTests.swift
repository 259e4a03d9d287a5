import Testing
import TradingModel

@testable import SimulatedWorld

struct BookFeedTests {
    private let start = ExchangeFixture.start

    private func applied(_ changes: [FeedLevel], to book: [Int64: Int64]) -> [Int64: Int64] {
        var book = book
        for change in changes { book[change.price] = change.quantity == 0 ? nil : change.quantity }
        return book
    }

    private func levels(_ side: [BookSide.Level]) -> [Int64: Int64] {
        Dictionary(uniqueKeysWithValues: side.map { ($0.price, $0.total) })
    }

    @Test func `deltas rebuild the whole book and their ids leave no gap`() throws {
        let exchange = ExchangeFixture.exchange("binance-spot")
        exchange.advance(to: start)
        var feed = BookFeed(depth: nil)
        feed.seed(from: exchange.engines[0])
        var bids = levels(exchange.engines[0].bids)
        var asks = levels(exchange.engines[0].asks)
        var last = feed.lastID
        var steps = 0
        for step in Int64(1)...300 {
            exchange.advance(to: start + .milliseconds(step * 30))
            guard let delta = feed.step(exchange.engines[0]) else { continue }
            steps += 1
            #expect(delta.firstID == last + 1)
            #expect(delta.previousID == last)
            #expect(delta.lastID >= delta.firstID)
            last = delta.lastID
            bids = applied(delta.bids, to: bids)
            asks = applied(delta.asks, to: asks)
            #expect(bids == levels(exchange.engines[0].bids))
            #expect(asks == levels(exchange.engines[0].asks))
        }
        #expect(steps > 100)
        let silent = feed.step(exchange.engines[0])
        #expect(silent == nil)
    }

    @Test(arguments: [1, 5, 10])
    func `a view of some depth is rebuilt by its deltas, told of dropouts or truncating`(_ depth: Int) throws
    {
        let exchange = ExchangeFixture.exchange("kraken", seed: 31)
        exchange.advance(to: start)
        for tellsDropouts in [true, false] {
            var feed = BookFeed(depth: depth, tellsDropouts: tellsDropouts)
            feed.seed(from: exchange.engines[1])
            var bids = levels(Array(exchange.engines[1].bids.suffix(depth)))
            var asks = levels(Array(exchange.engines[1].asks.suffix(depth)))
            let from = exchange.clock
            for step in Int64(1)...300 {
                exchange.advance(to: from + .milliseconds(step * 20))
                guard let delta = feed.step(exchange.engines[1]) else { continue }
                bids = applied(delta.bids, to: bids)
                asks = applied(delta.asks, to: asks)
                if !tellsDropouts {
                    let bestBids = bids.sorted { $0.key > $1.key }.prefix(depth)
                    let bestAsks = asks.sorted { $0.key < $1.key }.prefix(depth)
                    bids = Dictionary(uniqueKeysWithValues: bestBids.map { ($0.key, $0.value) })
                    asks = Dictionary(uniqueKeysWithValues: bestAsks.map { ($0.key, $0.value) })
                }
                #expect(bids == levels(Array(exchange.engines[1].bids.suffix(depth))))
                #expect(asks == levels(Array(exchange.engines[1].asks.suffix(depth))))
            }
        }
    }

    @Test func `a level that comes and goes between two steps is not told, its ids are`() {
        var engine = MatchingEngine(firstUpdateID: 100)
        var feed = BookFeed(depth: nil)
        feed.seed(from: engine)
        _ = engine.place(
            .init(id: 1, account: 0, side: .buy, limit: 10, quantity: 5, timeInForce: .goodTillCanceled))
        _ = engine.cancel(1, side: .buy, price: 10)
        let nothing = feed.step(engine)
        #expect(nothing == nil)
        _ = engine.place(
            .init(id: 2, account: 0, side: .buy, limit: 11, quantity: 5, timeInForce: .goodTillCanceled))
        let delta = feed.step(engine)
        #expect(delta?.bids == [FeedLevel(price: 11, quantity: 5)])
        #expect(delta?.firstID == 101)
        #expect(delta?.lastID == 103)
    }
}
