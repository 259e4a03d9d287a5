import Orders
import TradingModel

/// What the node decided, in one number: two runs that decided the same have the same. It knows neither
/// times nor ids, so that a backtest can be held against a paper run of the same recording.
public struct DecisionDigest: Hashable, Sendable {
    /// Orders decided on.
    public private(set) var count = 0
    private var print = Fingerprint()

    public init() {}

    mutating func add(_ intent: OrderIntent, venue: String, symbol: String) {
        count += 1
        print.add(venue)
        print.add(symbol)
        print.add(intent.side == .buy ? 1 : -1)
        print.add(intent.quantity.raw)
        print.add(intent.limit.raw)
        print.add(intent.purpose.reducesRisk ? 1 : 0)
    }

    public var hexadecimal: String { print.hexadecimal }
}
