import Testing
import TradingModel

@testable import SimulatedWorld

/// Binance's protocol: a REST snapshot taken at any moment, joined with the diff stream by its ids.
struct ServedSnapshotTests {
    private struct Copy {
        var bids: [Int64: Int64] = [:]
        var asks: [Int64: Int64] = [:]

        init(_ engine: MatchingEngine) {
            bids = Dictionary(uniqueKeysWithValues: engine.bids.map { ($0.price, $0.total) })
            asks = Dictionary(uniqueKeysWithValues: engine.asks.map { ($0.price, $0.total) })
        }

        mutating func apply(_ delta: FeedDelta) {
            for level in delta.bids { bids[level.price] = level.quantity == 0 ? nil : level.quantity }
            for level in delta.asks { asks[level.price] = level.quantity == 0 ? nil : level.quantity }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a snapshot between two steps of the stream leaves no level behind`(_ seed: UInt64) throws {
        let start = DoubleDriver.start
        let made = DoubleCatalog.make(
            venue: "binance-spot", seed: seed, instruments: DoubleCatalog.demoInstruments,
            account: DoubleDriver.account, start: start)
        let exchange = try #require(made as? BinanceSpotDouble).exchange
        exchange.advance(to: start)
        var feed = BookFeed(depth: nil)
        feed.seed(from: exchange.engines[0])
        var copies: [Copy] = []
        for step in Int64(1)...40 {
            for part in Int64(1)...4 {
                exchange.advance(to: start + .milliseconds(step * 200 + part * 40 - 170))
                copies.append(Copy(exchange.engines[0]))
                feed.serve(exchange.engines[0])
            }
            exchange.advance(to: start + .milliseconds(step * 200))
            if let delta = feed.step(exchange.engines[0]) {
                for index in copies.indices { copies[index].apply(delta) }
            }
            let truth = Copy(exchange.engines[0])
            for copy in copies {
                try #require(copy.bids == truth.bids)
                try #require(copy.asks == truth.asks)
            }
        }
    }
}
