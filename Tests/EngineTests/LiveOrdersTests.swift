import Orders
import Testing
import TradingModel

/// The live orders and what they amount to, held against looking at every order.
@Suite struct LiveOrdersTests {
    private struct Random {
        var state: UInt64
        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)
    private static let events: [OrderEvent] = [
        .transmitted, .accepted, .refused, .ambiguous, .reportedCanceled, .reportedExpired,
    ]

    private func intent(_ number: Int, _ random: inout Random) -> OrderIntent {
        let purpose: OrderPurpose = random.below(3) == 0 ? .hedge : .open
        let force: TimeInForce = [.immediateOrCancel, .postOnly, .goodTillCanceled][random.below(3)]
        return OrderIntent(
            id: ClientOrderID(
                epoch: 1, node: 1, strategy: UInt16(random.below(5)), intent: UInt64(number), leg: 0,
                attempt: 0),
            venue: VenueID(random.below(3)), instrument: InstrumentID(random.below(4)),
            side: random.below(2) == 0 ? .buy : .sell, quantity: Quantity(raw: Int64(1 + random.below(100))),
            limit: Price(raw: Int64(95 + random.below(10))), timeInForce: force, purpose: purpose,
            decidedAt: Self.start,
            sendBefore: Self.start + .seconds(1))
    }

    /// One thing that happens to one of the orders, possible in its state.
    private func happen(_ table: inout OrderTable, _ id: ClientOrderID, _ random: inout Random, _ now: Moment)
    {
        guard let record = table[id] else { return }
        switch random.below(4) {
        case 0:
            let piece = Quantity(raw: Int64(1 + random.below(40)))
            _ = table.book(
                FillReport(
                    instrument: record.intent.instrument, clientID: id, venueOrderID: "",
                    tradeID: "\(random.below(1_000_000))", side: record.intent.side, price: Price(raw: 100),
                    quantity: piece, fee: .zero, feeAsset: Asset("USDT"), isMaker: false, evidence: .stream,
                    venueTime: now), venue: record.intent.venue, of: id, notional: .zero, at: now)
        case 1:
            let states: [ReportedState] = [.working, .filled, .canceled, .expired]
            _ = table.report(
                OrderReport(
                    instrument: record.intent.instrument, clientID: id, venueOrderID: "", side: .buy,
                    state: states[random.below(4)], filled: Quantity(raw: Int64(random.below(60))),
                    quantity: record.intent.quantity, evidence: .stream, venueTime: now), of: id, at: now)
        case 2 where record.state.mayFill && !record.amend.isOpen:
            table.amend(
                id,
                to: OrderTerms(
                    quantity: Quantity(raw: Int64(1 + random.below(150))),
                    limit: Price(raw: Int64(95 + random.below(10)))),
                at: now)
        default:
            let event = Self.events[random.below(Self.events.count)]
            guard OrderLifecycle.transition(record.state, event) != .impossible else { return }
            _ = table.apply(event, to: id, at: now)
        }
    }

