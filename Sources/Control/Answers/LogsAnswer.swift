/// `arbctl logs`: what happened, as the node noted it.
public struct LogsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// Oldest first; the node keeps the newest 200.
    public var lines: [Line] = []
    public init() {}

    public struct Line: Codable, Hashable, Sendable {
        public var atNs: Int64 = 0
        public var severity = ""
        public var code = ""
        @Nullable public var venue: String?
        /// What it is about where the venue does not say it.
        @Nullable public var subject: String?
        public var detail = ""
        public init() {}
    }
}
