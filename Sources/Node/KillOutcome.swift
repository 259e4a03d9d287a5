import TradingModel

/// What became of an urgent word.
public struct KillOutcome: Hashable, Sendable {
    /// Who sent the cancels.
    public enum Carrier: String, Hashable, Sendable {
        case desk
        /// The desk did not answer in time.
        case watchkeeper
    }

    public struct Venue: Hashable, Sendable {
        public var venue: VenueID
        public var canceled = 0
        /// When the last byte of the last cancel was handed to TLS; `nil` when none had to go.
        public var wireAt: Moment?
        /// When nothing of the scope was open there any more, by the venue's own word.
        public var clearAt: Moment?
        /// What is not known to have ended.
        public var open: [ClientOrderID] = []
        var unsent = 0
        var isClear: Bool { clearAt != nil }

        init(venue: VenueID) { self.venue = venue }
    }

    /// A look in between.
    struct Progress: Sendable {
        var venues: [Venue]
        var at: Moment
    }

    public var by: Carrier
    public var askedAt: Moment
    public var venues: [Venue]

    public var canceled: Int { venues.reduce(0) { $0 + $1.canceled } }
    public var isClear: Bool { venues.allSatisfy { $0.clearAt != nil } }
    public var wireAt: Moment? { venues.compactMap(\.wireAt).max() }
    /// `nil` while something may be open somewhere.
    public var clearAt: Moment? { isClear ? venues.compactMap(\.clearAt).max() : nil }
}
