/// `arbctl route SYMBOL SIDE QUANTITY`.
public struct RouteAnswer: Codable, Hashable, Sendable {
    public var symbol = ""
    public var atNs: Int64 = 0
    public var side = ""
    public var quantity = ""
    public var limit = ""
    public var isPostOnly = false
    public var legs: [Leg] = []
    /// What no venue could take within the limit and its minimums.
    public var unrouted = ""
    /// All in, in the quote asset: cost of a buy, proceeds of a sell.
    public var total = ""
    /// All in, per base unit; `null` while nothing is routed.
    @Nullable public var averagePrice: String?
    public var venues: [Reason] = []
    public init() {}

    public struct Leg: Codable, Hashable, Sendable {
        public var venue = ""
        public var quantity = ""
        /// The deepest price used there, or where it would rest.
        public var limit = ""
        public var notional = ""
        public var fee = ""
        public init() {}
    }

    /// Why a venue got what it got.
    public struct Reason: Codable, Hashable, Sendable {
        public var venue = ""
        public var reason = ""
        public init() {}
    }
}
