import TradingModel

/// The only source of time. Live it reads the monotonic clock; simulated it is virtual.
public protocol Timekeeper: Sendable {
    var now: Moment { get }
    /// Returns once `moment` has come, on the caller's lane; throws `CancellationError` when its task is
    /// cancelled.
    nonisolated(nonsending) func sleep(until moment: Moment) async throws
}

/// The only source of randomness (jitter, nonces). Simulated it is seeded.
public protocol Entropy: Sendable {
    func next() -> UInt64
}
