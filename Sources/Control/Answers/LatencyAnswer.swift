/// `arbctl latency`: since the node's start.
public struct LatencyAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// Over all venues, in the order in which they happen.
    public var whole: [Line] = []
    public var venues: [Venue] = []
    public init() {}

    public struct Venue: Codable, Hashable, Sendable {
        public var venue = ""
        /// In the order in which they happen; what has not happened yet is left out.
        public var stages: [Line] = []
        public init() {}
    }

    /// Nanoseconds.
    public struct Line: Codable, Hashable, Sendable {
        public var stage = ""
        public var count = 0
        public var p50Ns: Int64 = 0
        public var p90Ns: Int64 = 0
        public var p99Ns: Int64 = 0
        public var p999Ns: Int64 = 0
        public var maxNs: Int64 = 0
        public init() {}
    }
}
