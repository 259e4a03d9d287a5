import TradingModel

/// A seed's own stream of choices, apart from the simulation's: what a world is made of does not depend on
/// how it runs.
struct Draw {
    private var state: UInt64

    /// `purpose` keeps two streams of one seed apart.
    init(_ seed: UInt64, _ purpose: UInt64) { state = Draw.mix(seed ^ Draw.mix(purpose)) }

    private static func mix(_ input: UInt64) -> UInt64 {
        var word = input &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        return Draw.mix(state)
    }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
        precondition(low <= high)
        return low + Int64(next().multipliedFullWidth(by: UInt64(high - low + 1)).high)
    }

    mutating func below(_ count: Int) -> Int { Int(between(0, Int64(count) - 1)) }

    /// True this often in a hundred.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func span(_ low: Span, _ high: Span) -> Span {
        .nanoseconds(between(low.nanoseconds, high.nanoseconds))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Spread over orders of magnitude: small values are as likely as large ones.
    mutating func magnitude(_ low: Int64, _ high: Int64) -> Int64 {
        var limit = high
        while limit / 4 > low, chance(50) { limit /= 4 }
        return between(low, max(low, limit))
    }
}
