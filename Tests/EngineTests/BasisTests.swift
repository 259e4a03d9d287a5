import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Venue 0 and, where there are three, venue 2 trade spot; venue 1 lists the perpetual. Taker fees are ten
/// basis points everywhere.
@Suite("Spot against perpetual") struct BasisTests {
    private static func units(_ n: Int64) -> Amount {
        Amount(raw: Int128(n) * 1_000_000_000_000_000_000)
    }

    private static func bps(_ n: Int64) -> Rate { Rate(hundredthsOfBasisPoint: n * 100) }

    /// Enters at 20 bps net and leaves at −25.
    private func stage(
        venues: Int = 2, margin: Int64 = 1_000_000, recovery: [OutboxRecord] = [],
        change: (inout TakerTakerPolicy) -> Void = { _ in }
    ) -> Stage {
        var policy = TakerTakerPolicy(
            instrument: InstrumentID(0), minimumEdge: BasisTests.bps(20),
            pairNotional: BasisTests.units(1_000), depthShare: 100, cooldown: .zero,
            manifest: StrategyManifest(owner: "desk", venues: [VenueID(0), VenueID(1)]),
            basis: BasisTerms(
                perpetual: VenueID(1), exit: BasisTests.bps(-25),
                positionNotional: BasisTests.units(1_500)))
        change(&policy)
        var stage = Stage(venues: venues, recovery: recovery) {
            BasisTests.perpetual(&$0)
            $0.takerTaker = [policy]
        }
        if margin != 1_000_000 {
            let change = BasisTests.units(margin - 1_000_000)
            stage.process(.adjusted(VenueID(1), Asset("USDT"), by: change, reason: "test"))
        }
        return stage
    }

    /// Makes venue 1 one of perpetuals: contracts of 0.01 BTC, three times the equity.
    private static func perpetual(_ policy: inout EnginePolicy) {
        let spot = policy.venues[1].listings[0]
        policy.venues[1].margin = MarginRule(leverage: 3)
        policy.venues[1].listings = [
            Listing(
                venue: spot.venue, instrument: spot.instrument, symbol: "BTC-USDT-SWAP", tick: spot.tick,
                lot: spot.lot, minimumQuantity: spot.minimumQuantity, maximumQuantity: spot.maximumQuantity,
                minimumNotional: spot.minimumNotional, takerFee: spot.takerFee, makerFee: spot.makerFee,
                buyFeeInBase: false, kind: .perpetual(contractDecimals: 2))
        ]
    }

    private func fill(_ stage: inout Stage, _ legs: [OrderIntent]) {
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
    }

    /// Sells ten of the perpetual against spot at a premium of 60 bps.
    private func entered() -> Stage {
        var stage = stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        fill(&stage, stage.persisted())
        return stage
    }

    @Test func `a perpetual that is dear enough is sold, and spot is bought`() {
        var stage = stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        // 39 bps between the two, 19 after both fees.
        stage.quote(1, bid: 100_39, ask: 100_50)
        #expect(stage.persisted().isEmpty)
        stage.quote(1, bid: 100_45, ask: 100_55)
        let legs = stage.persisted()
        #expect(legs.map(\.venue) == [VenueID(0), VenueID(1)])
        #expect(legs.map(\.side) == [.buy, .sell])
        #expect(legs.allSatisfy { !$0.reduceOnly })
    }

    @Test func `a cheap perpetual is bought only where that is allowed`() {
        for directions in BasisTerms.Directions.allCases {
            var stage = stage { $0.basis?.directions = directions }
            stage.quote(0, bid: 100_60, ask: 100_70)
            stage.quote(1, bid: 99_90, ask: 100_00)
            let sides = stage.persisted().map(\.side)
            #expect(sides == (directions == .both ? [.buy, .sell] : []))
        }
    }

    @Test func `together the two owe nothing, and the perpetual's position is short`() {
        let stage = entered()
        #expect(stage.engine.obligations[0].open.isEmpty)
        #expect(stage.engine.ledger.balance(VenueID(1), Asset("BTC")) < .zero)
        #expect(stage.engine.isFlat)
    }

