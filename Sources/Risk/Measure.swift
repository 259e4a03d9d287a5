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

extension Measure {
    /// Whether its value is of one order or one venue. All others are the same for both legs of a pair, which
    /// have their strategy, symbol and moment in common.
    public var isOfEach: Bool { Measure.ofEach[rawValue] }

    private static let ofEach: [Bool] = allCases.map { measure in
        switch measure {
        case .badOrder, .modeForAll, .lateness, .unguarded, .orderNotional, .orderQuantity, .collar,
            .selfMatch, .shortfall, .modeForOpenings, .unproven, .bookAge, .noReference, .windowCollar,
            .positionNotional, .exposureNotional, .orderRate, .locked, .filters, .sinceSame, .agreeing,
            .venueOrdersSecond, .venueOrdersMinute, .venueOrdersHour, .venueOrdersDay,
            .venueCancelsSecond, .venueCancelsMinute, .venueCancelsHour, .venueCancelsDay,
            .venueMessagesSecond, .venueMessagesMinute, .venueMessagesHour, .venueMessagesDay,
            .venueOpenOrders, .refusals, .ordersPerFill, .assetNotional, .netNotional, .venueShare, .capital,
            .funding, .spread, .depth, .quality, .skew, .budget, .stream, .drift:
            true
        default: false
        }
    }

    /// Whether its value lasts and is no order's own: what rests is held against it for as long as it rests.
    /// Rates, counts and prices are judged when something is sent.
    public var isLasting: Bool { Measure.lasting[rawValue] }

    private static let lasting: [Bool] = allCases.map { measure in
        switch measure {
        case .disabled, .locked, .blocked, .closed, .unhedgedNotional, .unhedgedAge, .unknownNotional,
            .unknownOrders, .realisedLoss, .totalLoss, .strategyLoss, .drawdown, .unrealisedProfit,
            .losingStreak, .sinceLoss, .givenBack, .volatility, .chaos, .depeg, .quality, .skew, .disk,
            .stream, .drift:
            true
        default: false
        }
    }
}

/// A measured value as an integer in its limit's unit, or one of two things that are none.
public enum Measured {
    /// Nobody knows it: the order is refused.
    @inlinable public static var missing: Int128 { .min }
    /// The rule has nothing to say about this order.
    @inlinable public static var notApplicable: Int128 { .min + 1 }
    /// The smallest that is a value.
    @inlinable public static var smallest: Int128 { .min + 2 }
}
