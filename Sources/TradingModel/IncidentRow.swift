/// Where an incident's case stood when something became of it, as it stands in the outbox: what is open when
/// a node dies is open when it comes back.
public struct IncidentRow: Hashable, Sendable {
    /// Counted over all runs of a data directory, from 1.
    public var number: UInt64
    /// An `IncidentCode`'s raw value; one that this node does not know is nobody's case here.
    public var code: String
    /// A venue's name; empty: none.
    public var venue: String
    public var subject: String
    public var severity: Severity
    /// As the room of incidents numbers its states.
    public var state: UInt8
    public var count: UInt64
    public var firstAt: Moment
    public var lastAt: Moment
    /// Since when it waits for an answer.
    public var waitsSince: Moment
    /// Of its last sight.
    public var detail: String
    public var at: Moment

    public init(
        number: UInt64, code: String, venue: String, subject: String, severity: Severity, state: UInt8,
        count: UInt64, firstAt: Moment, lastAt: Moment, waitsSince: Moment, detail: String, at: Moment
    ) {
        self.number = number
        self.code = code
        self.venue = venue
        self.subject = subject
        self.severity = severity
        self.state = state
        self.count = count
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.waitsSince = waitsSince
        self.detail = detail
        self.at = at
    }
}
