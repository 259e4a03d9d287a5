/// Why an order may not be sent: the name of the rule that refused it. Names are relied on by people, rows
/// and JSON: none is ever used for another rule.
public enum Denial: String, Error, Hashable, Sendable, CaseIterable {
    // Orders.
    case badOrder = "bad-order"
    case mode = "mode"
    case tooLate = "too-late"
    /// It could rest where nobody would cancel it if the node died.
    case noDeadMan = "no-dead-man"
    case orderNotional = "order-notional"
    case orderQuantity = "order-quantity"
    case priceCollar = "price-collar"
    /// It would trade with an order of our own.
    case selfMatch = "self-match"
    case balance = "balance"
    case bookUnproven = "book-unproven"
    case bookStale = "book-stale"
    case noReference = "no-reference"
    /// It follows a fast move further than the collar over the window allows.
    case windowCollar = "window-collar"
    case orderFilter = "order-filter"
    case duplicateOrder = "duplicate-order"
    case symbolBlocked = "symbol-blocked"
    case session = "session"
    case minimumEdge = "minimum-edge"
    case priceSources = "price-sources"

    // Flow.
    case orderRate = "order-rate"
    case venueOrders = "venue-orders"
    case venueCancels = "venue-cancels"
    case venueMessages = "venue-messages"
    case strategyOrders = "strategy-orders"
    case strategyCancels = "strategy-cancels"
    case strategyMessages = "strategy-messages"
    case openOrders = "open-orders"
    case venueOpenOrders = "venue-open-orders"
    case logicLoop = "logic-loop"
    case strategyDisabled = "strategy-disabled"
    case rejectStorm = "reject-storm"
    case orderToTrade = "order-to-trade"
    case feesPerHour = "fees-per-hour"
    case lockout = "lockout"

    // Exposure.
    case positionNotional = "position-notional"
    case exposureNotional = "exposure-notional"
    case assetNotional = "asset-notional"
    case netNotional = "net-notional"
    case grossNotional = "gross-notional"
    case venueShare = "venue-share"
    case assetShare = "asset-share"
    case unhedged = "unhedged"
    case unknownOrders = "unknown-orders"
    case capitalPartition = "capital-partition"

    // Loss.
    case dailyLoss = "daily-loss"
    case strategyLoss = "strategy-loss"
    case drawdown = "drawdown"
    case unrealisedProfit = "unrealised-profit"
    case losingStreak = "losing-streak"
    case lossCooldown = "loss-cooldown"
    case profitLock = "profit-lock"
    case hedgeGrace = "hedge-grace"
    case tradeManagement = "trade-management"

    // Market.
    case volatility = "volatility"
    case marketChaos = "market-chaos"
    case depeg = "depeg"
    case fundingExtreme = "funding-extreme"
    case spread = "spread"
    case depth = "depth"
    case venueQuality = "venue-quality"

    // Infrastructure.
    case clockSkew = "clock-skew"
    case heartbeat = "heartbeat"
    case diskLow = "disk-low"
    case rateBudget = "rate-budget"
    case privateStream = "private-stream"
    case reconciliation = "reconciliation"

    /// Its place in `allCases`.
    public var index: Int { Denial.places[self] ?? 0 }
    private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}
