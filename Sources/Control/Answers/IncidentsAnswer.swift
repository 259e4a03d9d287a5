/// `arbctl incidents`: the cases of this run; what has the same code, venue and subject is one case.
public struct IncidentsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// The last to happen first.
    public var incidents: [Incident] = []
    public init() {}

    public struct Incident: Codable, Hashable, Sendable {
        /// What `show`, `ack` and `resolve` take.
        public var number = 0
        public var code = ""
        public var severity = ""
        public var state = ""
        @Nullable public var venue: String?
        /// What it is about where the venue does not say it: a heartbeat, a channel.
        @Nullable public var subject: String?
        public var count = 0
        public var firstNs: Int64 = 0
        public var lastNs: Int64 = 0
        /// Of the last one.
        public var detail = ""
        public init() {}
    }
}

/// `arbctl incidents show N`.
public struct IncidentAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var incident = IncidentsAnswer.Incident()
    public var title = ""
    public var owner = ""
    public var runbook = ""
    /// What a person should do first.
    public var advice = ""
    public var firstDetail = ""
    public var timeline: [Entry] = []
    /// Where all of it is written down, in the data directory.
    public var file = ""
    public init() {}

    public struct Entry: Codable, Hashable, Sendable {
        public var atNs: Int64 = 0
        public var what = ""
        public var actor = ""
        public var reason = ""
        public init() {}
    }
}

/// `arbctl incidents ack` and `resolve`: the state before and after.
public struct IncidentChangeAnswer: Codable, Hashable, Sendable {
    public var command = ""
    public var number = 0
    /// The user at the other end of the socket, as the kernel knows it.
    public var actor = ""
    public var reason = ""
    public var atNs: Int64 = 0
    public var before = ""
    public var after = ""
    public init() {}
}
