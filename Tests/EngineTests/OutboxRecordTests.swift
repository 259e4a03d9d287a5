import Orders
import Testing
import TradingModel

@Suite struct `An outbox row` {
    static let id = ClientOrderID(epoch: 7, node: 2, strategy: 3, intent: 99, leg: 1, attempt: 0)
    static let intent = OrderIntent(
        id: id, venue: VenueID(1), instrument: InstrumentID(0), side: .sell, quantity: Quantity(raw: 123),
        limit: Price(raw: 456), timeInForce: .immediateOrCancel, purpose: .hedge,
        decidedAt: Moment(nanoseconds: 5),
        sendBefore: Moment(nanoseconds: 9))
    static let fill = FillReport(
        instrument: InstrumentID(0), clientID: id, venueOrderID: "o-1", tradeID: "t-1", side: .sell,
        price: Price(raw: 456), quantity: Quantity(raw: 23), fee: Amount(raw: -7), feeAsset: Asset("USDT"),
        isMaker: true, evidence: .stream, venueTime: Moment(nanoseconds: 8))
    static let rows: [OutboxRecord] = [
        .started(epoch: 7, at: Moment(nanoseconds: 1)),
        .opened(venue: "okx", asset: Asset("BTC"), amount: Amount(raw: 5_000_000_000_000_000_000)),
        .intended(intent, venue: "okx", symbol: "BTC-USDT"),
        .moved(id, to: .unknown, venueOrderID: "", at: Moment(nanoseconds: 6)),
        .filled(fill, order: id, venue: "okx", symbol: "BTC-USDT"),
        .adjusted(venue: "okx", asset: Asset("USDT"), amount: Amount(raw: -1), reason: "withdrawn"),
        .mode(.hold, reason: "HEDGE_FAILURE", actor: "node", at: Moment(nanoseconds: 7)),
    ]

    static func decode(_ bytes: [UInt8]) throws(OutboxRecord.Fault) -> OutboxRecord {
        try OutboxRecord(
            bytes, venue: { $0 == "okx" ? VenueID(1) : nil },
            instrument: { $0 == "BTC-USDT" ? InstrumentID(0) : nil })
    }

    @Test(arguments: rows.indices) func `reads back what was written`(index: Int) throws {
        #expect(try Self.decode(Self.rows[index].encoded()) == Self.rows[index])
    }

    @Test(arguments: rows.indices) func `is refused when cut anywhere, and when longer than it says`(
        index: Int
    ) {
        let bytes = Self.rows[index].encoded()
        for length in 0..<bytes.count {
            #expect(throws: OutboxRecord.Fault.self) { try Self.decode(Array(bytes[..<length])) }
        }
        #expect(throws: OutboxRecord.Fault.self) { try Self.decode(bytes + [0]) }
    }

    @Test func `of another version or of an unknown venue stops the start`() {
        var bytes = Self.rows[0].encoded()
        bytes[0] = 2
        #expect(throws: OutboxRecord.Fault.unknownVersion(2)) { try Self.decode(bytes) }
        let elsewhere = OutboxRecord.intended(Self.intent, venue: "mtgox", symbol: "BTC-USDT").encoded()
        #expect(throws: OutboxRecord.Fault.self) { try Self.decode(elsewhere) }
    }

    @Test func `never crashes on arbitrary bytes`() {
        var random = SeededNumbers(seed: 3)
        for _ in 0..<20_000 {
            var bytes = Self.rows[Int(random.between(0, 6))].encoded()
            for _ in 0..<random.between(1, 4) {
                bytes[Int(random.between(0, Int64(bytes.count - 1)))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            _ = try? Self.decode(bytes)  // either answer is fine, a trap is not
        }
    }
}

@Suite struct `A client order id` {
    @Test func `survives its text and tells its fields`() throws {
        let id = ClientOrderID(
            epoch: 65_535, node: 4_242, strategy: 9, intent: (1 << 40) - 1, leg: 255, attempt: 3)
        let read = try #require(ClientOrderID(id.description))
        #expect(read == id)
        #expect(read.epoch == 65_535 && read.node == 4_242 && read.strategy == 9)
        #expect(read.intent == (1 << 40) - 1 && read.leg == 255 && read.attempt == 3)
        #expect(id.description.utf8.count == 32)
    }

    @Test func `tells ours from a stranger's`() {
        let text = ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0).description
        #expect(ClientOrderID(text.uppercased()) == nil || text == text.uppercased())
        #expect(ClientOrderID(String(text.dropLast())) == nil)
        var random = SeededNumbers(seed: 9)
        var accepted = 0
        for _ in 0..<20_000 {
            let words = [random.next(), random.next()].map { String($0, radix: 16) }
            let stranger = words.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
            if ClientOrderID(stranger) != nil { accepted += 1 }
        }
        #expect(accepted == 0)
    }
}
