import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite("Spot against perpetual") struct BasisTests {
    @Test func `a perpetual that is dear enough is sold, and spot is bought`() {
        var stage = BasisStage.stage()
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
            var stage = BasisStage.stage { $0.basis?.directions = directions }
            stage.quote(0, bid: 100_60, ask: 100_70)
            stage.quote(1, bid: 99_90, ask: 100_00)
            let sides = stage.persisted().map(\.side)
            #expect(sides == (directions == .both ? [.buy, .sell] : []))
        }
    }

    @Test func `together the two owe nothing, and the perpetual's position is short`() {
        let stage = BasisStage.entered()
        #expect(stage.engine.obligations[0].open.isEmpty)
        #expect(stage.engine.ledger.balance(VenueID(1), Asset("BTC")) < .zero)
        #expect(stage.engine.isFlat)
    }

    @Test func `a position is closed when the two have come together, by no more than it is, reduce-only`()
        throws
    {
        var stage = BasisStage.entered()
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
        BasisStage.fill(&stage, legs)
        stage.quote(1, bid: 99_90, ask: 100_00)
        #expect(stage.persisted().isEmpty, "there is nothing left to close")
        #expect(stage.engine.summary.profit > .zero)
    }

    @Test func `the position has a cap`() {
        var stage = BasisStage.entered()
        stage.quote(1, bid: 100_60, ask: 100_70)
        let second = stage.persisted()
        BasisStage.fill(&stage, second)
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        #expect(Stage.instrument.notional(Price(raw: 100_60), held.magnitude) <= BasisStage.units(1_500))
        stage.quote(1, bid: 100_61, ask: 100_70)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `funding that shorts collect lowers what entering must earn`() {
        for payments in [Int64(0), 3] {
            var stage = BasisStage.stage { $0.basis?.payments = payments }
            stage.process(
                .contract(
                    VenueID(1), ContractTerms(instrument: InstrumentID(0), fundingRate: BasisStage.bps(1)))
            )
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 100_38, ask: 100_50)
            #expect(stage.persisted().isEmpty == (payments == 0))
        }
    }

    @Test func `a spot strategy takes no basis for an edge`() {
        var stage = BasisStage.stage {
            $0.basis = nil
            $0.minimumEdge = .zero
            $0.manifest = .house
        }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 103_00, ask: 103_10)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `mid prices are those of spot`() {
        var stage = BasisStage.stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 103_00, ask: 103_10)
        #expect(stage.engine.mids[0] == Price(raw: 99_95))
    }

    @Test func `an order at a perpetual claims margin: a third of its notional and its fee`() {
        // Ten at 100.60 need 336.3 and a percent for slippage.
        for (equity, quantity) in [(Int64(500), Int64(100_000)), (100, 29_437), (1, 0)] {
            var stage = BasisStage.stage(margin: equity)
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 100_60, ask: 100_70)
            let legs = stage.persisted()
            #expect((legs.first?.quantity.raw ?? 0) == quantity, "with \(equity)")
        }
    }

    @Test func `margin counts what is open, at the mark`() {
        var stage = BasisStage.entered()
        // The position of ten ties up 335; at a mark of 160 it has lost 594 of the 1,000.
        let rest = BasisStage.units(1_000) - stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        stage.process(
            .adjusted(VenueID(1), Asset("USDT"), by: rest + BasisStage.units(1_006), reason: "test"))
        let terms = ContractTerms(instrument: InstrumentID(0), markPrice: Price(raw: 160_00))
        stage.process(.contract(VenueID(1), terms))
        stage.quote(1, bid: 100_60, ask: 100_70)
        #expect(stage.persisted().isEmpty, "what is left is no margin for more")
    }

    // MARK: The correlated rung

    @Test func `spot is hedged with spot, and with the perpetual once that has failed`() {
        var stage = BasisStage.spot()
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
        BasisStage.fill(&stage, perpetual)
        #expect(stage.engine.obligations[0].open.isEmpty)
    }

    @Test func `where there is no perpetual the ladder goes on to undo the first leg`() {
        var stage = BasisStage.spot()
        stage.process(.publicStream(VenueID(1), [InstrumentID(0)], isOpen: false))
        for _ in 0..<2 {
            let tried = stage.persisted()
            stage.durable(tried)
            for order in tried { stage.expire(order) }
        }
        #expect(stage.persisted().map(\.purpose) == [.unwind])
        #expect(!stage.alarms.contains(.fallbackHedgeUsed))
    }
}
