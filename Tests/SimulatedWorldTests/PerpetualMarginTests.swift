import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct PerpetualMarginTests {
    private func amount(_ text: String) -> Amount { ExchangeFixture.amount(text) }

    @Test func `the last lot that margin carries is taken, one more is refused`() throws {
        // 3 × 100,000 at a mark of 60,000: exactly five.
        let stand = PerpetualStand(funds: "100000")
        #expect(throws: Refusal.insufficientBalance) { try stand.place(.buy, "5.001", "60000") }
        #expect(stand.exchange.orders.isEmpty)
        try stand.place(.buy, "5", "60000")
        #expect(throws: Refusal.insufficientBalance) { try stand.place(.buy, "0.001", "60000") }
        // The worst position is long five or short five: the other side costs nothing more.
        try stand.place(.sell, "5", "61000")
        #expect(throws: Refusal.insufficientBalance) { try stand.place(.sell, "0.001", "61000") }
        let margin = stand.exchange.margin(of: 0, at: stand.now)
        #expect(margin.initial == amount("100000") && margin.available == .zero)
        #expect(margin.positionMargin == .zero && margin.orderMargin == amount("100000"))
    }

    @Test func `leverage is what margin is counted with`() throws {
        let stand = PerpetualStand(funds: "100000")
        #expect(stand.exchange.setLeverage(500, symbol: 0, account: 0, at: stand.now))
        try stand.place(.buy, "8.333", "60000")
        #expect(throws: Refusal.insufficientBalance) { try stand.place(.buy, "0.001", "60000") }
        #expect(!stand.exchange.setLeverage(300, symbol: 0, account: 0, at: stand.now))
        #expect(stand.exchange.setLeverage(1_000, symbol: 0, account: 0, at: stand.now))
        try stand.place(.buy, "8.333", "60000")
    }

    @Test func `what reduces needs no margin`() throws {
        let stand = PerpetualStand(funds: "100000")
        try stand.trade(.buy, "4.9", "60000")
        stand.exchange.mischief.moveMarket("BTC-USDT", percent: -20)
        stand.wait(.milliseconds(900))
        let margin = stand.exchange.margin(of: 0, at: stand.now)
        #expect(margin.available == .zero && margin.unrealised < amount("-50000"))
        #expect(throws: Refusal.insufficientBalance) { try stand.place(.buy, "0.1", "48000") }
        try stand.place(.sell, "4.9", "70000")
        try stand.place(.sell, "2", "70000", .postOnly, reduceOnly: true)
    }

    @Test func `a position below its maintenance margin is closed by the venue, orders first`() throws {
        let stand = PerpetualStand(funds: "100000")
        try stand.trade(.buy, "4.9", "60000")
        let resting = try stand.place(.buy, "0.01", "30000")
        var journal: [UInt8] = []
        stand.exchange.journal = { journal += $0 }
        stand.exchange.mischief.moveMarket("BTC-USDT", percent: -34)
        stand.wait(.seconds(3))
        #expect(stand.position == OpenPosition())
        #expect(stand.state(resting)?.endReason == .liquidation)
        let closing = try #require(stand.exchange.arrival.last.flatMap { stand.exchange.orders[$0] })
        #expect(closing.request.isLiquidation && closing.state == .filled)
        #expect(closing.request.side == .sell && closing.filled.raw == ExchangeFixture.raw("4.9"))
        let fill = try #require(stand.exchange.executions.last)
        #expect(!fill.isMaker && fill.effect?.closed.raw == ExchangeFixture.raw("4.9"))
        #expect(stand.exchange.isForeign(closing), "none of the owner's doing")
        let equity = stand.exchange.margin(of: 0, at: stand.now)
        #expect(equity.maintenance == .zero && equity.wallet == stand.wallet)
        #expect(!journal.isEmpty)
    }

    @Test func `short of that nothing is touched`() throws {
        let stand = PerpetualStand(funds: "100000")
        try stand.trade(.sell, "4", "60000")
        // 4 × 24,000 lost of 100,000 less fees; 0.5 % of 336,000 is needed.
        stand.exchange.mischief.moveMarket("BTC-USDT", percent: 40)
        stand.wait(.seconds(5))
        #expect(stand.position.size.raw == ExchangeFixture.raw("-4"))
        stand.exchange.mischief.moveMarket("BTC-USDT", percent: 1)
        stand.wait(.seconds(5))
        #expect(stand.position == OpenPosition())
    }
}

@Suite struct ReduceOnlyTests {
    @Test func `without a position, or with it, there is nothing to reduce`() throws {
        let stand = PerpetualStand()
        #expect(throws: Refusal.nothingToReduce) {
            try stand.place(.sell, "0.1", "61000", reduceOnly: true)
        }
        try stand.trade(.buy, "1", "60000")
        #expect(throws: Refusal.sameDirection) { try stand.place(.buy, "0.1", "59000", reduceOnly: true) }
    }

    @Test func `an order is cut to the position, and closes it without opening the other way`() throws {
        let stand = PerpetualStand()
        try stand.trade(.sell, "1", "60000")
        stand.quote(.sell, "5", "59000")
        let order = try stand.place(.buy, "3", "59000", .immediateOrCancel, reduceOnly: true)
        #expect(order.state == .filled && order.request.quantity.raw == ExchangeFixture.raw("1"))
        #expect(stand.position == OpenPosition())
    }

    @Test func `better prices come first, and what no longer fits is canceled`() throws {
        let stand = PerpetualStand()
        try stand.trade(.buy, "1", "60000")
        let far = try stand.place(.sell, "0.4", "64000", reduceOnly: true)
        let near = try stand.place(.sell, "0.6", "62000", reduceOnly: true)
        #expect(throws: Refusal.reductionsFull) { try stand.place(.sell, "1", "65000", reduceOnly: true) }
        #expect(stand.state(far)?.isOpen == true && stand.state(near)?.isOpen == true)
        let nearer = try stand.place(.sell, "0.3", "61000", reduceOnly: true)
        #expect(nearer.request.quantity.raw == ExchangeFixture.raw("0.3"))
        #expect(stand.state(near)?.isOpen == true)
        #expect(stand.state(far)?.endReason == .reduceOnly && stand.state(far)?.state == .canceled)
        try stand.trade(.sell, "1", "60000")
        #expect(stand.state(near)?.endReason == .reduceOnly)
        #expect(stand.state(nearer)?.endReason == .reduceOnly)
        #expect(stand.exchange.openOrders(of: 0).isEmpty)
    }

    @Test func `a sweep cannot make a resting reduce-only order open a position`() throws {
        let stand = PerpetualStand()
        try stand.trade(.buy, "1", "60000")
        try stand.place(.sell, "1", "61000")
        let closing = try stand.place(.sell, "1", "61000.1", reduceOnly: true)
        stand.exchange.placeHouse(
            VirtualExchange.houseTaker, symbol: 0, side: .buy, price: ExchangeFixture.raw("62000"),
            quantity: ExchangeFixture.raw("2"), timeInForce: .immediateOrCancel, at: stand.now)
        #expect(stand.position == OpenPosition())
        #expect(stand.state(closing)?.filled == .zero && stand.state(closing)?.endReason == .reduceOnly)
    }
}
