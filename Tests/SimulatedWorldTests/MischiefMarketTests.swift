import Testing
import TradingModel

@testable import SimulatedWorld

/// Moves of the market, maintenance, pace and sleep (V23, V24).
@Suite struct MischiefMarketTests {
    @Test(arguments: DoubleCatalog.venues)
    func `the price moves by a fifth within a second and stays there`(_ venue: String) throws {
        let wire = VenueWire(venue)
        let before = wire.bid
        wire.mischief.moveMarket(percent: -20)
        wire.wait(300)
        #expect(wire.bid < before * 97 / 100 && wire.bid > before * 85 / 100)
        wire.wait(1_700)
        #expect(wire.bid < before * 82 / 100 && wire.bid > before * 78 / 100 && wire.ask > wire.bid)
        wire.mischief.moveMarket("BTC-USDT", percent: 25)
        wire.wait(3_000)
        #expect(wire.bid > before * 97 / 100 && wire.bid < before * 103 / 100)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `liquidity vanishes for a while and comes back`(_ venue: String) throws {
        let wire = VenueWire(venue)
        wire.mischief.vanishLiquidity("BTC-USDT", for: .seconds(2))
        wire.wait(1_900)
        #expect(wire.bid == 0 && wire.ask == 0)
        #expect(wire.double.observer.best("ETH-USDT").bid != nil)
        _ = wire.place(.buy, "0.001", at: ExchangeFixture.raw("70000"))
        #expect(wire.double.observer.executionCount == 0)
        wire.wait(300)
        #expect(wire.bid > 0 && wire.ask > wire.bid)
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `maintenance ends orders, closes sockets with a notice, answers in its own words, and ids go on`(
        _ venue: String
    ) throws {
        let wire = VenueWire(venue)
        wire.subscribeBook()
        try wire.login()
        let mine = "fedcba9876543210fedcba9876543210"
        _ = wire.place(.buy, "0.001", at: ExchangeFixture.raw("50000"), "GTC", id: mine)
        let first = try #require(wire.double.observer.orders(from: 0).first)
        for connection in [1, 2] { _ = wire.take(connection) }
        wire.mischief.maintain(for: .seconds(30))
        wire.wait(50)
        #expect(wire.mischief.isDown && wire.closings == [1: 1001, 2: 1001])
        let notices = [
            "binance-spot": "serverShutdown", "okx": "64008", "kraken": #""system":"maintenance""#,
        ]
        if let notice = notices[venue] {
            for connection in [1, 2] { #expect(wire.take(connection).last?.contains(notice) == true) }
        }
        #expect(wire.double.observer.openOrders().isEmpty)
        let words = [
            "binance-spot": "-1016", "okx": "50001", "bybit": "10016", "kraken": "EService:Unavailable",
        ]
        #expect(try VenueWire.code(wire.balances()) == words[venue])
        wire.subscribeBook(5)
        wire.wait(50)
        #expect(wire.closings[5] == 1001)
        wire.wait(30_500)
        #expect(!wire.mischief.isDown)
        #expect(try VenueWire.code(wire.balances()) == "OK")
        #expect(try VenueWire.code(wire.place(.buy, "0.001", at: wire.ask * 102 / 100)) == "OK")
        let second = try #require(wire.double.observer.orders(from: 1).first)
        #expect(second.venueOrderID > first.venueOrderID && second.venueOrderID != first.venueOrderID)
        wire.subscribeBook(6)
        wire.wait(2_000)
        #expect(!wire.takeBook(6).isEmpty)
    }

    /// Everything a double says in ten seconds.
    private func said(_ venue: String, sleeps: Bool, pace: MarketPace) throws -> (all: [[String]], calls: Int)
    {
        let wire = VenueWire(venue)
        wire.double.pace = pace
        wire.subscribeBook()
        try wire.login()
        var calls = 0
        let end = wire.now + .seconds(10)
        var all: [[String]] = [[], []]
        while wire.now < end {
            let next = sleeps ? wire.double.nextActivity ?? end : wire.now + .milliseconds(10)
            wire.now = min(end, max(next, wire.now))
            wire.double.advance(to: wire.now)
            for connection in [1, 2] { all[connection - 1] += wire.take(connection) }
            calls += 1
        }
        return (all, calls)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a host that sleeps until the next activity hears what one that polls hears`(_ venue: String) throws
    {
        for pace in [MarketPace.lively, .lean] {
            let polled = try said(venue, sleeps: false, pace: pace)
            let slept = try said(venue, sleeps: true, pace: pace)
            #expect(polled.all == slept.all)
            #expect(polled.all[0].count > 5 && slept.calls < polled.calls)
            if pace == .lean { #expect(slept.calls < 150) }
        }
    }

    @Test func `a venue that nobody listens to has nothing to wake for, until an order rests`() throws {
        let wire = VenueWire("bybit")
        #expect(wire.double.nextActivity == nil)
        _ = wire.place(.buy, "0.001", at: ExchangeFixture.raw("50000"), "GTC")
        wire.wait(20)
        #expect(try #require(wire.double.nextActivity) > wire.now)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a lean market has ten levels a side and still moves`(_ venue: String) throws {
        let made = DoubleCatalog.make(
            venue: venue, seed: 7, instruments: DoubleCatalog.demoInstruments, account: DoubleDriver.account,
            start: ExchangeFixture.start)
        let double = try #require(made as? any ExchangeDouble)
        double.pace = .lean
        var bests: Set<Int64> = []
        for second in Int64(1)...30 {
            double.advance(to: ExchangeFixture.start + .seconds(second))
            let engine = double.exchange.engines[0]
            #expect(engine.bids.count <= 10 && engine.asks.count <= 10)
            #expect(engine.bids.count > 3 && engine.asks.count > 3)
            bests.insert(try #require(engine.bestBid))
        }
        #expect(bests.count > 10)
    }
}
