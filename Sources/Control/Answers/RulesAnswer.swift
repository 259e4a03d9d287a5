/// `arbctl limits`: where every limit stands.
public struct LimitsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var mode = ""
    public var limits: [Limit] = []
    public init() {}

    public struct Limit: Codable, Hashable, Sendable {
        public var rule = ""
        public var family = ""
        public var isOn = false
        /// `global`, or what it is kept for: `venue`, `strategy`, `symbol`, `asset`.
        public var scope = ""
        /// The venue, strategy, symbol or asset; empty: the node.
        public var place = ""
        /// Which of the rule's figures, as the configuration names it.
        public var figure = ""
        public var unit = ""
        /// `at most` or `at least`.
        public var bound = ""
        public var limit = ""
        /// `null`: only an order has one.
        @Nullable public var value: String?
        /// `null`: there is no value now, or nobody knows it, and then new risk is refused.
        @Nullable public var headroom: String?
        public init() {}
    }
}

/// `arbctl rules`.
public struct RulesAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var rules: [Rule] = []
    public var lockouts: [Lockout] = []
    public init() {}

    public struct Rule: Codable, Hashable, Sendable {
        public var rule = ""
        public var family = ""
        public var scope = ""
        public var reaction = ""
        public var keeps = ""
        public var meaning = ""
        public var isOn = false
        /// Nobody can switch it off.
        public var isFixed = false
        public var denials = 0
        /// The last refusal with its numbers.
        @Nullable public var last: String?
        /// Who switched it otherwise than the configuration has it, and why.
        @Nullable public var switchedBy: String?
        public init() {}
    }

    public struct Lockout: Codable, Hashable, Sendable {
        public var rule = ""
        public var scope = ""
        public var place = ""
        public var untilNs: Int64 = 0
        public var reason = ""
        public init() {}
    }
}

/// `arbctl rules enable` and `disable`: read before, changed and read after in one step.
public struct RuleChangeAnswer: Codable, Hashable, Sendable {
    public var rule = ""
    public var actor = ""
    public var reason = ""
    public var atNs: Int64 = 0
    public var before = State()
    public var after = State()
    public init() {}

    public struct State: Codable, Hashable, Sendable {
        public var isOn = false
        public var lockouts = 0
        public init() {}
    }
}
