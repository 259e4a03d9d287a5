/// `arbctl portfolio`.
public struct PortfolioAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// Whether the configuration has limits for all positions together; without them all else is empty.
    public var isConfigured = false
    /// Confidence, horizon and window in words.
    public var terms = ""
    /// Everything owned at mid prices; `null` while a price is missing.
    @Nullable public var capital: String?
    /// Profit below its peak of this run.
    public var drawdown = ""
    /// Of the net positions: what the limit is about.
    public var valueAtRisk = Risk()
    /// Of everything owned, working stock included; no limit is about it.
    public var inventory = Risk()
    public var positions: [Position] = []
    public var stress: [Stress] = []
    public var health = Health()
    public var throttles: [Throttle] = []
    /// Limits that are broken now, in words.
    public var breaches: [String] = []
    public init() {}

    public struct Risk: Codable, Hashable, Sendable {
        /// `measured` or `insufficient_data`; the figures are then `null`.
        public var state = "insufficient_data"
        /// Complete returns within the window, and how many a figure takes.
        public var returns = 0
        public var needed = 0
        @Nullable public var parametric: String?
        @Nullable public var historical: String?
        /// What is held against the limit: the worse method, or while there is none the assumed loss.
        @Nullable public var counted: String?
        @Nullable public var limit: String?
        public init() {}
    }

    public struct Position: Codable, Hashable, Sendable {
        public var symbol = ""
        /// Departure from opening, in base units.
        public var net = ""
        /// In quote units; `null` while no price is known.
        @Nullable public var value: String?
        public init() {}
    }

    public struct Stress: Codable, Hashable, Sendable {
        public var scenario = ""
        /// All of it; `null` while it cannot be reckoned, and `note` says why.
        @Nullable public var loss: String?
        @Nullable public var limit: String?
        @Nullable public var isWithin: Bool?
        /// Parts of it, and what could not be moved.
        public var closing = ""
        public var marginCall = ""
        public var uncovered = ""
        public var stuck = ""
        public var note = ""
        public init() {}
    }

    public struct Health: Codable, Hashable, Sendable {
        /// 0…100; `null` while no part is known.
        @Nullable public var score: Int?
        @Nullable public var weakest: String?
        public var parts: [Part] = []
        public init() {}

        public struct Part: Codable, Hashable, Sendable {
            public var name = ""
            @Nullable public var score: Int?
            public var why = ""
            public init() {}
        }
    }

    public struct Throttle: Codable, Hashable, Sendable {
        public var strategy = ""
        /// Of the size it would otherwise have, in percent.
        public var sharePercent = 0.0
        /// Steps below full size for its own conduct and for the market.
        public var conductSteps = 0
        public var marketSteps = 0
        /// Trades in a row that earned their costs, and how many are a step up.
        public var goodTrades = 0
        public var goodTradesNeeded = 0
        public var recoveries = 0
        /// Steps down since the start, by cause.
        public var steps: [Count] = []
        @Nullable public var last: Step?
        public init() {}

        public struct Count: Codable, Hashable, Sendable {
            public var cause = ""
            public var count = 0
            public init() {}
        }

        public struct Step: Codable, Hashable, Sendable {
            public var atNs: Int64 = 0
            public var cause = ""
            public var fromPercent = 0.0
            public var toPercent = 0.0
            public var why = ""
            public init() {}
        }
    }
}

/// `arbctl what-if`.
public struct WhatIfAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    /// What was supposed, as it was understood.
    public var supposed: [String] = []
    public var figures: [Figure] = []
    /// Of capital health; `null` while no part is known.
    @Nullable public var healthBefore: Int?
    @Nullable public var healthAfter: Int?
    /// Limits that would be broken: the node would go to HOLD.
    public var breaches: [String] = []
    /// Why the governor would refuse an opening of this size now; `null`: it would not, or no venue is named.
    @Nullable public var denial: String?
    public init() {}

    public struct Figure: Codable, Hashable, Sendable {
        public var name = ""
        @Nullable public var before: String?
        @Nullable public var after: String?
        @Nullable public var limitBefore: String?
        @Nullable public var limitAfter: String?
        /// `null` while there is no figure or no limit.
        @Nullable public var isWithinAfter: Bool?
        public init() {}
    }
}
