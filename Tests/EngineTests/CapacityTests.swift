import Engine
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// What a balance allows, and what has laid claim to it.
@Suite struct `What a venue can afford` {
    @Test func `bounds a buy by its money, with a percent for fee and slippage`() {
        var stage = Stage { $0.takerTaker[0].depthShare = 100 }
        stage.setBalance(0, "USDT", Stage.units(500))
        let legs = stage.pair()
        // 500 less a percent are 495.04 at 100.00.
        #expect(legs.map(\.quantity.raw) == [49_504, 49_504])
    }

    @Test func `bounds a sale by its coins`() {
        var stage = Stage { $0.takerTaker[0].depthShare = 100 }
        stage.setBalance(1, "BTC", Stage.units(3))
        #expect(stage.pair().map(\.quantity.raw) == [30_000, 30_000])
    }

    @Test(arguments: [Int64(80), 95])
    func `an order that could cost more than there is, fee included, is denied`(slippage: Int64) {
        // 4.95 at 100.95 are 499.74 and 0.50 of fee; at 100.80 they are 499.49 in all.
        var stage = Stage {
            $0.takerTaker[0].slippage = Stage.bps(slippage)
            $0.takerTaker[0].depthShare = 100
        }
        stage.setBalance(0, "USDT", Stage.units(500))
        #expect(stage.pair().isEmpty == (slippage == 95))
        #expect(stage.denied(.balance) == (slippage == 95 ? 1 : 0))
    }

    /// A bid of ten rests at venue 0, its hedge set aside at venue 1; then an edge comes by between the two.
    private func besideQuote(_ change: (inout Stage) -> Void) throws -> [OrderIntent] {
        var stage = Stage {
            $0.makerTaker = [Stage.maker()]
            $0.takerTaker[0].depthShare = 100
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        change(&stage)
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let quote = try #require(stage.rested().first)
        #expect(quote.quantity == Quantity(raw: 100_000))
        stage.quote(0, bid: 99_00, ask: 99_70)
        return stage.persisted()
    }

    @Test func `what a resting quote has reserved is not spent twice`() throws {
        let legs = try besideQuote { $0.setBalance(0, "USDT", Stage.units(1_500)) }
        // 1,500 less 999.50 for the bid, less a percent, at 99.70.
        #expect(legs.map(\.quantity.raw) == [49_703, 49_703])
    }

    @Test func `nor is what is set aside for its hedge`() throws {
        let legs = try besideQuote { $0.setBalance(1, "BTC", Stage.units(15)) }
        #expect(legs.map(\.quantity.raw) == [50_000, 50_000])
    }

    private func restingOn(
        _ change: (inout Stage) -> Void
    ) throws -> (stage: Stage, bid: OrderIntent) {
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [Stage.maker()]
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        change(&stage)
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.rested().first)
        return (stage, bid)
    }

    @Test func `a quote that uses up all there is does not drive itself out`() throws {
        let scarce: [(inout Stage) -> Void] = [
            { $0.setBalance(0, "USDT", Stage.units(400)) }, { $0.setBalance(1, "BTC", Stage.units(4)) },
        ]
        for change in scarce {
            var (stage, bid) = try restingOn(change)
            #expect((39_000...40_000).contains(bid.quantity.raw))
            stage.quote(1, bid: 100_00, ask: 100_11)
            #expect(stage.canceled.isEmpty)
        }
    }

    @Test func `a quote whose hedge is no longer affordable is pulled`() throws {
        var (stage, bid) = try restingOn { _ in }
        stage.setBalance(1, "BTC", Stage.units(5))
        stage.quote(1, bid: 100_00, ask: 100_11)
        #expect(stage.canceled == [bid.id])
    }

    @Test func `what was set aside for a quote's hedge is free once it has ended`() throws {
        var (stage, bid) = try restingOn { _ in }
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == Stage.units(10))
        stage.quote(1, bid: 99_90, ask: 100_11)
        stage.report(bid, .canceled, filled: 0)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == .zero)
    }

    @Test func `a quote to sell sets aside what buying costs, with a percent`() throws {
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [Stage.maker(.asks)]
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_00 + 10)
        let ask = try #require(stage.rested().first)
        let cost = Stage.instrument.notional(Price(raw: 100_10), ask.quantity)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("USDT")) == Amount(raw: cost.raw / 100 * 101))
    }

    @Test(arguments: [MakerTakerPolicy.Sides.bids, .asks])
    func `a quote hedged with a perpetual sets aside its margin and nothing else`(
        sides: MakerTakerPolicy.Sides
    ) throws {
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [
                Stage.maker(sides) { $0.manifest.venues = [VenueID(0), VenueID(1)] }
            ]
            Stage.relist(&$0, 1, isPerpetual: true)
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let quote = try #require(stage.rested().first)
        let price = Price(raw: sides == .bids ? 100_00 : 100_10)
        let notional = Stage.instrument.notional(price, quote.quantity)
        let margin = MarginRule(leverage: 3).initial(notional) + Stage.bps(10).of(notional)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == .zero)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("USDT")) == Amount(raw: margin.raw / 100 * 101))
    }
}
