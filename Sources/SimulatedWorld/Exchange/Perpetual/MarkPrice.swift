import TradingModel

/// How far a perpetual stands from its index: slow, bounded, each venue's own, a pure function of the seed.
struct Premium: Sendable {
    private let salt: UInt64

    /// Parts per billion: together less than the ten basis points that a mark may differ, so that rounding
    /// to a tick stays within them too.
    private static let slow: (period: Int64, amplitude: Int64) = (150_000_000_000, 700_000)
    private static let quick: (period: Int64, amplitude: Int64) = (25_000_000_000, 250_000)

    init(seed: UInt64, instrument: String) { salt = SeededHash.hash(SeededHash.hash(seed, instrument), 11) }

    /// In parts per billion of the index.
    func at(_ moment: Moment) -> Int64 {
        let at = max(0, moment.nanoseconds)
        let slow = Noise.smooth(
            salt, at, period: Premium.slow.period, amplitude: Premium.slow.amplitude)
        return slow
            + Noise.smooth(
                SeededHash.mix(salt), at, period: Premium.quick.period, amplitude: Premium.quick.amplitude)
    }
}

/// Index and mark of one perpetual. Both stand still for a tenth of a second and lie on ticks.
struct MarkSource: Sendable {
    let latent: LatentMarket
    /// `nil` where only users move books: the index stands at the reference, the mark at the index.
    let premium: Premium?
    let reference: Price

    static let step = Span.milliseconds(100)

    static func all(_ symbols: [SymbolRules], venue: String, seed: UInt64, withMarket: Bool) -> [MarkSource] {
        let own = VenueCharacter(seed: seed, venue: venue).seed
        return symbols.map { rules in
            MarkSource(
                latent: LatentMarket(
                    seed: seed, instrument: rules.symbol, referencePrice: rules.referencePrice),
                premium: withMarket ? Premium(seed: own, instrument: rules.symbol) : nil,
                reference: rules.referencePrice)
        }
    }

    static func beat(_ moment: Moment) -> Moment {
        Moment(nanoseconds: moment.nanoseconds / step.nanoseconds * step.nanoseconds)
    }
}

extension VirtualExchange {
    func premium(_ symbol: Int, at moment: Moment) -> Int64 {
        perpetual?.sources[symbol].premium?.at(MarkSource.beat(moment)) ?? 0
    }

    /// How often a mark is told that may be told every `step`: a lean market tells it as rarely as it moves.
    func markCadence(_ step: Span) -> Span {
        max(step, .milliseconds((agents.first?.pace.quoteEvery.upperBound ?? 0) / 100 * 100))
    }

    /// The latent price all venues follow, moved by this venue's shocks.
    func index(_ symbol: Int, at moment: Moment) -> Price {
        onTick(symbol, latent(symbol, at: MarkSource.beat(moment)))
    }

    func mark(_ symbol: Int, at moment: Moment) -> Price {
        let beat = MarkSource.beat(moment)
        return onTick(symbol, LatentMarket.scaled(latent(symbol, at: beat), premium(symbol, at: beat)))
    }

    /// The rate as it stands at a moment: what would be paid were it the end of the interval.
    func fundingRate(_ symbol: Int, at moment: Moment) -> Rate {
        perpetual?.terms.fundingRate(premium: premium(symbol, at: moment)) ?? .zero
    }

    private func latent(_ symbol: Int, at moment: Moment) -> Int64 {
        guard let source = perpetual?.sources[symbol] else { return lastTrade[symbol] }
        let price = source.premium == nil ? source.reference.raw : source.latent.price(at: moment).raw
        return mischief.shaken(price, symbol: symbol, at: moment)
    }

    private func onTick(_ symbol: Int, _ price: Int64) -> Price {
        let tick = symbols[symbol].tick.raw
        return Price(raw: max(tick, (price + tick / 2) / tick * tick))
    }
}
