import Testing
import TradingModel

@testable import Orders

@Suite struct `An outbox row` {
    static let id = ClientOrderID(epoch: 7, node: 2, strategy: 3, intent: 99, leg: 1, attempt: 0)
    static let intent = OrderIntent(
        id: id, venue: VenueID(1), instrument: InstrumentID(0), side: .sell, quantity: Quantity(raw: 123),
        limit: Price(raw: 456), timeInForce: .immediateOrCancel, purpose: .hedge,
        decidedAt: Moment(nanoseconds: 5), sendBefore: Moment(nanoseconds: 9), decision: 0xFEED)
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
        .corrected(venue: "okx", what: "2 fills booked", at: Moment(nanoseconds: 8)),
        .foreign(stranger, venue: "okx", symbol: "BTC-USDT"),
        .venueMode(venue: "okx", isSafe: true, reason: "ZOMBIE", actor: "node", at: Moment(nanoseconds: 9)),
        .checkpoint(checkpoint),
        .amended(
            id, to: OrderTerms(quantity: Quantity(raw: 120), limit: Price(raw: 455)), .decided,
            at: Moment(nanoseconds: 12)),
        .strategy(
            name: "taker-taker", isEnabled: false, reason: "loop", actor: "node",
            at: Moment(nanoseconds: 13)),
        .warranted(warrant, symbol: "BTC-USDT", venues: ["okx", "okx"]),
        .revoked(warrant.name, sent: WarrantLegs([warrant.legs[1]])),
        .killed(
            KillBlock(
                .venue("okx"), flattens: true, reason: "odd", actor: "ann", at: Moment(nanoseconds: 13)),
            isLifted: false),
        .killed(
            KillBlock(.all, flattens: false, reason: "", actor: "a and b", at: Moment(nanoseconds: 14)),
            isLifted: true),
        .riskIndex(
            RiskIndexRow(
                target: 40, before: 80, after: 40, marketStability: nil, reason: "care", actor: "ann",
                at: Moment(nanoseconds: 15))),
        .health(
            HealthRow(heartbeats: 97, canary: nil, operatorPresent: false, at: Moment(nanoseconds: 16))),
        .configured(
            ConfigurationFact(
                before: "", after: "ab", changes: [], reason: "start", actor: "start",
                at: Moment(nanoseconds: 16))),
        .configured(
            ConfigurationFact(
                before: "ab", after: "cd",
                changes: [
                    .init(key: "limits.order_notional", before: "1", after: "2"),
                    .init(key: "a", before: nil, after: ""), .init(key: "b", before: "", after: nil),
                ], reason: "care", actor: "ann and bob", at: Moment(nanoseconds: 17))),
        .corrected(
            venue: "okx", what: "incident 3 resolved", reason: "fixed", actor: "ann",
            at: Moment(nanoseconds: 18)),
    ]
    static let warrant = Warrant(
        name: ClientOrderID(epoch: 7, node: 2, strategy: 0, intent: 100, leg: 0, attempt: 0),
        instrument: InstrumentID(0), decidedAt: Moment(nanoseconds: 14), quantity: Quantity(raw: 123),
        highestBuy: Price(raw: 460), lowestSell: Price(raw: 440),
        legs: [
            .init(number: 0, venue: VenueID(1), side: .buy), .init(number: 7, venue: VenueID(1), side: .sell),
        ])
    static var stranger: FillReport {
        var fill = fill
        fill.clientID = nil
        return fill
    }
    static let checkpoint = Checkpoint(
        at: Moment(nanoseconds: 11), epoch: 7, mode: .reduced, modeReason: "care",
        accounts: [
            .init(venue: "okx", asset: Asset("BTC"), opening: Amount(raw: 5), change: Amount(raw: -3))
        ],
        deviations: [.init(symbol: "BTC-USDT", quantity: Quantity(raw: -4))],
        safeVenues: [.init(venue: "okx", reason: "ZOMBIE")],
        orders: [
            .init(
                record: OrderRecord(
                    intent: intent, state: .partial, filled: Quantity(raw: 23),
                    reportedFilled: Quantity(raw: 24), venueOrderID: "o-1", changedAt: Moment(nanoseconds: 8),
                    notional: Amount(raw: 77), trades: ["t-1"]), venue: "okx", symbol: "BTC-USDT")
        ],
        foreign: [.init(fill: stranger, venue: "okx", symbol: "BTC-USDT")])

    static func decode(_ bytes: [UInt8]) throws(OutboxRecord.Fault) -> OutboxRecord {
        try OutboxRecord(
            bytes,
            names: RowNames(
                venue: { $0 == "okx" ? VenueID(1) : nil },
                instrument: { $0 == "BTC-USDT" ? InstrumentID(0) : nil }))
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
        for version: UInt8 in [0, 1, 2, 5] {
            bytes[0] = version
            #expect(throws: OutboxRecord.Fault.unknownVersion(version)) { try Self.decode(bytes) }
        }
        let elsewhere = OutboxRecord.intended(Self.intent, venue: "mtgox", symbol: "BTC-USDT").encoded()
        #expect(throws: OutboxRecord.Fault.self) { try Self.decode(elsewhere) }
    }

    @Test(arguments: 0..<13) func `of the version before is read as it was meant`(index: Int) throws {
        let old = OutboxRecord.asVersion3(Self.rows[index].encoded())
        #expect(old[0] == 3)
        #expect(try Self.decode(old) == Self.rows[index])
    }

    @Test(arguments: 13..<20) func `of the version before knows neither warrants nor kills`(index: Int) {
        var bytes = Self.rows[index].encoded()
        #expect(OutboxRecord.asVersion3(bytes) == bytes)
        bytes[0] = 3
        #expect(throws: OutboxRecord.Fault.self) { try Self.decode(bytes) }
    }

    @Test func `a warrant has eight legs at most, each with a number of its own`() {
        for numbers in [[UInt8(8)], [3, 3]] {
            var warrant = Self.warrant
            warrant.legs = numbers.map { .init(number: $0, venue: VenueID(1), side: .buy) }
            let row = OutboxRecord.warranted(
                warrant, symbol: "BTC-USDT", venues: numbers.map { _ in "okx" })
            #expect(throws: OutboxRecord.Fault.self) { try Self.decode(row.encoded()) }
        }
    }

    @Test func `never crashes on arbitrary bytes`() {
        var random = SeededNumbers(seed: 3)
        for _ in 0..<20_000 {
            var bytes = Self.rows[Int(random.between(0, 14))].encoded()
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
