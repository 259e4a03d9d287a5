import Orders
import Testing
import TradingModel

@Suite struct `The life of an amend` {
    /// The states, and what each event makes of them; × is what only our own code could cause.
    static let sketch = """
        .            requested transmitted neverSent accepted refused      orderUnknown ambiguous    confirmed
        none         decided   ×           ×         ×        ×            ×            ×            ×
        decided      ×         sent        refused   ×        ×            ×            unknown      ×
        sent         ×         ×           refused   accepted refused      orderUnknown unknown      accepted
        unknown      ×         ×           ×         accepted refused      orderUnknown unknown      accepted
        accepted     decided   ×           ×         accepted accepted     accepted     accepted     accepted
        refused      decided   ×           ×         ×        refused      refused      refused      ×
        orderUnknown ×         ×           ×         accepted orderUnknown orderUnknown orderUnknown accepted
        """

    @Test func `is exactly the sketched table`() throws {
        let rows = Self.sketch.split(separator: "\n").dropFirst().map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(rows.count == AmendState.allCases.count)
        for row in rows {
            let state = try #require(AmendState.allCases.first { "\($0)" == row[0] })
            #expect(row.count == AmendEvent.allCases.count + 1)
            for (event, cell) in zip(AmendEvent.allCases, row.dropFirst()) {
                let next = AmendLifecycle.transition(state, event)
                #expect(next.map { "\($0)" } ?? "×" == cell, "\(state) \(event)")
            }
        }
    }

    @Test func `never leaves more than two terms that the venue may hold`() {
        for state in AmendState.allCases where state.isOpen {
            #expect(AmendLifecycle.transition(state, .requested) == nil, "\(state)")
        }
    }

    // MARK: In the table of orders

    private static let old = OrderTerms(quantity: Quantity(raw: 100), limit: Price(raw: 50))
    private static let new = OrderTerms(quantity: Quantity(raw: 120), limit: Price(raw: 51))
    private static let id = ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0)
    private static let now = Moment(nanoseconds: 1_000)

    private func resting() -> OrderTable {
        var table = OrderTable()
        table.insert(
            OrderIntent(
                id: Self.id, venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
                quantity: Self.old.quantity, limit: Self.old.limit, timeInForce: .postOnly, purpose: .open,
                decidedAt: Self.now, sendBefore: Self.now), at: Self.now)
        _ = table.apply(.transmitted, to: Self.id, at: Self.now)
        _ = table.apply(.accepted, to: Self.id, at: Self.now)
        return table
    }

    private func report(_ terms: OrderTerms, _ state: ReportedState = .working) -> OrderReport {
        OrderReport(
            instrument: InstrumentID(0), clientID: Self.id, venueOrderID: "o", side: .buy, state: state,
            filled: .zero, quantity: terms.quantity, limit: terms.limit, evidence: .stream,
            venueTime: Self.now)
    }

    @Test func `both terms count until the venue has answered, then one`() throws {
        var table = resting()
        table.amend(Self.id, to: Self.new, at: Self.now)
        table.amend(.transmitted, of: Self.id)
        var record = try #require(table[Self.id])
        #expect(record.possible == [Self.old, Self.new] && record.remaining.raw == 120)
        let underWay = table
        table.amend(.accepted, of: Self.id)
        record = try #require(table[Self.id])
        #expect(record.possible == [Self.new] && record.remaining.raw == 120)
        table = underWay
        table.amend(.refused, of: Self.id)
        record = try #require(table[Self.id])
        #expect(record.possible == [Self.old] && record.remaining.raw == 100)
    }

    @Test func `a report confirms it only by terms that the order never had`() {
        var table = resting()
        table.amend(Self.id, to: Self.new, at: Self.now)
        #expect(!table.confirms(report(Self.new), Self.id), "no byte has left")
        table.amend(.transmitted, of: Self.id)
        #expect(table.confirms(report(Self.new), Self.id))
        #expect(!table.confirms(report(Self.old), Self.id))
        #expect(!table.confirms(report(Self.new, .canceled), Self.id))
        table.amend(.accepted, of: Self.id)
        table.amend(Self.id, to: Self.old, at: Self.now)
        table.amend(.transmitted, of: Self.id)
        #expect(!table.confirms(report(Self.old), Self.id), "that may be a report of before the first amend")
    }

    @Test func `an order amended to less than had filled meanwhile is not overfilled`() throws {
        var table = resting()
        table.amend(Self.id, to: OrderTerms(quantity: Quantity(raw: 40), limit: Self.new.limit), at: Self.now)
        table.amend(.transmitted, of: Self.id)
        table.amend(.accepted, of: Self.id)
        func fill(_ quantity: Int64, _ trade: String) -> OrderTable.FillEffect {
            table.book(
                FillReport(
                    instrument: InstrumentID(0), clientID: Self.id, venueOrderID: "o", tradeID: trade,
                    side: .buy, price: Self.old.limit, quantity: Quantity(raw: quantity), fee: .zero,
                    feeAsset: Asset("USDT"), isMaker: true, evidence: .stream, venueTime: Self.now),
                venue: VenueID(0), of: Self.id, notional: .zero, at: Self.now)
        }
        #expect(fill(60, "a") == .booked(.changed(from: .acked, to: .filled), overfill: false))
        #expect(table[Self.id]?.remaining == .zero)
        #expect(fill(41, "b") == .booked(.none, overfill: true))
    }

    @Test func `a row without its answer's row leaves the fate unknown, and a lost answer the worst of all`()
        throws
    {
        var table = resting()
        table.replay(.decided, of: Self.id, to: Self.new)
        #expect(table[Self.id]?.amend == .unknown && table[Self.id]?.possible == [Self.old, Self.new])
        let third = OrderTerms(quantity: Quantity(raw: 10), limit: Price(raw: 49))
        table.replay(.decided, of: Self.id, to: third)
        #expect(table[Self.id]?.possible == [Self.new, third])
        table.replay(.refused, of: Self.id, to: third)
        #expect(table[Self.id]?.possible == [Self.new] && table[Self.id]?.most.raw == 120)
        table.replay(.accepted, of: Self.id, to: third)
        #expect(table[Self.id]?.possible == [third] && table[Self.id]?.amend == .accepted)
    }
}