    @Test func `a position is closed when the two have come together, by no more than it is, reduce-only`()
        throws
    {
        var stage = entered()
        let held = stage.engine.ledger.balance(VenueID(1), Asset("BTC"))
        stage.quote(1, bid: 99_90, ask: 100_06)
        // Closing loses 26 bps: not yet.
        stage.quote(0, bid: 100_00, ask: 100_05)
        #expect(stage.persisted().isEmpty)
        stage.quote(1, bid: 99_90, ask: 100_00)
        let legs = stage.persisted()
        try #require(legs.map(\.side) == [.buy, .sell])
        #expect(legs.map(\.venue) == [VenueID(1), VenueID(0)])
        #expect(legs.map(\.reduceOnly) == [true, false])
        #expect(Stage.instrument.baseAmount(legs[0].quantity) == -held)
        fill(&stage, legs)
        stage.quote(1, bid: 99_90, ask: 100_00)
        #expect(stage.persisted().isEmpty, "there is nothing left to close")
        #expect(stage.engine.summary.profit > .zero)
    }

    @Test func `the position has a cap`() {
        var stage = entered()
        stage.quote(1, bid: 100_60, ask: 100_70)
        let second = stage.persisted()
        fill(&stage, second)
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        #expect(Stage.instrument.notional(Price(raw: 100_60), held.magnitude) <= BasisTests.units(1_500))
        stage.quote(1, bid: 100_61, ask: 100_70)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `funding that shorts collect lowers what entering must earn`() {
        for payments in [Int64(0), 3] {
            var stage = stage { $0.basis?.payments = payments }
            stage.process(
                .contract(
                    VenueID(1), ContractTerms(instrument: InstrumentID(0), fundingRate: BasisTests.bps(1)))
            )
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 100_38, ask: 100_50)
            #expect(stage.persisted().isEmpty == (payments == 0))
        }
    }

