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
    /// What all of them come to, as of the stretch that the last price fell in.
    private var whole = Bucket()

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
        if whole.number == number {
            whole.low = min(whole.low, mid)
            whole.high = max(whole.high, mid)
        } else {
            whole = reckoned(number)
        }
    }

    /// `nil` when no price was noted within the window.
    public func range(at now: Moment) -> (low: Price, high: Price)? {
        let number = now.nanoseconds / width
        let found = number == whole.number ? whole : reckoned(number)
        return found.low <= found.high ? (found.low, found.high) : nil
    }

    /// What the buckets come to that reach into the window which ends with stretch `number`.
    private func reckoned(_ number: Int64) -> Bucket {
        let oldest = max(0, number - Int64(PriceWindow.count) + 1)
        var found = Bucket(number: number)
        for place in buckets.indices where buckets[place].number >= oldest {
            found.low = min(found.low, buckets[place].low)
            found.high = max(found.high, buckets[place].high)
        }
        return found
    }
}
