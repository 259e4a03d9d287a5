/// Whether a series of readings at equal intervals drifts, or only moves about a level.
public struct Drift: Hashable, Sendable {
    /// The median of the slopes between all pairs of readings, a reading's interval being the unit: no single
    /// step or peak bends it.
    public let slope: Double
    /// How many readings rise less how many fall over all pairs, in standard deviations of what readings in
    /// no order would show (the test of Mann and Kendall).
    public let certainty: Double

    /// Beyond this a series without a drift comes once in a hundred times.
    public static let sure = 2.58

    /// `nil` with fewer than three readings.
    public init?(_ readings: [Double]) {
        let count = readings.count
        guard count > 2 else { return nil }
        var slopes: [Double] = []
        slopes.reserveCapacity(count * (count - 1) / 2)
        var balance = 0
        for late in 1..<count {
            for early in 0..<late {
                let rise = readings[late] - readings[early]
                slopes.append(rise / Double(late - early))
                balance += rise > 0 ? 1 : rise < 0 ? -1 : 0
            }
        }
        slopes.sort()
        let middle = slopes.count / 2
        slope = slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
        let size = Double(count)
        let deviation = (size * (size - 1) * (2 * size + 5) / 18).squareRoot()
        let away = balance > 0 ? balance - 1 : balance < 0 ? balance + 1 : 0
        certainty = Double(away) / deviation
    }

    /// The slope where it is sure, otherwise nothing.
    public var proven: Double { abs(certainty) > Drift.sure ? slope : 0 }
}
