import Engine
import Hedging
import Orders
import Testing
import TradingModel

/// Hedges that are durable before the quotes whose fills may need them.
@Suite struct `A warrant for quotes` {
    private func stage() throws -> (Stage, bid: OrderIntent, ask: OrderIntent) {
        var stage = Stage.ofQuotes()
        let (bid, ask) = try stage.restQuotes()
        makeDurable(&stage)
        return (stage, bid, ask)
    }

    private func makeDurable(_ stage: inout Stage) {
        stage.process(.durable(stage.warrants.map(\.name)))
    }

    @Test func `stands before the first quote leaves, for where its fill is hedged and for the next best`()
        throws
    {
        let (stage, bid, _) = try stage()
        let place = try #require(stage.rows.firstIndex { if case .warranted = $0 { true } else { false } })
        let first = try #require(stage.rows.firstIndex { if case .intended = $0 { true } else { false } })
        #expect(place < first)
        let warrant = try #require(stage.warrants.last)
        // The ask's fill is bought at venue 1 or 2, the bid's is sold there: the first attempts come first.
        #expect(Set(warrant.legs.map(\.side)) == [.buy, .sell])
        #expect(warrant.legs.map(\.venue.index) == [1, 1, 2, 2])
        #expect(Set(warrant.legs.map(\.number)).count == warrant.legs.count)
        #expect(warrant.quantity >= bid.quantity)
    }

    @Test(arguments: [true, false])
    func `lets the hedge leave in the call that tells of the fill`(buys: Bool) throws {
        var (stage, bid, ask) = try stage()
        let sent = stage.transmitted.count
        stage.fill(buys ? bid : ask)
        let hedge = try #require(stage.transmitted.dropFirst(sent).first)
        #expect(hedge.purpose == .hedge && hedge.side == (buys ? .sell : .buy) && hedge.venue == VenueID(1))
        #expect(stage.warrants.contains { $0.name == hedge.id.warrant })
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
            #expect(stage.warrants.contains { $0.name == hedge.id.warrant })
            stage.fill(hedge)
            makeDurable(&stage)
        }
        #expect(stage.engine.obligations[0].deviation == .zero)
    }

    @Test func `holds for the second attempt as well, though its quote is gone`() throws {
        var (stage, bid, _) = try stage()
        stage.fill(bid)
        let sent = stage.transmitted.count
        stage.expire(try #require(stage.transmitted.last))
        let second = try #require(stage.transmitted.dropFirst(sent).first)
        #expect(second.venue == VenueID(2) && second.side == .sell)
        #expect(stage.persisted().allSatisfy { $0.purpose == .open }, "nothing owed waits for the store")
    }

    @Test func `is written anew before it is too old, and the old one is revoked`() throws {
        var (stage, _, _) = try stage()
        let first = try #require(stage.warrants.last)
        for _ in 0..<40 {
            stage.pass(.milliseconds(50))
            stage.process(.timer)
            makeDurable(&stage)
        }
        let last = try #require(stage.warrants.last)
        #expect(last.name != first.name && stage.now - last.decidedAt <= Warrant.life / 2 + .milliseconds(50))
        #expect(stage.revoked[first.name] != nil)
        #expect(stage.warrants.count <= 10, "not at every beat")
        let standing = Set(stage.warrants.map(\.name)).subtracting(stage.revoked.keys)
        #expect(standing.count <= 2)
    }

    @Test func `outlives a pair's settling, and ends with the last quote`() throws {
        var (stage, bid, ask) = try stage()
        let name = try #require(stage.warrants.last).name
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.revoked[name] == nil, "nothing is owed and the quotes rest")
        stage.process(.mode(.hold, reason: "test", actor: "ann"))
        for quote in [bid, ask] { stage.expire(quote) }
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(Set(stage.warrants.map(\.name)).subtracting(stage.revoked.keys).isEmpty)
    }
}
