import TradingModel

/// Settings of taker-taker arbitrage on one instrument: buy at one venue's ask, sell at another's bid, both
/// at once.
public struct TakerTakerPolicy: Hashable, Sendable {
    public var manifest: StrategyManifest
    public var instrument: InstrumentID
    /// Net of both taker fees; the edge must be at least this.
    public var minimumEdge: Rate
    /// Largest notional of one pair, in the quote asset.
    public var pairNotional: Amount
    /// Share of the visible profitable depth to take, in percent (1…100): the rest is left for others to have
    /// taken.
    public var depthShare: Int64
    /// After a pair, no new pair on this instrument for this long.
    public var cooldown: Span
    /// How far beyond the seen price each leg's limit may reach, so that a small move does not lose the leg.
    public var slippage: Rate
    /// Completed pairs in a minute, and fees in an hour in the quote asset, beyond which the strategy is
    /// taken for a logic loop.
    public var cyclesPerMinute: Int
    public var feesPerHour: Amount?
    public var legOrder: LegOrder
    /// Set: spot against one venue's perpetual; `minimumEdge` is then what entering must earn.
    public var basis: BasisTerms?

    public init(
        instrument: InstrumentID, minimumEdge: Rate, pairNotional: Amount, depthShare: Int64 = 80,
        cooldown: Span = .milliseconds(200), slippage: Rate = Rate(hundredthsOfBasisPoint: 200),
        cyclesPerMinute: Int = 240, feesPerHour: Amount? = nil, legOrder: LegOrder = .together,
        manifest: StrategyManifest = .house, basis: BasisTerms? = nil
    ) {
        self.basis = basis
        self.manifest = manifest
        self.legOrder = legOrder
        precondition((1...100).contains(depthShare))
        self.cyclesPerMinute = cyclesPerMinute
        self.feesPerHour = feesPerHour
        self.instrument = instrument
        self.minimumEdge = minimumEdge
        self.pairNotional = pairNotional
        self.depthShare = depthShare
        self.cooldown = cooldown
        self.slippage = slippage
    }
}
