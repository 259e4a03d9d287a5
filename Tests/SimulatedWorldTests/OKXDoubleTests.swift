import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct OKXDoubleTests {
    @Test(.enabled(if: SharedFiles.exist))
    func `the signature is that of the published vectors`() throws {
        let document = try JSONDocument(SharedFiles.bytes("vectors/signatures.json"))
        let vectors = (document["vectors"]?.elements ?? []).filter { $0["exchange"]?.string == "okx" }
        try #require(!vectors.isEmpty)
        for vector in vectors where vector["algorithm"]?.string?.contains("SHA256") == true {
            let prehash = try #require(vector["string_to_sign"]?.string)
            let secret = try #require(vector["secret"]?.string)
            #expect(OKXDouble.signature(Array(prehash.utf8), secret: secret) == vector["expected"]?.string)
        }
    }

    @Test func `a request is let in only with key, passphrase, fresh time and the right signature`() throws {
        let okx = try OKXClient()
        let target = "/api/v5/account/config"
        func code(_ headers: [(name: String, value: String)]) throws -> String {
            let answer = try okx.client.request("GET", target, headers: headers)
            #expect(answer.status == (answer.json["code"]?.string == "0" ? 200 : 401))
            okx.client.wait(.seconds(2))
            return answer.json["code"]?.string ?? ""
        }
        #expect(try code(okx.headers("GET", target, "")) == "0")
        #expect(try code(okx.headers("GET", target, "", key: "stranger")) == "50111")
        #expect(try code(okx.headers("GET", target, "", passphrase: "wrong")) == "50105")
        #expect(try code(okx.headers("GET", target, "", secret: "wrong")) == "50113")
        #expect(try code(okx.headers("GET", target + "?x=1", "")) == "50113")
        let old = CalendarTime.text(okx.client.now - .seconds(31), decimals: 3)
        #expect(try code(okx.headers("GET", target, "", timestamp: old)) == "50102")
        let ahead = CalendarTime.text(okx.client.now + .seconds(32), decimals: 3)
        #expect(try code(okx.headers("GET", target, "", timestamp: ahead)) == "50102")
        #expect(try code(okx.headers("GET", target, "", timestamp: "1790000000")) == "50112")
        #expect(try code([]) == "50103")
        let expired = okx.headers("GET", target, "") + [("exptime", String(okx.client.now.milliseconds - 1))]
        #expect(try code(expired) == "50102")
    }

    @Test func `an order rests, is found by its client id, holds money and is canceled`() throws {
        let okx = try OKXClient()
        let placed = try okx.place(["clOrdId": "abc1", "ordType": "post_only"])
        #expect(placed["sCode"]?.string == "0")
        let id = try #require(placed["ordId"]?.string)
        let query = "/api/v5/trade/order?instId=BTC-USDT&clOrdId=abc1"
        var order = try #require(try okx.get(query).at("data", 0))
        #expect(order["state"]?.string == "live" && order["ordId"]?.string == id)
        #expect(
            order["px"]?.string == "50000" && order["sz"]?.string == "0.001" && order["avgPx"]?.string == "")
        #expect(
            try okx.get("/api/v5/trade/orders-pending?instType=SPOT").at("data", 0, "ordId")?.string == id)
        let usdt = try #require(try okx.get("/api/v5/account/balance?ccy=USDT").at("data", 0, "details", 0))
        #expect(usdt["cashBal"]?.string == "400000" && usdt["frozenBal"]?.string == "50")
        #expect(usdt["availBal"]?.string == "399950")

        let cancel = "{\"instId\":\"BTC-USDT\",\"clOrdId\":\"abc1\"}"
        let canceled = try okx.post("/api/v5/trade/cancel-order", cancel).json
        #expect(canceled["code"]?.string == "0" && canceled.at("data", 0, "ordId")?.string == id)
        order = try #require(try okx.get(query).at("data", 0))
        #expect(order["state"]?.string == "canceled" && order["cancelSource"]?.string == "1")
        let again = try okx.post("/api/v5/trade/cancel-order", cancel).json
        #expect(again["code"]?.string == "1" && again.at("data", 0, "sCode")?.string == "51401")
        let unknown = try okx.post("/api/v5/trade/cancel-order", "{\"instId\":\"BTC-USDT\",\"ordId\":\"1\"}")
            .json
        #expect(unknown.at("data", 0, "sCode")?.string == "51400")
        #expect(try okx.get("/api/v5/trade/order?instId=BTC-USDT&clOrdId=nobody")["code"]?.string == "51603")
        #expect(
            try okx.get("/api/v5/trade/orders-history?instType=SPOT").at("data", 0, "ordId")?.string == id)
        #expect(try okx.place(["clOrdId": "abc1"])["sCode"]?.string == "51016", "an id is spent for ever")
    }

    @Test(arguments: [
        (["instId": "DOGE-USDT"], "51001"), (["tdMode": "cross"], "51000"), (["side": "hold"], "51000"),
        (["ordType": "stop"], "51000"), (["sz": "x"], "51000"), (["sz": "-1"], "51000"),
        (["px": "NaN"], "51000"),
        (["sz": "0.000009"], "51020"), (["px": "50000.05"], "51150"), (["sz": "9.5"], "51008"),
        (["side": "sell", "sz": "5.1", "px": "90000"], "51008"), (["clOrdId": "with-hyphen"], "51000"),
        (["clOrdId": "a23456789012345678901234567890123"], "51000"), (["sz": "1e30"], "51000"),
        (["sz": "10000"], "51202"), (["instId": "ETH-USDT", "sz": "0.1000001", "px": "2000"], "51121"),
    ])
    func `a refused order names its code and leaves no trace`(_ fields: [String: String], _ code: String)
        throws
    {
        let okx = try OKXClient()
        let answer = try okx.place(fields)
        #expect(answer["sCode"]?.string == code, "\(answer)")
        #expect(answer["ordId"]?.string == "")
        #expect(okx.double.truth.orders.isEmpty)
        #expect(okx.double.truth.balances.allSatisfy { $0.total == $0.available })
    }

    @Test func `bodies that are not JSON objects are refused whole`() throws {
        let okx = try OKXClient()
        for body in ["", "[]", "{", "nonsense", "{\"a\":1}x"] {
            let answer = try okx.post("/api/v5/trade/order", body)
            #expect(answer.status == 400 && answer.json["code"]?.string == "50002")
        }
        #expect(try okx.post("/api/v5/trade/nothing", "{}").status == 404)
    }

    @Test func `a batch is judged element by element`() throws {
        let okx = try OKXClient()
        let good = OKXClient.soundOrder
        let bad = good.replacingOccurrences(of: "0.001", with: "900")
        let answer = try okx.post("/api/v5/trade/batch-orders", "[\(good),\(bad)]").json
        #expect(answer["code"]?.string == "2")
        #expect(answer["data"]?.elements?.map { $0["sCode"]?.string } == ["0", "51008"])
    }

    @Test func `a taker pays its fee in what it receives, and stream, fills and balances agree`() throws {
        let okx = try OKXClient()
        okx.login(1)
        okx.subscribe(1, "{\"channel\":\"orders\",\"instType\":\"SPOT\"},{\"channel\":\"account\"}")
        let opening = okx.client.take(1)
        #expect(opening.map { $0["event"]?.string } == ["login", "subscribe", "subscribe", nil])
        #expect(opening.last?.at("eventType")?.string == "snapshot")

        let placed = try okx.place(["ordType": "ioc", "px": "70000", "sz": "0.01", "clOrdId": "take1"])
        let id = try #require(placed["ordId"]?.string)
        let pushes = okx.client.take(1)
        let orders = pushes.filter { $0.at("arg", "channel")?.string == "orders" }.compactMap {
            $0.at("data", 0)
        }
        #expect(orders.first?["state"]?.string == "live")
        #expect(orders.last?["state"]?.string == "filled")
        let fills = orders.filter { $0["execType"]?.string == "T" }
        #expect(!fills.isEmpty)

        let order = try #require(try okx.get("/api/v5/trade/order?instId=BTC-USDT&ordId=\(id)").at("data", 0))
        #expect(order["state"]?.string == "filled" && order["accFillSz"]?.string == "0.01")
        #expect(order["fee"]?.string == "-0.00001" && order["feeCcy"]?.string == "BTC")
        let reported = try okx.get("/api/v5/trade/fills?instType=SPOT&ordId=\(id)")["data"]?.elements ?? []
        #expect(reported.reversed().map { $0["tradeId"]?.string } == fills.map { $0["tradeId"]?.string })
        #expect(reported.allSatisfy { $0["execType"]?.string == "T" && $0["clOrdId"]?.string == "take1" })
        let fees = try reported.reduce(Amount.zero) { $0 + (try Amount(text: $1["fee"]?.string ?? "")) }
        #expect(fees == (try Amount(text: "-0.00001")))
        let spent = try reported.reduce(Amount.zero) { sum, fill in
            let price = Price(raw: try DecimalText.parse(fill["fillPx"]?.string ?? "", scale: 8))
            let size = Quantity(raw: try DecimalText.parse(fill["fillSz"]?.string ?? "", scale: 8))
            return sum + okx.double.exchange.symbols[0].instrument.notional(price, size)
        }
        let truth = okx.double.truth.balances
        #expect(truth.first { $0.asset == "BTC" }?.total == (try Amount(text: "5.00999")))
        #expect(truth.first { $0.asset == "USDT" }?.total == (try Amount(text: "400000")) - spent)
        let account = pushes.last { $0.at("arg", "channel")?.string == "account" }
        let told = account?.at("data", 0, "details")?.elements?.first { $0["ccy"]?.string == "BTC" }
        #expect(told?["cashBal"]?.string == "5.00999" && told?["frozenBal"]?.string == "0")
    }

    @Test func `what may not rest is ended by the venue, and says why`() throws {
        let okx = try OKXClient(withMarket: false)
        func source(_ fields: [String: String]) throws -> String? {
            let id = try #require(try okx.place(fields)["ordId"]?.string)
            let order = try okx.get("/api/v5/trade/order?instId=BTC-USDT&ordId=\(id)").at("data", 0)
            #expect(order?["state"]?.string == "canceled")
            return order?["cancelSource"]?.string
        }
        #expect(try source(["ordType": "ioc"]) == "14")
        #expect(try source(["ordType": "fok"]) == "13")
        _ = try okx.place(["side": "sell", "px": "60000"])
        #expect(try source(["ordType": "post_only", "px": "60000"]) == "31")
    }

    @Test func `the sixty-first order in two seconds is told to slow down`() throws {
        let okx = try OKXClient()
        okx.client.wait(.milliseconds(1001 - okx.client.now.milliseconds % 1000))
        okx.client.wait(.milliseconds(2000 - okx.client.now.milliseconds % 2000))
        for _ in 0..<60 { #expect(try okx.place()["sCode"]?.string == "0") }
        let body = OKXClient.soundOrder
        let refused = try okx.post("/api/v5/trade/order", body)
        #expect(refused.status == 429 && refused.json["code"]?.string == "50011")
        #expect(okx.double.truth.orders.count == 60)
        okx.client.wait(.seconds(2))
        #expect(try okx.place()["sCode"]?.string == "0")
    }

    @Test func `times are written and read as RFC 3339`() throws {
        let moment = Moment(nanoseconds: 1_709_164_799_123_000_000)
        #expect(CalendarTime.text(moment, decimals: 3) == "2024-02-28T23:59:59.123Z")
        #expect(CalendarTime.moment("2024-02-29T00:00:00Z") == Moment(nanoseconds: 1_709_164_800_000_000_000))
        #expect(
            CalendarTime.rfc1123(Moment(nanoseconds: 1_616_336_594_000_000_000))
                == "Sun, 21 Mar 21 14:23:14 +0000")
        let formatter = ISO8601DateFormatter()
        for day in stride(from: Int64(0), to: 80_000, by: 37) {
            let seconds = day * 86_400 + day % 86_400
            let text = CalendarTime.text(Moment(nanoseconds: seconds * 1_000_000_000), decimals: 0)
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            #expect(CalendarTime.moment(text)?.nanoseconds == seconds * 1_000_000_000)
        }
        for text in [
            "", "2024-13-01T00:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T00:00:00",
            "2024-02-29T00:00:00.Z",
        ] {
            #expect(CalendarTime.moment(text) == nil)
        }
    }
}
