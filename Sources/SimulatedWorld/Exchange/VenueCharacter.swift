import TradingModel

/// How one venue follows the latent price: its lag, spread, depth and moods, drawn from the seed.
struct VenueCharacter: Sendable {
    /// How late the venue's maker sees the latent price: 50–600 ms.
    let lag: Span
    /// Half the spread, parts per billion of the price.
    let halfSpread: Int64
    /// Average distance of levels, parts per billion.
    let spacing: Int64
    /// Levels the maker keeps a side: 25–50.
    let levels: Int
    /// Notional of a level at the touch, in hundredths of the quote asset.
    let touchNotional: Int64
    /// Seed of the venue's own noise.
    let seed: UInt64

    /// Lags of the four known venues come from four separate bands in an order drawn from the seed, so that
    /// no seed makes all venues equally fast.
    private static let bands: [(Int64, Int64)] = [(50, 120), (170, 270), (320, 420), (480, 600)]
    private static let known = ["binance-spot", "okx", "bybit", "kraken"]

    init(seed: UInt64, venue: String) {
        let salt = SeededHash.hash(seed, venue)
        var sequence = SeededSequence(seed: salt)
        var order = [0, 1, 2, 3]
        var shuffle = SeededSequence(seed: SeededHash.hash(seed, "lag bands"))
        for i in 1..<4 { order.swapAt(i, Int(shuffle.between(0, Int64(i)))) }
        let rank = VenueCharacter.known.firstIndex(of: venue).map { order[$0] }
        let band = rank.map { VenueCharacter.bands[$0] } ?? (50, 600)
        lag = .milliseconds(sequence.between(band.0, band.1))
        halfSpread = sequence.between(20_000, 80_000)
        spacing = sequence.between(40_000, 110_000)
        levels = Int(sequence.between(25, 50))
        touchNotional = sequence.between(300_000, 900_000)
        self.seed = SeededHash.mix(salt)
    }
}

/// Where one venue believes an instrument to be at a moment, also a pure function of the seed.
struct VenueView: Sendable {
    private let latent: LatentMarket
    private let lag: Span
    private let salt: UInt64
    /// A perpetual is quoted around its mark.
    private let premium: Premium?

    /// At most one dislocation per bucket, in this many percent of the buckets.
    private static let bucket: Int64 = 6_000_000_000
    private static let odds: UInt64 = 45

    init(latent: LatentMarket, character: VenueCharacter, instrument: String, premium: Premium? = nil) {
        self.latent = latent
        self.premium = premium
        lag = character.lag
        salt = SeededHash.hash(character.seed, instrument)
    }

    func price(at moment: Moment) -> Int64 {
        let followed = latent.price(at: moment - lag).raw
        let quoted = premium.map { LatentMarket.scaled(followed, $0.at(moment - lag)) } ?? followed
        return LatentMarket.scaled(quoted, deviation(at: moment))
    }

    /// The venue's own deviation from what it follows, parts per billion: a small wobble, and now and then a
    /// dislocation of 24–60 basis points for 150–750 ms, as when a large order has swept one venue only.
    private func deviation(at moment: Moment) -> Int64 {
        let at = max(0, moment.nanoseconds)
        let wobble = Noise.smooth(salt, at, period: 900_000_000, amplitude: 120_000)
        let bits = SeededHash.hash(salt, UInt64(at / VenueView.bucket), 5)
        guard bits % 100 < VenueView.odds else { return wobble }
        let begins = SeededHash.between(0, VenueView.bucket - 800_000_000, SeededHash.mix(bits))
        let lasts = SeededHash.between(150_000_000, 750_000_000, SeededHash.mix(bits ^ 2))
        let age = at % VenueView.bucket - begins
        guard age >= 0, age < lasts else { return wobble }
        let size = SeededHash.between(2_400_000, 6_000_000, SeededHash.mix(bits ^ 3))
        return wobble + (bits >> 41 & 1 == 0 ? size : -size)
    }
}
