import TradingModel

/// Counted since this process started.
public struct EngineCounters: Hashable, Sendable {
    public var ordersNew = 0
    public var ordersSent = 0
    public var ordersAcked = 0
    public var ordersFilled = 0
    public var ordersCanceled = 0
    /// Amends that the venue took.
    public var ordersAmended = 0
    public var ordersRejected = 0
    public var pairs = 0
    public var fills = 0
    public var duplicateFills = 0
    /// Fills of orders that had been proven absent or refused: the proof was wrong.
    public var ghostFills = 0
    public var zombieOrders = 0
    public var foreignFills = 0
    /// Openings that were refused because their signal had opened before.
    public var repeatedSignals = 0
    /// Fees in the quote asset; a fee taken in base is valued at its fill's price.
    public var fees = Amount.zero
    /// Funding received less funding paid, in the quote asset.
    public var funding = Amount.zero
    public init() {}
}
