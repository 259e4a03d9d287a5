import TradingModel

/// Nonces that only rise: microseconds of this machine's clock, or one more than the last.
///
/// A venue that wants them in order (Kraken) remembers the highest that a key has used, over runs. Where the
/// clock has been set back between two runs, all that follow are below it, for as long as it was set back:
/// each refusal therefore makes the next nonce leap ahead, twice as far as the one before.
public struct NonceSource: Sendable {
    /// Microseconds.
    private static let firstLeap: UInt64 = 1_000_000
    private static let longestLeap: UInt64 = 86_400_000_000

    public private(set) var last: UInt64 = 0
    private var leap = NonceSource.firstLeap

    public init() {}

    public mutating func next(at now: Moment) -> UInt64 {
        last = max(last + 1, UInt64(max(0, now.nanoseconds / 1_000)))
        return last
    }

    /// The venue has seen one that is not below the last.
    public mutating func refused() {
        last += leap
        leap = min(leap * 2, NonceSource.longestLeap)
    }
}
