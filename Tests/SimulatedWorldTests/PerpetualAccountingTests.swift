import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct PerpetualAccountingTests {
    private func amount(_ text: String) -> Amount { ExchangeFixture.amount(text) }

    @Test func `a position is kept at average cost, and a flip opens the rest at its own price`() throws {
        let stand = PerpetualStand()
        try stand.trade(.buy, "1", "60000")
        try stand.trade(.buy, "1", "61000")
        #expect(stand.position.cost == amount("121000"))
        #expect(stand.position.averagePrice == amount("60500"))

        let part = try stand.trade(.sell, "0.5", "62000")
        #expect(part.realised == amount("750") && part.closed.raw == ExchangeFixture.raw("0.5"))
        #expect(stand.position.averagePrice == amount("60500"))

        let flip = try stand.trade(.sell, "2.5", "59000")
        #expect(flip.realised == amount("-2250") && flip.closed.raw == ExchangeFixture.raw("1.5"))
        #expect(stand.position.size.raw == ExchangeFixture.raw("-1"))
        #expect(stand.position.cost == amount("-59000"))

        let last = try stand.trade(.buy, "1", "58000")
        #expect(last.realised == amount("1000"))
        #expect(stand.position == OpenPosition())
        let fees = stand.exchange.executions.reduce(Amount.zero) { $0 + $1.fee }
        #expect(stand.wallet == amount("400000") + amount("-500") - fees)
        #expect(stand.total("USDT") == stand.wallet, "flat, cash at cost is the wallet")
        #expect(stand.total("BTC") == .zero)
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `the wallet is cash at cost and entry cost, whatever is traded`(_ venue: String) throws {
        let exchange = ExchangeFixture.exchange(venue)
        var random = SeededSequence(seed: 5)
        var now = ExchangeFixture.start
        for _ in 0..<300 {
            now = now + .milliseconds(random.between(50, 400))
            exchange.advance(to: now)
            let symbol = Int(random.between(0, 1))
            let lot = exchange.symbols[symbol].lot.raw
            let side: Side = random.next() & 1 == 0 ? .buy : .sell
            let best = side == .buy ? exchange.engines[symbol].bestAsk : exchange.engines[symbol].bestBid
            var request = OrderRequest(symbol: symbol, side: side, timeInForce: .immediateOrCancel)
            request.price = Price(raw: try #require(best))
            request.quantity = Quantity(raw: lot * random.between(10, 90))
            do throws(Refusal) { try exchange.place(request, account: 0, at: now) } catch { continue }
            let realised = exchange.executions.reduce(Amount.zero) { $0 + ($1.effect?.realised ?? .zero) }
            let fees = exchange.executions.reduce(Amount.zero) { $0 + $1.fee }
            #expect(exchange.holding(of: 0).wallet == amount("400000") + realised - fees)
        }
        #expect(exchange.executions.count > 100)
        for (symbol, rules) in exchange.symbols.enumerated() {
            let signed = exchange.executions.filter { $0.symbol == symbol }.reduce(Int64(0)) {
                $0 + ($1.side == .buy ? $1.quantity.raw : -$1.quantity.raw)
            }
            #expect(exchange.position(symbol, of: 0).size.raw == signed)
            let told = exchange.truthfulBalances.first { $0.asset == rules.base }
            #expect(told?.total == rules.instrument.baseAmount(Quantity(raw: signed)))
        }
        for (index, asset) in exchange.assets.enumerated() {
            let paid = asset == "USDT" ? amount("400000") : .zero
            let held = exchange.accounts[0].balances[index].total + exchange.houseBalances[index]
            #expect(held + exchange.feesTaken[index] == paid, "every unit of \(asset) is somewhere")
        }
    }

    @Test func `what leaves in thirds is rounded towards zero, and nothing is left when all is closed`()
        throws
    {
        for side in [Side.buy, .sell] {
            let stand = PerpetualStand()
            try stand.trade(side, "0.001", "60000.1")
            try stand.trade(side, "0.002", "60000.2")
            let cost = stand.position.cost
            var realised = Amount.zero
            for _ in 0..<3 { realised += try stand.trade(side.opposite, "0.001", "60000.3").realised }
            #expect(stand.position == OpenPosition())
            let proceeds = amount("180.0009")
            #expect(realised == (side == .buy ? proceeds - cost : -proceeds - cost))
        }
        let lot = ExchangeFixture.raw("0.001")
        var long = OpenPosition(size: Quantity(raw: 3 * lot), cost: amount("0.0000001"))
        #expect(long.averagePrice == amount("0.0000333333333333"))
        #expect(long.trade(Quantity(raw: -lot), amount("-0.00000003")).realised == .zero)
        #expect(long == OpenPosition(size: Quantity(raw: 2 * lot), cost: amount("0.00000007")))
        var short = OpenPosition(size: Quantity(raw: -3 * lot), cost: amount("-0.0000001"))
        #expect(short.trade(Quantity(raw: lot), amount("0.00000003")).realised == .zero)
        #expect(short == OpenPosition(size: Quantity(raw: -2 * lot), cost: amount("-0.00000007")))
    }

    @Test func `the average price times the size, rounded at ten to the minus eight, is the cost`() {
        var random = SeededSequence(seed: 17)
        var position = OpenPosition()
        let rules = ExchangeFixture.exchange("okx-swap", withMarket: false).symbols[0]
        for _ in 0..<3_000 {
            let size = Quantity(raw: random.between(-500_000, 480_000) * rules.lot.raw)
            guard size.raw != 0 else { continue }
            let price = Price(raw: random.between(400_000, 800_000) * rules.tick.raw)
            _ = position.trade(size, rules.instrument.notional(price, size))
            let product = position.averagePrice.raw.multipliedFullWidth(by: Int128(position.size.raw))
            let scaled = Int128(100_000_000).dividingFullWidth(product).quotient
            let unit = OpenPosition.unit
            #expect((scaled + (scaled < 0 ? -unit / 2 : unit / 2)) / unit * unit == position.cost.raw)
        }
    }

    @Test func `a deposit of a base asset is no position`() {
        let stand = PerpetualStand()
        #expect(stand.total("BTC") == .zero)
        stand.exchange.transfer(amount("2"), asset: "BTC", account: 0)
        stand.exchange.transfer(amount("2"), asset: "USDT", account: 0)
        #expect(stand.total("BTC") == .zero && stand.wallet == amount("400002"))
    }
}
