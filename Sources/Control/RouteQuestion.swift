/// What `arbctl route` asks: where this would be traded now, if it were.
public struct RouteQuestion: Hashable, Sendable {
    public enum Side: String, Hashable, Sendable, CaseIterable {
        case buy, sell
    }

    public var symbol: String
    public var side: Side
    /// Decimals in base units, as the symbol's scale allows.
    public var quantity: String
    /// The worst price before fees; `nil`: as far as the governor's collar lets a hedge go, or, where it is
    /// to rest, the best price of its own side.
    public var limit: String?
    /// It is to rest instead of taking.
    public var isPostOnly: Bool

    public init(symbol: String, side: Side, quantity: String, limit: String?, isPostOnly: Bool) {
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.limit = limit
        self.isPostOnly = isPostOnly
    }
}

extension RouteQuestion {
    var arguments: [String: ControlArgument] {
        var arguments: [String: ControlArgument] = [
            "symbol": .text(symbol), "side": .text(side.rawValue), "quantity": .text(quantity),
        ]
        if let limit { arguments["limit"] = .text(limit) }
        if isPostOnly { arguments["post_only"] = .flag(true) }
        return arguments
    }
}
