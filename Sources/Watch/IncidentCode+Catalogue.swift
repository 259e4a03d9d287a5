import TradingModel

// What each code means and who sees to it. A code without a row does not compile.
extension IncidentCode {
    /// What has happened, in one line.
    public var title: String {
        switch self {
        case .hedgeFailure: "A fill is not hedged by its deadline"
        case .marginLow: "Little margin is left for perpetual positions"
        case .fallbackHedgeUsed: "A hedge went to a correlated instrument"
        case .orderUnknown: "The fate of an order is not proven"
        case .zombieOrder: "An order lives without an owner"
        case .ghostFill: "An order that was proven absent has filled"
        case .venueSafeMode: "A venue is in SAFE_MODE"
        case .outboxSlow: "The outbox's disk does not answer in time"
        case .diskLow: "Room under the outbox is getting short"
        case .dirtyStart: "Ledger and venue, or rows and disk, do not agree"
        case .bookProofLost: "A book has lost its proof"
        case .frameQuarantined: "A venue said something that cannot be read"
        case .venueDisconnected: "A market data connection was lost"
        case .privateStreamLost: "A private stream was lost"
        case .outboxUnavailable: "The outbox takes no rows"
        case .overfill: "More filled than was ordered"
        case .foreignOrder: "Somebody else trades on the account"
        case .ledgerDrift: "Ledger and venue have come to differ"
        case .orderRefused: "A venue refused an order"
        case .venueRefused: "A venue refused a question"
        case .clockSkew: "A venue's clock and ours differ"
        case .rateLimited: "A venue told the node to be silent"
        case .deadManLost: "A dead-man switch is not confirmed"
        case .possibleLogicLoop: "A strategy trades more than it can have meant to"
        case .sorDegraded: "Orders cannot be routed as wanted"
        case .leadLagDegraded: "A venue no longer leads another"
        case .staleTrade: "A leg was late and was not sent"
        case .residualLimit: "What no venue takes has grown too large"
        case .heartbeatLost: "Something that must show that it lives is silent"
        case .alertChannelDead: "A channel to people takes nothing"
        case .strategyPnlStop: "A strategy has lost more in a day than it may"
        case .marketChaos: "Prices move too fast for full sizes"
        case .ruleBroken: "A rule is broken that does more than refuse orders"
        case .ruleChanged: "A rule or a limit was changed, or a lockout ended"
        case .auditBroken: "The audit log is damaged, or takes nothing"
        case .dayEndIncomplete: "Something of a day's end was not done"
        case .runbookFailed: "A runbook has failed, cannot go on or keeps coming back"
        case .runbookNotice: "A runbook waits for people, or tells them something"
        case .varLimit: "The value at risk of all positions is above its limit"
        case .stressFail: "A stress scenario would cost more than is borne"
        case .strategyThrottled: "A strategy's size was stepped down or up"
        case .killSwitch: "A person has killed the node or a part of it"
        case .resumeAsked: "Somebody would resume and others must agree"
        case .hostStrained: "The machine under the node, or its way to a venue, is beyond a bound"
        case .canaryFail: "A check that the node makes of itself has failed"
        case .operatorAway: "No operator has shown for too long"
        case .riskOverrideDenied: "More appetite for risk was asked for than a condition allows"
        }
    }

    /// Whose it is: who is asked first and answers for the runbook.
    public var owner: String {
        switch self {
        case .hedgeFailure, .fallbackHedgeUsed, .marginLow, .possibleLogicLoop, .sorDegraded,
            .leadLagDegraded, .staleTrade, .residualLimit, .varLimit, .stressFail, .strategyThrottled,
            .riskOverrideDenied, .strategyPnlStop, .marketChaos, .ruleBroken, .ruleChanged:
            "trading"
        case .orderUnknown, .zombieOrder, .ghostFill, .overfill, .foreignOrder, .ledgerDrift, .dirtyStart,
            .venueSafeMode, .deadManLost, .killSwitch, .resumeAsked, .dayEndIncomplete, .canaryFail,
            .operatorAway, .runbookFailed, .runbookNotice:
            "operations"
        case .bookProofLost, .frameQuarantined, .venueDisconnected, .privateStreamLost, .orderRefused,
            .venueRefused, .rateLimited:
            "venues"
        case .outboxSlow, .diskLow, .outboxUnavailable, .clockSkew, .heartbeatLost, .alertChannelDead,
            .hostStrained, .auditBroken:
            "platform"
        }
    }

    /// The runbook's name: `runbooks/<name>.yaml`.
    public var runbook: String {
        switch self {
        case .hedgeFailure, .staleTrade: "rb-30-hedge-failure"
        case .orderUnknown, .ghostFill: "rb-03-unknown-order"
        case .zombieOrder, .foreignOrder, .overfill: "rb-04-zombie-order"
        case .venueDisconnected, .privateStreamLost, .venueRefused, .venueSafeMode, .orderRefused:
            "rb-05-venue-outage"
        case .dirtyStart, .ledgerDrift: "rb-06-dirty-start"
        case .diskLow, .outboxUnavailable, .outboxSlow: "rb-07-disk"
        case .clockSkew: "rb-08-clock-drift"
        case .heartbeatLost: "rb-14-stuck-actor"
        case .rateLimited: "rb-15-rate-limit-ban"
        case .marginLow, .fallbackHedgeUsed, .residualLimit: "rb-31-exposure"
        case .deadManLost: "rb-25-dead-man"
        case .possibleLogicLoop, .strategyPnlStop: "rb-26-logic-loop"
        case .bookProofLost, .frameQuarantined: "rb-27-book-proof"
        case .sorDegraded, .leadLagDegraded: "rb-28-degraded-routing"
        case .alertChannelDead: "rb-29-alert-channel"
        case .killSwitch: "rb-36-after-kill"
        case .resumeAsked: "rb-35-resume"
        case .runbookFailed, .runbookNotice: "rb-34-runbook"
        case .varLimit, .stressFail, .marketChaos: "rb-16-market-chaos"
        case .ruleBroken, .ruleChanged: "rb-33-rules"
        case .strategyThrottled, .riskOverrideDenied, .operatorAway: "rb-32-risk-appetite"
        case .hostStrained: "rb-37-host"
        case .canaryFail: "rb-38-canary"
        case .auditBroken: "rb-23-audit-chain"
        case .dayEndIncomplete: "rb-19-end-of-day"
        }
    }
}
