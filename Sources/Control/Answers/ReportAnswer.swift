/// `arbctl report` and `arbnode report`: what a day, a week or a month came to. Money is in the quote asset.
public struct ReportAnswer: Codable, Hashable, Sendable {
    /// `day`, `week` or `month`.
    public var kind = ""
    /// `2026-11-28`, `week of 2026-11-23`, `2026-11`.
    public var period = ""
    public var fromNs: Int64 = 0
    /// Exclusive.
    public var toNs: Int64 = 0
    /// The period is over.
    public var isComplete = false
    public var profit = ""
    public var fees = ""
    public var funding = ""
    /// What returns are of; `null`: it is not known (no `portfolio:` in the configuration).
    @Nullable public var capital: String?
    /// For a year, of hourly returns (day) or daily ones; `null`: too few, or without spread.
    @Nullable public var sharpe: Double?
    @Nullable public var sortino: Double?
    public var returns = 0
    /// `null`: profit never fell.
    @Nullable public var maxDrawdown: Drawdown?
    public var pairs: Int64 = 0
    public var orders: [String: Int64] = [:]
    public var hedges: [String: Int64] = [:]
    /// Since the start of the newest run, in microseconds: `hedge`, `frame_to_decision`, ….
    public var latencyUs: [String: Percentiles] = [:]
    public var venues: [Venue] = []
    public var incidents: [Count] = []
    public var modes: [Stay] = []
    /// For how long no figures are known: the node was down, or was not looked at.
    public var unseenS: Int64 = 0
    public var runs = 0
    /// The page, where it was asked for.
    @Nullable public var page: String?
    public init() {}

    public struct Drawdown: Codable, Hashable, Sendable {
        public var amount = ""
        public var fromNs: Int64 = 0
        public var toNs: Int64 = 0
        /// `null`: not yet.
        @Nullable public var recoveredNs: Int64?
        public init() {}
    }

    public struct Percentiles: Codable, Hashable, Sendable {
        @Nullable public var p50: Double?
        @Nullable public var p99: Double?
        public init() {}
    }

    public struct Venue: Codable, Hashable, Sendable {
        public var venue = ""
        public var fills: Int64 = 0
        public var volume = ""
        /// Of the volume, in percent.
        public var makerPercent = 0.0
        public var fees = ""
        /// What was paid, and what is configured for the account's tier: where they part, that has changed.
        @Nullable public var paidBps: Double?
        @Nullable public var takerBps: Double?
        @Nullable public var makerBps: Double?
        public var resyncs: Int64 = 0
        public var proofFailures: Int64 = 0
        public var refusals: Int64 = 0
        /// From the last byte of an order to the venue's answer, since the newest run's start.
        public var answerUs = Percentiles()
        /// The least the venue's quality was, 0…100; `null`: nobody looked.
        @Nullable public var leastQuality: Int64?
        public init() {}
    }

    public struct Count: Codable, Hashable, Sendable {
        public var code = ""
        public var count: Int64 = 0
        public init() {}
    }

    public struct Stay: Codable, Hashable, Sendable {
        public var mode = ""
        public var seconds: Int64 = 0
        public init() {}
    }
}
