import Orders
import Testing
import TradingModel

@Suite("The table of orders") struct OrderTableTests {
    private static let intent = OrderIntent(
        id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0), venue: VenueID(0),
        instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 10), limit: Price(raw: 100),
        timeInForce: .postOnly, purpose: .open, decidedAt: Moment(nanoseconds: 1),
        sendBefore: Moment(nanoseconds: 2))

    private func canceled(filled: Int64) -> OrderReport {
        OrderReport(
            instrument: InstrumentID(0), clientID: OrderTableTests.intent.id, venueOrderID: "v", side: .buy,
            state: .canceled, filled: Quantity(raw: filled), quantity: Quantity(raw: 10), evidence: .stream,
            venueTime: Moment(nanoseconds: 3))
    }

    /// A quote was told to be canceled, then to have filled before, and then the fill came: a checkpoint that
    /// held it twice could not be read again (fills-during-cancels, seed 145).
    @Test func `an order that settles twice stands in a checkpoint once`() {
        let id = OrderTableTests.intent.id
        let now = Moment(nanoseconds: 10)
        var table = OrderTable()
        table.insert(OrderTableTests.intent, at: now)
        _ = table.apply(.transmitted, to: id, at: now)
        _ = table.apply(.accepted, to: id, at: now)
        _ = table.report(canceled(filled: 0), of: id, at: now)
        #expect(table.live.isEmpty)
        _ = table.report(canceled(filled: 4), of: id, at: now)
        #expect(table.live == [id], "a fill is still to come")
        let fill = FillReport(
            instrument: InstrumentID(0), clientID: id, venueOrderID: "v", tradeID: "t", side: .buy,
            price: Price(raw: 100), quantity: Quantity(raw: 4), fee: .zero, feeAsset: Asset("USDT"),
            isMaker: true, evidence: .stream, venueTime: now)
        _ = table.book(fill, venue: VenueID(0), of: id, notional: .zero, at: now)
        #expect(table.live.isEmpty)
        #expect(table.orders(settledSince: .distantPast).map(\.intent.id) == [id])
        table.forget(settledBefore: .distantFuture)
        #expect(table.count == 0)
    }

    @Test func `an hour of many orders leaves no more than there is memory for, and the young all stay`() {
        var table = OrderTable()
        let begin = Moment(nanoseconds: 1_790_000_000_000_000_000)
        var since = begin
        for number in 0..<UInt64(40_000) {
            let now = begin + .milliseconds(Int64(number) * 100)
            var intent = OrderTableTests.intent
            intent.id = ClientOrderID(
                epoch: 1, node: 1, strategy: 1, intent: number, leg: 0, attempt: 0)
            table.insert(intent, at: now)
            _ = table.apply(.neverSent, to: intent.id, at: now)
            since = table.forget(at: now)
            let young = OrderTable.leastMemory.nanoseconds / 100_000_000
            let most = max(OrderTable.most, Int(young)) * 9 / 8 + 1
            #expect(table.count <= most)
        }
        let end = begin + .milliseconds(3_999_900)
        #expect(table.count >= OrderTable.most && since > begin && since <= end - OrderTable.leastMemory)
        #expect(table.orders(settledSince: since).count == table.count, "what is younger is all there")
    }
}
