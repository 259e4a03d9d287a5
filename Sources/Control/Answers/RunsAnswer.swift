/// `arbctl runbooks runs`.
public struct RunsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// The last to begin first.
    public var runs: [Line] = []
    public init() {}

    public struct Line: Codable, Hashable, Sendable {
        public var number: UInt64 = 0
        public var runbook = ""
        /// A venue's name, or `node`.
        public var target = ""
        /// `writing`, `asks`, `waits_for_approval`, `runs`, `takes_back`, `succeeded`, `failed`, `aborted`.
        public var state = ""
        /// The step it is at.
        @Nullable public var step: String?
        /// What a person is asked.
        @Nullable public var question: String?
        public var startedBy = ""
        public var reason = ""
        public var startedNs: Int64 = 0
        @Nullable public var endedNs: Int64?
        /// People who must agree before its step.
        public var approvalsNeeded = 0
        public var approvedBy: [String] = []
        public var planHash = ""
        /// The run whose step it is.
        @Nullable public var parent: UInt64?
        public init() {}
    }
}

/// `arbctl runbooks log N`, and what `run`, `approve`, `answer` and `abort` lead to: a run with its
/// transcript, as it is durable. What people said has no secrets in it.
public struct RunAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var run = RunsAnswer.Line()
    public var transcript: [Entry] = []
    public init() {}

    public struct Entry: Codable, Hashable, Sendable {
        public var atNs: Int64 = 0
        public var what = ""
        @Nullable public var step: String?
        /// Who said it; null: the node.
        @Nullable public var actor: String?
        public var reason = ""
        public init() {}
    }
}
