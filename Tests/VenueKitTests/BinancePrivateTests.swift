import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BinancePrivateTests {
    var binance = BinanceDialectTests.dialect()

    /// An execution report of one of our orders, with fields replaced.
    static func execution(_ changes: [String: String] = [:]) -> String {
        let fields: [(String, String)] = [
            ("e", "\"executionReport\""), ("E", "1499405658658"), ("s", "\"BTCUSDT\""),
            ("c", "\"\(DialectStand.id)\""), ("S", "\"BUY\""), ("o", "\"LIMIT\""), ("q", "\"0.50000000\""),
            ("p", "\"61000.50\""), ("C", "\"\""), ("x", "\"TRADE\""), ("X", "\"PARTIALLY_FILLED\""),
            ("r", "\"NONE\""), ("i", "4293153"), ("l", "\"0.10000000\""), ("z", "\"0.30000000\""),
            ("L", "\"61000.25\""), ("n", "\"0.00010000\""), ("N", "\"BTC\""), ("T", "1499405658657"),
            ("t", "77"),
            ("w", "true"), ("m", "false"), ("M", "true"),
        ]
        let members = fields.map { "\"\($0.0)\":\(changes[$0.0] ?? $0.1)" }
        return "{" + members.joined(separator: ",") + "}"
    }

    @Test(arguments: [execution(), "{\"subscriptionId\":0,\"event\":\(execution())}"])
    func `a trade is an order's state and a fill`(text: String) {
        var binance = binance
        let frame = binance.privateFrame(text)
        #expect(frame.quarantine == nil)
        let time = Moment(nanoseconds: 1_499_405_658_657_000_000)
        #expect(
            frame.orders == [
                OrderReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "4293153",
                    side: .buy,
                    state: .working, filled: Quantity(raw: 30_000_000), quantity: Quantity(raw: 50_000_000),
                    evidence: .stream, venueTime: time)
            ])
        #expect(
            frame.fills == [
                FillReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "4293153",
                    tradeID: "77",
                    side: .buy, price: Price(raw: 6_100_025), quantity: Quantity(raw: 10_000_000),
                    fee: Amount(raw: 100_000_000_000_000), feeAsset: Asset("BTC"), isMaker: false,
                    evidence: .stream, venueTime: time)
            ])
    }

    @Test mutating func `a cancelled order is named by its original id`() {
        let text = BinancePrivateTests.execution([
            "x": "\"CANCELED\"", "X": "\"CANCELED\"", "c": "\"made-up-by-the-venue\"",
            "C": "\"\(DialectStand.id)\"",
            "t": "-1", "N": "null", "n": "\"0\"",
        ])
        let frame = binance.privateFrame(text)
        #expect(frame.orders.map(\.clientID) == [DialectStand.id])
        #expect(frame.orders.map(\.state) == [.canceled])
        #expect(frame.fills.isEmpty)
    }

    static let states: [(String, ReportedState)] = [
        ("NEW", .working), ("PARTIALLY_FILLED", .working), ("PENDING_NEW", .working), ("FILLED", .filled),
        ("CANCELED", .canceled), ("EXPIRED", .expired), ("EXPIRED_IN_MATCH", .expired),
        ("REJECTED", .rejected),
    ]
    @Test(arguments: states)
    func `every documented status is understood`(name: String, state: ReportedState) {
        var binance = binance
        let frame = binance.privateFrame(
            BinancePrivateTests.execution(["x": "\"NEW\"", "X": "\"\(name)\"", "r": "\"X_Y\""]))
        #expect(frame.orders.map(\.state) == [state])
        #expect(frame.orders.map(\.reason) == ["X_Y"])
    }

    @Test mutating func `orders of others and of other symbols are told apart`() {
        let foreign = binance.privateFrame(BinancePrivateTests.execution(["c": "\"web_123\""]))
        #expect(foreign.orders.map(\.clientID) == [nil])
        #expect(foreign.fills.map(\.clientID) == [nil])
        let unlisted = binance.privateFrame(
            BinancePrivateTests.execution(["s": "\"DOGEUSDT\"", "q": "\"x\""]))
        #expect(unlisted.quarantine == nil)
        #expect(unlisted.orders.isEmpty && unlisted.fills.isEmpty)
    }

    @Test mutating func `balances are free and locked together`() throws {
        let frame = binance.privateFrame(
            #"{"subscriptionId":1,"event":{"e":"outboundAccountPosition","E":1,"u":1,"B":["#
                + #"{"a":"ETH","f":"10000.000000","l":"0.5"},{"a":"BTC","f":"0.00000001","l":"0"}]}}"#)
        #expect(
            frame.balances == [
                BalanceReport(
                    asset: Asset("ETH"), total: try Amount(text: "10000.5"),
                    available: try Amount(text: "10000")),
                BalanceReport(
                    asset: Asset("BTC"), total: try Amount(text: "0.00000001"),
                    available: try Amount(text: "0.00000001")),
            ])
    }

    @Test mutating func `the login's answer makes the stream ready or refuses it`() {
        let accepted = binance.privateFrame(
            #"{"id":"77","status":200,"result":{"subscriptionId":0},"rateLimits":[]}"#)
        #expect(accepted.ready && accepted.refused == nil && accepted.replies.isEmpty)
        let refused = binance.privateFrame(
            #"{"id":"77","status":400,"error":{"code":-1022,"msg":"Signature is not valid."}}"#
        )
        #expect(!refused.ready)
        #expect(refused.refused == "-1022: Signature is not valid.")
    }

    @Test(arguments: ["eventStreamTerminated", "serverShutdown"])
    func `the end of the stream is told`(type: String) {
        var binance = binance
        let bare = binance.privateFrame("{\"e\":\"\(type)\",\"E\":1}")
        let wrapped = binance.privateFrame("{\"subscriptionId\":0,\"event\":{\"e\":\"\(type)\",\"E\":1}}")
        #expect(bare.refused == type && wrapped.refused == type)
    }

    @Test(arguments: ["balanceUpdate", "listStatus", "externalLockUpdate", "somethingNew"])
    func `events the node does not use are let pass`(type: String) {
        var binance = binance
        let frame = binance.privateFrame(
            "{\"subscriptionId\":0,\"event\":{\"e\":\"\(type)\",\"E\":1,\"a\":\"BTC\"}}")
        #expect(frame.quarantine == nil && frame.refused == nil && !frame.ready)
    }

    static let bad: [(changes: [String: String], reason: QuarantineReason)] = [
        (["X": "\"SOMETHING\""], .unknownMessage), (["S": "\"HOLD\""], .unknownMessage),
        (["i": "null"], .missingField),
        (["z": "\"-1\""], .badNumber), (["l": "\"0\""], .badNumber), (["L": "\"0.00\""], .badNumber),
        (["L": "\"61000.251\""], .inexactNumber), (["T": "9223372036854775807"], .badNumber),
        (["T": "\"x\""], .badNumber), (["t": "-1"], .missingField), (["N": "null"], .missingField),
        (["n": "\"NaN\""], .badNumber), (["m": "0"], .missingField), (["z": "\"1e308\""], .badNumber),
        (["E": "1,\"e\":\"executionReport\""], .duplicateKey),
        (["L": "\"92233720368547758.07\"", "l": "\"92233720368.54775807\""], .badNumber),
    ]
    @Test(arguments: bad.indices)
    func `a report that cannot be is quarantined whole`(index: Int) {
        var binance = binance
        let frame = binance.privateFrame(
            BinancePrivateTests.execution(BinancePrivateTests.bad[index].changes))
        #expect(frame.quarantine == BinancePrivateTests.bad[index].reason)
        #expect(frame.orders.isEmpty && frame.fills.isEmpty)
    }

    @Test(.enabled(if: SharedMaterial.hasExamples)) mutating func `the documented private frames decode`()
        throws
    {
        let folder = "Binance.Net/Binance.Net.UnitTests/Subscriptions/Spot/Account/"
        let order = binance.privateFrame(try SharedMaterial.example(folder + "Order.txt"))
        #expect(order.orders.map(\.state) == [.working])
        #expect(order.orders.map(\.venueOrderID) == ["4293153"])
        #expect(order.fills.isEmpty && order.quarantine == nil)
        let position = binance.privateFrame(try SharedMaterial.example(folder + "AccountPosition.txt"))
        #expect(position.balances.map(\.asset.code) == ["ETH"])
        for name in ["Balance.txt", "OcoOrder.txt"] {
            let frame = binance.privateFrame(try SharedMaterial.example(folder + name))
            #expect(frame.quarantine == nil && frame.balances.isEmpty && frame.orders.isEmpty)
        }
    }
}
