import TradingModel

/// Profit after fees over time, looked at once a second and at the end.
public struct EquityCurve: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        public var at: Moment
        public var profit: Amount

        public init(at: Moment, profit: Amount) {
            self.at = at
            self.profit = profit
        }
    }

    public private(set) var points: [Point]

    public init(_ points: [Point]) { self.points = points }

    /// Goes on where the other one ended.
    public mutating func append(_ other: EquityCurve) {
        let base = points.last?.profit ?? .zero
        points += other.points.map { Point(at: $0.at, profit: base + $0.profit) }
    }

    /// The deepest fall below the highest profit before it; a curve begins at zero.
    public var maximumDrawdown: Amount {
        var (peak, deepest) = (Amount.zero, Amount.zero)
        for point in points {
            peak = max(peak, point.profit)
            deepest = max(deepest, peak - point.profit)
        }
        return deepest
    }
}
