/// `arbctl books SYMBOL`.
public struct BooksAnswer: Codable, Hashable, Sendable {
    public var symbol = ""
    public var atNs: Int64 = 0
    /// Books older than this have no price.
    public var oldestNs: Int64 = 0
    public var venues: [Book] = []
    @Nullable public var bestBid: Touch?
    @Nullable public var bestAsk: Touch?
    /// The best pair of two venues after fees; `null` while fewer than two books can be compared.
    @Nullable public var edge: Edge?
    /// Who moves first, where that is sure; the surest first.
    public var leads: [Lead] = []
    public init() {}

    public struct Book: Codable, Hashable, Sendable {
        public var venue = ""
        public var isProven = false
        /// Proven and not too old.
        public var isTradable = false
        /// Why it has no proof.
        @Nullable public var loss: String?
        /// Since the message that last proved it.
        @Nullable public var ageNs: Int64?
        public var takerFeeBps = 0.0
        /// From the touch outwards.
        public var bids: [BookLevel] = []
        public var asks: [BookLevel] = []
        public init() {}
    }

    public struct Touch: Codable, Hashable, Sendable {
        public var venue: String
        public var level: BookLevel
        public init(venue: String, level: BookLevel) {
            self.venue = venue
            self.level = level
        }
    }

    public struct Edge: Codable, Hashable, Sendable {
        public var buyVenue = ""
        public var ask = BookLevel()
        public var sellVenue = ""
        public var bid = BookLevel()
        public var grossBps = 0.0
        /// After both taker fees.
        public var netBps = 0.0
        /// The least a strategy of this symbol asks for; `null` when none trades it.
        @Nullable public var minimumBps: Double?
        public init() {}
    }

    public struct Lead: Codable, Hashable, Sendable {
        public var leader = ""
        public var follower = ""
        public var lagNs: Int64 = 0
        /// Percent of the moves that one of the two answered: how many of them the leader made.
        public var certainty = 0
        public init() {}
    }
}

/// A price and how much is there.
public struct BookLevel: Codable, Hashable, Sendable {
    public var price = ""
    public var quantity = ""
    public init() {}
    public init(price: String, quantity: String) {
        self.price = price
        self.quantity = quantity
    }
}
