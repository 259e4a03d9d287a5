import TradingModel

extension IncidentCode {
    /// What a person should do first.
    public var advice: String {
        switch self {
        case .hedgeFailure:
            "Look at arbctl hedges. If it stays open, flatten by hand at the venue with the best price."
        case .marginLow: "Move collateral to the venue or make the position smaller."
        case .fallbackHedgeUsed: "Nothing at once. See that the basis is unwound (arbctl positions)."
        case .orderUnknown:
            "Nothing for a minute: the node asks. Then look for the order at the venue by its client id."
        case .zombieOrder: "See at the venue that the order is gone, then release the venue."
        case .ghostFill: "Compare the venue's fills with arbctl positions before anything is resumed."
        case .venueSafeMode: "Find out why (arbctl venues), then arbctl resume --venue NAME --reason …."
        case .outboxSlow: "Look at what else uses the disk. Hedges take the reserve path meanwhile."
        case .diskLow: "Make room under the data directory."
        case .dirtyStart:
            "Compare balances with the venue; arbctl reconcile VENUE --accept takes its word for them."
        case .bookProofLost: "Nothing: the book is fetched anew. If it goes on, hold the venue."
        case .frameQuarantined: "If it goes on, the venue has changed its format: hold it and record frames."
        case .venueDisconnected: "Nothing: it reconnects. If it goes on, look at the venue's status page."
        case .privateStreamLost: "Nothing: it reconnects and reconciles. Then look at the keys."
        case .outboxUnavailable: "Look at the disk: nothing new is sent until it takes rows again."
        case .overfill: "Compare the order with the venue's own record and tell the venue."
        case .foreignOrder: "Find out who else uses the account: it must be the node's alone."
        case .ledgerDrift: "Nothing at once: it is reconciled. If it stays, look for transfers and fees."
        case .orderRefused: "Read the venue's reason; filters or balances may have changed."
        case .venueRefused: "Read the venue's reason; keys, permissions or its state may have changed."
        case .clockSkew: "See that this machine's clock is synchronised (timedatectl)."
        case .rateLimited: "Nothing until the pause has passed. If it repeats, lower the rate budget."
        case .deadManLost: "Look at the venue's resting orders: they may be gone, or may stay when we die."
        case .possibleLogicLoop: "Read its last trades (arbctl hedges) before two people enable it again."
        case .sorDegraded: "See which venue is missing (arbctl venues)."
        case .leadLagDegraded: "Nothing at once: quotes move without the warning."
        case .staleTrade: "Look at latencies (arbctl latency) and the venue's round trip."
        case .residualLimit: "Close the residual by hand, or raise its cap."
        case .heartbeatLost: "See what is silent (arbctl heartbeats). A stuck desk is restarted by systemd."
        case .alertChannelDead: "Repair the channel or its credentials; the other channels still speak."
        case .varLimit: "See arbctl portfolio; make positions smaller (arbctl what-if), then resume."
        case .stressFail: "See which scenario fails (arbctl portfolio); move or reduce what it hits."
        case .strategyThrottled: "Nothing: it recovers on evidence. arbctl portfolio says what it waits for."
        case .killSwitch: "See that nothing rests at the venues (arbctl orders); two people resume."
        case .resumeAsked: "A second person reads why it was stopped and agrees: arbctl resume --reason …."
        case .strategyPnlStop: "Read its trades of the day (arbctl hedges) before two people enable it again."
        case .marketChaos: "Nothing at once: sizes are down. Hold if venues stop answering."
        case .ruleBroken: "See which rule and its numbers (arbctl limits), and what was done (arbctl rules)."
        case .hostStrained: "See what the machine lacks (arbctl monitor), and what else runs on it."
        case .canaryFail: "See which check failed (arbctl self-check); it is repeated every minute."
        case .operatorAway: "Show yourself: any arbctl command does. Until then sizes are smaller."
        case .ruleChanged: "Nothing, if you know who did it and why (arbctl timeline)."
        case .dayEndIncomplete: "See what was left (arbctl report, arbctl venues) and do it by hand."
        case .auditBroken: "Copy the data directory away, then arbnode audit verify; find who had access."
        case .runbookFailed: "Read what it did (arbctl runbooks log N) and finish it by hand."
        case .runbookNotice: "Read what it asks (arbctl runbooks runs), look, then answer or approve."
        case .riskOverrideDenied: "See which condition caps the index: arbctl risk-index show."
        }
    }

    /// For how long its condition must be gone before it resolves itself; `nil`: only a person resolves it.
    public var quiet: Span? {
        switch self {
        case .dirtyStart, .ghostFill, .overfill, .foreignOrder, .possibleLogicLoop, .killSwitch,
            .strategyPnlStop, .auditBroken, .runbookFailed:
            nil
        case .zombieOrder, .venueSafeMode: .seconds(60)
        case .hedgeFailure, .marginLow, .orderUnknown, .ledgerDrift, .outboxUnavailable, .diskLow,
            .deadManLost, .residualLimit, .heartbeatLost, .alertChannelDead, .hostStrained, .canaryFail,
            .operatorAway:
            .seconds(60)
        case .outboxSlow, .bookProofLost, .frameQuarantined, .venueDisconnected, .privateStreamLost:
            .seconds(120)
        case .fallbackHedgeUsed, .orderRefused, .venueRefused, .clockSkew, .rateLimited, .sorDegraded,
            .leadLagDegraded, .staleTrade, .varLimit, .stressFail, .strategyThrottled, .resumeAsked,
            .riskOverrideDenied, .marketChaos, .ruleBroken, .ruleChanged, .dayEndIncomplete,
            .runbookNotice:
            .seconds(300)
        }
    }
}
