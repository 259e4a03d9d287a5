/// `arbctl incidents`: those of this run, each code and venue once.
public struct IncidentsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// The last to happen first.
    public var incidents: [Incident] = []
    public init() {}

    public struct Incident: Codable, Hashable, Sendable {
        public var code = ""
        public var severity = ""
        @Nullable public var venue: String?
        public var count = 0
        public var firstNs: Int64 = 0
        public var lastNs: Int64 = 0
        /// Of the last one.
        public var detail = ""
        public init() {}
    }
}
