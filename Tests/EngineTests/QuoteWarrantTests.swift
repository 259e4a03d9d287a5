import Engine
import Hedging
import Orders
import Strategies
import Testing
import TradingModel

/// Hedges that are durable before the quotes whose fills may need them.
@Suite struct `A warrant for quotes` {
    /// Venue 0 is quoted, venue 1 hedges, venue 2 is next.
    private func stage() throws -> (Stage, bid: OrderIntent, ask: OrderIntent) {
        let policy = MakerTakerPolicy(
            instrument: InstrumentID(0), quoteVenue: VenueID(0),
            minimumEdge: Rate(hundredthsOfBasisPoint: 500),
            quoteNotional: Amount(raw: 1_000 * 1_000_000_000_000_000_000), caution: 0)
        var stage = Stage(venues: 3) {
            $0.takerTaker = []
            $0.makerTaker = [policy]
            $0.hedge.quoteWarrants = 2
        }
        stage.quote(2, bid: 99_95, ask: 100_15)
        stage.quote(1, bid: 100_00, ask: 100_10)
        // Nothing rests before this.
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_00, ask: 101_00)
        var quotes: [OrderIntent] = []
        while let quote = stage.persisted().first {
            stage.durable([quote])
            stage.accept(quote)
            quotes.append(quote)
        }
        makeDurable(&stage)
        return (
            stage, try #require(quotes.first { $0.side == .buy }),
            try #require(quotes.first { $0.side == .sell })
        )
    }

    private func warrants(_ stage: Stage) -> [Warrant] {
        stage.rows.compactMap { if case .warranted(let warrant, _, _) = $0 { warrant } else { nil } }
    }

    private func revoked(_ stage: Stage) -> [ClientOrderID] {
        stage.rows.compactMap { if case .revoked(let name, _) = $0 { name } else { nil } }
    }

    private func makeDurable(_ stage: inout Stage) {
        stage.process(.durable(warrants(stage).map(\.name)))
    }

    @Test func `stands before the first quote leaves, for where its fill is hedged and for the next best`()
        throws
    {
        let (stage, bid, _) = try stage()
        let place = try #require(stage.rows.firstIndex { if case .warranted = $0 { true } else { false } })
        let first = try #require(stage.rows.firstIndex { if case .intended = $0 { true } else { false } })
        #expect(place < first)
        let warrant = try #require(warrants(stage).last)
        // The bid's fill is sold at venue 1 or 2, the ask's is bought there.
        #expect(Set(warrant.legs.map(\.side)) == [.buy, .sell])
        #expect(warrant.legs.map(\.venue.index) == [1, 2, 1, 2])
        #expect(warrant.quantity >= bid.quantity)
    }

    @Test(arguments: [true, false])
    func `lets the hedge leave in the call that tells of the fill`(buys: Bool) throws {
        var (stage, bid, ask) = try stage()
        let sent = stage.transmitted.count
        stage.fill(buys ? bid : ask)
        let hedge = try #require(stage.transmitted.dropFirst(sent).first)
        #expect(hedge.purpose == .hedge && hedge.side == (buys ? .sell : .buy) && hedge.venue == VenueID(1))
        #expect(warrants(stage).contains { $0.name == hedge.id.leg(0) })
        #expect(stage.persisted().allSatisfy { $0.purpose == .open }, "nothing owed waits for the store")
    }

    @Test func `that was used is followed by the next: fill after fill is hedged at once`() throws {
        var (stage, bid, _) = try stage()
        var used: Set<ClientOrderID> = []
        for _ in 0..<5 {
            let sent = stage.transmitted.count
            stage.fill(bid, part: bid.quantity.raw / 5)
            let hedge = try #require(stage.transmitted.dropFirst(sent).first)
            #expect(hedge.purpose == .hedge && used.insert(hedge.id).inserted)
            #expect(warrants(stage).contains { $0.name == hedge.id.leg(0) })
            stage.fill(hedge)
            makeDurable(&stage)
        }
        #expect(stage.engine.obligations[0].deviation == .zero)
    }

    @Test func `is written anew before it is too old, and the old one is revoked`() throws {
        var (stage, _, _) = try stage()
        let first = try #require(warrants(stage).last)
        for _ in 0..<40 {
            stage.pass(.milliseconds(50))
            stage.process(.timer)
            makeDurable(&stage)
        }
        let last = try #require(warrants(stage).last)
        #expect(last.name != first.name && stage.now - last.decidedAt <= Warrant.life / 2 + .milliseconds(50))
        #expect(revoked(stage).contains(first.name))
        #expect(warrants(stage).count <= 10, "not at every beat")
        let standing = Set(warrants(stage).map(\.name)).subtracting(revoked(stage))
        #expect(standing.count <= 2)
    }

    @Test func `outlives a pair's settling, and ends with the last quote`() throws {
        var (stage, bid, ask) = try stage()
        let name = try #require(warrants(stage).last).name
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(!revoked(stage).contains(name), "nothing is owed and the quotes rest")
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        for quote in [bid, ask] { stage.expire(quote) }
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(Set(warrants(stage).map(\.name)).subtracting(revoked(stage)).isEmpty)
    }

    @Test func `of a run that died is an order of unknown fate for each leg`() throws {
        let (stage, _, _) = try stage()
        let standing = try #require(warrants(stage).last)
        let next = Stage(venues: 3, recovery: stage.rows) { $0.hedge.quoteWarrants = 2 }
        for leg in standing.legs {
            #expect(next.engine.orders[standing.id(of: leg)]?.intent.purpose == .presumed)
        }
    }
}
