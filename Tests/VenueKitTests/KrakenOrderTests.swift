import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct KrakenOrderTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USD")
    static let listing = DialectStand.listing(bitcoin, "BTC/USD")
    var kraken = KrakenDialect(
        profile: DialectStand.profile(
            "kraken", proof: .checksum, ambiguous: ["EAPI:Rate limit exceeded"], duplicates: ["EOrder:Reused"]
        ),
        symbols: SymbolTable([listing]))

    static let secret =
        "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
    let access = DialectStand.access(key: "the key", secret: secret)
    let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715, nonce: 1_616_492_376_594)
    let reference = OrderReference(id: DialectStand.id, instrument: InstrumentID(0), side: .buy)

    static func push(_ rows: String...) -> String {
        "{\"channel\":\"executions\",\"type\":\"update\",\"data\":[\(rows.joined(separator: ","))]}"
    }

    static let pending = """
        {"order_id":"OK4GJX-KSTLS-7DZZO5","cl_ord_id":"\(DialectStand.id)","symbol":"BTC/USD",
        "order_qty":0.005,"cum_cost":0.0,"time_in_force":"IOC","exec_type":"pending_new","side":"sell",
        "limit_price":26500.0,"order_status":"pending_new","timestamp":"2023-09-22T10:33:05.709950Z"}
        """
    static let trade = """
        {"order_id":"OK4GJX-KSTLS-7DZZO5","exec_id":"TGBB7L-HT5LX-J3BZ4A","exec_type":"trade",
        "symbol":"BTC/USD","side":"sell","last_qty":0.002,"last_price":26599.9,"liquidity_ind":"t",
        "order_status":"partially_filled","order_type":"limit","timestamp":"2023-09-22T10:33:05.709982Z",
        "fee_usd_equiv":0.3458,"fees":[{"asset":"USD","qty":0.3458}]}
        """

    /// A message of the kind that names nothing but the order's id.
    static func last(_ status: String, filled: String? = "0.002", id: String = "OK4GJX-KSTLS-7DZZO5")
        -> String
    {
        let sum = filled.map { ",\"cum_qty\":\($0)" } ?? ""
        return """
            {"timestamp":"2023-09-22T10:33:06Z","order_status":"\(status)","exec_type":"\(status)",
            "order_id":"\(id)","order_userref":0,"reason":"User requested"\(sum)}
            """
    }

    // MARK: Signatures and requests

    @Test func `the published signature comes out`() {
        let body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
        let signature = KrakenDialect.signature(
            "/0/private/AddOrder", nonce: "1616492376594", body: body, access.signer)
        #expect(
            signature
                == "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==")
    }

    @Test(arguments: [
        (TimeInForce.immediateOrCancel, "IOC", "fciq"), (.goodTillCanceled, "GTC", "fciq"),
        (.fillOrKill, "FOK", "fciq"), (.postOnly, "GTC", "post%2Cfciq"),
    ]) func `an order goes out signed, with exact numbers, a pinned fee asset and a deadline`(
        _ force: TimeInForce, _ word: String, _ flags: String
    ) {
        let intent = OrderIntent(
            id: DialectStand.id, venue: VenueID(0), instrument: InstrumentID(0), side: .sell,
            quantity: Quantity(raw: 1),
            limit: Price(raw: 6_183_760), timeInForce: force, purpose: .hedge, decidedAt: .distantPast,
            sendBefore: .distantFuture)
        let plan = kraken.place(intent, stamp, access)
        #expect(plan.method == "POST" && plan.target == "/0/private/AddOrder")
        #expect(
            plan.text
                == "nonce=1616492376594&ordertype=limit&type=sell&volume=0.00000001&price=61837.6"
                + "&pair=BTC%2FUSD&cl_ord_id=\(DialectStand.id)&timeinforce=\(word)&oflags=\(flags)"
                + "&deadline=2020-12-08T09%3A09%3A02.715Z")
        #expect(plan.header("API-Key") == "the key")
        #expect(
            plan.header("API-Sign")
                == KrakenDialect.signature(
                    plan.target, nonce: "1616492376594", body: plan.text, access.signer))
        #expect(plan.header("Content-Type") == "application/x-www-form-urlencoded")
    }

    @Test func `an amend names the order by its client id, its terms whole, and that it may not take`()
        throws
    {
        let amendment = Amendment(
            order: reference, venue: VenueID(0),
            terms: OrderTerms(quantity: Quantity(raw: 12_500_000), limit: Price(raw: 6_183_770)),
            decidedAt: .distantPast, sendBefore: .distantFuture)
        let plan = try #require(kraken.amend(amendment, stamp, access))
        #expect(plan.method == "POST" && plan.target == "/0/private/AmendOrder" && plan.weight == 4)
        #expect(
            plan.text
                == "nonce=1616492376594&cl_ord_id=\(DialectStand.id)&order_qty=0.125"
                + "&limit_price=61837.7&post_only=true&deadline=2020-12-08T09%3A09%3A02.715Z")
        #expect(
            plan.header("API-Sign")
                == KrakenDialect.signature(
                    plan.target, nonce: "1616492376594", body: plan.text, access.signer))
    }

    @Test mutating func `an amended order's report states its new terms, and other reports state none`()
        throws
    {
        _ = kraken.privateFrame(Self.push(Self.pending))
        let amended = """
            {"order_id":"OK4GJX-KSTLS-7DZZO5","cl_ord_id":"\(DialectStand.id)","symbol":"BTC/USD",
            "order_qty":0.004,"cum_qty":0.001,"exec_type":"amended","side":"sell","limit_price":26400.0,
            "order_status":"partially_filled","timestamp":"2023-09-22T10:33:07.7Z"}
            """
        let report = try #require(kraken.privateFrame(Self.push(amended)).orders.first)
        #expect(report.state == .working && report.filled == Quantity(raw: 100_000))
        #expect(report.quantity == Quantity(raw: 400_000) && report.limit == Price(raw: 2_640_000))
        let ended = try #require(kraken.privateFrame(Self.push(Self.last("canceled"))).orders.first)
        #expect(ended.quantity == Quantity(raw: 400_000) && ended.limit == nil)
    }

    @Test func `an order is asked for by txid when there is one, else among the open and then the closed`() {
        let named = OrderReference(
            id: DialectStand.id, instrument: InstrumentID(0), side: .buy, venueOrderID: "OUF4EM-FRGI2-MQMWZD")
        let byID = kraken.query(named, stamp, access)
        #expect(byID.target == "/0/private/QueryOrders")
        #expect(byID.text == "nonce=1616492376594&txid=OUF4EM-FRGI2-MQMWZD")
        #expect(kraken.query(reference, stamp, access).target == "/0/private/OpenOrders")
        let second = kraken.queryFallback(reference, stamp, access)
        #expect(second?.target == "/0/private/ClosedOrders")
        #expect(second?.text.contains("cl_ord_id=\(DialectStand.id)") == true)
        #expect(kraken.cancel(reference, stamp, access).text.hasSuffix("&cl_ord_id=\(DialectStand.id)"))
    }

    @Test func `fills are asked for one by one from a second before`() {
        let plan = kraken.fills(
            InstrumentID(0), since: Moment(nanoseconds: 1_688_667_796_880_200_000), page: nil, stamp,
            access)
        #expect(plan.target == "/0/private/TradesHistory" && plan.weight == 2)
        #expect(plan.text.hasSuffix("&start=1688667795&consolidate_taker=false"))
        #expect(
            kraken.fills(InstrumentID(0), since: .distantPast, page: nil, stamp, access).text.contains(
                "start=0&"))
        #expect(kraken.filtersRequest().target == "/0/public/AssetPairs?pair=BTC%2FUSD")
    }

    // MARK: Private stream

    @Test mutating func `a token opens the stream, and ready comes with the executions`() throws {
        let plan = try #require(kraken.privateTokenRequest(stamp, access))
        #expect(plan.target == "/0/private/GetWebSocketsToken")
        let token = try kraken.decodePrivateToken(
            DialectStand.response("{\"error\":[],\"result\":{\"token\":\"G38a1\",\"expires\":900}}"))
        #expect(token == "G38a1")
        #expect(throws: VenueFault.self) {
            try kraken.decodePrivateToken(DialectStand.response("{\"error\":[\"EAPI:Invalid key\"]}"))
        }
        let parameters = try kraken.privateLogin(stamp, access, token: token).map {
            try #require(try DialectStand.json($0)["params"])
        }
        #expect(parameters.map { $0["channel"]?.text } == ["balances", "executions"])
        #expect(parameters.allSatisfy { $0["token"]?.text == "G38a1" })
        #expect(parameters[1]["snap_trades"]?.isTrue == false && parameters[1]["snap_orders"]?.isTrue == true)
        func confirmed(_ channel: String) -> String {
            "{\"method\":\"subscribe\",\"result\":{\"channel\":\"\(channel)\"},\"success\":true}"
        }
        #expect(!kraken.privateFrame(confirmed("balances")).ready)
        #expect(kraken.privateFrame(confirmed("executions")).ready)
        let refused = "{\"error\":\"ESession:Invalid session\",\"method\":\"subscribe\",\"success\":false}"
        #expect(kraken.privateFrame(refused).refused == "ESession:Invalid session")
        #expect(!kraken.privateFrame(refused).ready)
        #expect(kraken.privateFrame("{\"channel\":\"heartbeat\"}").quarantine == nil)
    }

    @Test
    mutating func `an order is followed from pending to its end although only the first message names it`() {
        let pending = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.pending))
        #expect(pending.quarantine == nil)
        #expect(
            pending.orders == [
                OrderReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id,
                    venueOrderID: "OK4GJX-KSTLS-7DZZO5",
                    side: .sell, state: .working, filled: .zero, quantity: Quantity(raw: 500_000),
                    limit: Price(raw: 2_650_000), evidence: .stream,
                    venueTime: Moment(nanoseconds: 1_695_378_785_709_950_000))
            ])
        let live = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.last("new", filled: nil)))
        #expect(live.orders.map(\.state) == [.working] && live.orders[0].clientID == DialectStand.id)

        let trade = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.trade))
        #expect(trade.quarantine == nil && trade.orders.isEmpty)
        #expect(
            trade.fills == [
                FillReport(
                    instrument: InstrumentID(0), clientID: DialectStand.id,
                    venueOrderID: "OK4GJX-KSTLS-7DZZO5",
                    tradeID: "TGBB7L-HT5LX-J3BZ4A", side: .sell, price: Price(raw: 2_659_990),
                    quantity: Quantity(raw: 200_000), fee: Amount(raw: 345_800_000_000_000_000),
                    feeAsset: Asset("USD"), isMaker: false, evidence: .stream,
                    venueTime: Moment(nanoseconds: 1_695_378_785_709_982_000))
            ])
        let ended = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.last("canceled")))
        #expect(ended.orders.map(\.state) == [.canceled] && ended.orders[0].filled == Quantity(raw: 200_000))
        #expect(
            ended.orders[0].quantity == Quantity(raw: 500_000) && ended.orders[0].reason == "User requested")
    }

    @Test(arguments: [("filled", ReportedState.filled), ("expired", .expired), ("canceled", .canceled)])
    mutating func `an end without its sum is set aside, with it it counts`(
        _ word: String, _ state: ReportedState
    ) {
        _ = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.pending))
        let bare = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.last(word, filled: nil)))
        #expect(bare.orders.isEmpty && bare.quarantine == .missingField)
        let whole = kraken.privateFrame(KrakenOrderTests.push(KrakenOrderTests.last(word, filled: "0.005")))
        #expect(whole.orders.map(\.state) == [state] && whole.orders[0].filled == Quantity(raw: 500_000))
    }

    @Test
    mutating func `a message about an order that was never introduced asks for help and hides no other`() {
        let frame = kraken.privateFrame(
            KrakenOrderTests.push(KrakenOrderTests.last("canceled", id: "OTHER"), KrakenOrderTests.pending))
        #expect(frame.quarantine == .missingField && frame.orders.count == 1)
        let foreign = KrakenOrderTests.pending.replacing("BTC/USD", with: "X/Y")
        #expect(kraken.privateFrame(KrakenOrderTests.push(foreign)).quarantine == nil)
    }

    @Test mutating func `an order on a pair that is not configured stays somebody else's to its end`() {
        let foreign = KrakenOrderTests.pending.replacing("BTC/USD", with: "X/Y")
        for message in [foreign, KrakenOrderTests.last("new"), KrakenOrderTests.last("canceled")] {
            let frame = kraken.privateFrame(KrakenOrderTests.push(message))
            #expect(frame.quarantine == nil && frame.orders.isEmpty)
        }
    }

    @Test func `the memory of orders is bounded and forgets the oldest`() {
        var memory = KrakenOrderMemory()
        let facts = KrakenOrderFacts(
            instrument: InstrumentID(0), clientID: nil, side: .buy, quantity: Quantity(raw: 1), filled: .zero)
        for number in 0..<(KrakenOrderMemory.capacity + 10) {
            memory.remember("O\(number)", facts)
            memory.remember("O\(number)", facts)
        }
        #expect(memory.count == KrakenOrderMemory.capacity)
        #expect(
            memory["O9"] == nil && memory["O10"] != nil && memory["O\(KrakenOrderMemory.capacity + 9)"] != nil
        )
    }

    @Test mutating func `balances count what can trade`() throws {
        let frame = kraken.privateFrame(
            """
            {"channel":"balances","type":"snapshot","data":[
            {"asset":"BTC","asset_class":"currency","balance":1.2,
            "wallets":[{"type":"spot","id":"main","balance":0.7},
            {"type":"earn","id":"flex","balance":0.5}]},{"asset":"USD","balance":1e-7},
            {"asset":"ETH","wallet_type":"earn","wallet_id":"flex","balance":9}],"sequence":1}
            """)
        #expect(frame.quarantine == nil)
        #expect(frame.balances.map(\.asset.code) == ["BTC", "USD"])
        #expect(frame.balances[0].total == (try Amount(text: "0.7")))
        #expect(frame.balances[1].total == (try Amount(text: "0.0000001")))
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"channel\":\"executions\"}", "<html>",
        "{\"channel\":\"executions\",\"data\":[{}]}",
    ])
    mutating func `a private text that is no message is set aside`(_ text: String) {
        #expect(kraken.privateFrame(text).quarantine != nil)
    }
}
