import TradingModel

/// Settings of maker-taker on one instrument: quotes rest at one venue, and what fills is hedged at another
/// one as a taker.
public struct MakerTakerPolicy: Hashable, Sendable {
    /// Which sides are quoted.
    public enum Sides: String, Hashable, Sendable, CaseIterable {
        case both
        case bids
        case asks

        public func contains(_ side: Side) -> Bool {
            switch self {
            case .both: true
            case .bids: side == .buy
            case .asks: side == .sell
            }
        }
    }

    public var manifest: StrategyManifest
    public var instrument: InstrumentID
    /// Where quotes rest.
    public var quoteVenue: VenueID
    public var sides: Sides
    /// Net of the maker fee there and of the taker fee where it is hedged.
    public var minimumEdge: Rate
    /// Largest notional of one quote, in the quote asset.
    public var quoteNotional: Amount
    /// A quote is at most this share of what stands at the hedge's price or better, in percent (1…100).
    public var depthShare: Int64
    /// How much of the recent price range is added to the edge, in percent (0…100): who quotes in a moving
    /// market is filled when he is wrong.
    public var caution: Int64
    /// A quote this much less attractive than it could be is moved.
    public var tolerance: Rate
    /// Not sooner than this after it was placed; a quote that has lost its edge is pulled at once.
    public var life: Span
    /// After a fill, no new quote on that side for this long.
    public var cooldown: Span
    /// Filled quotes in a minute, and fees in an hour in the quote asset, beyond which the strategy is taken
    /// for a logic loop.
    public var cyclesPerMinute: Int
    public var feesPerHour: Amount?

    public init(
        instrument: InstrumentID, quoteVenue: VenueID, minimumEdge: Rate, quoteNotional: Amount,
        sides: Sides = .both, depthShare: Int64 = 50, caution: Int64 = 25,
        tolerance: Rate = Rate(hundredthsOfBasisPoint: 200), life: Span = .milliseconds(500),
        cooldown: Span = .milliseconds(500), cyclesPerMinute: Int = 240, feesPerHour: Amount? = nil,
        manifest: StrategyManifest = .house
    ) {
        precondition((1...100).contains(depthShare) && (0...100).contains(caution))
        self.manifest = manifest
        self.instrument = instrument
        self.quoteVenue = quoteVenue
        self.sides = sides
        self.minimumEdge = minimumEdge
        self.quoteNotional = quoteNotional
        self.depthShare = depthShare
        self.caution = caution
        self.tolerance = tolerance
        self.life = life
        self.cooldown = cooldown
        self.cyclesPerMinute = cyclesPerMinute
        self.feesPerHour = feesPerHour
    }
}
