import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

/// OKX's side of the conversation.
private final class OKXClient {
    let double: OKXDouble
    let client: DoubleDriver

    init(withMarket: Bool = true, seed: UInt64 = 7) throws {
        let made = DoubleCatalog.make(
            venue: "okx", seed: seed, instruments: DoubleCatalog.demoInstruments, account: DoubleDriver.account,
            start: DoubleDriver.start, withMarket: withMarket)
        double = try #require(made as? OKXDouble)
        client = DoubleDriver(double)
        client.wait(.seconds(1))
    }

    func headers(
        _ method: String, _ target: String, _ body: String, key: String? = nil, passphrase: String? = nil,
        timestamp: String? = nil, secret: String? = nil
    ) -> [(name: String, value: String)] {
        let spec = DoubleDriver.account
        let stamp = timestamp ?? CalendarTime.text(client.now, decimals: 3)
        let sign = OKXDouble.signature(Array((stamp + method + target + body).utf8), secret: secret ?? spec.secret)
        return [
            ("ok-access-key", key ?? spec.apiKey), ("ok-access-sign", sign), ("ok-access-timestamp", stamp),
            ("ok-access-passphrase", passphrase ?? spec.passphrase), ("content-type", "application/json"),
        ]
    }

    func get(_ target: String) throws -> JSONDocument {
        try client.request("GET", target, headers: headers("GET", target, "")).json
    }

    func post(_ target: String, _ body: String) throws -> (status: Int, json: JSONDocument) {
        try client.request("POST", target, headers: headers("POST", target, body), body: body)
    }

    /// The `sCode` of placing an order; `fields` over a sound limit buy of 0.001 BTC at 50,000.
    func place(_ fields: [String: String] = [:]) throws -> JSONDocument {
        var order = [
            "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.001", "px": "50000",
        ]
        order.merge(fields) { $1 }
        let text = order.keys.sorted().map { "\"\($0)\":\"\(order[$0] ?? "")\"" }.joined(separator: ",")
        return try #require(try post("/api/v5/trade/order", "{\(text)}").json.at("data", 0))
    }

    func login(_ connection: Int) {
        client.open(connection, "/ws/v5/private")
        let stamp = String(client.now.nanoseconds / 1_000_000_000)
        let spec = DoubleDriver.account
        let sign = OKXDouble.signature(Array((stamp + "GET/users/self/verify").utf8), secret: spec.secret)
        let argument =
            "{\"apiKey\":\"\(spec.apiKey)\",\"passphrase\":\"\(spec.passphrase)\",\"timestamp\":\"\(stamp)\","
            + "\"sign\":\"\(sign)\"}"
        client.say("{\"op\":\"login\",\"args\":[\(argument)]}", on: connection)
    }

