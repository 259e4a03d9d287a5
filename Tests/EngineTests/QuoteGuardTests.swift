import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// When a quote is placed, left alone and pulled: one condition each.
@Suite struct `A quote is` {
    /// Venue 0 is quoted; venue 1 bids 100.00 and asks 100.10, which makes a bid of 99.85.
    private func stage(
        venues: Int = 2, armed: Bool = true, _ maker: MakerTakerPolicy = Stage.maker(),
        _ change: (inout EnginePolicy) -> Void = { _ in }
    ) -> Stage {
        var stage = Stage(venues: venues) {
            $0.takerTaker = []
            $0.makerTaker = [maker]
            change(&$0)
        }
        if armed { arm(&stage) }
        stage.quote(0, bid: 99_00, ask: 101_00)
        return stage
    }

    /// What was denied until now may be tried again.
    private func arm(_ stage: inout Stage) {
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.advance(.seconds(1))
    }

    private func news(_ stage: inout Stage, bid: Int64 = 100_00) {
        stage.quote(1, bid: bid, ask: 100_10)
    }

    @Test func `not repeated at once after it was refused`() {
        var stage = stage()
        news(&stage)
        for quote in stage.persisted() {
            stage.durable([quote])
            stage.process(.placeAnswered(quote.id, .refused(code: "x", message: "")))
        }
        news(&stage)
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(500))
        news(&stage)
        #expect(stage.persisted().count == 1)
    }

    @Test func `not placed again at once after it was pulled`() throws {
        var stage = stage()
        news(&stage)
        let bid = try #require(stage.rested().first)
        stage.advance(.seconds(1))
        news(&stage, bid: 99_90)
        #expect(stage.canceled == [bid.id])
        stage.report(bid, .canceled, filled: 0)
        news(&stage)
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(500))
        news(&stage)
        #expect(stage.persisted().count == 1)
    }

    @Test func `not placed again at once after it was filled`() throws {
        var stage = stage(Stage.maker { $0.life = .milliseconds(10) })
        news(&stage)
        stage.fill(try #require(stage.rested().first))
        let hedges = stage.persisted()
        stage.durable(hedges)
        for hedge in hedges { stage.fill(hedge) }
        stage.advance(.milliseconds(499))
        news(&stage)
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(1))
        news(&stage)
        #expect(stage.persisted().count == 1)
    }

    @Test func `not placed while something is owed, though no hedge is under way`() throws {
        var maker = Stage.maker(.both)
        maker.life = .milliseconds(10)
        var stage = stage(maker) {
            $0.hedge.repriceBound = .zero
            $0.hedge.otherVenueBound = .zero
            $0.hedge.unwindBound = .zero
        }
        news(&stage)
        let bid = try #require(stage.persisted().first)
        stage.durable([bid])
        stage.accept(bid)
        let ask = try #require(stage.persisted().first)
        stage.durable([ask])
        stage.process(.placeAnswered(ask.id, .refused(code: "x", message: "")))
        stage.fill(bid)
        #expect(!stage.engine.obligations[0].open.isEmpty && stage.persisted().isEmpty)
        stage.advance(.milliseconds(50))
        news(&stage)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `not canceled before it is acknowledged, and then at once`() throws {
        var stage = stage()
        news(&stage)
        let bid = try #require(stage.persisted().first)
        stage.durable([bid])
        news(&stage, bid: 99_90)
        #expect(stage.canceled.isEmpty)
        stage.accept(bid)
        #expect(stage.canceled == [bid.id])
    }

    @Test func `not held up by another venue's order of unknown fate`() {
        var stage = Stage { $0.makerTaker = [Stage.maker()] }
        let legs = stage.pair()
        stage.durable(legs)
        stage.process(.placeAnswered(legs[1].id, .ambiguous(code: "timeout")))
        stage.expire(legs[0])
        arm(&stage)
        stage.quote(0, bid: 99_00, ask: 101_00)
        news(&stage)
        #expect(stage.persisted().map(\.isQuote) == [true])
    }

    @Test func `pulled in HOLD, whatever sizes would say`() throws {
        var stage = stage { $0.sizing = nil }
        news(&stage)
        let bid = try #require(stage.rested().first)
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        #expect(stage.canceled == [bid.id])
    }

    @Test func `neither placed nor left while the store is slow`() throws {
        var stage = stage()
        news(&stage)
        let bid = try #require(stage.rested().first)
        stage.process(.store(.slow))
        news(&stage)
        #expect(stage.canceled == [bid.id])
        stage.report(bid, .canceled, filled: 0)
        stage.advance(.seconds(1))
        news(&stage)
        #expect(stage.persisted().isEmpty)
        stage.process(.store(.good))
        news(&stage)
        #expect(stage.persisted().count == 1)
    }

    @Test func `pulled while its instrument rests after a late hedge`() throws {
        var stage = stage(Stage.maker(.both))
        news(&stage)
        let quotes = stage.rested()
        #expect(quotes.count == 2)
        stage.fill(quotes[0])
        stage.advance(.milliseconds(121))
        stage.process(.timer)
        let hedges = stage.persisted()
        stage.durable(hedges)
        for hedge in hedges { stage.fill(hedge) }
        news(&stage)
        #expect(stage.canceled == [quotes[1].id])
    }

    @Test func `left alone when no request is to be had, and placed only with room for its cancel`() throws {
        var stage = stage()
        stage.process(.headroom(VenueID(0), 1))
        news(&stage)
        #expect(stage.persisted().isEmpty)
        stage.process(.headroom(VenueID(0), 2))
        news(&stage)
        _ = try #require(stage.rested().first)
        stage.process(.headroom(VenueID(0), 0))
        news(&stage)
        #expect(stage.canceled.isEmpty)
    }

    @Test func `hedged where it is worth most, of its manifest's venues`() {
        for (venues, price) in [(nil, Int64(100_24)), (Set([VenueID(0), VenueID(2)]), 99_85)] {
            var stage = stage(venues: 3, armed: false, Stage.maker { $0.manifest.venues = venues })
            stage.quote(2, bid: 100_00, ask: 100_60)
            arm(&stage)
            stage.quote(1, bid: 100_40, ask: 100_50)
            #expect(stage.persisted().map(\.limit.raw) == [price])
        }
    }

    @Test func `half as large in REDUCED`() {
        var stage = stage()
        stage.process(.mode(.reduced, reason: "test", actor: "ann"))
        news(&stage)
        #expect(stage.persisted().map(\.quantity.raw) == [50_000])
    }

    @Test func `further away when the hedging venue has lost its stream lately`() {
        var stage = stage()
        stage.process(.privateStream(VenueID(1), isReady: false, reason: "test"))
        stage.process(.privateStream(VenueID(1), isReady: true, reason: ""))
        stage.process(.reconciled(VenueID(1)))
        news(&stage)
        // A basis point and a quarter.
        #expect(stage.persisted().map(\.limit.raw) == [99_83])
    }

    @Test func `further away when the hedge's price is about to follow another's`() throws {
        var stage = stage()
        stage.process(.deadMan(VenueID(0), isArmed: false))
        var bid: Int64 = 100_00
        for move in 0..<60 {
            bid += move % 3 == 0 ? -20 : 10
            stage.advance(.seconds(2))
            stage.quote(0, bid: bid, ask: bid + 100)
            stage.advance(.milliseconds(80))
            stage.quote(1, bid: bid, ask: bid + 100)
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.advance(.seconds(11))
        stage.quote(1, bid: bid, ask: bid + 100)
        stage.quote(0, bid: bid - 20, ask: bid + 80)
        let early = try #require(stage.persisted().first)
        let usual = Double(bid) * 0.999 / 1.0005
        #expect(Double(early.limit.raw) < usual - 5, "at \(early.limit.raw) of \(usual)")
    }

    @Test func `no cycle when it was only canceled`() throws {
        var stage = stage(Stage.maker { $0.cyclesPerMinute = 1 })
        for _ in 0..<3 {
            stage.advance(.seconds(1))
            stage.quote(0, bid: 99_00, ask: 101_00)
            news(&stage)
            let bid = try #require(stage.rested().first)
            stage.advance(.seconds(1))
            news(&stage, bid: 99_90)
            stage.report(bid, .canceled, filled: 0)
        }
        #expect(!stage.alarms.contains(.possibleLogicLoop))
    }

    @Test func `hedged where it was meant to be, though another venue pays more by now`() throws {
        var stage = stage(venues: 3, armed: false)
        stage.quote(2, bid: 99_00, ask: 100_60)
        arm(&stage)
        news(&stage)
        let bid = try #require(stage.rested().first)
        stage.quote(2, bid: 100_05, ask: 100_60)
        #expect(stage.canceled.isEmpty)
        stage.fill(bid)
        #expect(stage.persisted().map(\.venue.index) == [1])
    }
}