    @Test func `a spot strategy takes no basis for an edge`() {
        var stage = stage {
            $0.basis = nil
            $0.minimumEdge = .zero
            $0.manifest = .house
        }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 103_00, ask: 103_10)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `mid prices are those of spot`() {
        var stage = stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 103_00, ask: 103_10)
        #expect(stage.engine.mids[0] == Price(raw: 99_95))
    }

    @Test func `an order at a perpetual claims margin: a third of its notional and its fee`() {
        // Ten at 100.60 need 336.3 and a percent for slippage.
        for (equity, quantity) in [(Int64(500), Int64(100_000)), (100, 29_437), (1, 0)] {
            var stage = stage(margin: equity)
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 100_60, ask: 100_70)
            let legs = stage.persisted()
            #expect((legs.first?.quantity.raw ?? 0) == quantity, "with \(equity)")
        }
    }

    @Test func `margin counts what is open, at the mark`() {
        var stage = entered()
        // The position of ten ties up 335; at a mark of 160 it has lost 594 of the 1,000.
        let rest = BasisTests.units(1_000) - stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        stage.process(
            .adjusted(VenueID(1), Asset("USDT"), by: rest + BasisTests.units(1_006), reason: "test"))
        let terms = ContractTerms(instrument: InstrumentID(0), markPrice: Price(raw: 160_00))
        stage.process(.contract(VenueID(1), terms))
        stage.quote(1, bid: 100_60, ask: 100_70)
        #expect(stage.persisted().isEmpty, "what is left is no margin for more")
    }

    // MARK: The correlated rung

    /// Spot at venues 0 and 2 with an edge; the sell leg at 2 does not fill.
    private func shortLeg(_ stage: inout Stage) {
        stage.quote(1, bid: 100_40, ask: 100_50)
        stage.quote(0, bid: 100_20, ask: 100_25)
        stage.quote(2, bid: 101_00, ask: 101_10)
        let legs = stage.persisted()
        stage.durable(legs)
        for leg in legs where leg.side == .buy { stage.fill(leg) }
        for leg in legs where leg.side == .sell { stage.expire(leg) }
    }

    private func spotStage() -> Stage {
        var stage = stage(venues: 3) {
            $0.basis = nil
            $0.minimumEdge = .zero
            $0.manifest = .house
        }
        shortLeg(&stage)
        return stage
    }

    @Test func `spot is hedged with spot, and with the perpetual once that has failed`() {
        var stage = spotStage()
        let again = stage.persisted()
        #expect(again.map(\.venue) == [VenueID(2)])
        stage.durable(again)
        for order in again { stage.expire(order) }
        let other = stage.persisted()
        #expect(other.map(\.venue) == [VenueID(0)])
        stage.durable(other)
        for order in other { stage.expire(order) }
        let perpetual = stage.persisted()
        #expect(perpetual.map(\.venue) == [VenueID(1)])
        #expect(perpetual.map(\.side) == [.sell])
        #expect(stage.alarms.contains(.fallbackHedgeUsed))
        fill(&stage, perpetual)
        #expect(stage.engine.obligations[0].open.isEmpty)
    }

    @Test func `where there is no perpetual the ladder goes on to undo the first leg`() {
        var stage = spotStage()
        stage.process(.publicStream(VenueID(1), [InstrumentID(0)], isOpen: false))
        for _ in 0..<2 {
            let tried = stage.persisted()
            stage.durable(tried)
            for order in tried { stage.expire(order) }
        }
        #expect(stage.persisted().map(\.purpose) == [.unwind])
        #expect(!stage.alarms.contains(.fallbackHedgeUsed))
    }

    // MARK: Funding

    private func payment(_ id: String, _ amount: Int64, at: Moment) -> EngineEvent {
        .funded(
            VenueID(1),
            FundingReport(
                instrument: InstrumentID(0), id: id, amount: BasisTests.units(amount), venueTime: at))
    }

    @Test func `a funding payment is booked once, however often it is told`() {
        var stage = stage()
        let before = stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        for _ in 0..<2 { stage.process(payment("a", 7, at: stage.now + .seconds(1))) }
        stage.process(payment("b", -2, at: stage.now + .seconds(2)))
        stage.process(payment("old", 50, at: stage.now - .seconds(1)))
        let after = stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        #expect(after - before == BasisTests.units(5))
        #expect(stage.engine.counters.funding == BasisTests.units(5))
        #expect(stage.engine.summary.profit == BasisTests.units(5))
    }

    @Test func `a payment during an outage is booked, for the row says how far they were`() {
        let first = stage()
        #expect(
            first.rows.contains {
                guard case .adjusted("venue-1", _, .zero, let reason) = $0 else { return false }
                return reason.hasPrefix("funding")
            })
        var second = stage(recovery: first.rows)
        let due = second.now + .seconds(5)
        second.advance(.seconds(10))
        second.process(
            .opened(VenueID(1), Asset("USDT"), second.engine.ledger.balance(VenueID(1), Asset("USDT"))))
        second.process(payment("a", 7, at: due))
        #expect(second.engine.counters.funding == BasisTests.units(7))
    }

    @Test func `nor is it booked again after a restart, or when a checkpoint is all that is left`() {
        var first = stage()
        let at = first.now + .seconds(1)
        first.process(payment("a", 7, at: at))
        first.process(.checkpoint)
        let last = first.rows.lastIndex { if case .checkpoint = $0 { true } else { false } } ?? 0
        for rows in [first.rows, Array(first.rows[last...])] {
            var second = stage(recovery: rows)
            let before = second.engine.ledger.balance(VenueID(1), Asset("USDT"))
            second.process(payment("a", 7, at: at))
            #expect(second.engine.ledger.balance(VenueID(1), Asset("USDT")) == before)
            second.process(payment("b", 1, at: at + .seconds(1)))
            #expect(second.engine.ledger.balance(VenueID(1), Asset("USDT")) == before + BasisTests.units(1))
        }
    }

    @Test func `on paper a short position collects a positive rate of the mark, once`() {
        var stage = entered()
        let due = stage.now + .seconds(10)
        let terms = ContractTerms(
            instrument: InstrumentID(0), markPrice: Price(raw: 100_00), fundingRate: BasisTests.bps(10),
            nextFunding: due)
        stage.process(.contract(VenueID(1), terms))
        #expect(stage.engine.dueFunding(at: stage.now).isEmpty)
        let payments = stage.engine.dueFunding(at: due)
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        let worth = Stage.instrument.notional(Price(raw: 100_00), held.magnitude)
        #expect(payments.map(\.report.amount) == [Amount(raw: worth.raw / 1_000)])
        for payment in payments { stage.process(.funded(payment.venue, payment.report)) }
        #expect(stage.engine.dueFunding(at: due + .seconds(1)).isEmpty)
    }
}
