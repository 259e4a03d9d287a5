import TradingModel

/// How fills are hedged: the deadline and how far each rung of the ladder may reach for a price.
public struct HedgePolicy: Hashable, Sendable {
    /// From a fill's arrival until its hedge must be complete (default 120 ms).
    public var deadline: Span
    /// How far from the mid price each rung may pay, in order of the ladder.
    public var repriceBound: Rate
    public var otherVenueBound: Rate
    public var correlatedBound: Rate
    public var unwindBound: Rate
    /// Pause between attempts once the ladder is exhausted and the node holds.
    public var retryEvery: Span
    /// After a hedge that was late or failed, and after a leg that was too late to be sent, nothing is opened
    /// on that instrument for this long.
    public var cooldown: Span
    /// What no venue would take, summed over instruments at mid prices, in the quote asset: beyond this
    /// nothing is opened.
    public var residualCap: Amount
    /// A residual that stays for longer is told.
    public var residualAge: Span

    /// Before a pair of spot legs opens, hedges are made durable beforehand at so many venues a side, so that
    /// they can leave without waiting for the disk (0…4). 0: each hedge waits for its own row. The more, the
    /// more there is to ask after a crash in the middle of a pair; with fewer than there are venues, what is
    /// cheapest may lie outside.
    public var warrants: Int
    /// While quotes rest, hedges of their fills are made durable beforehand at so many venues a side (0…4),
    /// and anew every quarter of a second: four rows a second and instrument. 0: each waits for its own row.
    /// A crash between a quote's fill and its row leaves them to be asked after: until the venues have
    /// answered nothing of that instrument is hedged.
    public var quoteWarrants: Int

    /// Where the configuration says nothing: 100 units of the quote asset.
    public static let standardResidualCap = Amount(raw: 100_000_000_000_000_000_000)

    public init(
        deadline: Span = .milliseconds(120), repriceBound: Rate = Rate(hundredthsOfBasisPoint: 2_000),
        otherVenueBound: Rate = Rate(hundredthsOfBasisPoint: 5_000),
        correlatedBound: Rate = Rate(hundredthsOfBasisPoint: 7_500),
        unwindBound: Rate = Rate(hundredthsOfBasisPoint: 10_000), retryEvery: Span = .milliseconds(500),
        cooldown: Span = .seconds(5), residualCap: Amount = HedgePolicy.standardResidualCap,
        residualAge: Span = .seconds(3_600), warrants: Int = 4, quoteWarrants: Int = 4
    ) {
        precondition((0...4).contains(warrants), "a warrant has at most eight legs")
        precondition((0...4).contains(quoteWarrants), "a warrant has at most eight legs")
        self.warrants = warrants
        self.quoteWarrants = quoteWarrants
        self.cooldown = cooldown
        self.residualCap = residualCap
        self.residualAge = residualAge
        self.deadline = deadline
        self.repriceBound = repriceBound
        self.otherVenueBound = otherVenueBound
        self.correlatedBound = correlatedBound
        self.unwindBound = unwindBound
        self.retryEvery = retryEvery
    }
}
