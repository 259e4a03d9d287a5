import TradingModel

/// One trouble from its first sight to its end, however often it was seen: what has the same code, venue and
/// subject is the same trouble.
public struct IncidentCase: Hashable, Sendable {
    public struct Key: Hashable, Sendable {
        public var code: IncidentCode
        public var venue: VenueID?
        public var subject: String

        public init(_ incident: Incident) {
            code = incident.code
            venue = incident.venue
            subject = incident.subject
        }
    }

    /// What became of it, and who did it; `actor` is `node` where no person did.
    public struct Entry: Hashable, Sendable {
        public var at: Moment
        public var what: String
        public var actor: String
        public var reason: String
    }

    /// Counts up over the runs that the outbox remembers, from 1.
    public let number: Int
    public let key: Key
    public internal(set) var state = IncidentState.open
    /// The worst that was seen since it opened.
    public internal(set) var severity: Severity
    public let firstAt: Moment
    public internal(set) var lastAt: Moment
    public internal(set) var count = 1
    /// Of the first sight, and of the last.
    public let firstDetail: String
    public internal(set) var detail: String
    /// Bounded: beyond `IncidentCase.entries` the oldest after the first are dropped.
    public internal(set) var timeline: [Entry] = []
    /// Since when its condition has been gone; `nil` while it stands.
    var goneSince: Moment?
    /// Since when it waits for an answer; escalation counts from here.
    var waitsSince: Moment
    /// When people were last told that it (re)opened: a trouble that flaps is told once in a while.
    var toldAt = Moment.distantPast

    public static let entries = 100

    init(number: Int, _ incident: Incident) {
        self.number = number
        key = Key(incident)
        severity = incident.severity
        firstAt = incident.at
        lastAt = incident.at
        firstDetail = incident.detail
        detail = incident.detail
        waitsSince = incident.at
    }

    public var isOpen: Bool { state != .resolved }

    mutating func write(_ what: String, by actor: String = "node", _ reason: String = "", at now: Moment) {
        if timeline.count >= IncidentCase.entries { timeline.remove(at: 1) }
        timeline.append(Entry(at: now, what: what, actor: actor, reason: reason))
    }
}
