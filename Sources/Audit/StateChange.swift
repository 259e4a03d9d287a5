import TradingModel

/// One change of what the node may do: who made it, why, and what it was before and after.
public struct StateChange: Hashable, Sendable {
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// A start of the node: what it found.
        case start
        case mode
        /// A venue's own SAFE_MODE.
        case venueMode = "venue_mode"
        case kill
        /// What people said to a runbook's run, and its end.
        case runbook
        case strategy
        case riskIndex = "risk_index"
        case riskTarget = "risk_target"
        case rule
        case lockout
        /// A limit, or another value of the configuration.
        case limit
        case configuration
        /// What people and reconciliation put right or took in hand.
        case correction
        case balance
    }

    public var at: Moment
    public var subject: Subject
    /// The venue, strategy, rule or key; empty: the node.
    public var place: String
    /// Empty: there was nothing.
    public var before: String
    public var after: String
    public var reason: String
    public var actor: String

    public init(
        at: Moment, subject: Subject, place: String = "", before: String, after: String, reason: String,
        actor: String
    ) {
        self.at = at
        self.subject = subject
        self.place = place
        self.before = before
        self.after = after
        self.reason = reason
        self.actor = actor
    }
}
