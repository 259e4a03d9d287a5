/// What a series of returns amounts to. A figure that the series cannot bear is `nil`, never a number.
public enum Performance {
    /// Fewer returns say nothing about their spread.
    public static let least = 5

    public static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Of a sample: divided by one less than its size.
    public static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1, let mean = mean(values) else { return nil }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// Mean return beyond `riskFree` for its standard deviation, for a year (W. F. Sharpe, "The Sharpe
    /// Ratio", 1994). `nil`: fewer than `least` returns, or all the same.
    ///
    /// - Parameters:
    ///   - riskFree: of one period, as the returns are.
    ///   - periods: periods in a year.
    public static func sharpe(_ returns: [Double], riskFree: Double = 0, periods: Double) -> Double? {
        guard returns.count >= least, let mean = mean(returns), let spread = deviation(returns),
            isBearable(spread, returns)
        else { return nil }
        return (mean - riskFree) / spread * periods.squareRoot()
    }

    /// Mean return beyond `target` for the root mean square of what fell short of it, over all returns
    /// (F. A. Sortino, "Downside Risk", 1991). `nil`: fewer than `least` returns, or none fell short.
    public static func sortino(_ returns: [Double], target: Double = 0, periods: Double) -> Double? {
        guard returns.count >= least, let mean = mean(returns) else { return nil }
        let short = returns.map { min(0, $0 - target) }
        let downside = (short.reduce(0) { $0 + $1 * $1 } / Double(returns.count)).squareRoot()
        guard isBearable(downside, returns) else { return nil }
        return (mean - target) / downside * periods.squareRoot()
    }

    /// Above what the returns' own rounding leaves.
    private static func isBearable(_ spread: Double, _ returns: [Double]) -> Bool {
        spread > (returns.map(\.magnitude).max() ?? 0) * 1e-12
    }

    /// The deepest fall of a curve from an earlier high.
    public struct Drawdown: Hashable, Sendable {
        /// In the curve's unit, not negative.
        public var depth: Double
        /// Places in the curve: the high, the low, and where the high was reached again; `nil`: not yet.
        public var from: Int
        public var to: Int
        public var recovered: Int?

        public init(depth: Double, from: Int, to: Int, recovered: Int?) {
            self.depth = depth
            self.from = from
            self.to = to
            self.recovered = recovered
        }
    }

    /// `nil`: the curve never falls.
    public static func drawdown(_ curve: [Double]) -> Drawdown? {
        guard var high = curve.first else { return nil }
        var highAt = 0
        var deepest: Drawdown?
        for (place, value) in curve.enumerated() {
            if value >= high {
                if let found = deepest, found.recovered == nil, found.from == highAt {
                    deepest?.recovered = place
                }
                (high, highAt) = (value, place)
            } else if high - value > deepest?.depth ?? 0 {
                deepest = Drawdown(depth: high - value, from: highAt, to: place, recovered: nil)
            }
        }
        return deepest
    }
}
