import TradingModel

/// How many of something there were in the second, minute, hour and day that began with the first of them.
/// Four counts, however many events.
public struct FlowMeter: Hashable, Sendable {
    public enum Window: Int, Sendable, CaseIterable {
        case second, minute, hour, day
        public var length: Span {
            switch self {
            case .second: .seconds(1)
            case .minute: .seconds(60)
            case .hour: .seconds(3_600)
            case .day: .seconds(86_400)
            }
        }
    }

    private struct Count: Hashable {
        var start = Moment.distantPast
        var sum: Int128 = 0
    }

    private var counts = (Count(), Count(), Count(), Count())

    public init() {}

    public mutating func note(_ amount: Int128 = 1, at now: Moment) {
        for window in Window.allCases {
            self[window] =
                now - self[window].start >= window.length
                ? Count(start: now, sum: amount)
                : Count(start: self[window].start, sum: self[window].sum + amount)
        }
    }

    public func sum(_ window: Window, at now: Moment) -> Int128 {
        now - self[window].start >= window.length ? 0 : self[window].sum
    }

    private subscript(_ window: Window) -> Count {
        get {
            switch window {
            case .second: counts.0
            case .minute: counts.1
            case .hour: counts.2
            case .day: counts.3
            }
        }
        set {
            switch window {
            case .second: counts.0 = newValue
            case .minute: counts.1 = newValue
            case .hour: counts.2 = newValue
            case .day: counts.3 = newValue
            }
        }
    }

    public static func == (a: FlowMeter, b: FlowMeter) -> Bool {
        Window.allCases.allSatisfy { a[$0] == b[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        for window in Window.allCases { hasher.combine(self[window]) }
    }
}
