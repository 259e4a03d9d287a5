/// How much the node may do (DESIGN §5). Down is automatic and immediate; up takes people.
public enum OperatingMode: UInt8, Comparable, Sendable, CaseIterable {
    case normal
    /// Smaller limits.
    case reduced
    /// No new risk; hedges and cancels pass.
    case hold
    /// All orders canceled, risk may only fall.
    case safe
    /// Nothing is sent but cancels.
    case killed

    public static func < (a: OperatingMode, b: OperatingMode) -> Bool { a.rawValue < b.rawValue }

    /// As people and wire formats spell it.
    public var name: String {
        switch self {
        case .normal: "NORMAL"
        case .reduced: "REDUCED"
        case .hold: "HOLD"
        case .safe: "SAFE_MODE"
        case .killed: "KILLED"
        }
    }
}

/// How bad an incident is.
public enum Severity: UInt8, Comparable, Sendable, CaseIterable {
    case info, warning, critical, pageNow
    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
    public var name: String {
        switch self {
        case .info: "INFO"
        case .warning: "WARN"
        case .critical: "CRITICAL"
        case .pageNow: "PAGE_NOW"
        }
    }
}

/// The vocabulary of incidents; `name` is what alerts, logs and JSON carry.
public enum IncidentCode: String, Hashable, Sendable, CaseIterable {
    case hedgeFailure = "HEDGE_FAILURE"
    /// The positions at a venue of perpetuals have become large against its equity.
    case marginLow = "MARGIN_LOW"
    /// A hedge went to a correlated instrument: a perpetual for spot, or the other way round.
    case fallbackHedgeUsed = "FALLBACK_HEDGE_USED"
    case orderUnknown = "ORDER_UNKNOWN"
    /// An order lives without an owner, or one of ours has been silent for too long.
    case zombieOrder = "ZOMBIE_ORDER"
    /// An order that was proven absent or refused has filled after all.
    case ghostFill = "GHOST_FILL"
    /// A venue is in SAFE_MODE: no new risk there until a person releases it.
    case venueSafeMode = "VENUE_SAFE_MODE"
    case outboxSlow = "OUTBOX_SLOW"
    case diskLow = "DISK_LOW"
    case dirtyStart = "DIRTY_START"
    case bookProofLost = "BOOK_PROOF_LOST"
    case frameQuarantined = "FRAME_QUARANTINED"
    case venueDisconnected = "VENUE_DISCONNECTED"
    case privateStreamLost = "PRIVATE_STREAM_LOST"
    case outboxUnavailable = "OUTBOX_UNAVAILABLE"
    case overfill = "OVERFILL"
    case foreignOrder = "FOREIGN_ORDER"
    case ledgerDrift = "LEDGER_DRIFT"
    case orderRefused = "ORDER_REFUSED"
    case venueRefused = "VENUE_REFUSED"
    case clockSkew = "CLOCK_SKEW"
    case rateLimited = "RATE_LIMITED"
    /// The venue may no longer cancel our resting orders if we die, or may already have done so.
    case deadManLost = "DEAD_MAN_LOST"
    /// A strategy traded more often, or paid more, than it can have meant to: disabled until two people
    /// agree.
    case possibleLogicLoop = "POSSIBLE_LOGIC_LOOP"
    /// A route fell short of what was wanted, or a venue it needs cannot be used.
    case sorDegraded = "SOR_DEGRADED"
    /// A venue that led another's prices does so no longer, for certain: quotes move without warning.
    case leadLagDegraded = "LEAD_LAG_DEGRADED"
    /// A leg was late and was not sent: its strategy rests.
    case staleTrade = "STALE_TRADE"
    /// What no venue takes has grown to more than its cap, or stays for too long.
    case residualLimit = "RESIDUAL_LIMIT"
    /// The value at risk of all positions together is above its limit.
    case varLimit = "VAR_LIMIT"
    /// A scenario of the stress library would cost more than is borne.
    case stressFail = "STRESS_FAIL"
    /// A strategy's size was stepped down or up.
    case strategyThrottled = "STRATEGY_THROTTLED"
    /// A person has killed the node or a part of it.
    case killSwitch = "KILL_SWITCH"
    /// Somebody would resume, and others must agree first.
    case resumeAsked = "RESUME_ASKED"
    /// A person would have more appetite for risk than a condition allows.
    case riskOverrideDenied = "RPI_OVERRIDE_DENIED"
    /// Something that must show that it is alive has been silent for too long.
    case heartbeatLost = "HEARTBEAT_LOST"
    /// A channel to people does not take what it is given.
    case alertChannelDead = "ALERT_CHANNEL_DEAD"
    /// A strategy has lost more in a day than it may: disabled until two people agree.
    case strategyPnlStop = "STRATEGY_PNL_STOP"
    /// Prices move so fast that sizes go down.
    case marketChaos = "MARKET_CHAOS"
    /// A rule is broken that does more than refuse orders, or its action has failed.
    case ruleBroken = "RULE_BROKEN"
    /// A person switched a rule or changed the configuration, or a lockout ended.
    case ruleChanged = "RULE_CHANGED"
    /// The machine under the node, or its way to the venues, is beyond a bound.
    case hostStrained = "HOST_STRAINED"
    /// A check that the node makes of itself has failed: nothing may rise until it passes.
    case canaryFail = "CANARY_FAIL"
    /// No operator has shown for as long as the configuration allows.
    case operatorAway = "OPERATOR_AFK"
    /// The audit log is not what was written, or takes nothing more.
    case auditBroken = "AUDIT_BROKEN"
    /// Something of a day's end was not done: not flat, not reconciled, not archived, not sent.
    case dayEndIncomplete = "DAY_END_INCOMPLETE"
    /// A run of a runbook has failed, cannot go on, or comes back too often.
    case runbookFailed = "RUNBOOK_FAILED"
    /// A runbook tells people something, or waits for them.
    case runbookNotice = "RUNBOOK_NOTICE"
}

public struct Incident: Hashable, Sendable {
    public var code: IncidentCode
    public var severity: Severity
    public var venue: VenueID?
    /// What it is about where the venue does not say it: a heartbeat, a channel. Empty otherwise.
    public var subject: String
    /// Cause and numbers, for a person.
    public var detail: String
    public var at: Moment
    public init(
        code: IncidentCode, severity: Severity, venue: VenueID?, subject: String = "", detail: String,
        at: Moment
    ) {
        self.code = code
        self.severity = severity
        self.venue = venue
        self.subject = subject
        self.detail = detail
        self.at = at
    }
}
