/// `arbctl venues`.
public struct VenuesAnswer: Codable, Hashable, Sendable {
    public var atNs: Int64 = 0
    public var venues: [Venue] = []
    public init() {}

    public struct Venue: Codable, Hashable, Sendable {
        public var state = VenueState()
        public var books = 0
        public var booksProven = 0
        public var frames = 0
        public var proof = ""
        public var proofChecked: Int64 = 0
        public var proofFailed: Int64 = 0
        public var resyncs: Int64 = 0
        public var quarantined = 0
        /// How far its clock is ahead of ours.
        public var clockOffsetNs: Int64 = 0
        public var orders = 0
        public var fills = 0
        public var isDeadManArmed = false
        /// Requests of new risk that its rate budget allows now; `null` on paper.
        @Nullable public var headroom: Int?
        public init() {}
    }
}

/// What a venue may be used for.
public struct VenueState: Codable, Hashable, Sendable {
    public var venue = ""
    /// New risk may go there.
    public var mayOpen = false
    /// What keeps new risk away; `null` when nothing does.
    @Nullable public var blockedBy: String?
    /// A person has accepted its balances; the ledger follows when two reads agree.
    @Nullable public var accepted: String?
    public init() {}
}
