import TradingModel

/// How much equity an order and a position tie up at a venue of perpetuals. Stricter than the venue, so that
/// it refuses nothing and a liquidation is far away.
public struct MarginRule: Hashable, Sendable {
    /// Positions are at most this many times the equity: 1 to 10.
    public var leverage: Int64

    public init(leverage: Int64) {
        precondition((1...10).contains(leverage), "leverage is between 1 and 10")
        self.leverage = leverage
    }

    /// Rounded up: a margin is never understated.
    public func initial(_ notional: Amount) -> Amount {
        Amount(raw: (notional.raw + Int128(leverage) - 1) / Int128(leverage))
    }
}
