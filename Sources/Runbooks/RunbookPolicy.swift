import TradingModel

/// What a node may begin by itself. Where the configuration says nothing it begins nothing.
public struct RunbookPolicy: Hashable, Sendable {
    /// Codes whose incidents start their runbook.
    public var triggers: Set<IncidentCode>
    /// The most dangerous step that the node takes without a person's word; what lets risk in never is.
    public var automatic: RunbookDanger
    /// Between two starts of the same runbook on the same target by the node itself.
    public var cooldown: Span
    /// Such starts within an hour, at most: what keeps coming back needs a person.
    public var perHour: Int

    public init(
        triggers: Set<IncidentCode> = [], automatic: RunbookDanger = .none,
        cooldown: Span = .seconds(600), perHour: Int = 3
    ) {
        precondition(automatic < .danger, "what lets risk in is decided by people")
        self.triggers = triggers
        self.automatic = automatic
        self.cooldown = cooldown
        self.perHour = perHour
    }

    /// What tells of runbooks themselves starts none: it would go round in circles.
    public static let never: Set<IncidentCode> = [.runbookFailed, .runbookNotice]
}
