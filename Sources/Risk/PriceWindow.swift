import TradingModel

/// The lowest and highest mid price of the last moments, for a collar over a window: a fast move is followed
/// no further than the collar from where it began.
///
/// Time is divided into `count` buckets; the window therefore reaches back between `span` and one bucket
/// less.
public struct PriceWindow: Hashable, Sendable {
    private struct Bucket: Hashable {
        /// Which stretch of time it holds; -1 while it holds none.
        var number: Int64 = -1
        var low = Price(raw: .max)
        var high = Price(raw: .min)
    }

    static let count = 16
    private let width: Int64
    private var buckets = [Bucket](repeating: Bucket(), count: count)

    public init(span: Span) {
        precondition(span > .zero, "a window has a length")
        width = max(1, span.nanoseconds / Int64(PriceWindow.count))
    }

    public mutating func note(_ mid: Price, at now: Moment) {
        let number = now.nanoseconds / width
        let place = Int(number % Int64(PriceWindow.count))
        if buckets[place].number != number { buckets[place] = Bucket(number: number) }
        buckets[place].low = min(buckets[place].low, mid)
        buckets[place].high = max(buckets[place].high, mid)
    }

    /// `nil` when no price was noted within the window.
    public func range(at now: Moment) -> (low: Price, high: Price)? {
        let oldest = now.nanoseconds / width - Int64(PriceWindow.count) + 1
        var found: (low: Price, high: Price)?
        for bucket in buckets where bucket.number >= oldest && bucket.number >= 0 {
            let known = found ?? (bucket.low, bucket.high)
            found = (min(known.low, bucket.low), max(known.high, bucket.high))
        }
        return found
    }
}
