/// `arbctl hedges --trade NUMBER`: one trade from the books it was decided on to the last hedge.
public struct TradeAnswer: Codable, Hashable, Sendable {
    public var number: UInt64 = 0
    public var strategy = ""
    public var symbol = ""
    public var quoteAsset = ""
    public var decidedNs: Int64 = 0
    public var quantity = ""
    /// Between the two touches, before and after both venues' fees.
    public var grossBps = 0.0
    public var netBps = 0.0
    /// What was on offer where it bought and sold, from the touch outwards.
    public var asks: [BookLevel] = []
    public var bids: [BookLevel] = []
    /// The buy, then the sell.
    public var legs: [Leg] = []
    public var hedges: [Leg] = []
    public var account = Account()
    /// What values what is open.
    public var mark = ""
    /// From the first byte to the last fill; `null` while there is none.
    @Nullable public var tookNs: Int64?
    public init() {}

    /// One order.
    public struct Leg: Codable, Hashable, Sendable {
        public var venue = ""
        public var side = ""
        /// Of a hedge: the rung of the ladder.
        @Nullable public var rung: String?
        /// The best level when it was decided.
        public var seen = BookLevel()
        public var limit = ""
        public var wanted = ""
        public var filled = ""
        /// Quote per base; `null` while nothing filled.
        @Nullable public var average: String?
        public var fee = ""
        /// After the trade's decision.
        public var decidedAfterNs: Int64 = 0
        /// Durable and on its way; `null` when it never was.
        @Nullable public var sentAfterNs: Int64?
        /// The last fill.
        @Nullable public var filledAfterNs: Int64?
        public init() {}
    }

    /// Where the money went, in the quote asset: profit = edge − slippage − hedging − fees + open.
    public struct Account: Codable, Hashable, Sendable {
        public var edge = ""
        public var slippage = ""
        public var hedging = ""
        public var fees = ""
        public var open = ""
        public var profit = ""
        public init() {}
    }
}
