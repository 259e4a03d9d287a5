import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct KrakenDoubleTests {
    @Test(.enabled(if: SharedFiles.exist))
    func `the signature is that of the published vector`() throws {
        let document = try JSONDocument(SharedFiles.bytes("vectors/signatures.json"))
        let vectors = (document["vectors"]?.elements ?? []).filter { $0["exchange"]?.string == "kraken" }
        try #require(!vectors.isEmpty)
        for vector in vectors {
            let secret = try #require(vector["secret"]?.string.flatMap { Base64.decode($0) })
            let path = try #require(vector["path"]?.string)
            let nonce = try #require(vector["nonce"]?.string)
            let body = Array(try #require(vector["string_to_sign"]?.string).utf8)
            let sign = KrakenDouble.signature(path: path, nonce: nonce, body: body, secret: secret)
            #expect(sign == vector["expected"]?.string)
        }
    }

    @Test(.enabled(if: SharedFiles.exist))
    func `the checksum is that of the published books`() throws {
        let vectors = try #require(try JSONDocument(SharedFiles.bytes("vectors/checksums.json")).elements)
        let kraken = vectors.filter { $0["venue"]?.string?.hasPrefix("KRAKEN") == true }
        try #require(kraken.count >= 2)
        for vector in kraken {
            func levels(_ name: String) -> [(price: String, quantity: String)] {
                (vector[name]?.elements ?? []).map { ($0.at(0)?.string ?? "", $0.at(1)?.string ?? "") }
            }
            let sum = KrakenChecksum.of(asks: levels("asks"), bids: levels("bids"))
            #expect(vector["checksum_u32"]?.integer == Int64(sum))
        }
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func `keys, signatures and nonces are checked`() throws {
        let kraken = try KrakenClient()
        func error(_ answer: JSONDocument) -> String? { answer.at("error", 0)?.string }
        #expect(error(try kraken.signed("Balance", "", nonce: 5000)) == nil)
        #expect(error(try kraken.signed("Balance", "", nonce: 5000)) == "EAPI:Invalid nonce")
        #expect(error(try kraken.signed("Balance", "", nonce: 4999)) == "EAPI:Invalid nonce")
        #expect(error(try kraken.signed("Balance", "", nonce: 5001)) == nil)
        #expect(error(try kraken.signed("Balance", "", nonce: 5002, key: "stranger")) == "EAPI:Invalid key")
        #expect(
            error(try kraken.signed("Balance", "", nonce: 5003, secret: "AAAA")) == "EAPI:Invalid signature")
        #expect(
            error(try kraken.signed("Balance", "", nonce: 5002)) == nil, "a refused request spends no nonce")
        #expect(error(try kraken.signed("Nothing", "", nonce: 6000)) == "EGeneral:Unknown method")
        let other = try kraken.client.request("GET", "/0/public/Nothing").json
        #expect(error(other) == "EGeneral:Unknown method")
    }

    @Test(arguments: ["XBTUSDT", "XBT%2FUSDT", "BTC/USDT", "BTCUSDT"])
    func `a pair may be spelled in every way the venue knows`(_ name: String) throws {
        let kraken = try KrakenClient()
        let fields = "pair=\(name)&type=buy&ordertype=limit&price=50000&volume=0.001&validate=true"
        let answer = try kraken.result("AddOrder", fields)
        #expect(answer.at("descr", "order")?.string == "buy 0.00100000 XBTUSDT @ limit 50000.0")
        #expect(answer["txid"] == nil && kraken.double.truth.orders.isEmpty)
        let depth = try kraken.client.request("GET", "/0/public/Depth?count=5&pair=" + name).json
        #expect(depth.at("result", "XBTUSDT", "asks")?.elements?.count == 5)
    }

    @Test func `an order rests, is found by its client id, holds money and is canceled`() throws {
        let kraken = try KrakenClient()
        let client = "0123456789abcdef0123456789abcdef"
        let id = try kraken.place(KrakenClient.resting + "&oflags=post,fciq&cl_ord_id=\(client)")
        var open = try kraken.result("OpenOrders", "cl_ord_id=\(client)")
        #expect(open["open"]?.members?.map(\.key) == [id])
        let order = try #require(open.at("open", id))
        #expect(order["status"]?.string == "open" && order["cl_ord_id"]?.string == client)
        #expect(order["vol"]?.string == "0.00100000" && order.at("descr", "price")?.string == "50000.0")
        #expect(try kraken.result("OpenOrders", "cl_ord_id=other")["open"]?.members?.isEmpty == true)
        let held = try kraken.result("BalanceEx").at("USDT", "hold_trade")?.string
        #expect(held == "50.13", "0.001 × 50,000 and 26 bps of fee")
        #expect(
            try kraken.error("AddOrder", KrakenClient.resting + "&cl_ord_id=\(client)")
                == "EGeneral:Invalid arguments:cl_ord_id not unique")

        #expect(try kraken.result("CancelOrder", "cl_ord_id=\(client)")["count"]?.integer == 1)
        #expect(try kraken.error("CancelOrder", "cl_ord_id=\(client)") == "EOrder:Unknown order")
        #expect(try kraken.error("CancelOrder", "txid=\(id)") == "EOrder:Unknown order")
        open = try kraken.result("OpenOrders")
        #expect(open["open"]?.members?.isEmpty == true)
        let closed = try kraken.result("ClosedOrders", "cl_ord_id=\(client)&without_count=true")
        #expect(closed.at("closed", id, "status")?.string == "canceled" && closed["count"] == nil)
        #expect(closed.at("closed", id, "reason")?.string == "User requested")
        let queried = try kraken.result("QueryOrders", "txid=\(id)&trades=true")
        #expect(queried.at(id, "vol_exec")?.string == "0.00000000" && queried.at(id, "trades") == .array([]))
        #expect(try kraken.error("QueryOrders", "txid=OAAAAA-AAAAA-AAAAAA") == "EOrder:Unknown order")
        #expect(try kraken.error("QueryOrders", "txid=hello") == "EOrder:Invalid order")
        _ = try kraken.place(KrakenClient.resting + "&cl_ord_id=\(client)")
        #expect(kraken.double.truth.orders.count == 2, "an ended order's client id may be used again")
    }

    @Test(arguments: [
        ("pair=DOGEUSDT&type=buy&ordertype=limit&price=1&volume=1", "EQuery:Unknown asset pair"),
        ("pair=XBTUSDT&type=hold&ordertype=limit&price=1&volume=1", "EGeneral:Invalid arguments:type"),
        ("pair=XBTUSDT&type=buy&ordertype=stop&price=1&volume=1", "EGeneral:Invalid arguments:ordertype"),
        ("pair=XBTUSDT&type=buy&ordertype=limit&volume=1", "EGeneral:Invalid arguments:price"),
        ("pair=XBTUSDT&type=buy&ordertype=limit&price=50000&volume=x", "EGeneral:Invalid arguments:volume"),
        ("pair=XBTUSDT&type=buy&ordertype=limit&price=50000&volume=-1", "EGeneral:Invalid arguments:volume"),
        (KrakenClient.resting + "&oflags=fcib", "EGeneral:Invalid arguments:oflags"),
        (KrakenClient.resting + "&timeinforce=DAY", "EGeneral:Invalid arguments:timeinforce"),
        (KrakenClient.resting + "&timeinforce=IOC&oflags=post", "EGeneral:Invalid arguments:timeinforce"),
        (KrakenClient.resting + "&cl_ord_id=has%20space", "EGeneral:Invalid arguments:cl_ord_id"),
        (KrakenClient.resting + "&cl_ord_id=nineteen-characters", "EGeneral:Invalid arguments:cl_ord_id"),
        (
            "pair=XBTUSDT&type=buy&ordertype=limit&price=50000.05&volume=1",
            "EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals."
        ),
        (
            "pair=XBTUSDT&type=buy&ordertype=limit&price=50000&volume=0.00001",
            "EGeneral:Invalid arguments:volume minimum not met"
        ),
        ("pair=XBTUSDT&type=buy&ordertype=limit&price=100&volume=0.0001", "EOrder:Cost minimum not met"),
        ("pair=XBTUSDT&type=buy&ordertype=limit&price=50000&volume=9", "EOrder:Insufficient funds"),
        ("pair=XBTUSDT&type=sell&ordertype=limit&price=90000&volume=5.1", "EOrder:Insufficient funds"),
    ])
    func `a refused order names its reason and leaves no trace`(_ fields: String, _ text: String) throws {
        let kraken = try KrakenClient()
        #expect(try kraken.error("AddOrder", fields) == text)
        #expect(kraken.double.truth.orders.isEmpty)
        #expect(kraken.double.truth.balances.allSatisfy { $0.total == $0.available })
    }

    @Test func `an order that arrives after its deadline is refused`() throws {
        let kraken = try KrakenClient()
        func error(_ offset: Span) throws -> String? {
            let text = CalendarTime.text(kraken.client.now + offset, decimals: 3)
            return try kraken.error("AddOrder", KrakenClient.resting + "&deadline=" + text)
        }
        #expect(try error(.milliseconds(-1)) == "EService:Deadline elapsed")
        #expect(try error(.seconds(2)) == nil)
        #expect(try error(.seconds(61)) == "EGeneral:Invalid arguments:deadline")
    }

    @Test func `the history counter fills and drains`() throws {
        let kraken = try KrakenClient()
        for _ in 0..<10 { _ = try kraken.result("TradesHistory") }
        #expect(try kraken.error("TradesHistory", "") == "EAPI:Rate limit exceeded")
        kraken.client.wait(.seconds(2))
        _ = try kraken.result("TradesHistory")
    }

    @Test func `a taker pays its fee in the quote asset, and stream, history and balances agree`() throws {
        let kraken = try KrakenClient()
        let token = try kraken.token()
        kraken.client.open(1, "/v2")
        kraken.subscribe(1, "\"channel\":\"executions\",\"token\":\"\(token)\",\"snap_orders\":true")
        kraken.subscribe(1, "\"channel\":\"balances\",\"token\":\"\(token)\"")
        let opening = kraken.client.take(1)
        #expect(opening.first?["channel"]?.string == "status")
        #expect(
            opening.filter { $0["type"]?.string == "snapshot" }.map { $0["channel"]?.string } == [
                "executions", "balances",
            ])
        let id = try kraken.place(
            "pair=XBTUSDT&type=buy&ordertype=limit&price=70000&volume=0.01&timeinforce=IOC&cl_ord_id=t1")
        let pushes = kraken.client.take(1)
        let executions = pushes.filter { $0["channel"]?.string == "executions" }
        #expect(executions.map { $0["sequence"]?.integer } == (2...Int64(executions.count + 1)).map { $0 })
        let events = executions.compactMap { $0.at("data", 0) }
        #expect(events.allSatisfy { $0["order_id"]?.string == id && $0["cl_ord_id"]?.string == "t1" })
        #expect(events.prefix(2).map { $0["exec_type"]?.string } == ["pending_new", "new"])
        #expect(
            events.last?["exec_type"]?.string == "filled" && events.last?["cum_qty"]?.text == "0.01000000")
        let trades = events.filter { $0["exec_type"]?.string == "trade" }
        #expect(!trades.isEmpty && trades.allSatisfy { $0["order_status"]?.string == "partially_filled" })

        let history = try kraken.result("TradesHistory")
        let told = history["trades"]?.members ?? []
        #expect(told.reversed().map(\.key) == trades.map { $0["exec_id"]?.string })
        for (push, trade) in zip(trades, told.reversed()) {
            #expect(push["last_qty"]?.text == trade.value["vol"]?.string)
            #expect(push["last_price"]?.text == trade.value["price"]?.string)
            #expect(push["cost"]?.text == trade.value["cost"]?.string)
            #expect(push.at("fees", 0, "qty")?.text == trade.value["fee"]?.string)
            #expect(push.at("fees", 0, "asset")?.string == "USDT" && push["liquidity_ind"]?.string == "t")
        }
        var cost = Amount.zero
        var fee = Amount.zero
        for trade in told {
            #expect(trade.value["ordertxid"]?.string == id && trade.value["maker"] == .bool(false))
            cost += try Amount(text: trade.value["cost"]?.string ?? "")
            fee += try Amount(text: trade.value["fee"]?.string ?? "")
        }
        #expect(fee > .zero && fee <= Rate(hundredthsOfBasisPoint: 2600).of(cost))
        let truth = kraken.double.truth.balances
        #expect(truth.first { $0.asset == "BTC" }?.total == (try Amount(text: "5.01")))
        let left = try Amount(text: "400000") - cost - fee
        #expect(truth.first { $0.asset == "USDT" }?.total == left)
        let ledger = pushes.filter { $0["channel"]?.string == "balances" }.last?["data"]?.elements ?? []
        #expect(ledger.first { $0["asset"]?.string == "USDT" }?["balance"]?.text == left.description)
        #expect(try kraken.result("Balance")["USDT"]?.string == left.description)
        #expect(try kraken.result("Balance")["XXBT"]?.string == "5.01")
        #expect(try kraken.result("QueryOrders", "txid=\(id)").at(id, "status")?.string == "closed")
    }

    @Test func `what may not rest is canceled by the venue, and says why`() throws {
        let kraken = try KrakenClient(withMarket: false)
        func reason(_ fields: String) throws -> String? {
            let id = try kraken.place(fields)
            let order = try kraken.result("QueryOrders", "txid=" + id).at(id)
            #expect(order?["status"]?.string == "canceled")
            return order?["reason"]?.string
        }
        let resting = KrakenClient.resting
        #expect(try reason(resting + "&timeinforce=IOC") == "Insufficient liquidity to fill immediately")
        #expect(try reason(resting + "&timeinforce=FOK") == "Insufficient liquidity to fill immediately")
        _ = try kraken.place("pair=XBTUSDT&type=sell&ordertype=limit&price=60000&volume=0.001")
        #expect(
            try reason("pair=XBTUSDT&type=buy&ordertype=limit&price=60000&volume=0.001&oflags=post")
                == "Post only order")
    }

    @Test(arguments: [0, 1, 31, 32, 1_790_000_000_000_001, Int64.max] as [Int64])
    func `order ids are spelled and read back`(_ number: Int64) {
        let text = KrakenSpelling.id("O", number)
        #expect(text.utf8.count == 19)
        #expect(KrakenSpelling.number("O", text) == number)
        #expect(KrakenSpelling.number("T", text) == nil)
    }
}
