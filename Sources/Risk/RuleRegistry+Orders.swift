import TradingModel

// What an order itself must be, and how many of them there may be.
extension RuleRegistry {
    static let orderRules: [RuleDeclaration] = [
        rule(
            .badOrder, .order, .global, [flag(.badOrder, isHard: true)], "a price and a quantity above zero",
            isFixed: true),
        rule(
            .mode, .order, .global,
            [
                RuleLimit(
                    measure: .modeForAll, key: "", unit: .count, bound: .atMost, range: 3...3,
                    shrinks: false, isHard: true, scope: .global),
                RuleLimit(
                    measure: .modeForOpenings, key: "", unit: .count, bound: .atMost, range: 1...1,
                    shrinks: false, isHard: false, scope: .global),
            ], "nothing when KILLED, no new risk from HOLD on", keeps: .untilLifted, isFixed: true),
        rule(
            .tooLate, .order, .global,
            [span(.lateness, "", .zero...(.zero), isHard: true)], "sent while its decision holds",
            isFixed: true),
        rule(
            .noDeadMan, .order, .venue, [flag(.unguarded, isHard: true)],
            "what may rest goes where a dead-man switch is armed", isFixed: true),
        rule(
            .orderNotional, .order, .global,
            [amount(.orderNotional, "", shrinks: true, isHard: true)], "notional of one order",
            isElsewhere: true),
        rule(
            .orderQuantity, .order, .symbol,
            [
                RuleLimit(
                    measure: .orderQuantity, key: "", unit: .quantity, bound: .atMost,
                    range: 1...1 << 62, shrinks: false, isHard: true, scope: .symbol)
            ], "base quantity of one order", isElsewhere: true),
        rule(
            .priceCollar, .order, .global, [rate(.collar, "", bps: 1...5_000, isHard: true)],
            "limit beyond the other venues' best opposite price", isElsewhere: true),
        rule(
            .selfMatch, .order, .venue, [flag(.selfMatch, isHard: true)],
            "does not meet an order of our own", isFixed: true),
        rule(
            .balance, .order, .venue,
            [
                RuleLimit(
                    measure: .shortfall, key: "", unit: .amount, bound: .atMost, range: 0...0,
                    shrinks: false, isHard: true, scope: .venue)
            ], "what it needs beyond what is free there", isFixed: true),
        rule(.bookUnproven, .order, .venue, [flag(.unproven)], "the venue's book is proven", isFixed: true),
        rule(
            .bookStale, .order, .venue,
            [span(.bookAge, "", .milliseconds(10)...(.seconds(60)))], "age of the venue's book",
            isElsewhere: true),
        rule(
            .noReference, .order, .symbol, [flag(.noReference)], "another proven venue shows a price",
            isFixed: true),
        rule(
            .windowCollar, .order, .symbol, [rate(.windowCollar, "", bps: 1...5_000)],
            "limit beyond the window's lowest or highest mid price", isElsewhere: true),
        rule(
            .orderFilter, .order, .venue, [count(.filters, "", 0...0)],
            "broken filters of the venue: tick, lot, least and most"),
        rule(
            .duplicateOrder, .order, .global,
            [span(.sinceSame, "apart", .milliseconds(1)...(.seconds(3_600)), .atLeast)],
            "time since an order with the same terms", keeps: .window),
        rule(.symbolBlocked, .order, .symbol, [flag(.blocked)], "the symbol is not blocked"),
        rule(.session, .order, .global, [flag(.closed)], "within session hours, and no holiday"),
        rule(
            .minimumEdge, .order, .strategy,
            [
                RuleLimit(
                    measure: .edge, key: "edge", unit: .rate, bound: .atLeast, range: 100...10_000_000,
                    shrinks: false, isHard: false, scope: .strategy)
            ],
            "edge net of both fees; what closes a position is free of it"),
        rule(
            .priceSources, .order, .symbol, [count(.agreeing, "venues", 2...64, .atLeast)],
            "proven, fresh venues whose mid price lies within `band` of the limit"),
    ]

    static let flowRules: [RuleDeclaration] = [
        rule(
            .orderRate, .flow, .global, [count(.orderRate, "", 1...1_000)], "openings in any one second",
            keeps: .window, isElsewhere: true),
        frequency(
            .venueOrders, .venue,
            [.venueOrdersSecond, .venueOrdersMinute, .venueOrdersHour, .venueOrdersDay], "orders"),
        frequency(
            .venueCancels, .venue,
            [.venueCancelsSecond, .venueCancelsMinute, .venueCancelsHour, .venueCancelsDay], "cancels"),
        frequency(
            .venueMessages, .venue,
            [.venueMessagesSecond, .venueMessagesMinute, .venueMessagesHour, .venueMessagesDay],
            "orders, amends, cancels and questions"),
        frequency(
            .strategyOrders, .strategy,
            [.strategyOrdersSecond, .strategyOrdersMinute, .strategyOrdersHour, .strategyOrdersDay],
            "orders"),
        frequency(
            .strategyCancels, .strategy,
            [.strategyCancelsSecond, .strategyCancelsMinute, .strategyCancelsHour, .strategyCancelsDay],
            "cancels"),
        frequency(
            .strategyMessages, .strategy,
            [.strategyMessagesSecond, .strategyMessagesMinute, .strategyMessagesHour, .strategyMessagesDay],
            "orders, amends, cancels and questions"),
        rule(
            .openOrders, .flow, .global, [count(.openOrders, "orders", 1...10_000)],
            "orders that may still fill, this one included"),
        rule(
            .venueOpenOrders, .flow, .venue, [count(.venueOpenOrders, "orders", 1...10_000)],
            "orders that may still fill there, this one included"),
        rule(
            .logicLoop, .flow, .strategy, [count(.cycles, "", 1...10_000)],
            "completed cycles within a minute", .disableStrategy, keeps: .untilLifted, isElsewhere: true),
        rule(
            .strategyDisabled, .flow, .strategy, [flag(.disabled)],
            "two people have enabled it since it was disabled", keeps: .untilLifted, isFixed: true),
        rule(
            .rejectStorm, .flow, .venue, [count(.refusals, "per_minute", 1...10_000)],
            "refusals of orders within a minute", .lockout, keeps: .untilLifted),
        rule(
            .orderToTrade, .flow, .venue, [count(.ordersPerFill, "orders", 1...100_000)],
            "orders for each fill there today, once `sample` orders were sent", keeps: .day),
        rule(
            .feesPerHour, .flow, .global, [amount(.feesThisHour, "fees")], "fees paid within an hour",
            .mode(.hold), keeps: .window),
        rule(
            .lockout, .flow, .global, [flag(.locked)], "no lockout of node, venue, strategy or symbol",
            keeps: .untilLifted, isFixed: true),
    ]

    /// - Parameter measures: per second, minute, hour and day.
    private static func frequency(
        _ code: Denial, _ scope: RuleScope, _ measures: [Measure], _ what: String
    ) -> RuleDeclaration {
        let keys = ["per_second", "per_minute", "per_hour", "per_day"]
        return rule(
            code, .flow, scope,
            zip(measures, keys).map { count($0, $1, 1...100_000_000) }, "\(what) of one \(scope.rawValue)",
            keeps: .window)
    }
}
