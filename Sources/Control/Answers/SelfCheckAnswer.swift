/// `arbctl self-check`: what the node last found when it checked itself.
public struct SelfCheckAnswer: Codable, Hashable, Sendable {
    /// Absent: it has not checked itself yet.
    @Nullable public var atNs: Int64?
    public var passed = false
    /// The node's own first, then by venue.
    public var checks: [Check] = []
    public init() {}

    public struct Check: Codable, Hashable, Sendable {
        public var check = ""
        @Nullable public var venue: String?
        /// `passed`, `failed` or `not tried`.
        public var outcome = ""
        public var detail = ""
        public init() {}
    }
}
