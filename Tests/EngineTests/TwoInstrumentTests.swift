import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// What happens to one instrument is another one's business only where risk adds up.
@Suite struct `Of two instruments` {
    private static let second = Instrument(
        id: InstrumentID(1), base: Asset("ETH"), quote: Asset("USDT"), priceScale: 2, quantityScale: 4)

    private func stage(_ change: (inout EnginePolicy) -> Void = { _ in }) -> Stage {
        var stage = Stage { policy in
            policy.instruments.append(Self.second)
            policy.limits.orderQuantity.append(Quantity(raw: 10_000_000))
            for venue in policy.venues.indices {
                let first = policy.venues[venue].listings[0]
                policy.venues[venue].listings.append(
                    Listing(
                        venue: first.venue, instrument: Self.second, symbol: "ETHUSDT", tick: first.tick,
                        lot: first.lot, minimumQuantity: first.minimumQuantity,
                        maximumQuantity: first.maximumQuantity, minimumNotional: first.minimumNotional,
                        takerFee: first.takerFee, makerFee: first.makerFee, buyFeeInBase: false))
            }
            var strategy = policy.takerTaker[0]
            strategy.instrument = InstrumentID(1)
            policy.takerTaker.append(strategy)
            change(&policy)
        }
        for venue in 0..<2 {
            stage.process(.publicStream(VenueID(venue), [InstrumentID(1)], isOpen: true))
            stage.process(.opened(VenueID(venue), Asset("ETH"), Stage.units(100)))
            stage.process(.reconciled(VenueID(venue)))
        }
        return stage
    }

    private func secondEdge(_ stage: inout Stage) {
        stage.ladder(0, bids: [(99_90, 500_000)], asks: [(100_00, 500_000)], of: 1)
        stage.ladder(1, bids: [(101_00, 500_000)], asks: [(101_10, 500_000)], of: 1)
    }

    @Test func `one's orders do not keep the other from opening`() {
        var stage = stage()
        #expect(stage.sentPair().count == 2)
        secondEdge(&stage)
        #expect(stage.persisted().map(\.instrument.index) == [1, 1])
    }

    @Test func `the exposures add up`() {
        // 80 percent of 1,000 each.
        var stage = stage { $0.limits.exposureNotional = Stage.units(1_200) }
        #expect(stage.sentPair().count == 2)
        secondEdge(&stage)
        #expect(stage.persisted().isEmpty)
        #expect(stage.denied(.exposureNotional) == 1)
    }

    private func quoting(both: Bool = false) -> Stage {
        var stage = stage {
            $0.takerTaker.removeLast()
            $0.makerTaker = [Stage.maker { $0.instrument = InstrumentID(1) }]
            if both { $0.makerTaker.append(Stage.maker()) }
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        return stage
    }

    private func secondQuotes(_ stage: inout Stage) {
        stage.ladder(0, bids: [(99_85, 500_000)], asks: [(101_00, 500_000)], of: 1)
        stage.ladder(1, bids: [(100_00, 500_000)], asks: [(100_10, 500_000)], of: 1)
    }

    @Test func `one's hedge does not keep the other from being quoted`() {
        var stage = quoting()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.expire(legs[1])
        let hedges = stage.persisted()
        stage.durable(hedges)
        for hedge in hedges { stage.accept(hedge) }
        secondQuotes(&stage)
        #expect(stage.persisted().map(\.isQuote) == [true])
    }

    @Test func `one's quotes are not in the other's book`() {
        var stage = quoting(both: true)
        secondQuotes(&stage)
        #expect(stage.rested().count == 1)
        stage.quote(0, bid: 99_85, ask: 101_00)
        #expect(stage.engine.books[0].tops[0].bid.quantity.raw == 500_000)
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.rested().count == 1)
        for index in 0..<2 { #expect(stage.engine.books[index].tops[0].bid.quantity.raw == 400_000) }
    }
}
