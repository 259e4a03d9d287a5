import TradingModel

/// When a strategy's size is stepped down, and what it takes to step it up again.
public struct ThrottlePolicy: Hashable, Sendable {
    /// Each time a strategy has lost this much more since its peak, in quote units, it is a step down.
    public var drawdown: Amount
    /// Hedges that close this much worse than the mid price on average are a step down.
    public var slippage: Rate
    /// A range of mid prices beyond this within the governor's window is a step down.
    public var range: Rate
    /// So many trades that earned their costs, without bad news between, are a step up.
    public var trades: Int
    /// A market that keeps within half of `range` for so long is a step up.
    public var calm: Span
    /// What is left at least, in ten-thousandths: without trades nothing better could be learned.
    public var least: Int64

    public init(drawdown: Amount, slippage: Rate, range: Rate, trades: Int, calm: Span, least: Int64) {
        precondition(drawdown > .zero && slippage > .zero && range > .zero && trades > 0)
        precondition(calm > .zero && (1...10_000).contains(least))
        self.drawdown = drawdown
        self.slippage = slippage
        self.range = range
        self.trades = trades
        self.calm = calm
        self.least = least
    }
}

/// What a strategy has to show since the start. Counts only rise.
public struct ThrottleEvidence: Hashable, Sendable {
    /// After fees, of trades that are over.
    public var profit: Amount
    /// Trades that are over, and those of them that earned their costs.
    public var trades: Int
    public var goodTrades: Int
    /// Hedges on its instrument that were late or given up, and those that are done.
    public var badHedges: Int
    public var hedges: Int
    /// Of the last hedges on its instrument.
    public var slippage: Rate
    /// Of the mid price of the last moments; `nil` while nothing is known of it.
    public var range: Rate?

    public init(
        profit: Amount = .zero, trades: Int = 0, goodTrades: Int = 0, badHedges: Int = 0, hedges: Int = 0,
        slippage: Rate = .zero, range: Rate? = nil
    ) {
        self.profit = profit
        self.trades = trades
        self.goodTrades = goodTrades
        self.badHedges = badHedges
        self.hedges = hedges
        self.slippage = slippage
        self.range = range
    }
}
