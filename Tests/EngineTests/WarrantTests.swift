import Engine
import Hedging
import Orders
import Testing
import TradingModel

/// Hedges that are durable before the pair that may need them.
@Suite struct `A warrant` {
    private func stage(_ venues: Int = 3, recovery: [OutboxRecord] = []) -> Stage {
        Stage(venues: venues, recovery: recovery) { $0.hedge.warrants = 2 }
    }

    /// The newest.
    private func warrant(_ stage: Stage) throws -> Warrant { try #require(stage.warrants.last) }

    /// The one that was written with the pair.
    private func ofPair(_ stage: Stage) throws -> Warrant { try #require(stage.warrants.first) }

    private func revocations(_ stage: Stage) -> [WarrantLegs] {
        stage.rows.compactMap { if case .revoked(_, let sent) = $0 { sent } else { nil } }
    }

    /// Orders sent without having waited for a row.
    private func atOnce(_ stage: Stage, _ name: ClientOrderID) -> [OrderIntent] {
        stage.transmitted.filter { $0.id.warrant == name }
    }

    /// The rows that a death leaves when those after the first of `kind` were not durable yet.
    private func cut(_ stage: Stage, before kind: (OutboxRecord) -> Bool) -> [OutboxRecord] {
        Array(stage.rows.prefix { !kind($0) })
    }

    @Test func `is written before the pair, for where a leg may fall short and for the next best`() throws {
        var stage = stage()
        let legs = stage.pair()
        let warrant = try warrant(stage)
        let place = try #require(stage.rows.firstIndex { if case .warranted = $0 { true } else { false } })
        let pair = try #require(stage.rows.firstIndex { if case .intended = $0 { true } else { false } })
        #expect(place < pair)
        let mid = stage.engine.mids[0].raw
        #expect(warrant.quantity == legs[0].quantity)
        #expect(warrant.highestBuy.raw == mid + mid / 100 && warrant.lowestSell.raw == mid - mid / 100)
        // Bought at venue 0 and sold at venue 1; venue 2 sells for less and buys for more than the others.
        #expect(warrant.legs.map(\.side) == [.buy, .buy, .sell, .sell])
        #expect(warrant.legs.map(\.venue.index) == [0, 2, 1, 2])
        #expect(stage.engine.orders.live.count == 2, "it is no order")
    }

    @Test(arguments: [true, false])
    func `lets a hedge leave in the call that finds it owed`(bought: Bool) throws {
        var stage = stage()
        let legs = stage.sentPair()
        let name = try ofPair(stage).name
        stage.fill(legs[bought ? 0 : 1])
        #expect(atOnce(stage, name).isEmpty, "the other leg is under way")
        stage.expire(legs[bought ? 1 : 0])
        let sent = atOnce(stage, name)
        #expect(sent.map(\.venue.index) == [bought ? 1 : 0] && sent.map(\.side) == [bought ? .sell : .buy])
        #expect(sent.map(\.purpose) == [.hedge] && sent.map(\.quantity) == [legs[0].quantity])
        #expect(sent.allSatisfy { $0.owedSince == stage.now })
        #expect(stage.persisted().isEmpty, "nothing waits for the store")
        #expect(
            stage.rows.contains {
                if case .intended(let intent, _, _) = $0 { intent.id == sent[0].id } else { false }
            })
        #expect(stage.engine.orders[sent[0].id]?.state == .sent)
        #expect(stage.engine.reservationCount == 1)
        #expect(stage.engine.counters.ordersSent == 3)
        stage.fill(sent[0])
        let isFlat = stage.engine.isFlat
        #expect(isFlat && stage.engine.reservationCount == 0)
        #expect(revocations(stage).map(\.bits) == [bought ? 4 : 1, 0, 0])
    }

    @Test func `sends one order a leg: the next attempt goes by another, then by a row of its own`() throws {
        var stage = stage()
        let legs = stage.sentPair()
        let name = try ofPair(stage).name
        stage.fill(legs[0])
        stage.expire(legs[1])
        stage.expire(atOnce(stage, name)[0])
        #expect(atOnce(stage, name).map(\.venue.index) == [1, 2])
        stage.expire(atOnce(stage, name)[1])
        let waiting = stage.persisted()
        #expect(waiting.count == 1 && waiting[0].id.warrant != name)
        #expect(atOnce(stage, name).count == 2)
        #expect(Set(stage.transmitted.map(\.id)).count == stage.transmitted.count)
    }

    @Test func `is followed by a second one behind the legs, for a leg that fills in pieces`() throws {
        var stage = stage()
        let legs = stage.pair()
        #expect(stage.warrants.count == 1, "the legs wait for no more than that")
        stage.durable(legs)
        let (first, second) = (try ofPair(stage), try warrant(stage))
        #expect(second.name != first.name && second.quantity == first.quantity)
        #expect(first.legs.map(\.venue.index) == [0, 2, 1, 2])
        #expect(second.legs.map(\.venue.index) == [0, 0, 2, 1, 1, 2], "twice where hedges go first")
        for leg in legs { stage.process(.placeAnswered(leg.id, .accepted(venueOrderID: "o\(leg.id)"))) }
        stage.durable([])
        #expect(stage.warrants.count == 2, "and that is all")
        stage.expire(legs[1])
        for part: Int64 in [6_000, 7_000, 8_000] { stage.fill(legs[0], part: part) }
        let sent = atOnce(stage, first.name) + atOnce(stage, second.name)
        #expect(sent.map(\.quantity.raw) == [6_000, 7_000, 8_000] && sent.allSatisfy { $0.venue.index == 1 })
        #expect(stage.persisted().isEmpty, "neither waits for the store")
    }

    /// Nobody takes it on any rung; a breath later the ladder begins anew, before the hedge's deadline.
    private func climb(_ stage: inout Stage, tellsWarrants: Bool = true) {
        for _ in 0..<HedgeRung.allCases.count {
            let waiting = stage.persisted()
            if tellsWarrants { stage.durable(waiting) } else { stage.process(.durable(waiting.map(\.id))) }
            guard let hedge = stage.transmitted.last, stage.engine.orders[hedge.id]?.state == .sent else {
                break
            }
            stage.expire(hedge)
        }
        stage.advance(.milliseconds(11))
        stage.process(.timer)
    }

    @Test(arguments: [true, false])
    func `gets another for the leg it took, so that the next attempt at that venue need not wait`(
        isDurable: Bool
    ) throws {
        var stage = stage()
        let legs = stage.sentPair()
        let name = try ofPair(stage).name
        stage.fill(legs[0])
        stage.expire(legs[1])
        let first = atOnce(stage, name)[0]
        let next = try warrant(stage)
        #expect(next.name != name && next.decidedAt == stage.now)
        #expect(next.legs.map(\.venue) == [first.venue] && next.legs.map(\.side) == [first.side])
        climb(&stage, tellsWarrants: isDurable)
        let waiting = stage.persisted()
        guard isDurable else {
            #expect(waiting.map(\.venue) == [first.venue], "it waits for its own row")
            return
        }
        let second = try #require(stage.transmitted.last)
        #expect(second.venue == first.venue && second.side == first.side)
        #expect(waiting.isEmpty && stage.warrantNames[1...].contains(second.id.warrant))
        stage.fill(second)
        let isFlat = stage.engine.isFlat
        #expect(isFlat && stage.warrantNames.count == revocations(stage).count)
    }

    @Test func `has so many others at most`() throws {
        var stage = stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.expire(legs[1])
        for _ in 0..<5 { climb(&stage) }
        #expect(stage.warrantNames.count == 6)
        #expect(stage.transmitted.count > 10)
        #expect(Set(stage.transmitted.map(\.id)).count == stage.transmitted.count)
    }

    @Test func `does nothing before the pair's rows are durable`() throws {
        var stage = stage()
        let legs = stage.pair()
        let name = try ofPair(stage).name
        // A fill that nobody expected calls for a hedge while the batch is under way.
        stage.fill(legs[0])
        stage.process(.notDurable([name, legs[1].id], reason: "test"))
        stage.process(.timer)
        #expect(atOnce(stage, name).isEmpty)
        #expect(stage.persisted().map(\.purpose) == [.hedge])
        #expect(revocations(stage).map(\.bits) == [0], "and never will")
    }

    @Test func `covers neither more than its quantity nor a worse limit`() throws {
        let troubles: [(inout Stage, [OrderIntent]) -> Void] = [
            { stage, legs in
                for venue in 0..<3 {
                    stage.process(.privateStream(VenueID(venue), isReady: false, reason: "test"))
                }
                stage.fill(legs[0], trade: "once more")
            },
            { stage, _ in
                for venue in 0..<3 { stage.quote(venue, bid: 97_00, ask: 97_10) }
            },
        ]
        for trouble in troubles {
            var stage = stage()
            let legs = stage.sentPair()
            let name = try ofPair(stage).name
            stage.fill(legs[0])
            trouble(&stage, legs)
            stage.expire(legs[1])
            stage.process(.privateStream(VenueID(1), isReady: true, reason: ""))
            stage.advance(.milliseconds(11))
            stage.process(.timer)
            #expect(atOnce(stage, name).isEmpty)
            #expect(!stage.persisted().isEmpty, "it waits for its own row")
        }
    }

    @Test func `ends with its time`() throws {
        var stage = stage()
        let legs = stage.sentPair()
        let name = try ofPair(stage).name
        stage.fill(legs[0])
        stage.advance(Warrant.life + .milliseconds(1))
        stage.expire(legs[1])
        #expect(atOnce(stage, name).isEmpty && !stage.persisted().isEmpty)
        stage.process(.timer)
        #expect(revocations(stage).map(\.bits) == [0, 0])
    }

    @Test func `is revoked once the pair is matched, in the same call`() throws {
        var stage = stage()
        for leg in stage.sentPair() { stage.fill(leg) }
        #expect(revocations(stage).map(\.bits) == [0, 0], "and the one that followed it")
        let next = self.stage(recovery: stage.rows)
        #expect(next.engine.orders.live.isEmpty)
    }

    @Test func `sends nothing in KILLED`() throws {
        var stage = stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.process(.mode(.killed, reason: "test", actor: "ann"))
        stage.expire(legs[1])
        #expect(try atOnce(stage, warrant(stage).name).isEmpty)
    }

    // MARK: Starts

    @Test func `of a run that died is an order of unknown fate for each leg, until proven absent`() throws {
        var first = stage()
        let legs = first.sentPair()
        let name = try ofPair(first).name
        first.fill(legs[0])
        // Whether the hedge was sent is not known; the other leg has ended.
        first.expire(legs[1])
        let rows = first.rows.filter {
            switch $0 {
            case .intended(let intent, _, _): intent.id.warrant != name
            case .moved(let id, _, _, _): id.warrant != name
            case .warranted(let warrant, _, _): warrant.name == name
            default: true
            }
        }
        var next = stage(recovery: rows)
        let presumed = Array(next.engine.orders.live)
        #expect(presumed == (0..<4).map { name.leg($0) })
        #expect(presumed.allSatisfy { next.engine.orders[$0]?.intent.purpose == .presumed })
        #expect(next.engine.reservationCount == 4)
        next.pass(.milliseconds(10))
        next.process(.timer)
        #expect(Set(next.queried) == Set(presumed))
        #expect(next.persisted().isEmpty, "nothing is hedged, and nothing opened, on a guess")
        next.proveAbsent(presumed)
        #expect(next.engine.orders.live.filter(presumed.contains).isEmpty)
        #expect(next.alarms.contains(.hedgeFailure), "people know that it waits")
        next.advance(HedgeLadder.breath)
        for venue in 0..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        #expect(next.persisted().map(\.side) == [.sell])
        #expect(next.engine.ladders[0].rung == .reprice, "what never was is no attempt that failed")
        #expect(next.engine.mode == .normal)
    }

    @Test func `of a run that died is no residual that a person should close`() throws {
        var first = stage()
        let legs = first.sentPair()
        let name = try ofPair(first).name
        first.fill(legs[0])
        first.expire(legs[1])
        var next = Stage(
            venues: 3,
            recovery: cut(first) {
                if case .intended(let intent, _, _) = $0 { intent.id.warrant == name } else { false }
            }
        ) {
            $0.hedge.warrants = 2
            $0.hedge.residualCap = .zero
        }
        for venue in 0..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        next.process(.timer)
        #expect(next.engine.obligations[0].deviation != .zero && next.engine.mids[0] > .zero)
        #expect(!next.alarms.contains(.residualLimit))
        next.proveAbsent(Array(next.engine.orders.live))
        next.advance(HedgeLadder.breath)
        for venue in 0..<3 { next.quote(venue, bid: 100_00, ask: 100_10) }
        #expect(next.persisted().map(\.side) == [.sell], "it is hedged once that is known")
    }

    @Test func `whose order was sent and filled is settled by what the venue says, though its row was lost`()
        throws
    {
        var first = stage()
        let legs = first.sentPair()
        let name = try ofPair(first).name
        first.fill(legs[0])
        first.fill(legs[1], part: legs[1].quantity.raw - 6_000)
        first.report(legs[1], .expired, filled: legs[1].quantity.raw - 6_000)
        let sent = try #require(atOnce(first, name).first)
        #expect(sent.quantity.raw == 6_000 && legs[0].quantity.raw > 6_000)
        var next = stage(
            recovery: cut(first) {
                if case .intended(let intent, _, _) = $0 { intent.id == sent.id } else { false }
            })
        #expect(next.engine.orders[sent.id]?.intent.quantity == legs[0].quantity, "its size is not known")
        next.fill(sent)
        #expect(next.engine.orders[sent.id]?.state == .partial)
        next.report(sent, .filled, filled: 6_000)
        #expect(next.engine.orders[sent.id]?.isSettled == true)
        #expect(next.engine.obligations[0].deviation == .zero)
        #expect(next.engine.counters.zombieOrders == 0)
        #expect(next.engine.venues.allSatisfy { $0.safeReason == nil })
        next.proveAbsent(Array(next.engine.orders.live))
        let isFlat = next.engine.isFlat
        #expect(isFlat)
    }

    @Test func `whose order has its row is that order, and what its other legs may be is asked`() throws {
        var first = stage()
        let legs = first.sentPair()
        let name = try ofPair(first).name
        first.fill(legs[0])
        first.expire(legs[1])
        let sent = atOnce(first, name)[0]
        let next = stage(recovery: first.rows)
        #expect(next.engine.orders[sent.id]?.intent.limit == sent.limit)
        #expect(next.engine.orders[sent.id]?.state == .sent)
        let others = next.engine.orders.live.filter { $0 != sent.id }
        let (second, third) = (first.warrantNames[1], first.warrantNames[2])
        #expect(others == [0, 1, 3].map { name.leg($0) } + (0...5).map { second.leg($0) } + [third.leg(2)])
    }

    @Test func `that stands is written again behind a checkpoint, and read from there`() throws {
        for isUsed in [false, true] {
            var first = stage()
            let legs = first.sentPair()
            let name = try ofPair(first).name
            first.fill(legs[0])
            if isUsed { first.expire(legs[1]) }
            first.process(.checkpoint)
            let place = try #require(
                first.rows.firstIndex { if case .checkpoint = $0 { true } else { false } })
            let numbers: [UInt8] = isUsed ? [0, 1, 3] : [0, 1, 2, 3]
            for rows in [Array(first.rows[place...]), first.rows] {
                let next = stage(recovery: rows)
                let names = first.warrantNames
                let others = (0...5).map { names[1].leg($0) } + (isUsed ? [names[2].leg(2)] : [])
                #expect(next.presumed == numbers.map { name.leg($0) } + others)
            }
            // The next run's rows say the same, with a checkpoint in their midst.
            var second = stage(recovery: first.rows)
            second.process(.checkpoint)
            var recovery = Recovery(policy: second.engine.policy)
            for (number, row) in (first.rows + second.rows).enumerated() {
                try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
            }
            #expect(recovery.contradictions.isEmpty)
            #expect(recovery.orders.live.sorted() == second.engine.orders.live.sorted())
        }
    }

    @Test func `that was revoked with an order sent stands for that one, though its row comes later`()
        throws
    {
        var first = stage()
        let legs = first.sentPair()
        let name = try ofPair(first).name
        first.fill(legs[0])
        first.expire(legs[1])
        let sent = atOnce(first, name)[0]
        var rows = cut(first) {
            if case .intended(let intent, _, _) = $0 { intent.id == sent.id } else { false }
        }
        rows.append(.revoked(name, sent: WarrantLegs(bits: 1 << sent.id.leg)))
        rows.append(.revoked(first.warrantNames[1], sent: WarrantLegs()))
        let next = stage(recovery: rows)
        #expect(next.engine.orders.live == [sent.id])
    }
}
