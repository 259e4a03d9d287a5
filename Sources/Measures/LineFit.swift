/// The straight line nearest to points by least squares, and how sure its slope is.
public struct LineFit: Hashable, Sendable {
    public let slope: Double
    public let intercept: Double
    /// One standard error of the slope; 0 where two points leave nothing to judge it by.
    public let slopeError: Double

    /// `nil` with fewer than two points, or where all stand above one another.
    public init?(_ points: [(x: Double, y: Double)]) {
        guard points.count > 1 else { return nil }
        let count = Double(points.count)
        let meanX = points.reduce(0) { $0 + $1.x } / count
        let meanY = points.reduce(0) { $0 + $1.y } / count
        let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        guard spread > 0 else { return nil }
        slope = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
        intercept = meanY - slope * meanX
        guard points.count > 2 else {
            slopeError = 0
            return
        }
        let (slope, intercept) = (slope, intercept)
        let rest = points.reduce(0) { sum, point in
            let miss = point.y - intercept - slope * point.x
            return sum + miss * miss
        }
        slopeError = (rest / (count - 2) / spread).squareRoot()
    }

    public func value(at x: Double) -> Double { intercept + slope * x }
}

/// How a cost grows with a size.
public struct Growth: Hashable, Sendable {
    /// The exponent of the size: the slope of the line through the logarithms. 0 is flat, 1 linear, 2
    /// quadratic. Sizes of zero count as one.
    public let exponent: Double
    /// The last cost over the first.
    public let ratio: Double

    /// `nil` with fewer than two different sizes, or where a cost is not positive.
    ///
    /// - Parameter log: the natural logarithm, which a pure room does not have.
    public init?(sizes: [Double], costs: [Double], log: (Double) -> Double) {
        guard sizes.count == costs.count, let first = costs.first, let last = costs.last,
            costs.allSatisfy({ $0 > 0 }),
            let fit = LineFit(zip(sizes, costs).map { (log(max(1, $0)), log($1)) })
        else { return nil }
        exponent = fit.slope
        ratio = last / first
    }
}
