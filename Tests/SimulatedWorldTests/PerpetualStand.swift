import Testing
import TradingModel

@testable import SimulatedWorld

/// An exchange of perpetuals whose book only the test moves: mark and index stand at the reference price.
final class PerpetualStand {
    let exchange: VirtualExchange
    private(set) var now = ExchangeFixture.start
    private var count = 0

    init(_ venue: String = "bybit-linear", funds: String = "400000") {
        exchange = ExchangeFixture.exchange(
            venue, accounts: [ExchangeFixture.account("key", [("BTC", "5"), ("USDT", funds)])],
            withMarket: false)
        exchange.advance(to: now)
    }

    var wallet: Amount { exchange.holding(of: 0).wallet }
    var position: OpenPosition { exchange.position(0, of: 0) }
    func total(_ asset: String) -> Amount {
        exchange.balances(of: 0).first { $0.asset == asset }?.total ?? .zero
    }

    func wait(_ span: Span) {
        now = now + span
        exchange.advance(to: now)
    }

    /// The house stands at `price`.
    func quote(_ side: Side, _ quantity: String, _ price: String, symbol: Int = 0) {
        exchange.placeHouse(
            VirtualExchange.houseMaker, symbol: symbol, side: side, price: ExchangeFixture.raw(price),
            quantity: ExchangeFixture.raw(quantity), timeInForce: .goodTillCanceled, at: now)
    }

    @discardableResult
    func place(
        _ side: Side, _ quantity: String, _ price: String, _ timeInForce: TimeInForce = .goodTillCanceled,
        reduceOnly: Bool = false, symbol: Int = 0
    ) throws(Refusal) -> ExchangeOrder {
        count += 1
        var request = ExchangeFixture.limit(
            side, quantity, price, timeInForce, id: "p\(count)", symbol: symbol)
        request.isReduceOnly = reduceOnly
        return try exchange.place(request, account: 0, at: now)
    }

    /// The house stands there, and the account takes all of it.
    @discardableResult
    func trade(_ side: Side, _ quantity: String, _ price: String) throws -> PositionEffect {
        quote(side.opposite, quantity, price)
        try place(side, quantity, price, .immediateOrCancel)
        return try #require(exchange.executions.last?.effect)
    }

    func state(_ order: ExchangeOrder) -> ExchangeOrder? { exchange.orders[order.id] }
}