    func subscribe(_ connection: Int, _ arguments: String) {
        client.say("{\"op\":\"subscribe\",\"args\":[\(arguments)]}", on: connection)
    }
}

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
        #expect(order["px"]?.string == "50000" && order["sz"]?.string == "0.001" && order["avgPx"]?.string == "")
        #expect(try okx.get("/api/v5/trade/orders-pending?instType=SPOT").at("data", 0, "ordId")?.string == id)
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
        let unknown = try okx.post("/api/v5/trade/cancel-order", "{\"instId\":\"BTC-USDT\",\"ordId\":\"1\"}").json
        #expect(unknown.at("data", 0, "sCode")?.string == "51400")
        #expect(try okx.get("/api/v5/trade/order?instId=BTC-USDT&clOrdId=nobody")["code"]?.string == "51603")
        #expect(try okx.get("/api/v5/trade/orders-history?instType=SPOT").at("data", 0, "ordId")?.string == id)
        #expect(try okx.place(["clOrdId": "abc1"])["sCode"]?.string == "51016", "an id is spent for ever")
    }

    @Test(arguments: [
        (["instId": "DOGE-USDT"], "51001"), (["tdMode": "cross"], "51000"), (["side": "hold"], "51000"),
        (["ordType": "stop"], "51000"), (["sz": "x"], "51000"), (["sz": "-1"], "51000"), (["px": "NaN"], "51000"),
        (["sz": "0.000009"], "51020"), (["px": "50000.05"], "51150"), (["sz": "9.5"], "51008"),
        (["side": "sell", "sz": "5.1", "px": "90000"], "51008"), (["clOrdId": "with-hyphen"], "51000"),
        (["clOrdId": "a23456789012345678901234567890123"], "51000"), (["sz": "1e30"], "51000"),
        (["sz": "10000"], "51202"), (["instId": "ETH-USDT", "sz": "0.1000001", "px": "2000"], "51121"),
    ])
    func `a refused order names its code and leaves no trace`(_ fields: [String: String], _ code: String) throws {
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
        let good =
            "{\"instId\":\"BTC-USDT\",\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":\"limit\",\"sz\":\"0.001\",\"px\":\"50000\"}"
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
        let orders = pushes.filter { $0.at("arg", "channel")?.string == "orders" }.compactMap { $0.at("data", 0) }
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
        let body =
            "{\"instId\":\"BTC-USDT\",\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":\"limit\",\"sz\":\"0.001\",\"px\":\"50000\"}"
        let refused = try okx.post("/api/v5/trade/order", body)
        #expect(refused.status == 429 && refused.json["code"]?.string == "50011")
        #expect(okx.double.truth.orders.count == 60)
        okx.client.wait(.seconds(2))
        #expect(try okx.place()["sCode"]?.string == "0")
    }

    @Test func `private channels need a login, and wrong logins are named`() throws {
        let okx = try OKXClient()
        okx.client.open(1, "/ws/v5/private")
        okx.subscribe(1, "{\"channel\":\"orders\",\"instType\":\"SPOT\"}")
        #expect(okx.client.take(1).first?["code"]?.string == "60011")
        func code(_ key: String, _ phrase: String, _ stamp: Int64, _ sign: String) -> String? {
            let fields = "\"apiKey\":\"\(key)\",\"passphrase\":\"\(phrase)\",\"timestamp\":\"\(stamp)\",\"sign\":\"\(sign)\""
            okx.client.say("{\"op\":\"login\",\"args\":[{\(fields)}]}", on: 1)
            return okx.client.take(1).first?["code"]?.string
        }
        let seconds = okx.client.now.nanoseconds / 1_000_000_000
        #expect(code("stranger", "test-phrase", seconds, "x") == "60005")
        #expect(code("test-key", "wrong", seconds, "x") == "60024")
        #expect(code("test-key", "test-phrase", seconds - 40, "x") == "60006")
        #expect(code("test-key", "test-phrase", seconds * 1000, "x") == "60004")
        #expect(code("test-key", "test-phrase", seconds, "x") == "60007")
        okx.client.open(2, "/ws/v5/public")
        okx.subscribe(2, "{\"channel\":\"books\",\"instId\":\"NO-USDT\"},{\"channel\":\"orders\",\"instType\":\"SPOT\"}")
        #expect(okx.client.take(2).map { $0["code"]?.string } == ["60018", "60018"])
        okx.client.say("hello", on: 2)
        #expect(okx.client.take(2).first?["code"]?.string == "60012")
        okx.client.say("ping", on: 2)
        #expect(okx.client.take(2) == [.string("pong")])
    }

    @Test func `a silent connection is closed after thirty seconds, a pinging one is not`() throws {
        let okx = try OKXClient()
        okx.client.open(1, "/ws/v5/public")
        okx.client.open(2, "/ws/v5/public")
        for _ in 0..<3 {
            okx.client.wait(.seconds(15))
            okx.client.say("ping", on: 2)
        }
        #expect(okx.client.closings == [1: 4004])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the book a reader builds from the frames is the venue's, and each message names its predecessor`(
        _ seed: UInt64
    ) throws {
        let okx = try OKXClient(seed: seed)
        var books = [1: ReaderBook(), 2: ReaderBook()]
        var last: [Int: Int64] = [:]
        var messages = 0
        func read(_ connection: Int) throws {
            for message in okx.client.take(connection) where message["action"] != nil {
                let data = try #require(message.at("data", 0))
                let id = try #require(data["seqId"]?.integer)
                let previous = try #require(data["prevSeqId"]?.integer)
                #expect(data["checksum"]?.integer == 0)
                if message["action"]?.string == "snapshot" {
                    books[connection] = ReaderBook()
                    #expect(previous == -1)
                } else {
                    #expect(previous == last[connection])
                    #expect(id > previous)
                }
                last[connection] = id
                messages += 1
                for (side, name) in [(Side.buy, "bids"), (.sell, "asks")] {
                    for level in data[name]?.elements ?? [] {
                        let price = try #require(level.at(0)?.string)
                        try books[connection]?.apply(side, price: price, quantity: try #require(level.at(1)?.string))
                    }
                }
            }
        }
        okx.client.open(1, "/ws/v5/public")
        okx.subscribe(1, "{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}")
        okx.client.wait(.milliseconds(4030))
        okx.client.open(2, "/ws/v5/public")
        okx.subscribe(2, "{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}")
        okx.client.wait(.milliseconds(6070 + 100 - okx.client.now.milliseconds % 100))
        okx.client.wait(.milliseconds((100 - okx.client.now.milliseconds % 100) % 100))
        try read(1)
        try read(2)
        #expect(messages > 50)
        #expect(last[1] == last[2])
        let engine = okx.double.exchange.engines[0]
        for connection in [1, 2] {
            let book = try #require(books[connection])
            #expect(try ReaderBook.raw(book.bids) == BookFeed.view(engine.bids, 400))
            #expect(try ReaderBook.raw(book.asks) == BookFeed.view(engine.asks, 400))
        }
    }

    @Test func `a book without changes is confirmed once a minute`() throws {
        let okx = try OKXClient(withMarket: false)
        _ = try okx.place()
        okx.client.open(1, "/ws/v5/public")
        okx.subscribe(1, "{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}")
        let id = okx.client.take(1).last?.at("data", 0, "seqId")?.integer
        for _ in 0..<4 {
            okx.client.wait(.seconds(16))
            okx.client.say("ping", on: 1)
        }
        let updates = okx.client.take(1).filter { $0["action"]?.string == "update" }
        #expect(updates.count == 1)
        let data = updates.first?.at("data", 0)
        #expect(data?["seqId"]?.integer == id && data?["prevSeqId"]?.integer == id)
        #expect(data?["bids"]?.elements?.isEmpty == true && data?["asks"]?.elements?.isEmpty == true)
    }

    @Test func `prints are told as they happen`() throws {
        let okx = try OKXClient()
        okx.client.open(1, "/ws/v5/public")
        okx.subscribe(1, "{\"channel\":\"trades\",\"instId\":\"ETH-USDT\"}")
        okx.client.wait(.seconds(5))
        let prints = okx.client.take(1).compactMap { $0.at("data", 0) }
        #expect(prints.count > 5)
        let rest = try okx.client.request("GET", "/api/v5/market/trades?instId=ETH-USDT&limit=5").json
        let newest = rest["data"]?.elements?.reversed().map { $0["tradeId"]?.string }
        #expect(newest == prints.suffix(5).map { $0["tradeId"]?.string })
    }

    @Test func `the dead man's switch cancels what is not refreshed`() throws {
        let okx = try OKXClient()
        let id = try #require(try okx.place()["ordId"]?.string)
        #expect(try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"5\"}").json["code"]?.string == "51000")
        _ = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        okx.client.wait(.seconds(8))
        _ = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        okx.client.wait(.seconds(8))
        #expect(okx.double.truth.orders.first?.isOpen == true)
        okx.client.wait(.seconds(3))
        let order = try okx.get("/api/v5/trade/order?instId=BTC-USDT&ordId=\(id)").at("data", 0)
        #expect(order?["state"]?.string == "canceled" && order?["cancelSource"]?.string == "20")
    }

    @Test func `orders may also be placed and canceled on the private socket`() throws {
        let okx = try OKXClient()
        okx.login(1)
        _ = okx.client.take(1)
        let order =
            "{\"instId\":\"BTC-USDT\",\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":\"limit\",\"sz\":\"0.001\",\"px\":\"50000\"}"
        okx.client.say("{\"id\":\"1\",\"op\":\"order\",\"args\":[\(order)]}", on: 1)
        let placed = okx.client.take(1).first
        #expect(placed?["id"]?.string == "1" && placed?["code"]?.string == "0")
        let id = placed?.at("data", 0, "ordId")?.string ?? ""
        okx.client.say(
            "{\"id\":\"2\",\"op\":\"cancel-order\",\"args\":[{\"instId\":\"BTC-USDT\",\"ordId\":\"\(id)\"}]}", on: 1)
        #expect(okx.client.take(1).first?["code"]?.string == "0")
        #expect(okx.double.truth.orders.first?.isOpen == false)
    }

    @Test func `times are written and read as RFC 3339`() throws {
        let moment = Moment(nanoseconds: 1_709_164_799_123_000_000)
        #expect(CalendarTime.text(moment, decimals: 3) == "2024-02-28T23:59:59.123Z")
        #expect(CalendarTime.moment("2024-02-29T00:00:00Z") == Moment(nanoseconds: 1_709_164_800_000_000_000))
        #expect(CalendarTime.rfc1123(Moment(nanoseconds: 1_616_336_594_000_000_000)) == "Sun, 21 Mar 21 14:23:14 +0000")
        let formatter = ISO8601DateFormatter()
        for day in stride(from: Int64(0), to: 80_000, by: 37) {
            let seconds = day * 86_400 + day % 86_400
            let text = CalendarTime.text(Moment(nanoseconds: seconds * 1_000_000_000), decimals: 0)
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            #expect(CalendarTime.moment(text)?.nanoseconds == seconds * 1_000_000_000)
        }
        for text in ["", "2024-13-01T00:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T00:00:00", "2024-02-29T00:00:00.Z"] {
            #expect(CalendarTime.moment(text) == nil)
        }
    }
}
