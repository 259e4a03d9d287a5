import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct OKXOrderTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USDT")
    static let listing = DialectStand.listing(bitcoin, "BTC-USDT")
    var okx = OKXDialect(
        profile: DialectStand.profile(
            "okx", proof: .previousLink, ambiguous: ["50004", "50013", "51149"], duplicates: ["51016"],
            refusedStatuses: [429]),
        symbols: SymbolTable([listing]))

    let access = DialectStand.access(
        key: "985d5b66-57ce-40fb-b714-afc0b9787083", passphrase: "a\"b",
        secret: "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO")
    let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715)
    let reference = OrderReference(id: DialectStand.id, instrument: InstrumentID(0), side: .buy)

    static func row(_ changes: [String: String] = [:]) -> String {
        var fields = [
            "instId": "BTC-USDT", "ordId": "452", "clOrdId": DialectStand.id.description, "side": "sell",
            "state": "filled", "sz": "0.003", "accFillSz": "0.003", "fillSz": "0.001", "fillPx": "31527.1",
            "tradeId": "242589207", "fillFee": "-0.02522168", "fillFeeCcy": "USDT", "execType": "T",
            "fee": "-0.07",
            "feeCcy": "USDT", "fillTime": "1654084353263", "uTime": "1654084353264", "cancelSource": "",
            "tgtCcy": "",
        ]
        fields.merge(changes) { $1 }
        return "{"
            + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
            + "}"
    }

    static func push(_ rows: String...) -> String {
        "{\"arg\":{\"channel\":\"orders\",\"instType\":\"SPOT\"},\"data\":[\(rows.joined(separator: ","))]}"
    }

    // MARK: Signatures and requests

    @Test func `the REST signature is the published one`() {
        let plan = okx.balances(stamp, access)
        #expect(plan.method == "GET" && plan.target == "/api/v5/account/balance" && plan.body.isEmpty)
        #expect(plan.header("OK-ACCESS-TIMESTAMP") == "2020-12-08T09:08:57.715Z")
        #expect(plan.header("OK-ACCESS-SIGN") == "PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=")
        #expect(plan.header("OK-ACCESS-KEY") == "985d5b66-57ce-40fb-b714-afc0b9787083")
        #expect(plan.header("OK-ACCESS-PASSPHRASE") == "a\"b")
    }

    @Test func `a body and a query are part of what is signed`() {
        func sign(_ text: String) -> String { Base64.encode(access.signer.hmacSHA256(Array(text.utf8))) }
        let cancel = okx.cancel(reference, stamp, access)
        #expect(
            cancel.header("OK-ACCESS-SIGN")
                == sign("2020-12-08T09:08:57.715ZPOST/api/v5/trade/cancel-order" + cancel.text))
        #expect(cancel.text == "{\"instId\":\"BTC-USDT\",\"clOrdId\":\"\(DialectStand.id)\"}")
        let query = okx.query(reference, stamp, access)
        #expect(query.target == "/api/v5/trade/order?instId=BTC-USDT&clOrdId=\(DialectStand.id)")
        #expect(query.header("OK-ACCESS-SIGN") == sign("2020-12-08T09:08:57.715ZGET" + query.target))
        let fills = okx.fills(
            InstrumentID(0), since: stamp.venueTime - .seconds(60), page: nil, stamp, access)
        #expect(fills.target == "/api/v5/trade/fills?instType=SPOT&instId=BTC-USDT&begin=1607418477715")
        let open = okx.openOrders(InstrumentID(0), stamp, access)
        #expect(open.target == "/api/v5/trade/orders-pending?instType=SPOT&instId=BTC-USDT")
    }

    @Test(arguments: [
        (TimeInForce.immediateOrCancel, "ioc"), (.goodTillCanceled, "limit"), (.fillOrKill, "fok"),
        (.postOnly, "post_only"),
    ]) func `an order goes out with exact numbers and an expiry`(_ force: TimeInForce, _ kind: String) throws
    {
        let intent = OrderIntent(
            id: DialectStand.id, venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
            quantity: Quantity(raw: 1), limit: Price(raw: 6_183_760), timeInForce: force, purpose: .open,
            decidedAt: .distantPast, sendBefore: .distantFuture)
        let plan = okx.place(intent, stamp, access)
        let body = try DialectStand.json(plan.body)
        #expect(plan.method == "POST" && plan.target == "/api/v5/trade/order")
        #expect(
            body["instId"]?.text == "BTC-USDT" && body["tdMode"]?.text == "cash"
                && body["side"]?.text == "buy")
        #expect(
            body["px"]?.text == "61837.6" && body["sz"]?.text == "0.00000001" && body["ordType"]?.text == kind
        )
        #expect(body["clOrdId"]?.text == DialectStand.id.description)
        #expect(plan.header("expTime") == "1607418542715")
    }

    // MARK: Private stream

    @Test mutating func `login is signed, confirmed, and followed by the subscriptions`() throws {
        let frames = okx.privateLogin(stamp, access, token: "")
        let argument = try #require(try DialectStand.json(frames[0])["args"]?[0])
        let expected = Base64.encode(access.signer.hmacSHA256(Array("1607418537GET/users/self/verify".utf8)))
        #expect(argument["timestamp"]?.text == "1607418537" && argument["sign"]?.text == expected)
        #expect(argument["passphrase"]?.text == "a\"b")

        let login = okx.privateFrame(
            "{\"event\":\"login\",\"code\":\"0\",\"msg\":\"\",\"connId\":\"a4d3ae55\"}")
        #expect(login.replies.count == 1 && !login.ready && login.refused == nil)
        let channels = try DialectStand.json(login.replies[0])["args"]?.elements.map { $0["channel"]?.text }
        #expect(channels == ["account", "orders"])
        #expect(!okx.privateFrame("{\"event\":\"subscribe\",\"arg\":{\"channel\":\"account\"}}").ready)
        #expect(
            okx.privateFrame(
                "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"orders\",\"instType\":\"SPOT\"}}"
            ).ready)
        #expect(okx.privateFrame("pong").quarantine == nil)
    }

    @Test(arguments: [
        "{\"event\":\"error\",\"code\":\"60009\",\"msg\":\"Login failed.\"}",
        "{\"event\":\"login\",\"code\":\"60009\",\"msg\":\"Login failed.\"}",
        "{\"event\":\"notice\",\"code\":\"60009\",\"msg\":\"Login failed.\"}",
    ]) mutating func `a refused login ends the session`(_ text: String) {
        #expect(okx.privateFrame(text).refused == "60009: Login failed.")
    }

    @Test mutating func `a push tells the order and its last fill, and a charged fee is a cost`() {
        let frame = okx.privateFrame(OKXOrderTests.push(OKXOrderTests.row()))
        #expect(frame.quarantine == nil)
        #expect(
            frame.orders == [
                OrderReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "452", side: .sell,
                    state: .filled, filled: Quantity(raw: 300_000), quantity: Quantity(raw: 300_000),
                    evidence: .stream, venueTime: Moment(nanoseconds: 1_654_084_353_264_000_000))
            ])
        #expect(
            frame.fills == [
                FillReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "452",
                    tradeID: "242589207", side: .sell, price: Price(raw: 3_152_710),
                    quantity: Quantity(raw: 100_000),
                    fee: Amount(raw: 25_221_680_000_000_000), feeAsset: Asset("USDT"), isMaker: false,
                    evidence: .stream, venueTime: Moment(nanoseconds: 1_654_084_353_263_000_000))
            ])
    }

    @Test mutating func `a rebate is a negative cost and a maker is told apart`() {
        let row = OKXOrderTests.row(["fillFee": "0.5", "execType": "M", "side": "buy"])
        let fill = okx.privateFrame(OKXOrderTests.push(row)).fills.first
        #expect(
            fill?.fee == Amount(raw: -500_000_000_000_000_000) && fill?.isMaker == true && fill?.side == .buy)
    }

    @Test mutating func `a charge without its currency is left to the trade history, a free fill is not`() {
        let charged = okx.privateFrame(OKXOrderTests.push(OKXOrderTests.row(["fillFeeCcy": ""])))
        #expect(charged.fills.isEmpty && charged.orders.count == 1 && charged.quarantine == nil)
        let free = okx.privateFrame(
            OKXOrderTests.push(OKXOrderTests.row(["fillFeeCcy": "", "fillFee": "0"])))
        #expect(free.fills.map(\.fee) == [.zero] && free.fills[0].feeAsset == Asset("USDT"))
    }

    @Test(arguments: [
        ("live", ReportedState.working), ("partially_filled", .working), ("filled", .filled),
        ("canceled", .canceled), ("mmp_canceled", .canceled),
    ]) mutating func `states are mapped`(_ text: String, _ state: ReportedState) {
        let row = OKXOrderTests.row(["state": text, "tradeId": "", "fillSz": "0", "cancelSource": "20"])
        let frame = okx.privateFrame(OKXOrderTests.push(row))
        #expect(frame.orders.first?.state == state && frame.fills.isEmpty)
        #expect(frame.orders.first?.reason == "cancelSource 20")
    }

    @Test mutating func `a strange order is reported without our id, an unlisted symbol not at all`() {
        let frame = okx.privateFrame(
            OKXOrderTests.push(
                OKXOrderTests.row(["clOrdId": "IOC-TEST-001"]), OKXOrderTests.row(["instId": "X-Y"])))
        #expect(frame.orders.map(\.clientID) == [nil] && frame.quarantine == nil)
    }

    @Test mutating func `a row that cannot be read hides no other`() {
        let frame = okx.privateFrame(
            OKXOrderTests.push(OKXOrderTests.row(["fillPx": "NaN"]), OKXOrderTests.row(["ordId": "453"])))
        #expect(frame.quarantine == .badNumber && frame.orders.map(\.venueOrderID) == ["453"])
    }

    @Test mutating func `the account channel tells totals and what is free`() throws {
        let frame = okx.privateFrame(
            """
            {"arg":{"channel":"account"},"data":[{"details":[
            {"ccy":"USDT","cashBal":"4750.426970691436","availBal":"4734.371190691436"},
            {"ccy":"BTC","cashBal":"0.0000000051234567890123","availBal":""}]}]}
            """)
        #expect(frame.quarantine == nil)
        #expect(
            frame.balances == [
                BalanceReport(
                    asset: Asset("USDT"), total: try Amount(text: "4750.426970691436"),
                    available: try Amount(text: "4734.371190691436")),
                BalanceReport(
                    asset: Asset("BTC"), total: try Amount(text: "0.000000005123456789"), available: .zero),
            ])
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"arg\":{\"channel\":\"orders\"}}", "<html>", "{\"arg\":1,\"data\":[]}",
    ])
    mutating func `a private text that is no message is set aside`(_ text: String) {
        #expect(okx.privateFrame(text).quarantine != nil)
    }

    // MARK: Answers to orders

    @Test(arguments: [
        (
            "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"ordId\":\"31\",\"sCode\":\"0\",\"sMsg\":\"\"}]}", 200,
            PlaceAnswer.accepted(venueOrderID: "31")
        ),
        (
            "{\"code\":\"1\",\"msg\":\"\",\"data\":[{\"ordId\":\"\",\"sCode\":\"51008\",\"sMsg\":\"poor\"}]}",
            200,
            .refused(code: "51008", message: "poor")
        ),
        (
            "{\"code\":\"50011\",\"msg\":\"too fast\",\"data\":[]}", 429,
            .refused(code: "50011", message: "too fast")
        ),
        ("{\"code\":\"50111\",\"msg\":\"key\"}", 401, .refused(code: "50111", message: "key")),
        (
            "{\"code\":\"1\",\"data\":[{\"sCode\":\"51016\",\"sMsg\":\"\"}]}", 200,
            .ambiguous(code: "duplicate:51016")
        ),
        ("{\"code\":\"1\",\"data\":[{\"sCode\":\"51149\",\"sMsg\":\"\"}]}", 200, .ambiguous(code: "51149")),
        ("{\"code\":\"50004\",\"msg\":\"\",\"data\":[]}", 400, .ambiguous(code: "50004")),
        ("{\"code\":\"50013\",\"msg\":\"\",\"data\":[]}", 200, .ambiguous(code: "50013")),
        ("{\"code\":\"50001\",\"msg\":\"\",\"data\":[]}", 503, .ambiguous(code: "http-503")),
        ("<html>gateway</html>", 502, .ambiguous(code: "http-502")),
        ("<html>blocked</html>", 403, .ambiguous(code: "http-403:html")),
        ("{\"code\":\"0\",\"data\":[{\"ordId\"", 200, .ambiguous(code: "http-200:truncated")),
        ("{\"code\":\"0\",\"data\":[]}", 200, .ambiguous(code: "http-200:no-row")),
        (
            "{\"code\":\"0\",\"data\":[{\"sCode\":\"0\",\"ordId\":\"\"}]}", 200,
            .ambiguous(code: "no-order-id")
        ),
        ("{}", 200, .ambiguous(code: "http-200:missing-code")),
    ]) func `only proof counts when an order is answered`(
        _ body: String, _ status: Int, _ answer: PlaceAnswer
    ) {
        #expect(okx.decodePlace(DialectStand.outcome(body, status: status)) == answer)
    }

    @Test func `a transport fault is proof of nothing unless no byte left`() {
        #expect(okx.decodePlace(.fault(.lost("reset"))) == .ambiguous(code: "lost"))
        #expect(okx.decodePlace(.fault(.timedOut)) == .ambiguous(code: "timed-out"))
        #expect(okx.decodePlace(.fault(.neverSent("refused"))) == .neverSent("refused"))
        #expect(okx.decodeCancel(.fault(.timedOut)) == .ambiguous(code: "timed-out"))
        #expect(okx.decodeQuery(.fault(.lost("")), of: reference) == .ambiguous(code: "lost"))
    }

    @Test(arguments: [
        ("0", CancelAnswer.accepted), ("51400", .unknownOrder), ("51401", .unknownOrder),
        ("51402", .unknownOrder),
        ("51603", .unknownOrder), ("51410", .accepted), ("50004", .ambiguous(code: "50004")),
        ("51000", .refused(code: "51000", message: "m")),
    ]) func `a cancel is answered`(_ code: String, _ answer: CancelAnswer) {
        let overall = code == "0" ? "0" : "1"
        let row = "{\"ordId\":\"1\",\"sCode\":\"\(code)\",\"sMsg\":\"m\"}"
        let body = "{\"code\":\"\(overall)\",\"data\":[\(row)]}"
        #expect(okx.decodeCancel(DialectStand.outcome(body)) == answer)
    }

    @Test func `a query finds, denies, or proves nothing`() {
        func query(_ body: String, _ status: Int = 200) -> QueryAnswer {
            okx.decodeQuery(DialectStand.outcome(body, status: status), of: reference)
        }
        guard case .found(let report) = query("{\"code\":\"0\",\"data\":[\(OKXOrderTests.row())]}") else {
            Issue.record("not found")
            return
        }
        #expect(report.state == .filled && report.evidence == .query && report.clientID == DialectStand.id)
        #expect(query("{\"code\":\"51603\",\"msg\":\"Order does not exist\",\"data\":[]}") == .absent)
        #expect(query("{\"code\":\"51603\",\"msg\":\"\",\"data\":[]}", 503) == .ambiguous(code: "51603"))
        #expect(query("{\"code\":\"50011\",\"msg\":\"\",\"data\":[]}", 429) == .ambiguous(code: "50011"))
        #expect(query("{\"code\":\"0\",\"data\":[]}") == .ambiguous(code: "empty"))
        #expect(
            query("{\"code\":\"0\",\"data\":[\(OKXOrderTests.row(["clOrdId": "x"]))]}")
                == .ambiguous(code: "other-order"))
        #expect(
            query("{\"code\":\"0\",\"data\":[\(OKXOrderTests.row(["state": "odd"]))]}")
                == .ambiguous(code: "unknown-message"))
        #expect(okx.queryFallback(reference, stamp, access) == nil)
    }

    // MARK: Other answers

    @Test func `open orders and fills of one instrument, the oldest fill first`() throws {
        let other = OKXOrderTests.row(["instId": "X-Y"])
        let open = try okx.decodeOpenOrders(
            DialectStand.response(
                "{\"code\":\"0\",\"data\":[\(OKXOrderTests.row(["state": "live"])),\(other)]}"),
            of: InstrumentID(0))
        #expect(open.map(\.state) == [.working])
        let rows = ["3", "2", "1"].map { OKXOrderTests.row(["tradeId": $0, "fee": "-0.1", "feeCcy": "BTC"]) }
        let fills = try okx.decodeFills(
            DialectStand.response("{\"code\":\"0\",\"data\":[\(rows.joined(separator: ",")),\(other)]}"),
            of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["1", "2", "3"] && fills.allSatisfy { $0.evidence == .query })
        #expect(fills[0].fee == Amount(raw: 100_000_000_000_000_000) && fills[0].feeAsset == Asset("BTC"))
        let free = OKXOrderTests.row(["fee": "", "feeCcy": ""])
        let unpaid = try okx.decodeFills(
            DialectStand.response("{\"code\":\"0\",\"data\":[\(free)]}"), of: InstrumentID(0), page: nil
        ).fills
        #expect(unpaid[0].fee == .zero && unpaid[0].feeAsset == Asset("USDT"))
    }

    @Test func `time and filters are read`() throws {
        let time = try okx.decodeTime(
            DialectStand.response("{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"ts\":\"1597026383085\"}]}"))
        #expect(time == Moment(nanoseconds: 1_597_026_383_085_000_000))
        let filters = try okx.decodeFilters(
            DialectStand.response(
                """
                {"code":"0","data":[{"instId":"X-Y"},{"instId":"BTC-USDT","tickSz":"0.1",
                "lotSz":"0.00000001","minSz":"0.00001","state":"suspend"}]}
                """))
        #expect(
            filters == [
                ListingFilters(
                    symbol: "BTC-USDT", tick: "0.1", lot: "0.00000001", minimumQuantity: "0.00001",
                    minimumNotional: "0", trading: false)
            ])
    }

    @Test func `a refusal keeps its code and how long to wait`() {
        let answer = DialectStand.response(
            "{\"code\":\"50011\",\"msg\":\"too fast\",\"data\":[]}", status: 429,
            headers: [HTTPHeader("retry-after", "2")])
        #expect(
            throws: VenueFault.refused(
                status: 429, code: "50011", message: "too fast", retryAfter: .seconds(2))
        ) { try okx.decodeBalances(answer) }
        #expect(throws: VenueFault.quarantined(.html)) { try okx.decodeTime(DialectStand.response("<html>")) }
        #expect(throws: VenueFault.quarantined(.badNumber)) {
            try okx.decodeFills(
                DialectStand.response("{\"code\":\"0\",\"data\":[\(OKXOrderTests.row(["fillSz": "-1"]))]}"),
                of: InstrumentID(0), page: nil)
        }
    }

    static let fixtures = "fixtures/nautilus_tests/crates/adapters/okx/test_data/"

    @Test(
        .enabled(if: SharedMaterial.has(fixtures)),
        arguments: ["ws_orders_ioc.json", "ws_orders_fok.json", "ws_account.json", "ws_account_empty.json"])
    mutating func `documented private frames decode`(_ name: String) throws {
        let frame = okx.privateFrame(try SharedMaterial.text(OKXOrderTests.fixtures + name))
        #expect(frame.quarantine == nil)
        if name.hasPrefix("ws_orders") {
            #expect(frame.orders.count == 1 && frame.fills.count == 1 && frame.fills[0].fee.raw > 0)
        }
    }

    @Test(.enabled(if: SharedMaterial.has(fixtures))) func `the documented balance answer decodes`() throws {
        let text = try SharedMaterial.text(OKXOrderTests.fixtures + "http_get_account_balance.json")
        let balances = try okx.decodeBalances(DialectStand.response(text))
        #expect(
            balances == [
                BalanceReport(
                    asset: Asset("USDT"), total: try Amount(text: "94.42612990333333"),
                    available: try Amount(text: "94.42612990333333"))
            ])
    }
}
