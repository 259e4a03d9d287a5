/// A figure that a rule holds against a limit. The order of the cases is the order in which an order is
/// judged: first what binds hedges too.
public enum Measure: Int, Hashable, Sendable, CaseIterable {
    case badOrder, modeForAll, lateness, unguarded, orderNotional, orderQuantity, collar, selfMatch, shortfall

    case modeForOpenings, unproven, bookAge, noReference, windowCollar, positionNotional, exposureNotional
    case disabled, locked, cycles, blocked, closed, filters, sinceSame, edge, agreeing
    case venueOrdersSecond, venueOrdersMinute, venueOrdersHour, venueOrdersDay
    case venueCancelsSecond, venueCancelsMinute, venueCancelsHour, venueCancelsDay
    case venueMessagesSecond, venueMessagesMinute, venueMessagesHour, venueMessagesDay
    case strategyOrdersSecond, strategyOrdersMinute, strategyOrdersHour, strategyOrdersDay
    case strategyCancelsSecond, strategyCancelsMinute, strategyCancelsHour, strategyCancelsDay
    case strategyMessagesSecond, strategyMessagesMinute, strategyMessagesHour, strategyMessagesDay
    case openOrders, venueOpenOrders, refusals, ordersPerFill, feesThisHour
    case assetNotional, netNotional, grossNotional, venueShare, assetShare
    case unhedgedNotional, unhedgedAge, unknownNotional, unknownOrders, capital
    case realisedLoss, totalLoss, strategyLoss, drawdown, unrealisedProfit
    case losingStreak, sinceLoss, givenBack, nakedAge, openLoss, openProfit, openGivenBack
    case volatility, chaos, depeg, funding, spread, depth, quality
    case skew, silence, disk, budget, stream, drift
    case orderRate
}

/// A measured value as an integer in its limit's unit, or one of two things that are none.
public enum Measured {
    /// Nobody knows it: the order is refused.
    public static let missing = Int128.min
    /// The rule has nothing to say about this order.
    public static let notApplicable = Int128.min + 1
    /// The smallest that is a value.
    public static let smallest = Int128.min + 2
}
