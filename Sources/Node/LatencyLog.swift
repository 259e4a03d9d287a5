import Histogram
import TradingModel

/// Durations of one stage in HDR histograms: three significant digits from 1 ns to a minute.
public struct LatencyLog: Sendable {
    private var histogram = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000,
        numberOfSignificantValueDigits: .three)

    public init() {}

    public mutating func record(_ span: Span) {
        _ = histogram.record(UInt64(min(max(1, span.nanoseconds), 60_000_000_000)))
    }

    public var count: Int { Int(histogram.totalCount) }

    /// In microseconds; `nil` while nothing was recorded.
    public func percentile(_ p: Double) -> Double? {
        count == 0 ? nil : Double(histogram.valueAtPercentile(p)) / 1_000
    }
}
