/// `arbctl orders`: those that are not settled.
public struct OrdersAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var live = 0
    public var unknown = 0
    /// Oldest first, bounded.
    public var orders: [Order] = []
    public init() {}

    public struct Order: Codable, Hashable, Sendable {
        public var id = ""
        public var venue = ""
        public var symbol = ""
        public var side = ""
        public var state = ""
        public var purpose = ""
        public var timeInForce = ""
        public var quantity = ""
        public var filled = ""
        public var limit = ""
        public var cancel = ""
        /// Empty until the venue tells it.
        public var venueOrderId = ""
        public var decidedNs: Int64 = 0
        public var changedNs: Int64 = 0
        public var ageNs: Int64 = 0
        public init() {}
    }
}
