import TradingModel

/// The governor's limits, set in `config/limits.yaml`. Amounts are in the instrument's quote asset.
public struct RiskLimits: Hashable, Sendable {
    /// Largest notional of one order.
    public var orderNotional: Amount
    /// Largest base quantity of one order, by instrument index.
    public var orderQuantity: [Quantity]
    /// Largest notional by which one base asset, summed over venues, may depart from its opening balance,
    /// counting what is in flight or unknown at worst case.
    public var positionNotional: Amount
    /// Largest sum of unhedged and in-flight notional over all instruments.
    public var exposureNotional: Amount
    /// How far a limit price may lie beyond the best opposite price of the other proven venues.
    public var priceCollar: Rate
    /// A book older than this has no price.
    public var bookAge: Span
    /// New-risk orders in any one second, node-wide.
    public var ordersPerSecond: Int
    /// In REDUCED all notional limits are divided by this.
    public var reducedDivisor: Int64

    public init(
        orderNotional: Amount, orderQuantity: [Quantity], positionNotional: Amount, exposureNotional: Amount,
        priceCollar: Rate, bookAge: Span, ordersPerSecond: Int, reducedDivisor: Int64 = 2
    ) {
        precondition(ordersPerSecond > 0 && reducedDivisor > 0)
        self.orderNotional = orderNotional
        self.orderQuantity = orderQuantity
        self.positionNotional = positionNotional
        self.exposureNotional = exposureNotional
        self.priceCollar = priceCollar
        self.bookAge = bookAge
        self.ordersPerSecond = ordersPerSecond
        self.reducedDivisor = reducedDivisor
    }
}
