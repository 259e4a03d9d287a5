/// `arbctl timeline`: what happened, oldest first: changes of state from the audit log, and, as far back as
/// the node remembers, orders and fills.
public struct TimelineAnswer: Codable, Hashable, Sendable {
    public var fromNs: Int64 = 0
    public var toNs: Int64 = 0
    public var entries: [Entry] = []
    /// Older entries of that time were left out: ask for less of it.
    public var leftOut = 0
    /// Orders and fills are known from here on.
    public var rowsFromNs: Int64 = 0
    public init() {}

    public struct Entry: Codable, Hashable, Sendable {
        public var atNs: Int64 = 0
        /// The outbox row that says so.
        public var row: UInt64 = 0
        /// `mode`, `limit`, `risk_index`, … or `order`, `state`, `fill`, `head`.
        public var subject = ""
        /// The venue, strategy, rule or key; empty: the node.
        public var place = ""
        /// `null`: it has none, being no change.
        @Nullable public var before: String?
        public var after = ""
        public var reason = ""
        public var actor = ""
        public init() {}
    }
}
