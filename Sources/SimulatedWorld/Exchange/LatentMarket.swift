import TradingModel

/// Smooth and sudden noise as pure functions of time, in parts per billion. Whoever knows the seed knows the
/// value at any moment, past or future, without having walked there.
enum Noise {
    /// Value noise: independent values at multiples of `period`, joined by a smooth curve, within
    /// ±`amplitude`.
    static func smooth(_ seed: UInt64, _ at: Int64, period: Int64, amplitude: Int64) -> Int64 {
        let bucket = at / period
        let fraction = (at % period) * 65_536 / period
        let from = SeededHash.between(-amplitude, amplitude, SeededHash.hash(seed, UInt64(bucket)))
        let to = SeededHash.between(-amplitude, amplitude, SeededHash.hash(seed, UInt64(bucket + 1)))
        // 3t² − 2t³ in 16-bit fixed point
        let weight = fraction * fraction / 65_536 * (196_608 - 2 * fraction) / 65_536
        return from + (to - from) * weight / 65_536
    }
}

/// The one price of an instrument that all venues follow, a pure function of (seed, instrument, time):
/// separate processes with the same seed agree on it. Bounded noise on five time scales, plus jumps that fade
/// away.
struct LatentMarket: Sendable {
    private let seed: UInt64
    private let referencePrice: Int64

    private struct Octave {
        let period: Int64
        let amplitude: Int64
    }
    /// Parts per billion: 100,000 is one basis point.
    private static let octaves = [
        Octave(period: 3_600_000_000_000, amplitude: 8_000_000),
        Octave(period: 600_000_000_000, amplitude: 4_000_000),
        Octave(period: 60_000_000_000, amplitude: 1_500_000),
        Octave(period: 10_000_000_000, amplitude: 300_000),
        Octave(period: 1_700_000_000, amplitude: 60_000),
    ]

    /// At most one jump per bucket, of 26–75 basis points, fading over four seconds.
    private static let jumpBucket: Int64 = 2_000_000_000
    private static let jumpFade: Int64 = 4_000_000_000
    private static let jumpOdds: UInt64 = 80  // percent

    init(seed: UInt64, instrument: String, referencePrice: Price) {
        self.seed = SeededHash.hash(seed, instrument)
        self.referencePrice = referencePrice.raw
    }

    /// Deviation from the reference in parts per billion.
    func offset(at moment: Moment) -> Int64 {
        let at = max(0, moment.nanoseconds)
        var sum: Int64 = 0
        for (index, octave) in LatentMarket.octaves.enumerated() {
            let salt = SeededHash.hash(seed, UInt64(index))
            sum += Noise.smooth(salt, at, period: octave.period, amplitude: octave.amplitude)
        }
        return sum + jumps(at)
    }

    func price(at moment: Moment) -> Price {
        Price(raw: LatentMarket.scaled(referencePrice, offset(at: moment)))
    }

    /// `price` × (1 + `offset` / 10⁹).
    static func scaled(_ price: Int64, _ offset: Int64) -> Int64 {
        price + Int64(Int128(price) * Int128(offset) / 1_000_000_000)
    }

    private func jumps(_ at: Int64) -> Int64 {
        let current = at / LatentMarket.jumpBucket
        let reach = LatentMarket.jumpFade / LatentMarket.jumpBucket + 1
        var sum: Int64 = 0
        for bucket in max(0, current - reach)...current {
            let bits = SeededHash.hash(seed, UInt64(bucket), 77)
            guard bits % 100 < LatentMarket.jumpOdds else { continue }
            let time =
                bucket * LatentMarket.jumpBucket
                + SeededHash.between(0, LatentMarket.jumpBucket - 1, SeededHash.mix(bits))
            let age = at - time
            guard age >= 0, age < LatentMarket.jumpFade else { continue }
            let size = SeededHash.between(2_600_000, 7_500_000, SeededHash.mix(bits ^ 1)) / 10 * 10
            let signed = bits >> 40 & 1 == 0 ? size : -size
            sum += signed / 1000 * ((LatentMarket.jumpFade - age) / 4_000_000)
        }
        return sum
    }
}
