/// `arbctl runbooks list`.
public struct RunbooksAnswer: Codable, Hashable, Sendable {
    public var runbooks: [Line] = []
    public init() {}

    public struct Line: Codable, Hashable, Sendable {
        public var name = ""
        public var title = ""
        public var target = ""
        public var codes: [String] = []
        public var steps = 0
        /// People who must agree besides who starts it.
        public var approvals = 0
        public var reviewed = ""
        /// Open incidents it is for.
        public var openIncidents = 0
        public init() {}
    }
}

/// `arbctl runbooks show NAME` and `plan NAME`: with a plan, what each step would do now. Nothing is done.
public struct RunbookAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var runbook = RunbooksAnswer.Line()
    public var steps: [Step] = []
    /// Of a plan only: what it is about, and what an approval would be given to.
    @Nullable public var planTarget: String?
    @Nullable public var planHash: String?
    public var longestNs: Int64 = 0
    public init() {}

    public struct Step: Codable, Hashable, Sendable {
        public var id = ""
        public var action = ""
        public var why = ""
        public var requires: [String] = []
        public var ensures: [String] = []
        public var timeoutNs: Int64 = 0
        public var danger = ""
        @Nullable public var undo: String?
        /// Of a step about the risk index.
        @Nullable public var value: Int?
        /// Of a step that runs another runbook.
        @Nullable public var runbook: String?
        /// Of a plan only: its real effect now, and conditions that do not hold yet.
        @Nullable public var effect: String?
        public var missing: [String] = []
        public init() {}
    }
}
