/// `arbctl positions`: balances by venue, and what is off by instrument.
public struct PositionsAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var accounts: [Account] = []
    public var assets: [AssetSum] = []
    public var instruments: [Exposure] = []
    public init() {}

    public struct Account: Codable, Hashable, Sendable {
        public var venue = ""
        public var asset = ""
        /// Opened with a balance that two reads agreed on.
        public var isOpen = false
        public var opening = ""
        public var change = ""
        public var balance = ""
        public init() {}
    }

    /// Over all venues.
    public struct AssetSum: Codable, Hashable, Sendable {
        public var asset = ""
        public var balance = ""
        /// Since the accounts opened.
        public var change = ""
        public init() {}
    }

    public struct Exposure: Codable, Hashable, Sendable {
        public var symbol = ""
        /// Base quantity beyond where it should be; positive is too much.
        public var deviation = ""
        /// The part with a deadline.
        public var owed = ""
        /// The part too small for any venue.
        public var residual = ""
        public var mid = ""
        /// Of the deviation, at the mid price, in the quote asset.
        public var notional = ""
        public init() {}
    }
}
