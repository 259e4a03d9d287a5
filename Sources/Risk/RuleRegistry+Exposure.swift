import TradingModel

// What is held and owed, what it has come to, and what the world around it is like.
extension RuleRegistry {
    static let exposureRules: [RuleDeclaration] = [
        rule(
            .positionNotional, .exposure, .symbol, [amount(.positionNotional, "", shrinks: true)],
            "departure of the base asset from opening over all venues, in flight and unknown at worst",
            isElsewhere: true),
        rule(
            .exposureNotional, .exposure, .global, [amount(.exposureNotional, "", shrinks: true)],
            "the same summed over all instruments", isElsewhere: true),
        rule(
            .assetNotional, .exposure, .asset, [amount(.assetNotional, "notional", shrinks: true)],
            "the same summed over the instruments of one base asset"),
        rule(
            .netNotional, .exposure, .global, [amount(.netNotional, "notional", shrinks: true)],
            "long less short over all instruments, with this order"),
        rule(
            .grossNotional, .exposure, .global, [amount(.grossNotional, "notional")],
            "what each venue's base assets have moved since opening, summed without signs"),
        rule(
            .venueShare, .exposure, .venue, [rate(.venueShare, "share", bps: 1...10_000)],
            "the venue's part of all balances"),
        rule(
            .assetShare, .exposure, .asset, [rate(.assetShare, "share", bps: 1...10_000)],
            "the base asset's part of all balances"),
        rule(
            .unhedged, .exposure, .global,
            [
                amount(.unhedgedNotional, "notional"),
                span(.unhedgedAge, "age", .milliseconds(1)...(.seconds(3_600))),
            ], "what is owed, and since when the oldest of it has been"),
        rule(
            .unknownOrders, .exposure, .global,
            [amount(.unknownNotional, "notional"), count(.unknownOrders, "orders", 1...10_000)],
            "orders of unknown fate, at worst"),
        rule(
            .capitalPartition, .exposure, .strategy, [amount(.capital, "notional", shrinks: true)],
            "notional of the strategy's live orders, with this one"),
    ]

    static let lossRules: [RuleDeclaration] = [
        rule(
            .dailyLoss, .loss, .global,
            [amount(.realisedLoss, "realised"), amount(.totalLoss, "total")],
            "loss since the day's reset: realised, and with what is open", .mode(.hold), keeps: .day),
        rule(
            .strategyLoss, .loss, .strategy, [amount(.strategyLoss, "loss")],
            "one strategy's loss since the day's reset", .disableStrategy, keeps: .day),
        rule(
            .drawdown, .loss, .global, [amount(.drawdown, "loss")],
            "fall of the day's profit from its highest", .mode(.hold), keeps: .day),
        rule(
            .unrealisedProfit, .loss, .global, [amount(.unrealisedProfit, "profit")],
            "profit of what is open: more than can be meant is a wrong price"),
        rule(
            .losingStreak, .loss, .strategy, [count(.losingStreak, "trades", 1...1_000)],
            "losing trades in a row", .lockout, keeps: .untilLifted),
        rule(
            .lossCooldown, .loss, .strategy,
            [span(.sinceLoss, "rest", .milliseconds(1)...(.seconds(86_400)), .atLeast)],
            "time since the last losing trade", keeps: .window),
        rule(
            .profitLock, .loss, .global, [rate(.givenBack, "given_back", bps: 1...10_000)],
            "part of the day's highest profit given back, once that is `arm`", .mode(.hold), keeps: .day),
        rule(
            .hedgeGrace, .loss, .symbol,
            [span(.nakedAge, "grace", .milliseconds(1)...(.seconds(3_600)))],
            "how long something has been owed with no hedge under way", .cancel),
        rule(
            .tradeManagement, .loss, .symbol,
            [
                amount(.openLoss, "stop"), amount(.openProfit, "target"),
                amount(.openGivenBack, "trailing"),
            ], "what is open in one symbol: its loss, its profit, its fall from its highest profit", .close),
    ]

    static let marketRules: [RuleDeclaration] = [
        rule(
            .volatility, .market, .symbol, [rate(.volatility, "range", bps: 1...10_000)],
            "range of the mid price within the window"),
        rule(
            .marketChaos, .market, .global, [rate(.chaos, "range", bps: 1...10_000)],
            "the widest of these ranges", .reduce),
        rule(
            .depeg, .market, .asset, [rate(.depeg, "off", bps: 1...5_000)],
            "how far the quote currency is from one, by `symbol`"),
        rule(
            .fundingExtreme, .market, .venue, [rate(.funding, "rate", bps: 1...1_000)],
            "funding rate of the perpetual, without its sign"),
        rule(
            .spread, .market, .venue, [rate(.spread, "spread", bps: 1...5_000)],
            "between the touches of the venue's book"),
        rule(
            .depth, .market, .venue, [amount(.depth, "notional", upTo: 1_000_000_000, .atLeast)],
            "on offer in the venue's first levels on the order's side"),
        rule(
            .venueQuality, .market, .venue, [count(.quality, "points", 1...100, .atLeast)],
            "points the venue has left of 100"),
    ]

    static let infrastructureRules: [RuleDeclaration] = [
        rule(
            .clockSkew, .infrastructure, .venue,
            [span(.skew, "off", .milliseconds(1)...(.seconds(60)))], "the venue's clock against ours"),
        rule(
            .heartbeat, .infrastructure, .global,
            [span(.silence, "silence", .milliseconds(100)...(.seconds(60)))],
            "time since the engine's last beat"),
        rule(.diskLow, .infrastructure, .global, [flag(.disk)], "the store has room"),
        rule(
            .rateBudget, .infrastructure, .venue, [count(.budget, "requests", 1...10_000, .atLeast)],
            "requests of new risk that the venue's budget allows now"),
        rule(.privateStream, .infrastructure, .venue, [flag(.stream)], "the account's stream is whole"),
        rule(
            .reconciliation, .infrastructure, .venue, [flag(.drift)], "ledger and venue agree"),
    ]
}
