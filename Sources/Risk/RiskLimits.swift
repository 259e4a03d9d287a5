import TradingModel

/// The governor's limits, set in `config/limits.yaml`. Amounts are in the instrument's quote asset.
public struct RiskLimits: Hashable, Sendable {
    /// Where the configuration says nothing: three percent within ten seconds.
    public static let standardWindowCollar = Rate(hundredthsOfBasisPoint: 30_000)
    public static let standardWindow = Span.seconds(10)

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
    /// How far an opening's limit may lie beyond the window's lowest (buy) or highest (sell) mid price.
    public var windowCollar: Rate
    /// The length of that window.
    public var window: Span
    /// A book older than this has no price.
    public var bookAge: Span
    /// New-risk orders in any one second, node-wide.
    public var ordersPerSecond: Int
    /// In REDUCED all notional limits are divided by this.
    public var reducedDivisor: Int64
    /// Which other rules are on, and their limits.
    public var rules = RuleSettings.standard

    public init(
        orderNotional: Amount, orderQuantity: [Quantity], positionNotional: Amount, exposureNotional: Amount,
        priceCollar: Rate, bookAge: Span, ordersPerSecond: Int, reducedDivisor: Int64 = 2,
        windowCollar: Rate = RiskLimits.standardWindowCollar, window: Span = RiskLimits.standardWindow
    ) {
        precondition(ordersPerSecond > 0 && reducedDivisor > 0)
        self.windowCollar = windowCollar
        self.window = window
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
