import Testing
import TradingModel

@testable import SimulatedWorld

struct LatentMarketTests {
    private let start = ExchangeFixture.start

    @Test func `the latent price is a pure function that stays near its reference`() {
        let reference = Price(raw: ExchangeFixture.raw("60000"))
        let market = LatentMarket(seed: 3, instrument: "BTC-USDT", referencePrice: reference)
        let twin = LatentMarket(seed: 3, instrument: "BTC-USDT", referencePrice: reference)
        let other = LatentMarket(seed: 4, instrument: "BTC-USDT", referencePrice: reference)
        var differences = 0
        // Backwards, forwards, twice: no call may depend on another.
        for step in stride(from: Int64(2_000), through: 0, by: -1) {
            let at = start + .milliseconds(step * 37)
            let price = market.price(at: at)
            #expect(price == twin.price(at: at))
            #expect(abs(market.offset(at: at)) < 45_000_000)
            if other.price(at: at) != price { differences += 1 }
        }
        #expect(differences > 1_900)
    }

    @Test func `every seed gives the four venues four different lags`() {
        for seed in UInt64(0)..<200 {
            let lags = DoubleCatalog.spotVenues.map { VenueCharacter(seed: seed, venue: $0).lag.milliseconds }
                .sorted()
            #expect(lags[0] >= 50 && lags[3] <= 600)
            for index in 1..<4 { #expect(lags[index] - lags[index - 1] >= 50) }
        }
    }

    @Test func `an exchange is the same whatever the host's steps are`() {
        let steady = ExchangeFixture.exchange("kraken")
        let jumpy = ExchangeFixture.exchange("kraken")
        var ticks: [Int64] = []
        var jumpyTicks: [Int64] = []
        var at = start
        while at < start + .seconds(5) {
            at = at + .milliseconds(3)
            steady.run(to: at, cadence: .milliseconds(20)) { ticks.append($0.milliseconds) }
        }
        var random = SeededSequence(seed: 5)
        var other = start
        while other < at {
            other = min(at, other + .milliseconds(random.between(1, 900)))
            jumpy.run(to: other, cadence: .milliseconds(20)) { jumpyTicks.append($0.milliseconds) }
        }
        #expect(ticks == jumpyTicks)
        #expect(ticks.count == 250)
        for index in steady.engines.indices {
            #expect(steady.engines[index].bids == jumpy.engines[index].bids)
            #expect(steady.engines[index].asks == jumpy.engines[index].asks)
            #expect(steady.engines[index].updateID == jumpy.engines[index].updateID)
        }
        #expect(steady.takePrints() == jumpy.takePrints())
    }

    @Test func `books are full, on the tick and never crossed`() throws {
        for venue in DoubleCatalog.spotVenues {
            let exchange = ExchangeFixture.exchange(venue, seed: 21)
            for step in Int64(0)..<400 {
                exchange.advance(to: start + .milliseconds(step * 25))
                for index in exchange.engines.indices {
                    let engine = exchange.engines[index]
                    let rules = exchange.symbols[index]
                    #expect(try #require(engine.bestBid) < #require(engine.bestAsk))
                    #expect(engine.bids.count >= 5 && engine.asks.count >= 5)
                    #expect(engine.bids.count <= 51 && engine.asks.count <= 51)
                    for level in engine.bids + engine.asks {
                        let isSound =
                            level.price % rules.tick.raw == 0 && level.total % rules.lot.raw == 0
                            && level.total > 0 && level.total == level.queue.reduce(0) { $0 + $1.remaining }
                        if !isSound { Issue.record("\(venue) \(level)") }
                    }
                    for levels in [engine.bids.map(\.price), engine.asks.map { -$0.price }] {
                        #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 })
                    }
                }
            }
        }
    }

    /// How often a pair of venues can be bought and sold at a profit after both taker fees, and for how long.
    private struct EdgeCount {
        var lives: [Int64] = []
        private var since: [Int: Moment] = [:]

        mutating func observe(_ venues: [VirtualExchange], symbol: Int, at now: Moment) {
            for (b, buy) in venues.enumerated() {
                for (s, sell) in venues.enumerated() where b != s {
                    guard let ask = buy.engines[symbol].bestAsk, let bid = sell.engines[symbol].bestBid else {
                        continue
                    }
                    let cost = Int128(ask) * Int128(Rate.one + buy.rules.takerFee.raw)
                    let proceeds = Int128(bid) * Int128(Rate.one - sell.rules.takerFee.raw)
                    let key = symbol * 100 + b * 10 + s
                    if proceeds > cost {
                        if since[key] == nil { since[key] = now }
                    } else if let began = since.removeValue(forKey: key) {
                        lives.append((now - began).milliseconds)
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 42] as [UInt64])
    func `real edges beyond the fees appear a few times a second and vanish within one`(_ seed: UInt64) {
        let venues = DoubleCatalog.spotVenues.map { ExchangeFixture.exchange($0, seed: seed) }
        var count = EdgeCount()
        let seconds: Int64 = 40
        for step in Int64(1)...(seconds * 50) {
            let now = start + .milliseconds(step * 20)
            for venue in venues { venue.advance(to: now) }
            for symbol in 0..<2 { count.observe(venues, symbol: symbol, at: now) }
        }
        let perSecond = Double(count.lives.count) / Double(seconds)
        #expect(perSecond > 2 && perSecond < 12)
        let lives = count.lives.sorted()
        #expect(lives[lives.count / 2] >= 80 && lives[lives.count / 2] <= 500)
        #expect(lives[lives.count * 9 / 10] <= 900)
    }

    @Test func `separate exchanges with one seed see one market`() {
        let a = ExchangeFixture.exchange("okx", seed: 9)
        let b = ExchangeFixture.exchange("bybit", seed: 9)
        let stranger = ExchangeFixture.exchange("bybit", seed: 10)
        var close = 0
        var far = 0
        for step in Int64(1)...200 {
            let now = start + .milliseconds(step * 300)
            for exchange in [a, b, stranger] { exchange.advance(to: now) }
            let price = { (exchange: VirtualExchange) in exchange.engines[0].bestBid ?? 0 }
            if abs(price(a) - price(b)) * 1_000 < price(a) { close += 1 }
            if abs(price(a) - price(stranger)) * 1_000 > price(a) { far += 1 }
        }
        #expect(close > 120)
        #expect(far > 120)
    }
}
