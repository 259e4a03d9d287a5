import Histogram
import TradingModel

/// Durations of one stage in HDR histograms: three significant digits from 1 ns to a minute.
public struct LatencyLog: Sendable {
    /// A quarter of a megabyte each: made with the first record.
    private var histogram: Histogram<UInt32>?

    public init() {}

    public mutating func record(_ span: Span) {
        let value = UInt64(min(max(1, span.nanoseconds), 60_000_000_000))
        if histogram == nil {
            histogram = Histogram(
                lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000,
                numberOfSignificantValueDigits: .three)
        }
        _ = histogram?.record(value)
    }

    /// Takes over what another log holds.
    public mutating func add(_ other: LatencyLog) {
        guard let theirs = other.histogram else { return }
        guard histogram != nil else {
            histogram = theirs
            return
        }
        histogram?.add(theirs)
    }

    public var count: Int { histogram.map { Int($0.totalCount) } ?? 0 }

    /// In microseconds; `nil` while nothing was recorded.
    public func percentile(_ p: Double) -> Double? {
        histogram.map { Double($0.valueAtPercentile(p)) / 1_000 }
    }
}
