import TradingModel

/// How fast a recording is played: a multiple of the recorded pace, or as fast as the host pulls.
public struct PlaybackSpeed: Hashable, Sendable {
    /// Hundredths of the recorded pace; 0 means unbounded.
    public let hundredths: Int64

    public static let recorded = PlaybackSpeed(hundredths: 100)
    public static let unbounded = PlaybackSpeed(hundredths: 0)

    private init(hundredths: Int64) { self.hundredths = hundredths }

    /// `1`, `2.5`, `0.25`; `0` and `max` are unbounded. `nil` for anything else, and above 1,000,000.
    public init?(_ text: String) {
        if text == "max" {
            self = .unbounded
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
            let whole = Int64(parts[0]), (0...1_000_000).contains(whole)
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
                let digits = Int64(parts[1])
            else { return nil }
            fraction = parts[1].utf8.count == 1 ? digits * 10 : digits
        }
        self.init(hundredths: whole * 100 + fraction)
    }

    /// How long it takes until so many recorded nanoseconds have passed.
    func elapsed(until recorded: Int64) -> Span {
        guard hundredths > 0 else { return .zero }
        let wide = (Int128(recorded) * 100 + Int128(hundredths) - 1) / Int128(hundredths)
        return .nanoseconds(Int64(clamping: wide))
    }

    /// Recorded nanoseconds that pass in `elapsed` nanoseconds; `nil` when unbounded.
    func recordedTime(in elapsed: Int64) -> Int64? {
        guard hundredths > 0 else { return nil }
        let wide = Int128(elapsed) * Int128(hundredths) / 100
        return Int64(clamping: wide)
    }
}
