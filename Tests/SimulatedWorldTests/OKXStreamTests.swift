import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct OKXStreamTests {
    @Test func `private channels need a login, and wrong logins are named`() throws {
        let okx = try OKXClient()
        okx.client.open(1, "/ws/v5/private")
        okx.subscribe(1, "{\"channel\":\"orders\",\"instType\":\"SPOT\"}")
        #expect(okx.client.take(1).first?["code"]?.string == "60011")
        func code(_ key: String, _ phrase: String, _ stamp: Int64, _ sign: String) -> String? {
            let fields =
                "\"apiKey\":\"\(key)\",\"passphrase\":\"\(phrase)\","
                + "\"timestamp\":\"\(stamp)\",\"sign\":\"\(sign)\""
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
        okx.subscribe(
            2, "{\"channel\":\"books\",\"instId\":\"NO-USDT\"},{\"channel\":\"orders\",\"instType\":\"SPOT\"}"
        )
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
                        try books[connection]?.apply(
                            side, price: price, quantity: try #require(level.at(1)?.string))
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
        #expect(
            try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"5\"}").json["code"]?.string
                == "51000")
        let early = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        #expect(early.status == 429 && early.json["code"]?.string == "50011", "one request a second")
        okx.client.wait(.seconds(1))
        _ = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        okx.client.wait(.seconds(8))
        _ = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        okx.client.wait(.seconds(8))
        #expect(okx.double.truth.orders.first?.isOpen == true)
        okx.client.wait(.seconds(3))
        let order = try okx.get("/api/v5/trade/order?instId=BTC-USDT&ordId=\(id)").at("data", 0)
        #expect(order?["state"]?.string == "canceled" && order?["cancelSource"]?.string == "20")
        // It fired once: what comes later stays until the timer is set again, and 0 switches it off.
        let later = try #require(try okx.place()["ordId"]?.string)
        okx.client.wait(.seconds(200))
        _ = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"10\"}")
        okx.client.wait(.seconds(2))
        let off = try okx.post("/api/v5/trade/cancel-all-after", "{\"timeOut\":\"0\"}")
        #expect(off.json.at("data", 0, "triggerTime")?.string == "0")
        okx.client.wait(.seconds(30))
        let open = try okx.get("/api/v5/trade/orders-pending?instType=SPOT")
        #expect(open["data"]?.elements?.map { $0["ordId"]?.string } == [later])
    }

    @Test func `orders may also be placed and canceled on the private socket`() throws {
        let okx = try OKXClient()
        okx.login(1)
        _ = okx.client.take(1)
        let order = OKXClient.soundOrder
        okx.client.say("{\"id\":\"1\",\"op\":\"order\",\"args\":[\(order)]}", on: 1)
        let placed = okx.client.take(1).first
        #expect(placed?["id"]?.string == "1" && placed?["code"]?.string == "0")
        let id = placed?.at("data", 0, "ordId")?.string ?? ""
        okx.client.say(
            "{\"id\":\"2\",\"op\":\"cancel-order\",\"args\":[{\"instId\":\"BTC-USDT\",\"ordId\":\"\(id)\"}]}",
            on: 1)
        #expect(okx.client.take(1).first?["code"]?.string == "0")
        #expect(okx.double.truth.orders.first?.isOpen == false)
    }
}
