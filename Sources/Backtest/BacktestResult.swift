import Engine
import Hedging
import Node
import TradingModel

/// What one session came to.
public struct BacktestResult: Sendable {
    public var market: RecordedMarket
    public var times: ClosedRange<Moment>
    public var report: NodeReport
    public var curve: EquityCurve
    /// Every trade, by its number.
    public var trades: [TradeStory]
    /// By instrument: the mid price at the end.
    public var marks: [Price]
    public var decisions: DecisionDigest
}
