import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct MarkPriceTests {
    private func parts(_ a: Int64, of b: Int64) -> Int64 { Int64(Int128(a - b) * 1_000_000_000 / Int128(b)) }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `the mark stays within ten basis points of the index, on either side of it`(_ seed: UInt64) {
        for venue in DoubleCatalog.perpetualVenues {
            let exchange = ExchangeFixture.exchange(venue, seed: seed)
            var above = 0
            var below = 0
            for second in 0..<1_800 as Range<Int64> {
                let at = ExchangeFixture.start + .seconds(second)
                for symbol in exchange.symbols.indices {
                    let index = exchange.index(symbol, at: at).raw
                    let distance = parts(exchange.mark(symbol, at: at).raw, of: index)
                    #expect(abs(distance) <= 1_000_000)
                    if distance > 200_000 { above += 1 }
                    if distance < -200_000 { below += 1 }
                    let tick = exchange.symbols[symbol].tick.raw
                    #expect(index % tick == 0 && exchange.mark(symbol, at: at).raw % tick == 0)
                }
            }
            #expect(above > 50 && below > 50, "the basis opens and closes")
        }
    }

    @Test func `venues of one seed share the index and have premiums of their own`() {
        let okx = ExchangeFixture.exchange("okx-swap", seed: 12)
        let bybit = ExchangeFixture.exchange("bybit-linear", seed: 12)
        var differ = 0
        for second in 0..<300 as Range<Int64> {
            let at = ExchangeFixture.start + .seconds(second)
            #expect(okx.index(0, at: at) == bybit.index(0, at: at))
            if okx.mark(0, at: at) != bybit.mark(0, at: at) { differ += 1 }
        }
        #expect(differ > 250)
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `books stand around the mark`(_ venue: String) throws {
        let exchange = ExchangeFixture.exchange(venue, seed: 21)
        var near = 0
        for step in 1...1_200 as ClosedRange<Int64> {
            let at = ExchangeFixture.start + .milliseconds(100 * step)
            exchange.advance(to: at)
            guard let bid = exchange.engines[0].bestBid, let ask = exchange.engines[0].bestAsk else {
                continue
            }
            // The maker lags, wobbles, and is dislocated by up to sixty basis points now and then.
            let distance = abs(parts((bid + ask) / 2, of: exchange.mark(0, at: at).raw))
            #expect(distance < 25_000_000)
            if distance < 1_500_000 { near += 1 }
        }
        #expect(near > 700)
    }

    @Test func `a shock moves index and mark alike`() {
        let stand = PerpetualStand()
        #expect(stand.exchange.mark(0, at: stand.now).raw == ExchangeFixture.raw("60000"))
        stand.exchange.mischief.moveMarket("BTC-USDT", percent: -10)
        stand.wait(.seconds(2))
        #expect(stand.exchange.mark(0, at: stand.now).raw == ExchangeFixture.raw("54000"))
        #expect(stand.exchange.index(0, at: stand.now).raw == ExchangeFixture.raw("54000"))
        #expect(stand.exchange.mark(1, at: stand.now).raw == ExchangeFixture.raw("3000"))
    }
}
