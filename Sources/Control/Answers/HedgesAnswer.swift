/// `arbctl hedges`: what is owed now, what became of the last ones, the last trades in short.
public struct HedgesAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var deadlineNs: Int64 = 0
    public var open: [Obligation] = []
    /// Newest first, bounded.
    public var completed: [Outcome] = []
    /// Newest first, bounded.
    public var trades: [Trade] = []
    public init() {}

    public struct Obligation: Codable, Hashable, Sendable {
        public var symbol = ""
        /// Signed base: positive is too much of it.
        public var quantity = ""
        /// The venue whose fill caused it.
        public var cause = ""
        @Nullable public var trade: UInt64?
        public var ageNs: Int64 = 0
        /// Until the deadline; negative when it has passed.
        public var leftNs: Int64 = 0
        public var isLate = false
        public var rung = ""
        public init() {}
    }

    public struct Outcome: Codable, Hashable, Sendable {
        public var symbol = ""
        public var quantity = ""
        public var cause = ""
        @Nullable public var trade: UInt64?
        public var openedNs: Int64 = 0
        public var tookNs: Int64 = 0
        /// Those that filled, in the order of the ladder; empty when nothing had to be sent for it.
        public var rungs: [String] = []
        /// How much worse than the mid price at the start, in the quote asset; negative when better.
        public var slippage = ""
        public var isLate = false
        public init() {}
    }

    public struct Trade: Codable, Hashable, Sendable {
        public var number: UInt64 = 0
        public var decidedNs: Int64 = 0
        public var symbol = ""
        public var quantity = ""
        public var buyVenue = ""
        public var sellVenue = ""
        public var grossBps = 0.0
        public var netBps = 0.0
        public var hedges = 0
        @Nullable public var tookNs: Int64?
        public var profit = ""
        public init() {}
    }
}