    private func check(_ table: OrderTable, _ ids: [ClientOrderID]) {
        let live = ids.compactMap { table[$0] }.filter { !$0.isSettled }
        #expect(Set(table.live) == Set(live.map(\.intent.id)))
        #expect(table.live.count == live.count)
        for index in 0..<4 {
            let own = live.filter { $0.intent.instrument.index == index }
            func pending(_ side: Side, _ which: (OrderRecord) -> Bool = { _ in true }) -> Quantity {
                own.filter { $0.intent.side == side && which($0) }
                    .reduce(.zero) { $0 + $1.remaining + $1.fillsOutstanding }
            }
            let tally = table.tally(InstrumentID(index))
            #expect(tally.pendingBuys == pending(.buy) && tally.pendingSells == pending(.sell))
            func flies(_ record: OrderRecord) -> Bool {
                !record.intent.isQuote && record.intent.purpose != .presumed
            }
            #expect(tally.flyingBuys == pending(.buy, flies) && tally.flyingSells == pending(.sell, flies))
            #expect(tally.isPresuming == own.contains { $0.intent.purpose == .presumed })
            #expect(tally.hasTakers == own.contains { !$0.intent.isQuote })
            let unknown = own.filter { $0.state == .unknown }
            #expect(tally.unknown == unknown.count)
            var product: Int128 = 0
            for record in unknown {
                let open = record.remaining + record.fillsOutstanding
                product += Int128(record.intent.limit.raw) * Int128(open.raw)
            }
            #expect(tally.unknownProduct == product)
            for strategy in 1..<5 {
                var bound: Int128 = 0
                for record in own where Int(record.intent.id.strategy) == strategy {
                    bound += Int128(record.intent.limit.raw) * Int128(record.remaining.raw)
                }
                #expect(table.bound(strategy: strategy, InstrumentID(index)) == bound)
            }
            #expect(tally.hasHedges == own.contains { $0.intent.purpose.reducesRisk })
            for venue in 0..<3 {
                let resting = own.filter { $0.intent.venue.index == venue && $0.intent.timeInForce.mayRest }
                #expect(
                    Set(table.resting(VenueID(venue), InstrumentID(index))) == Set(resting.map(\.intent.id)))
                let bids = resting.filter { $0.intent.side == .buy }.flatMap(\.possible).map(\.limit)
                let asks = resting.filter { $0.intent.side == .sell }.flatMap(\.possible).map(\.limit)
                let (venue, instrument) = (VenueID(venue), InstrumentID(index))
                #expect(table.nearestLimit(.buy, venue, instrument) == bids.max())
                #expect(table.nearestLimit(.sell, venue, instrument) == asks.min())
            }
        }
        for venue in 0..<3 {
            let doubts = live.count { $0.intent.venue.index == venue && $0.isInDoubt }
            #expect(table.doubts(at: VenueID(venue)) == doubts)
            let working = live.count { $0.intent.venue.index == venue && $0.state.mayFill }
            #expect(table.working(at: VenueID(venue)) == working)
        }
        #expect(table.working == live.count { $0.state.mayFill })
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `what the live orders amount to is what looking at each of them finds`(seed: UInt64) {
        var random = Random(state: seed)
        var table = OrderTable()
        var ids: [ClientOrderID] = []
        for step in 0..<1_500 {
            let now = Self.start + .milliseconds(Int64(step))
            if ids.isEmpty || random.below(4) == 0 {
                let intent = intent(step, &random)
                table.insert(intent, at: now)
                ids.append(intent.id)
            } else {
                happen(&table, ids[random.below(ids.count)], &random, now)
            }
            if step % 50 == 0 { table.forget(settledBefore: now - .milliseconds(300)) }
            if step % 25 == 0 { check(table, ids) }
        }
        check(table, ids)
    }

    @Test func `live orders keep the order of creation, and everyone has a turn`() {
        var random = Random(state: 9)
        var table = OrderTable()
        var kept: [ClientOrderID] = []
        for number in 0..<400 {
            var order = intent(number, &random)
            order.timeInForce = .postOnly
            table.insert(order, at: Self.start)
            if number % 3 == 0 {
                kept.append(order.id)
            } else {
                _ = table.apply(.neverSent, to: order.id, at: Self.start)
            }
        }
        #expect(Array(table.live) == kept)
        var seen: [ClientOrderID: Int] = [:]
        for _ in 0..<kept.count { for id in table.takeTurn(7) { seen[id, default: 0] += 1 } }
        #expect(seen.count == kept.count && seen.values.allSatisfy { $0 == 7 }, "all alike")
        #expect(table.takeTurn(1_000) == kept, "all of them, once, where they are no more")
    }

    @Test func `an order that ends between two turns makes nobody else wait`() {
        var random = Random(state: 3)
        var table = OrderTable()
        var ids: [ClientOrderID] = []
        for number in 0..<200 {
            let order = intent(number, &random)
            table.insert(order, at: Self.start)
            ids.append(order.id)
        }
        var last: [ClientOrderID: Int] = [:]
        for turn in 0..<60 {
            for id in table.takeTurn(10) { last[id] = turn }
            let dead = ids.remove(at: random.below(ids.count))
            _ = table.apply(.neverSent, to: dead, at: Self.start)
            guard turn >= 25 else { continue }
            // 200 orders in tens: nobody waits for more than twenty turns and a few.
            #expect(ids.allSatisfy { turn - (last[$0] ?? -1) <= 22 })
        }
    }
}
