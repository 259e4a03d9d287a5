import Engine
import Hedging
import Orders
import Testing
import TradingModel

/// What an earlier run left standing, and died.
@Suite struct `A warrant of an earlier run` {
    private func quoted() throws -> (Stage, bid: OrderIntent, ask: OrderIntent) {
        var stage = Stage.ofQuotes()
        let (bid, ask) = try stage.restQuotes()
        return (stage, bid, ask)
    }

    private func standing(_ stage: Stage) throws -> Warrant {
        try #require(stage.warrants.last { stage.revoked[$0.name] == nil })
    }

    /// Of all that stand.
    private func legs(_ stage: Stage) -> [ClientOrderID] {
        stage.warrants.filter { stage.revoked[$0.name] == nil }.flatMap { $0.legs.map($0.id) }.sorted()
    }

    private func arrive(_ stage: inout Stage) {
        stage.advance(Warrant.sendWindow + .seconds(7))
        stage.process(.timer)
    }

    @Test func `lies dormant while nothing was owed: a start asks after its quotes alone`() throws {
        let (first, bid, ask) = try quoted()
        var next = Stage.ofQuotes(recovery: first.rows)
        next.pass(.milliseconds(10))
        next.process(.timer)
        #expect(next.presumed.isEmpty)
        #expect(Set(next.queried).isSubset(of: [bid.id, ask.id]))
        #expect(try next.revoked[standing(first).name] == nil)
    }

    @Test(arguments: [true, false])
    func `wakes with a fill that no row told of: nothing is hedged until each leg is found out`(buys: Bool)
        throws
    {
        let (first, bid, ask) = try quoted()
        let warrant = try standing(first)
        var next = Stage.ofQuotes(recovery: first.rows)
        for venue in 1..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        next.fill(buys ? bid : ask)
        #expect(next.presumed == legs(first))
        #expect(next.engine.reservationCount >= warrant.legs.count)
        #expect(next.persisted().isEmpty && next.transmitted.isEmpty)
        #expect(next.alarms.contains(.hedgeFailure), "and people are told")
        next.pass(.milliseconds(10))
        next.process(.timer)
        #expect(Set(next.queried).isSuperset(of: next.presumed))
        #expect(next.revoked[warrant.name] == WarrantLegs(warrant.legs), "the rows say so to the next run")
        let third = Stage.ofQuotes(recovery: first.rows + next.rows)
        #expect(third.presumed == next.presumed)
    }

    @Test func `does not wake with a fill that its rows told of already`() throws {
        var (first, bid, _) = try quoted()
        first.fill(bid)
        let hedge = try #require(first.transmitted.last)
        first.fill(hedge)
        #expect(first.engine.obligations[0].deviation == .zero)
        var next = Stage.ofQuotes(recovery: first.rows)
        next.fill(bid)
        next.fill(hedge)
        #expect(next.engine.counters.duplicateFills == 2 && next.presumed.isEmpty)
    }

    @Test func `wakes when its rows leave something owed`() throws {
        var (first, bid, _) = try quoted()
        let standing = legs(first)
        let known = first.rows.count
        first.fill(bid)
        let fill = try #require(
            first.rows[known...].first { if case .filled = $0 { true } else { false } })
        let next = Stage.ofQuotes(recovery: first.rows[..<known] + [fill])
        #expect(next.presumed == standing)
    }

    @Test func `wakes when one of its hedges is met, which is then no stranger and no zombie`() throws {
        let (first, _, _) = try quoted()
        let warrant = try standing(first)
        let sent = warrant.most(warrant.legs[0])
        var next = Stage.ofQuotes(recovery: first.rows)
        next.fill(sent)
        #expect(next.engine.orders[sent.id]?.filled == sent.quantity)
        #expect(next.presumed == legs(first).filter { $0 != sent.id })
        #expect(next.engine.counters.zombieOrders == 0 && next.engine.counters.foreignFills == 0)
        #expect(next.engine.venues.allSatisfy { $0.safeReason == nil })
    }

    @Test func `wakes with a trade that names no order`() throws {
        let (first, _, _) = try quoted()
        let warrant = try standing(first)
        var next = Stage.ofQuotes(recovery: first.rows)
        next.foreign(warrant.most(warrant.legs[0]), trade: "17")
        #expect(next.presumed == legs(first))
    }

    @Test func `does not wake with what this run trades`() throws {
        func stage(_ rows: [OutboxRecord] = []) -> Stage {
            Stage(venues: 3, recovery: rows) { $0.hedge.warrants = 2 }
        }
        var first = stage()
        let past = first.sentPair()
        var next = stage(first.rows)
        for leg in past { next.expire(leg) }
        // Other books than those that the last run decided on.
        next.quote(2, bid: 100_21, ask: 100_61)
        let legs = next.sentPair()
        #expect(legs.count == 2)
        next.fill(legs[0])
        #expect(next.presumed.isEmpty)
    }

    @Test func `is dismissed once its run's orders have ended, balances agree and nothing can arrive`() throws
    {
        let (first, bid, ask) = try quoted()
        let name = try standing(first).name
        var next = Stage.ofQuotes(recovery: first.rows)
        next.expire(bid)
        arrive(&next)
        #expect(next.revoked[name] == nil, "one of its run's quotes may still fill")
        next.expire(ask)
        next.process(.drifted(VenueID(1), detail: "test"))
        next.process(.timer)
        #expect(next.revoked[name] == nil, "a venue's balances are not those of the rows")
        next.process(.reconciled(VenueID(1)))
        next.process(.timer)
        #expect(next.revoked[name] == WarrantLegs())
        next.process(.timer)
        #expect(next.rows.filter { if case .revoked(name, _) = $0 { true } else { false } }.count == 1)
        #expect(Stage.ofQuotes(recovery: first.rows + next.rows).presumed.isEmpty)
    }

    @Test func `is not dismissed while its hedges may still arrive`() throws {
        let (first, bid, ask) = try quoted()
        var next = Stage.ofQuotes(recovery: first.rows)
        for quote in [bid, ask] { next.expire(quote) }
        next.process(.timer)
        #expect(try next.revoked[standing(first).name] == nil)
        arrive(&next)
        #expect(try next.revoked[standing(first).name] == WarrantLegs())
    }

    @Test func `is written again behind a checkpoint, for the run after this one`() throws {
        let (first, bid, _) = try quoted()
        var second = Stage.ofQuotes(recovery: first.rows)
        second.process(.checkpoint)
        let place = try #require(second.rows.firstIndex { if case .checkpoint = $0 { true } else { false } })
        var third = Stage.ofQuotes(recovery: Array(second.rows[place...]))
        #expect(third.presumed.isEmpty)
        third.fill(bid)
        #expect(third.presumed == legs(first))
    }
}
