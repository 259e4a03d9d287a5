/// Stateless randomness: the same arguments give the same bits in every process, so venues that never talk to
/// each other agree about the market they share.
enum SeededHash {
    /// The finalizer of SplitMix64: every input bit reaches every output bit.
    static func mix(_ input: UInt64) -> UInt64 {
        var word = input &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    static func hash(_ seed: UInt64, _ a: UInt64) -> UInt64 { mix(seed ^ mix(a)) }

    static func hash(_ seed: UInt64, _ a: UInt64, _ b: UInt64) -> UInt64 { mix(mix(seed ^ mix(a)) ^ b) }

    static func hash(_ seed: UInt64, _ text: String) -> UInt64 {
        var word = seed
        for byte in text.utf8 { word = mix(word ^ UInt64(byte)) }
        return mix(word)
    }

    /// `bits` mapped to `low...high`.
    static func between(_ low: Int64, _ high: Int64, _ bits: UInt64) -> Int64 {
        low + Int64(bits.multipliedFullWidth(by: UInt64(high - low + 1)).high)
    }
}

/// A stream of random words with state, for agents that act one step after another.
struct SeededSequence {
    private var state: UInt64

    init(seed: UInt64) { state = SeededHash.mix(seed) }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        return SeededHash.mix(state)
    }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 { SeededHash.between(low, high, next()) }
}
