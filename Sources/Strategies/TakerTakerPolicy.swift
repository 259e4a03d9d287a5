import TradingModel

/// Settings of taker-taker arbitrage on one instrument: buy at one venue's ask, sell at another's bid, both
/// at once.
public struct TakerTakerPolicy: Hashable, Sendable {
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

    public init(
        instrument: InstrumentID, minimumEdge: Rate, pairNotional: Amount, depthShare: Int64 = 80,
        cooldown: Span = .milliseconds(200), slippage: Rate = Rate(hundredthsOfBasisPoint: 200)
    ) {
        precondition((1...100).contains(depthShare))
        self.instrument = instrument
        self.minimumEdge = minimumEdge
        self.pairNotional = pairNotional
        self.depthShare = depthShare
        self.cooldown = cooldown
        self.slippage = slippage
    }
}
