import TradingModel

@testable import SimulatedWorld

/// Ready-made exchanges for the tests.
enum ExchangeFixture {
    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    static func amount(_ text: String) -> Amount {
        do throws(DecimalText.Fault) { return try Amount(text: text) } catch {
            preconditionFailure("\(text) is no amount")
        }
    }

    static func raw(_ text: String) -> Int64 {
        do throws(DecimalText.Fault) { return try DecimalText.parse(text, scale: SymbolRules.scale) } catch {
            preconditionFailure("\(text) is no decimal")
        }
    }

    static func account(
        _ key: String = "key", _ funds: [(String, String)] = [("BTC", "5"), ("USDT", "400000")]
    )
        -> DoubleAccountSpec
    {
        DoubleAccountSpec(
            apiKey: key, secret: "secret-of-" + key, funds: funds.map { (asset: $0.0, amount: amount($0.1)) })
    }

    static func exchange(
        _ venue: String, accounts: [DoubleAccountSpec] = [account()], seed: UInt64 = 7,
        withMarket: Bool = true,
        start: Moment = start, rules: ExchangeRules? = nil
    ) -> VirtualExchange {
        guard let rules = rules ?? VenueTerms.rules(venue: venue) else {
            preconditionFailure("no venue \(venue)")
        }
        return VirtualExchange(
            name: venue, rules: rules,
            symbols: DoubleCatalog.symbols(venue: venue, DoubleCatalog.demoInstruments),
            accounts: accounts, seed: seed, start: start, withMarket: withMarket)
    }

    static func limit(
        _ side: Side, _ quantity: String, _ price: String, _ timeInForce: TimeInForce = .goodTillCanceled,
        id: String = "", symbol: Int = 0
    ) -> OrderRequest {
        OrderRequest(
            symbol: symbol, side: side, timeInForce: timeInForce, price: Price(raw: raw(price)),
            quantity: Quantity(raw: raw(quantity)), clientID: id)
    }
}
