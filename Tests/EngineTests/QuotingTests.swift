import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite("Quotes that rest") struct QuotingTests {
    private static func units(_ n: Int64) -> Amount {
        Amount(raw: Int128(n) * 1_000_000_000_000_000_000)
    }

    /// Venue 0 is quoted, venue 1 hedges; taker fees are ten basis points, maker fees none.
    private func stage(
        armed: Bool = true, edge: Int64 = 500, change: (inout MakerTakerPolicy) -> Void = { _ in }
    ) -> Stage {
        var policy = MakerTakerPolicy(
            instrument: InstrumentID(0), quoteVenue: VenueID(0),
            minimumEdge: Rate(hundredthsOfBasisPoint: edge), quoteNotional: QuotingTests.units(1_000),
            caution: 0)
        change(&policy)
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [policy]
        }
        if armed { stage.process(.deadMan(VenueID(0), isArmed: true)) }
        stage.quote(0, bid: 99_00, ask: 101_00)
        return stage
    }

    /// Both quotes, durable and acknowledged.
    private func quoted(_ stage: inout Stage) throws -> (bid: OrderIntent, ask: OrderIntent) {
        stage.quote(1, bid: 100_00, ask: 100_10)
        let quotes = settle(&stage) { $0.accept($1) }
        return (
            try #require(quotes.first { $0.side == .buy }), try #require(quotes.first { $0.side == .sell })
        )
    }

    /// Quotes go one at a time: each is answered, and the next one comes. All of them.
    private func settle(_ stage: inout Stage, _ answer: (inout Stage, OrderIntent) -> Void) -> [OrderIntent] {
        var all: [OrderIntent] = []
        while let quote = stage.persisted().first {
            stage.durable([quote])
            answer(&stage, quote)
            all.append(quote)
        }
        return all
    }

    private func refuse(_ stage: inout Stage) {
        _ = settle(&stage) { $0.process(.placeAnswered($1.id, .refused(code: "x", message: ""))) }
    }

    @Test func `quotes that stand are pulled at the next beat when a rule has come to forbid them`() throws {
        var stage = stage()
        let quotes = try quoted(&stage)
        stage.process(.timer)
        #expect(stage.canceled.isEmpty)
        var policy = stage.engine.policy
        policy.limits.rules[.symbolBlocked] = true
        policy.limits.rules[.blocked] = [0]
        policy.limits.rules.blocked = [true]
        let fact = ConfigurationFact(
            before: "", after: "a", changes: [], reason: "", actor: "", at: stage.now)
        stage.process(
            .governance(.configure(PolicyChange(policy: policy, fact: fact, people: 1), people: ["ann"])))
        stage.process(.timer)
        #expect(Set(stage.canceled) == [quotes.bid.id, quotes.ask.id])
    }

    @Test func `quotes go one at a time, each when the one before it was answered`() {
        var stage = stage()
        stage.quote(1, bid: 100_00, ask: 100_10)
        let first = stage.persisted()
        #expect(first.map(\.side) == [.buy])
        stage.durable(first)
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.persisted().isEmpty)
        stage.accept(first[0])
        #expect(stage.persisted().map(\.side) == [.sell])
    }

    @Test func `a bid leaves the edge after both fees when its fill is sold, an ask when it is bought`()
        throws
    {
        var stage = stage()
        let (bid, ask) = try quoted(&stage)
        // Sold at 100.00 less ten basis points, with five to spare: 99.85. Bought at 100.10: 100.26.
        #expect(bid.limit == Price(raw: 99_85))
        #expect(ask.limit == Price(raw: 100_26))
        #expect(bid.venue == VenueID(0) && bid.timeInForce == .postOnly && bid.isQuote)
        #expect(bid.quantity.raw == 1_000 * 10_000 / 100)
    }

    @Test func `a quote never takes: it stays a tick before the other side`() throws {
        var stage = stage()
        stage.quote(0, bid: 99_00, ask: 99_50)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.persisted().first { $0.side == .buy })
        #expect(bid.limit == Price(raw: 99_49))
    }

    @Test func `nothing rests where nobody would cancel it`() {
        var stage = stage(armed: false)
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `only the sides that are wanted are quoted`() {
        var stage = stage { $0.sides = .bids }
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.persisted().map(\.side) == [.buy])
    }

    @Test func `a quote that lost half its edge is pulled at once, and one that keeps it stays`() throws {
        var stage = stage()
        let (bid, _) = try quoted(&stage)
        stage.quote(1, bid: 99_98, ask: 100_08)
        #expect(!stage.canceled.contains(bid.id), "two of five basis points are lost")
        stage.quote(1, bid: 99_96, ask: 100_06)
        #expect(stage.canceled == [bid.id])
        stage.quote(1, bid: 99_90, ask: 100_00)
        #expect(stage.canceled == [bid.id], "a cancel is asked for once")
    }

    @Test func `a quote follows a price that moves away, but not at every tick and not too soon`() throws {
        var stage = stage { $0.sides = .bids }
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.persisted().first)
        stage.durable([bid])
        stage.accept(bid)
        stage.quote(1, bid: 100_05, ask: 100_15)
        #expect(stage.canceled.isEmpty, "it has only just been placed")
        stage.advance(.seconds(1))
        stage.quote(1, bid: 100_01, ask: 100_11)
        #expect(stage.canceled.isEmpty, "within the tolerance of two basis points")
        stage.quote(1, bid: 100_05, ask: 100_15)
        #expect(stage.canceled == [bid.id])
        stage.process(
            .reported(
                bid.venue,
                OrderReport(
                    instrument: bid.instrument, clientID: bid.id, venueOrderID: "o\(bid.id)", side: .buy,
                    state: .canceled, filled: .zero, quantity: bid.quantity, evidence: .stream,
                    venueTime: stage.now)))
        let next = try #require(stage.persisted().first)
        #expect(next.side == .buy && next.limit == Price(raw: 99_90))
    }

    @Test func `what a quote fills is hedged where it was meant to be, and no more than that`() throws {
        var stage = stage()
        let (bid, ask) = try quoted(&stage)
        stage.fill(bid, part: 40_000)
        let hedges = stage.persisted()
        try #require(hedges.count == 1)
        #expect(hedges[0].side == .sell && hedges[0].venue == VenueID(1) && hedges[0].purpose == .hedge)
        #expect(hedges[0].quantity == Quantity(raw: 40_000), "the ask that rests is no sale yet")
        stage.durable(hedges)
        stage.fill(hedges[0])
        #expect(stage.engine.obligations[0].deviation == .zero)
        let story = try #require(stage.engine.trades.stories.last)
        #expect(story.legs[0].filled == Quantity(raw: 40_000) && story.hedges[0].filled.raw == 40_000)
        #expect(story.legs[0].seen.price == bid.limit && story.legs[1].seen.price == Price(raw: 100_00))
        _ = ask
    }

    @Test func `a hedge has its balance set aside for as long as the quote rests`() throws {
        var stage = stage()
        let (bid, _) = try quoted(&stage)
        let held = stage.engine.standbyHeld(VenueID(1), Asset("BTC"))
        #expect(held == stage.engine.policy.instruments[0].baseAmount(bid.quantity))
        stage.fill(bid, part: bid.quantity.raw / 2)
        let rest = stage.engine.standbyHeld(VenueID(1), Asset("BTC"))
        #expect(rest == stage.engine.policy.instruments[0].baseAmount(Quantity(raw: bid.quantity.raw / 2)))
        let hedge = try #require(stage.persisted().first)
        stage.durable([hedge])
        stage.fill(hedge)
        stage.fill(bid, part: bid.quantity.raw / 2)
        #expect(stage.engine.standbyHeld(VenueID(1), Asset("BTC")) == .zero)
    }

    @Test func `HOLD, draining, a lost book and a lost account pull every quote`() throws {
        let troubles: [(inout Stage) -> Void] = [
            { $0.process(.mode(.hold, reason: "test", actor: "ann")) },
            { $0.process(.draining) },
            { $0.process(.bookQuarantined(VenueID(0), [InstrumentID(0)], reason: "test")) },
            { $0.process(.publicStream(VenueID(0), [InstrumentID(0)], isOpen: false)) },
            { $0.process(.publicStream(VenueID(1), [InstrumentID(0)], isOpen: false)) },
            { stage in
                stage.process(.privateStream(VenueID(0), isReady: false, reason: "test"))
                stage.process(.timer)
            },
            { stage in
                stage.advance(.seconds(6))  // no book is fresh any more
                stage.process(.timer)
            },
        ]
        for (number, trouble) in troubles.enumerated() {
            var stage = stage()
            let (bid, ask) = try quoted(&stage)
            trouble(&stage)
            #expect(Set(stage.canceled) == [bid.id, ask.id], "trouble \(number)")
            #expect(stage.persisted().isEmpty)
        }
    }

    @Test
    func `what waits its turn on the wire goes no more once it is canceled or its venue is not trusted`()
        throws
    {
        var stage = stage()
        let (bid, ask) = try quoted(&stage)
        #expect(
            stage.engine.mayStillGo(bid.id, at: stage.now) && stage.engine.mayStillGo(ask.id, at: stage.now))
        stage.quote(1, bid: 99_90, ask: 100_10)
        #expect(stage.canceled == [bid.id])
        #expect(!stage.engine.mayStillGo(bid.id, at: stage.now))
        #expect(stage.engine.mayStillGo(ask.id, at: stage.now))
        stage.advance(.milliseconds(151))
        #expect(!stage.engine.mayStillGo(ask.id, at: stage.now), "its time has passed")
        var other = self.stage()
        let quotes = try quoted(&other)
        other.process(.venueMode(VenueID(0), isSafe: true, reason: "test", actor: "ann"))
        #expect(!other.engine.mayStillGo(quotes.ask.id, at: other.now))
    }

    /// hummingbot#1791: new maker orders went out while a taker order was still to come.
    @Test func `nothing new is quoted while a hedge is owed`() throws {
        var stage = stage {
            $0.cooldown = .zero
            $0.life = .milliseconds(10)
        }
        let (bid, ask) = try quoted(&stage)
        stage.fill(bid)
        let hedges = stage.persisted()
        try #require(hedges.map(\.purpose) == [.hedge])
        stage.advance(.milliseconds(100))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_11)
        #expect(stage.persisted().isEmpty)
        stage.durable(hedges)
        stage.fill(hedges[0])
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.persisted().map(\.side) == [.buy], "the bid is quoted again, the ask still rests")
        _ = ask
    }

    /// Found by `arbsim run --seeds 12 --scenario both-legs-or-none`.
    @Test func `nor while a hedge is under way that another fill has made needless`() throws {
        var stage = stage {
            $0.cooldown = .zero
            $0.life = .milliseconds(10)
        }
        let (bid, ask) = try quoted(&stage)
        stage.fill(ask)
        let hedges = stage.persisted()
        stage.durable(hedges)
        stage.fill(bid, part: ask.quantity.raw)
        #expect(stage.engine.obligations[0].open.isEmpty)
        stage.advance(.milliseconds(100))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_11)
        #expect(!stage.persisted().contains { $0.isQuote })
    }

    @Test func `where the fate of an order is unknown, nothing new is quoted until it is found out`() throws {
        var stage = stage()
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.persisted().first)
        stage.durable([bid])
        stage.process(.placeAnswered(bid.id, .ambiguous(code: "timeout")))
        stage.advance(.seconds(2))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_11)
        #expect(stage.persisted().isEmpty)
    }

    @Test func `a clock pulls quotes and places none`() throws {
        var stage = stage()
        stage.quote(1, bid: 100_00, ask: 100_10)
        refuse(&stage)
        stage.advance(.seconds(1))
        for _ in 0..<20 { stage.process(.timer) }
        #expect(stage.persisted().isEmpty)
        stage.quote(1, bid: 100_00, ask: 100_11)
        #expect(!stage.persisted().isEmpty)
    }

    @Test func `depth that shrinks below what rests pulls it`() throws {
        var stage = stage()
        let (bid, _) = try quoted(&stage)
        // Half of what stands at the hedge's price may be counted on: 50,000 of the quote's 100,000.
        stage.quote(1, bid: 100_00, ask: 100_10, size: 100_000)
        #expect(stage.canceled.contains(bid.id))
    }

    @Test func `a restless market asks for a larger edge`() throws {
        var calm = stage()
        let (bid, _) = try quoted(&calm)
        var restless = stage { $0.caution = 100 }
        // The mid price has been ten basis points higher within the window.
        restless.quote(1, bid: 100_10, ask: 100_20)
        refuse(&restless)
        restless.advance(.seconds(1))
        restless.quote(1, bid: 100_00, ask: 100_10)
        let other = try #require(restless.persisted().first { $0.side == .buy })
        #expect(other.limit < bid.limit)
    }

    @Test func `a filled quote is a cycle, one that was only canceled is none`() throws {
        var stage = stage { $0.cyclesPerMinute = 1 }
        for round in 0..<3 {
            stage.advance(.seconds(2))
            stage.quote(0, bid: 99_00, ask: 101_00)
            stage.quote(1, bid: 100_00 + Int64(round), ask: 100_10 + Int64(round))
            let quotes = settle(&stage) { $0.accept($1) }
            guard let bid = quotes.first(where: { $0.side == .buy }) else { break }
            stage.fill(bid)
            let hedges = stage.persisted().filter { $0.purpose == .hedge }
            stage.durable(hedges)
            for hedge in hedges { stage.fill(hedge) }
        }
        #expect(stage.alarms.contains(.possibleLogicLoop))
        #expect(stage.engine.disabledStrategies.map(\.name) == ["maker-taker BTC-USDT venue-0"])
        stage.advance(.seconds(6))
        stage.quote(0, bid: 99_00, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.persisted().isEmpty, "nothing is quoted until two people have looked")
    }
}
