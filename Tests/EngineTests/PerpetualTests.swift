import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite("Perpetuals") struct PerpetualTests {
    // MARK: Funding

    @Test func `a funding payment is booked once, however often it is told`() {
        var stage = BasisStage.stage()
        let before = stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        for _ in 0..<2 { stage.process(BasisStage.payment("a", 7, at: stage.now + .seconds(1))) }
        stage.process(BasisStage.payment("b", -2, at: stage.now + .seconds(2)))
        stage.process(BasisStage.payment("old", 50, at: stage.now - .seconds(1)))
        let after = stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        #expect(after - before == BasisStage.units(5))
        #expect(stage.engine.counters.funding == BasisStage.units(5))
        #expect(stage.engine.summary.profit == BasisStage.units(5))
    }

    @Test func `a payment during an outage is booked, for the row says how far they were`() {
        let first = BasisStage.stage()
        #expect(
            first.rows.contains {
                guard case .adjusted("venue-1", _, .zero, let reason) = $0 else { return false }
                return reason.hasPrefix("funding")
            })
        var second = BasisStage.stage(recovery: first.rows)
        let due = second.now + .seconds(5)
        second.advance(.seconds(10))
        second.process(
            .opened(VenueID(1), Asset("USDT"), second.engine.ledger.balance(VenueID(1), Asset("USDT"))))
        second.process(BasisStage.payment("a", 7, at: due))
        #expect(second.engine.counters.funding == BasisStage.units(7))
    }

    @Test func `nor is it booked again after a restart, or when a checkpoint is all that is left`() {
        var first = BasisStage.stage()
        let at = first.now + .seconds(1)
        first.process(BasisStage.payment("a", 7, at: at))
        first.process(.checkpoint)
        let last = first.rows.lastIndex { if case .checkpoint = $0 { true } else { false } } ?? 0
        for rows in [first.rows, Array(first.rows[last...])] {
            var second = BasisStage.stage(recovery: rows)
            let before = second.engine.ledger.balance(VenueID(1), Asset("USDT"))
            second.process(BasisStage.payment("a", 7, at: at))
            #expect(second.engine.ledger.balance(VenueID(1), Asset("USDT")) == before)
            second.process(BasisStage.payment("b", 1, at: at + .seconds(1)))
            #expect(second.engine.ledger.balance(VenueID(1), Asset("USDT")) == before + BasisStage.units(1))
        }
    }

    @Test func `on paper a short position collects a positive rate of the mark, once`() {
        var stage = BasisStage.entered()
        let due = stage.now + .seconds(10)
        let terms = ContractTerms(
            instrument: InstrumentID(0), markPrice: Price(raw: 100_00), fundingRate: BasisStage.bps(10),
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

    // MARK: Margin that runs out

    @Test func `what reduces a position needs no margin, and is possible when there is none left`() {
        var stage = BasisStage.entered()
        let equity = stage.engine.ledger.balance(VenueID(1), Asset("USDT"))
        stage.process(.adjusted(VenueID(1), Asset("USDT"), by: -equity, reason: "test"))
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 100_00, ask: 100_05)
        #expect(stage.persisted().map(\.reduceOnly) == [true, false])
    }

    @Test func `what leads out of a perpetual is not sized by the risk index, however low that stands`() {
        var stage = BasisStage.stage(recovery: BasisStage.entered().rows, riskIndex: RiskIndexPolicy())
        stage.process(.governance(.riskTarget(0, reason: "test", actor: "ann")))
        #expect(stage.engine.riskIndex?.value == 0)
        stage.quote(1, bid: 99_90, ask: 100_00)
        stage.quote(0, bid: 100_00, ask: 100_05)
        #expect(stage.persisted().map(\.reduceOnly) == [true, false])
    }

    @Test func `margin that runs out is told once, and then positions are given up at almost any price`() {
        var stage = BasisStage.entered()
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        let worth = Stage.instrument.notional(Price(raw: 100_00), held.magnitude)
        func equity(_ stage: inout Stage, _ wanted: Amount) {
            let now = stage.engine.ledger.balance(VenueID(1), Asset("USDT")) - worth
            stage.process(.adjusted(VenueID(1), Asset("USDT"), by: wanted - now, reason: "test"))
            for _ in 0..<2 { stage.process(.timer) }
        }
        let mark = ContractTerms(instrument: InstrumentID(0), markPrice: Price(raw: 100_00))
        stage.process(.contract(VenueID(1), mark))
        stage.quote(1, bid: 99_90, ask: 100_80)
        // Three times the equity are allowed; at six people are told, at twelve it is given up.
        equity(&stage, Amount(raw: worth.raw / 5))
        #expect(!stage.alarms.contains(.marginLow))
        equity(&stage, Amount(raw: worth.raw / 7))
        #expect(stage.alarms.count { $0 == .marginLow } == 1)
        stage.quote(0, bid: 99_90, ask: 100_00)
        #expect(stage.persisted().isEmpty, "closing would lose a percent")
        equity(&stage, .zero - Amount(raw: 1))
        equity(&stage, Amount(raw: worth.raw / 13))
        stage.quote(0, bid: 99_91, ask: 100_00)
        #expect(stage.persisted().map(\.reduceOnly) == [true, false])
    }

    @Test func `a mark price that stands still does not hide that margin runs out`() {
        var stage = BasisStage.entered()
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        let worth = Stage.instrument.notional(Price(raw: 100_00), held.magnitude)
        let equity = Amount(raw: worth.raw / 5)
        let excess = stage.engine.ledger.balance(VenueID(1), Asset("USDT")) - worth - equity
        stage.process(.adjusted(VenueID(1), Asset("USDT"), by: .zero - excess, reason: "test"))
        stage.process(
            .contract(
                VenueID(1), ContractTerms(instrument: InstrumentID(0), markPrice: Price(raw: 100_00))))
        stage.process(.timer)
        #expect(!stage.alarms.contains(.marginLow))
        stage.advance(.seconds(6))
        stage.quote(0, bid: 125_00, ask: 125_10)
        stage.process(.timer)
        #expect(stage.alarms.contains(.marginLow), "spot has risen by a quarter against the short")
    }

    @Test func `a position that funding was counted on for is not closed on unchanged prices`() {
        var stage = BasisStage.stage { $0.basis?.payments = 12 }
        stage.process(
            .contract(VenueID(1), ContractTerms(instrument: InstrumentID(0), fundingRate: BasisStage.bps(3))))
        stage.quote(0, bid: 99_95, ask: 100_00)
        stage.quote(1, bid: 100_05, ask: 100_10)
        let legs = stage.persisted()
        #expect(legs.map(\.side) == [.buy, .sell])
        BasisStage.fill(&stage, legs)
        stage.pass(.seconds(1))
        #expect(!stage.persisted().contains { $0.reduceOnly })
    }

    // MARK: What others do to the position

    @Test func `a liquidation or a deleveraging is hedged at once, and again known after a restart`() {
        var stage = BasisStage.entered()
        let held = Stage.instrument.quantity(ofBase: stage.engine.ledger.balance(VenueID(1), Asset("BTC")))
        var fill = FillReport(
            instrument: InstrumentID(0), clientID: nil, venueOrderID: "venue", tradeID: "adl", side: .buy,
            price: Price(raw: 100_65), quantity: held.magnitude, fee: .zero, feeAsset: Asset("USDT"),
            isMaker: false, evidence: .stream, venueTime: stage.now)
        stage.process(.filled(VenueID(1), fill))
        #expect(stage.persisted().isEmpty, "any other stranger's fill waits for the history")
        fill.isForced = true
        stage.process(.filled(VenueID(1), fill))
        let hedges = stage.persisted()
        #expect(hedges.map(\.side) == [.sell])
        #expect(hedges.first?.quantity == held.magnitude)
        #expect(stage.engine.venues[1].safeReason != nil)
        stage.process(.foreignFill(VenueID(1), fill))
        #expect(stage.persisted().isEmpty, "told again it changes nothing")
        let after = BasisStage.stage(recovery: stage.rows)
        #expect(after.engine.obligations[0].deviation == held.magnitude)
    }

    @Test func `a hedge at a perpetual is bounded by its own price, not by spot's`() {
        var stage = BasisStage.spot()
        stage.quote(1, bid: 102_40, ask: 102_50)
        for _ in 0..<2 {
            let tried = stage.persisted()
            stage.durable(tried)
            for order in tried { stage.expire(order) }
        }
        let perpetual = stage.persisted()
        #expect(perpetual.map(\.venue) == [VenueID(1)])
        // 75 bps below 102.45.
        #expect(perpetual.allSatisfy { $0.limit >= Price(raw: 101_68) })
    }

    @Test func `where a perpetual's leg once fell short is forgotten when all is hedged`() {
        var stage = BasisStage.stage(venues: 3)
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(2, bid: 99_80, ask: 100_10)
        stage.quote(1, bid: 100_60, ask: 100_70)
        let legs = stage.persisted()
        stage.durable(legs)
        for leg in legs where leg.side == .buy { stage.fill(leg) }
        for leg in legs where leg.side == .sell { stage.expire(leg) }
        let hedges = stage.persisted()
        #expect(hedges.map(\.venue) == [VenueID(1)])
        BasisStage.fill(&stage, hedges)
        stage.process(.timer)
        // A stray fill on spot afterwards is hedged on spot.
        stage.process(
            .filled(
                VenueID(0),
                FillReport(
                    instrument: InstrumentID(0), clientID: legs[0].id, venueOrderID: "o\(legs[0].id)",
                    tradeID: "late", side: .buy, price: Price(raw: 100_00), quantity: Quantity(raw: 50_000),
                    fee: .zero, feeAsset: Asset("USDT"), isMaker: false, evidence: .stream,
                    venueTime: stage.now)))
        #expect(stage.persisted().allSatisfy { $0.venue != VenueID(1) })
    }

    @Test func `a row that stands twice, because its first write was thought to have failed, books once`() {
        var first = BasisStage.stage()
        first.process(BasisStage.payment("a", 7, at: first.now + .seconds(1)))
        first.process(
            .adjusted(VenueID(1), Asset("USDT"), by: BasisStage.units(3), reason: "accepted: a transfer at 7")
        )
        let twice = first.rows.flatMap { row -> [OutboxRecord] in
            if case .adjusted = row { return [row, row] }
            return [row]
        }
        let once = Recovery.replayed(first.rows)
        let again = Recovery.replayed(twice)
        #expect(once.balance(VenueID(1), Asset("USDT")) == again.balance(VenueID(1), Asset("USDT")))
    }

    @Test func `where a recording lacks a venue, its perpetual keeps its strategy or takes it away`() {
        let policy = BasisStage.stage(venues: 3).engine.policy
        let without0 = policy.restricted { venue, _ in venue.name != "venue-0" }
        #expect(without0.takerTaker.map { $0.basis?.perpetual } == [VenueID(0)])
        #expect(without0.venues[0].margin != nil)
        #expect(policy.restricted { venue, _ in venue.name != "venue-1" }.takerTaker.isEmpty)
    }
}

extension Recovery {
    /// The ledger that these rows leave.
    fileprivate static func replayed(_ rows: [OutboxRecord]) -> PositionLedger {
        let policy = BasisStage.stage().engine.policy
        var recovery = Recovery(policy: policy)
        for (number, row) in rows.enumerated() {
            do { try recovery.replay(row.encoded(), sequence: UInt64(number + 1)) } catch {
                preconditionFailure("a row of this version is read: \(error)")
            }
        }
        return recovery.ledger
    }
}
