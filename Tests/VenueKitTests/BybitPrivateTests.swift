import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BybitPrivateTests {
    var bybit = BybitDialectTests.dialect()

    static func object(_ fields: [(String, String)], _ changes: [String: String]) -> String {
        "{" + fields.map { "\"\($0.0)\":\(changes[$0.0] ?? $0.1)" }.joined(separator: ",") + "}"
    }

    static func orderRow(_ changes: [String: String] = [:]) -> String {
        object(
            [
                ("category", "\"spot\""), ("symbol", "\"BTCUSDT\""), ("orderId", "\"5cf9-8598\""),
                ("orderLinkId", "\"\(DialectStand.id)\""), ("side", "\"Buy\""), ("orderStatus", "\"New\""),
                ("price", "\"61000.5\""), ("qty", "\"0.5\""), ("cumExecQty", "\"0.200\""),
                ("rejectReason", "\"EC_NoError\""), ("updatedTime", "\"1672364262457\""),
            ], changes)
    }
    static func orderFrame(_ changes: [String: String] = [:]) -> String {
        "{\"id\":\"1\",\"topic\":\"order\",\"creationTime\":1672364262474,\"data\":[\(orderRow(changes))]}"
    }

    static func executionRow(_ changes: [String: String] = [:]) -> String {
        object(
            [
                ("category", "\"spot\""), ("symbol", "\"BTCUSDT\""), ("execFee", "\"0.0001\""),
                ("execId", "\"7e2ae69c\""), ("execPrice", "\"61000.25\""), ("execQty", "\"0.1\""),
                ("execType", "\"Trade\""), ("isMaker", "false"), ("orderId", "\"5cf9-8598\""),
                ("orderLinkId", "\"\(DialectStand.id)\""), ("side", "\"Buy\""),
                ("execTime", "\"1672364174443\""),
                ("feeCurrency", "\"\""),
            ], changes)
    }
    static func executionFrame(_ changes: [String: String] = [:]) -> String {
        "{\"id\":\"1\",\"topic\":\"execution\",\"data\":[\(executionRow(changes))]}"
    }

    static let wallet = """
        {"id":"1","topic":"wallet","creationTime":1700034722104,"data":[{"accountType":"UNIFIED","coin":[\
        {"coin":"BTC","equity":"1","walletBalance":"0.00102964","locked":"0.0005","free":""},\
        {"coin":"USDT","walletBalance":"-12.5","locked":""}]}]}
        """

    @Test mutating func `an order's state is told with its total`() {
        let frame = bybit.privateFrame(BybitPrivateTests.orderFrame())
        #expect(frame.quarantine == nil)
        #expect(
            frame.orders == [
                OrderReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "5cf9-8598",
                    side: .buy,
                    state: .working, filled: Quantity(raw: 20_000_000), quantity: Quantity(raw: 50_000_000),
                    evidence: .stream, venueTime: Moment(nanoseconds: 1_672_364_262_457_000_000))
            ])
    }

    static let states: [(String, ReportedState)] = [
        ("New", .working), ("PartiallyFilled", .working), ("Untriggered", .working), ("Filled", .filled),
        ("Cancelled", .canceled), ("PartiallyFilledCanceled", .canceled), ("Deactivated", .canceled),
        ("Rejected", .rejected),
    ]
    @Test(arguments: states)
    func `every documented status is understood`(name: String, state: ReportedState) {
        var bybit = bybit
        let frame = bybit.privateFrame(
            BybitPrivateTests.orderFrame(["orderStatus": "\"\(name)\"", "rejectReason": "\"EC_Others\""]))
        #expect(frame.orders.map(\.state) == [state] && frame.orders.map(\.reason) == ["EC_Others"])
    }

    @Test mutating func `an execution is a fill`() {
        let frame = bybit.privateFrame(BybitPrivateTests.executionFrame())
        #expect(
            frame.fills == [
                FillReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "5cf9-8598",
                    tradeID: "7e2ae69c", side: .buy, price: Price(raw: 6_100_025),
                    quantity: Quantity(raw: 10_000_000), fee: Amount(raw: 100_000_000_000_000),
                    feeAsset: Asset("BTC"), isMaker: false, evidence: .stream,
                    venueTime: Moment(nanoseconds: 1_672_364_174_443_000_000))
            ])
    }

    static let fees: [(changes: [String: String], asset: String)] = [
        (["side": "\"Buy\""], "BTC"), (["side": "\"Sell\""], "USDT"),
        (["side": "\"Buy\"", "execFee": "\"-0.1\"", "isMaker": "true"], "USDT"),
        (["side": "\"Sell\"", "execFee": "\"-0.1\"", "isMaker": "true"], "BTC"),
        (["feeCurrency": "\"MNT\""], "MNT"), (["side": "\"Sell\"", "execFee": "\"\""], "USDT"),
    ]
    @Test(arguments: fees.indices)
    func `a fee that names no asset is in what the trade brought in`(index: Int) {
        var bybit = bybit
        let frame = bybit.privateFrame(
            BybitPrivateTests.executionFrame(BybitPrivateTests.fees[index].changes))
        #expect(frame.fills.map(\.feeAsset.code) == [BybitPrivateTests.fees[index].asset])
    }

    @Test(arguments: [["category": "\"linear\""], ["symbol": "\"DOGEUSDT\""]])
    func `what is not the node's is let pass`(changes: [String: String]) {
        var bybit = bybit
        let order = bybit.privateFrame(BybitPrivateTests.orderFrame(changes))
        let fill = bybit.privateFrame(BybitPrivateTests.executionFrame(changes))
        #expect(order.quarantine == nil && order.orders.isEmpty)
        #expect(fill.quarantine == nil && fill.fills.isEmpty)
    }

    @Test mutating func `executions that are no trades are no fills`() {
        let frame = bybit.privateFrame(BybitPrivateTests.executionFrame(["execType": "\"Funding\""]))
        #expect(frame.quarantine == nil && frame.fills.isEmpty)
    }

    @Test mutating func `balances may be owed, and what is locked is not available`() throws {
        let frame = bybit.privateFrame(BybitPrivateTests.wallet)
        #expect(
            frame.balances == [
                BalanceReport(
                    asset: Asset("BTC"), total: try Amount(text: "0.00102964"),
                    available: try Amount(text: "0.00052964")),
                BalanceReport(
                    asset: Asset("USDT"), total: try Amount(text: "-12.5"),
                    available: try Amount(text: "-12.5")),
            ])
    }

    @Test mutating func `login, then the subscription, then ready`() throws {
        let access = DialectStand.access(key: "test_api_key", secret: "test_secret")
        // The documented vector: expires 1700000000000, five seconds after the stamp.
        let frames = bybit.privateLogin(
            DialectStand.stamp(milliseconds: 1_699_999_995_000), access, token: "")
        #expect(
            frames.map { String(decoding: $0, as: UTF8.self) } == [
                #"{"op":"auth","args":["test_api_key",1700000000000,"#
                    + #""bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925"]}"#
            ])
        let granted = bybit.privateFrame(#"{"success":true,"ret_msg":"","op":"auth","conn_id":"c"}"#)
        #expect(!granted.ready)
        #expect(
            granted.replies == [Array(#"{"op":"subscribe","args":["order","execution","wallet"]}"#.utf8)])
        let subscribed = bybit.privateFrame(#"{"success":true,"ret_msg":"","op":"subscribe","conn_id":"c"}"#)
        #expect(subscribed.ready && subscribed.replies.isEmpty)
        #expect(bybit.privateTokenRequest(DialectStand.stamp, access) == nil)
    }

    @Test(arguments: ["auth", "subscribe"])
    func `a refused login or subscription is told`(operation: String) {
        var bybit = bybit
        let frame = bybit.privateFrame("{\"success\":false,\"ret_msg\":\"no\",\"op\":\"\(operation)\"}")
        #expect(frame.refused == operation + ": no" && !frame.ready && frame.replies.isEmpty)
    }

    @Test mutating func `a pong says nothing`() {
        let frame = bybit.privateFrame(#"{"req_id":"","op":"pong","args":["1675418560633"],"conn_id":"c"}"#)
        #expect(frame.quarantine == nil && frame.refused == nil && !frame.ready)
    }

    static let bad: [(changes: [String: String], reason: QuarantineReason)] = [
        (["orderStatus": "\"Odd\""], .unknownMessage), (["side": "\"\""], .unknownMessage),
        (["qty": "\"-1\""], .badNumber), (["cumExecQty": "\"1e308\""], .badNumber),
        (["cumExecQty": "\"0.123456789\""], .inexactNumber), (["updatedTime": "\"\""], .badNumber),
        (["updatedTime": "9223372036854775807"], .badNumber), (["orderId": "null"], .missingField),
        (["symbol": "{}"], .missingField), (["qty": "\"1\",\"qty\":\"1\""], .duplicateKey),
    ]
    @Test(arguments: bad.indices)
    func `an order report that cannot be is quarantined whole`(index: Int) {
        var bybit = bybit
        let frame = bybit.privateFrame(BybitPrivateTests.orderFrame(BybitPrivateTests.bad[index].changes))
        #expect(frame.quarantine == BybitPrivateTests.bad[index].reason && frame.orders.isEmpty)
    }

    static let badFills: [(changes: [String: String], reason: QuarantineReason)] = [
        (["execId": "\"\""], .missingField), (["execQty": "\"0\""], .badNumber),
        (["execPrice": "\"0\""], .badNumber),
        (["execPrice": "\"NaN\""], .badNumber), (["execFee": "\"x\""], .badNumber),
        (["isMaker": "1"], .missingField),
        (["execTime": "\"-1\""], .badNumber),
    ]
    @Test(arguments: badFills.indices)
    func `a fill that cannot be is quarantined whole`(index: Int) {
        var bybit = bybit
        let frame = bybit.privateFrame(
            BybitPrivateTests.executionFrame(BybitPrivateTests.badFills[index].changes))
        #expect(frame.quarantine == BybitPrivateTests.badFills[index].reason && frame.fills.isEmpty)
    }

    @Test(.enabled(if: SharedMaterial.hasExamples)) mutating func `the documented private frames decode`()
        throws
    {
        let folder = "Bybit.Net/Bybit.UnitTests/Subscriptions/V5/Private/"
        let balance = bybit.privateFrame(try SharedMaterial.example(folder + "Balance.txt"))
        #expect(balance.balances.map(\.asset.code) == ["BTC"])
        #expect(balance.balances.map(\.total) == [try Amount(text: "0.00102964")])
        // The documented order and execution are of other categories.
        for name in ["Order.txt", "UserTrades.txt"] {
            let frame = bybit.privateFrame(try SharedMaterial.example(folder + name))
            #expect(frame.quarantine == nil && frame.orders.isEmpty && frame.fills.isEmpty)
        }
        let ripple = DialectStand.instrument(0, "XRP", "USDT", price: 4, quantity: 2)
        var dialect = BybitDialect(
            profile: bybit.profile, symbols: SymbolTable([DialectStand.listing(ripple, "XRPUSDT")]))
        let spot = try SharedMaterial.example(folder + "UserTrades.txt")
            .replacingOccurrences(of: "\"linear\"", with: "\"spot\"")
        #expect(dialect.privateFrame(spot).fills.map(\.price.raw) == [3_374])
    }
}
