import TradingModel

/// What makes an exchange one of linear perpetuals: positions instead of holdings, margin instead of holds,
/// funding. Numbers shared by both venues that have such a double; each is the venue's lowest risk tier.
struct PerpetualTerms: Sendable {
    /// In hundredths, as venues let it be set: 300 is three times.
    var leverage: Int64 = 300
    var maximumLeverage: Int64 = 10_000
    /// Of the notional at mark; below it the position is taken away.
    var maintenance = Rate(hundredthsOfBasisPoint: 5_000)
    var fundingInterval = Span.seconds(8 * 3_600)
    /// The interest part of the funding rate: 0.01 % an interval.
    var interest = Rate(hundredthsOfBasisPoint: 100)
    /// How far interest and premium may pull each other: 0.05 %.
    var dampener = Rate(hundredthsOfBasisPoint: 500)
    /// No interval costs more: 0.75 %.
    var fundingCap = Rate(hundredthsOfBasisPoint: 7_500)

    /// Premium + clamp(interest − premium, ±dampener), clamped: the formula both venues publish, with the
    /// premium of the moment where they take an average.
    func fundingRate(premium: Int64) -> Rate {
        let premium = premium / 10
        let pull = min(dampener.raw, max(-dampener.raw, interest.raw - premium))
        return Rate(raw: min(fundingCap.raw, max(-fundingCap.raw, premium + pull)))
    }
}
