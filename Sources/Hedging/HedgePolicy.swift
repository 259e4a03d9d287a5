import TradingModel

/// How fills are hedged: the deadline and how far each rung of the ladder may reach for a price.
public struct HedgePolicy: Hashable, Sendable {
    /// From a fill's arrival until its hedge must be complete (default 120 ms).
    public var deadline: Span
    /// How far from the mid price each rung may pay, in order of the ladder.
    public var repriceBound: Rate
    public var otherVenueBound: Rate
    public var unwindBound: Rate
    /// Pause between attempts once the ladder is exhausted and the node holds.
    public var retryEvery: Span

    public init(
        deadline: Span = .milliseconds(120), repriceBound: Rate = Rate(hundredthsOfBasisPoint: 2_000),
        otherVenueBound: Rate = Rate(hundredthsOfBasisPoint: 5_000),
        unwindBound: Rate = Rate(hundredthsOfBasisPoint: 10_000), retryEvery: Span = .milliseconds(500)
    ) {
        self.deadline = deadline
        self.repriceBound = repriceBound
        self.otherVenueBound = otherVenueBound
        self.unwindBound = unwindBound
        self.retryEvery = retryEvery
    }
}
