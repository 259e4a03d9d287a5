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
        let leg = warrant.legs[0]
        var next = Stage.ofQuotes(recovery: first.rows)
        next.foreign(warrant.most(leg), trade: "17")
        #expect(next.presumed == legs(first))
        #expect(next.engine.counters.foreignFills == 0, "it is asked after before it is a stranger's")
        #expect(next.engine.venues.allSatisfy { $0.safeReason == nil })
        let trade = next.report(warrant.most(leg), nil, "17")
        #expect(next.engine.mayBeOurs(trade, at: leg.venue))
        // Its order was found out meanwhile, and this is none of its trades.
        next.proveAbsent(next.presumed)
        next.foreign(warrant.most(leg), trade: "17")
        #expect(next.engine.counters.foreignFills == 1)
    }

    @Test func `found where the fill that it was sent for is not known yet is not hedged itself`() throws {
        let (first, bid, ask) = try quoted()
        let warrant = try standing(first)
        var sent = warrant.most(try #require(warrant.legs.first { $0.side == .sell }))
        sent.quantity = bid.quantity
        var next = Stage.ofQuotes(recovery: first.rows)
        // The quotes' venue does not answer.
        next.process(.privateStream(VenueID(0), isReady: false, reason: "test"))
        for venue in 1..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        next.fill(sent)
        next.report(sent, .expired, filled: sent.quantity.raw)
        next.proveAbsent(next.presumed)
        next.advance(HedgeLadder.breath)
        for venue in 1..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        #expect(next.presumed.isEmpty && next.persisted().isEmpty && next.transmitted.isEmpty)
        #expect(next.alarms.contains(.hedgeFailure), "and people are told")
        // Now it tells: the quote's fill is what the hedge was for.
        next.process(.privateStream(VenueID(0), isReady: true, reason: ""))
        next.fill(bid)
        next.expire(ask)
        next.quote(2, bid: 100_00, ask: 100_10)
        #expect(next.engine.obligations[0].deviation == .zero && next.persisted().isEmpty)
    }

    @Test func `woken pulls the quotes of this run, whose fills could not be hedged`() throws {
        let (first, bid, ask) = try quoted()
        var next = Stage.ofQuotes(recovery: first.rows)
        for quote in [bid, ask] { next.expire(quote) }
        next.process(.drifted(VenueID(2), detail: "so that it sleeps on"))
        let own = try next.restQuotes()
        next.foreign(try standing(first).most(try standing(first).legs[0]), trade: "17")
        next.quote(1, bid: 100_00, ask: 100_10)
        #expect(!next.presumed.isEmpty)
        #expect(next.engine.orders[own.bid.id]?.cancel == .sent)
        #expect(next.engine.orders[own.ask.id]?.cancel == .sent)
    }

    @Test func `says nothing about an order when the store has its row`() throws {
        let (first, bid, _) = try quoted()
        let name = try standing(first).name
        var next = Stage.ofQuotes(recovery: first.rows)
        // Within the time that its hedges may leave.
        next.process(.checkpoint)
        next.fill(bid)
        let presumed = next.presumed
        next.process(.durable([name]))
        #expect(next.transmitted.isEmpty && next.presumed == presumed)
        next.advance(.seconds(2))
        next.process(.durable([name]))
        #expect(next.presumed == presumed)
    }

    @Test func `stands no more for an order that has a row of its own`() throws {
        var (first, bid, _) = try quoted()
        first.fill(bid)
        let hedge = try #require(first.transmitted.last)
        #expect(first.warrants.contains { $0.name == hedge.id.warrant })
        let intended = first.rows.filter { row in
            if case .intended(let intent, _, _) = row { intent.id == hedge.id } else { false }
        }
        let warranted = first.rows.filter { row in
            if case .warranted(let warrant, _, _) = row { warrant.name == hedge.id.warrant } else { false }
        }
        var book = WarrantBook()
        for case .warranted(let warrant, _, _) in warranted { _ = book.write(warrant) }
        #expect(intended.count == 1 && book.order(hedge.id) != nil)
        book.handOver(hedge.id)
        #expect(book.order(hedge.id) == nil)
        #expect(
            book.warrants.allSatisfy {
                $0.legs.allSatisfy { $0.venue != hedge.venue || $0.side != hedge.side }
            })
    }

    @Test func `that was named as its first leg, by an earlier build, is read all the same`() throws {
        let (first, bid, _) = try quoted()
        let rows = first.rows.map { row in
            switch row {
            case .warranted(var warrant, let symbol, let venues):
                warrant.name = warrant.name.leg(0)
                return OutboxRecord.warranted(warrant, symbol: symbol, venues: venues)
            case .revoked(let name, let sent): return .revoked(name.leg(0), sent: sent)
            default: return row
            }
        }
        var next = Stage.ofQuotes(recovery: rows)
        #expect(next.presumed.isEmpty)
        next.fill(bid)
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
