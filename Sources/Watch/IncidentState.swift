import TradingModel

/// Where an incident stands with people. Every state and every event has its row in `after`.
public enum IncidentState: UInt8, Hashable, Sendable, CaseIterable {
    /// People were told and nobody has answered.
    case open
    /// Nobody answered for two minutes: the second channel was told.
    case escalated
    /// Nobody answered for ten minutes: the node holds.
    case overdue
    /// Somebody has it in hand: it escalates no more.
    case acknowledged
    case resolved

    public var name: String {
        switch self {
        case .open: "open"
        case .escalated: "escalated"
        case .overdue: "overdue"
        case .acknowledged: "acknowledged"
        case .resolved: "resolved"
        }
    }

    public enum Event: UInt8, Hashable, Sendable, CaseIterable {
        /// It happened again, no worse than before.
        case seen
        /// It happened again, and is worse than what people were told.
        case worsened
        case acknowledge
        case resolve
        /// Its condition has been gone for as long as its code asks.
        case quiet
        /// Two, and ten, minutes without an answer to a page.
        case unanswered
        case abandoned
    }

    public enum Outcome: Hashable, Sendable {
        case becomes(IncidentState)
        case stays
        /// A person asked for what does not apply; the text says why.
        case refused(String)
    }

    public func after(_ event: Event) -> Outcome {
        switch (self, event) {
        case (.open, .seen), (.escalated, .seen), (.overdue, .seen), (.acknowledged, .seen): .stays
        case (.open, .worsened), (.escalated, .worsened), (.overdue, .worsened): .stays
        // Somebody has a smaller trouble in hand than this one.
        case (.acknowledged, .worsened): .becomes(.open)
        case (.resolved, .seen), (.resolved, .worsened): .becomes(.open)
        case (.open, .acknowledge), (.escalated, .acknowledge), (.overdue, .acknowledge):
            .becomes(.acknowledged)
        case (.acknowledged, .acknowledge): .refused("it is acknowledged already")
        case (.resolved, .acknowledge): .refused("it is resolved already")
        case (.open, .resolve), (.escalated, .resolve), (.overdue, .resolve), (.acknowledged, .resolve):
            .becomes(.resolved)
        case (.resolved, .resolve): .refused("it is resolved already")
        case (.open, .quiet), (.escalated, .quiet), (.overdue, .quiet), (.acknowledged, .quiet):
            .becomes(.resolved)
        case (.resolved, .quiet): .stays
        case (.open, .unanswered): .becomes(.escalated)
        case (.escalated, .unanswered), (.overdue, .unanswered), (.acknowledged, .unanswered),
            (.resolved, .unanswered):
            .stays
        case (.open, .abandoned), (.escalated, .abandoned): .becomes(.overdue)
        case (.overdue, .abandoned), (.acknowledged, .abandoned), (.resolved, .abandoned): .stays
        }
    }
}
