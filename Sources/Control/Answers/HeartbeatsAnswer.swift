/// `arbctl heartbeats`: who must show that it lives, and when each last did.
public struct HeartbeatsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var green = 0
    public var yellow = 0
    public var red = 0
    /// The worst first, then in the order in which they were registered.
    public var heartbeats: [Heartbeat] = []
    public init() {}

    public struct Heartbeat: Codable, Hashable, Sendable {
        public var name = ""
        @Nullable public var venue: String?
        public var criticality = ""
        public var vitality = ""
        public var everyNs: Int64 = 0
        public var silenceNs: Int64 = 0
        public var yellowNs: Int64 = 0
        public var redNs: Int64 = 0
        /// It has nothing to do now: its silence means nothing.
        public var isResting = false
        public var beats = 0
        public var losses = 0
        public init() {}
    }
}
