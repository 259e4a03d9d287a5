import TradingModel

/// What live orders may still trade of one instrument, hedges and opening legs alike, UNKNOWN ones included.
public struct Flight: Hashable, Sendable {
    public var buys: Quantity
    public var sells: Quantity

    public static let none = Flight(buys: .zero, sells: .zero)

    public init(buys: Quantity, sells: Quantity) {
        self.buys = buys
        self.sells = sells
    }

    public var isNone: Bool { self == .none }

    /// What of a deviation is to be hedged now, signed as it is. What works against it may close it and is
    /// waited for; what would add to it is hedged once it has filled, for it may never fill.
    public func leaves(of deviation: Quantity) -> Quantity {
        deviation > .zero ? max(.zero, deviation - sells) : min(.zero, deviation + buys)
    }
}
