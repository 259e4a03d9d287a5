import TradingModel

/// How long the outbox remembers, and when a slow disk counts as slow.
public struct StorePolicy: Hashable, Sendable {
    /// Every so often a checkpoint row is written: what all rows before it amount to.
    public var checkpointEvery: Span
    /// Rows before a checkpoint older than this are forgotten: fills stay known for at least as long.
    public var keep: Span
    /// A batch that takes longer stops new risk until the store answers again.
    public var slow: Span
    /// A hedge's row that waits longer takes the reserve path.
    public var hedgePatience: Span

    /// Rows are durable in the reserve file at once. The store's log is synced when they have lain there
    /// alone for this long: seldom, because a hedge that is called for meanwhile waits behind the sync;
    public static let settleEvery = Span.seconds(5)
    /// once there has been no batch for this long,
    public static let settleAfter = Span.milliseconds(20)
    /// or after this long at the latest.
    public static let settleWithin = Span.seconds(10)

    public init(
        checkpointEvery: Span = .seconds(3_600), keep: Span = .seconds(25 * 3_600),
        slow: Span = .milliseconds(150), hedgePatience: Span = .milliseconds(20)
    ) {
        self.checkpointEvery = checkpointEvery
        self.keep = keep
        self.slow = slow
        self.hedgePatience = hedgePatience
    }
}
