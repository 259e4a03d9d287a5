import TradingModel

/// What the size of the next pair depends on, besides depth, balances and limits.
public struct SizingEvidence: Hashable, Sendable {
    /// Highest less lowest mid price of the last moments, over the mid price.
    public var range: Rate
    /// How much of the last opening legs filled, in percent (0…100); 100 while nothing is known.
    public var fillRatio: Int64
    /// How much worse than the mid price hedges closed on average; negative when better.
    public var slippage: Rate
    /// Of the worse of the two venues, 0…100.
    public var venueQuality: Int64
    /// Appetite for risk, 0…100.
    public var riskIndex: Int64

    public init(
        range: Rate = .zero, fillRatio: Int64 = 100, slippage: Rate = .zero, venueQuality: Int64 = 100,
        riskIndex: Int64 = 100
    ) {
        self.range = range
        self.fillRatio = fillRatio
        self.slippage = slippage
        self.venueQuality = venueQuality
        self.riskIndex = riskIndex
    }
}

/// Shrinks a pair where the market, the venues or recent results say so. Each part is a share of the
/// configured size, and they multiply: two doubts weigh more than one.
public struct AdaptiveSizing: Hashable, Sendable {
    /// A range up to this is an ordinary market; at twice of it half the size is left.
    public var calmRange: Rate
    /// Hedges may close this much worse than the mid price before size shrinks.
    public var calmSlippage: Rate

    public init(
        calmRange: Rate = Rate(hundredthsOfBasisPoint: 5_000),
        calmSlippage: Rate = Rate(hundredthsOfBasisPoint: 1_000)
    ) {
        precondition(calmRange > .zero && calmSlippage > .zero)
        self.calmRange = calmRange
        self.calmSlippage = calmSlippage
    }

    /// However bad recent fills were, this is left: without trades nothing better could be learned.
    public static let leastFillShare: Int64 = 25

    /// Of the configured size, in ten-thousandths (0…10,000).
    public func share(_ evidence: SizingEvidence) -> Int64 {
        var share = AdaptiveSizing.share(of: calmRange, in: evidence.range)
        share = share * AdaptiveSizing.share(of: calmSlippage, in: evidence.slippage) / 10_000
        share = share * max(AdaptiveSizing.leastFillShare, min(100, evidence.fillRatio)) / 100
        share = share * max(0, min(100, evidence.venueQuality)) / 100
        return share * max(0, min(100, evidence.riskIndex)) / 100
    }

    private static func share(of calm: Rate, in seen: Rate) -> Int64 {
        seen <= calm ? 10_000 : calm.raw * 10_000 / seen.raw
    }
}
