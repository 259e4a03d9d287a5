import TradingModel

/// Statistics are counted in `Double`; here they become money, and money becomes theirs.
///
/// A figure that people hold against a limit is never understated: losses are rounded up to 10⁻⁸ of a unit,
/// what is owned is rounded down. What is no number, or more than an amount can be, is the largest amount:
/// above every limit.
public enum RiskMoney {
    /// Above every limit that can be configured.
    public static let unbounded = Amount(raw: 100_000_000_000_000_000 * 1_000_000_000_000_000_000)

    /// A loss or a need, rounded up (towards plus infinity) to 10⁻⁸.
    public static func loss(_ value: Double) -> Amount {
        guard value.isFinite, value < 1e17 else { return unbounded }
        return exact((max(value, -1e17) * 1e8).rounded(.up))
    }

    /// What is owned, rounded down (towards minus infinity) to 10⁻⁸.
    public static func worth(_ value: Double) -> Amount {
        guard value.isFinite, value.magnitude < 1e17 else { return -unbounded }
        return exact((value * 1e8).rounded(.down))
    }

    private static func exact(_ count: Double) -> Amount { Amount(raw: Int128(count) * 10_000_000_000) }
}

extension Amount {
    /// In whole units, for statistics: 53 bits of it.
    public var units: Double { Double(raw) / 1e18 }
}

extension Rate {
    /// As a fraction, for statistics.
    public var fraction: Double { Double(raw) / Double(Rate.one) }
}
