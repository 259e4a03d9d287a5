import Testing
import TradingModel

@testable import SimulatedWorld

struct BinanceSpotDoubleTests {
    private let client = BinanceClient()
    private var start: Moment { ExchangeFixture.start }

    // MARK: Public pages

    @Test func `time, ping and exchange information are public`() throws {
        #expect(try client.get("/api/v3/time")["serverTime"]?.integer == client.now.milliseconds)
        #expect(try client.get("/api/v3/ping") == .object([]))
        let symbols = try #require(try client.get("/api/v3/exchangeInfo")["symbols"]?.elements)
        #expect(symbols.map { $0["symbol"]?.string } == ["BTCUSDT", "ETHUSDT"])
        let filters = try #require(symbols[0]["filters"]?.elements)
        let lot = filters.first { $0["filterType"]?.string == "LOT_SIZE" }
        #expect(lot?["stepSize"]?.string == "0.00001000")
        #expect(try client.error("GET", "/api/v3/depth?symbol=NOPE") == .init(400, -1121))
        #expect(try client.error("GET", "/api/v3/nothing").status == 404)
    }

    @Test func `a snapshot joined with the diff stream is the venue's book, id by id`() throws {
        client.open(1, "/stream?streams=btcusdt@depth@100ms/btcusdt@trade")
        client.advance(250)
        let snapshot = try client.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")
        var id = try #require(snapshot["lastUpdateId"]?.integer)
        var book = ClientBook(bids: snapshot["bids"], asks: snapshot["asks"])
        client.advance(5_050)
        var applied = 0
        var trades = 0
        for frame in try client.frames(1) {
            let data = try #require(frame["data"])
            if data["e"]?.string == "trade" { trades += 1 }
            guard data["e"]?.string == "depthUpdate" else { continue }
            let first = try #require(data["U"]?.integer)
            let last = try #require(data["u"]?.integer)
            if last <= id { continue }
            #expect(applied == 0 ? first <= id + 1 : first == id + 1)
            id = last
            book.apply(bids: data["b"], asks: data["a"])
            applied += 1
        }
        #expect(applied >= 45)
        #expect(trades > 2)
        let end = try client.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")
        #expect(end["lastUpdateId"]?.integer == id)
        #expect(book == ClientBook(bids: end["bids"], asks: end["asks"]))
    }

    @Test func `subscriptions come and go on a raw stream`() throws {
        client.open(1, "/ws/ethusdt@bookTicker")
        client.send(1, #"{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms","nope@trade"],"id":7}"#)
        client.advance(1_000)
        let frames = try client.frames(1)
        #expect(frames.first == (try JSONDocument(text: #"{"result":null,"id":7}"#)))
        #expect(frames.contains { $0["e"]?.string == "depthUpdate" && $0["s"]?.string == "BTCUSDT" })
        #expect(frames.contains { $0["s"]?.string == "ETHUSDT" && $0["B"] != nil })
        client.send(
            1, #"{"method":"UNSUBSCRIBE","params":["btcusdt@depth@100ms","ethusdt@bookTicker"],"id":"x"}"#)
        _ = try client.frames(1)
        client.advance(1_000)
        #expect(try client.frames(1).isEmpty)
        client.send(1, "{nonsense")
        #expect(try client.frames(1).first?["error"]?["code"]?.integer == 2)
    }

    @Test func `six messages in a second end a stream connection`() {
        client.open(1, "/ws")
        for id in 0..<6 { client.send(1, #"{"method":"LIST_SUBSCRIPTIONS","id":\#(id)}"#) }
        let closes = client.raw(1).contains { frame in
            if case .close(1008, _) = frame { return true }
            return false
        }
        #expect(closes)
    }

    // MARK: Who is asking

    @Test func `keys, signatures and clocks are checked as the venue does`() throws {
        #expect(try client.error("GET", "/api/v3/account") == .init(401, -2014))
        #expect(
            try client.error("GET", client.signed("/api/v3/account", ""), key: "stranger")
                == .init(401, -2015))
        let good = client.signed("/api/v3/account", "recvWindow=5000")
        #expect(try client.request("GET", good).status == 200)
        #expect(try client.error("GET", good.dropLast(1) + "0") == .init(400, -1022))
        #expect(
            try client.error("GET", client.signed("/api/v3/account", "recvWindow=70000")) == .init(400, -1131)
        )
        let old = client.signed("/api/v3/account", "", at: client.now - .milliseconds(5_001))
        #expect(try client.error("GET", old) == .init(400, -1021))
        let ahead = client.signed("/api/v3/account", "", at: client.now + .milliseconds(1_001))
        #expect(try client.error("GET", ahead) == .init(400, -1021))
        #expect(
            try client.request(
                "GET", client.signed("/api/v3/account", "", at: client.now + .milliseconds(900))
            ).status == 200)
        #expect(try client.error("GET", "/api/v3/account?signature=00", key: "key") == .init(400, -1102))
    }

    @Test func `weight beyond six thousand a minute is refused with the wait`() throws {
        var last = DoubleResponse(status: 0, body: [])
        for _ in 0..<25 { last = try client.request("GET", "/api/v3/depth?symbol=BTCUSDT&limit=5000") }
        #expect(last.status == 429)
        #expect(last.headers.contains { $0.name == "x-mbx-used-weight-1m" && $0.value == "6250" })
        let wait = last.headers.first { $0.name == "retry-after" }.flatMap { Int64($0.value) }
        #expect((1...60).contains(try #require(wait)))
        client.advance(60_000)
        #expect(try client.request("GET", "/api/v3/ping").status == 200)
    }

    @Test func `a hundred and first order within ten seconds is too many`() throws {
        var codes: [Int64?] = []
        for _ in 0..<101 {
            codes.append(
                try client.order("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.0001&price=51000")["code"]?
                    .integer)
        }
        #expect(codes.dropLast().allSatisfy { $0 == nil })
        #expect(codes.last == -1015)
    }

    // MARK: Orders

    @Test func `an order is placed, told, queried, filled, canceled and accounted for`() throws {
        client.openUserStream(9)
        let rest = try client.order(
            "side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&newClientOrderId=r1")
        #expect(rest["status"]?.string == "NEW")
        #expect(rest["clientOrderId"]?.string == "r1")
        let fill = try client.order(
            "side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.5&price=70000&newClientOrderId=f1")
        #expect(fill["status"]?.string == "FILLED")
        let fills = try #require(fill["fills"]?.elements)
        #expect(fills.allSatisfy { $0["commissionAsset"]?.string == "BTC" })
        let paid = fills.compactMap { $0["commission"]?.string }.reduce(Amount.zero) {
            $0 + ExchangeFixture.amount($1)
        }
        #expect(paid == ExchangeFixture.amount("0.0005"))
        let trades = try client.signedGet("/api/v3/myTrades", "symbol=BTCUSDT")
        #expect(trades.elements?.count == fills.count)
        let query = try client.signedGet("/api/v3/order", "symbol=BTCUSDT&origClientOrderId=f1")
        #expect(query["executedQty"]?.string == "0.50000000")
        #expect(try client.signedGet("/api/v3/openOrders", "symbol=BTCUSDT").elements?.count == 1)
        let cancel = try client.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=r1")
        #expect(cancel["status"]?.string == "CANCELED")
        #expect(cancel["origClientOrderId"]?.string == "r1")
        let account = try client.signedGet("/api/v3/account", "")
        let bitcoin = account["balances"]?.elements?.first { $0["asset"]?.string == "BTC" }
        #expect(bitcoin?["free"]?.string == "5.49950000")
        #expect(bitcoin?["locked"]?.string == "0.00000000")
        client.advance(10)
        try expectStream(fills: fills.count)
    }

    private func expectStream(fills: Int) throws {
        let events = try client.frames(9).compactMap { $0["event"] }
        let reports = events.filter { $0["e"]?.string == "executionReport" }
        let kinds = reports.compactMap { $0["x"]?.string }
        #expect(kinds == ["NEW", "NEW"] + Array(repeating: "TRADE", count: fills) + ["CANCELED"])
        #expect(reports.last?["C"]?.string == "r1")
        #expect(reports.last?["c"]?.string != "r1")
        #expect(reports.dropLast().last?["X"]?.string == "FILLED")
        #expect(Set(reports.compactMap { $0["t"]?.integer }).count == fills + 1)
        #expect(events.filter { $0["e"]?.string == "outboundAccountPosition" }.count == reports.count)
        let truth = client.double.truth
        #expect(truth.fillCount == fills)
        #expect(truth.orders.map(\.clientID) == ["r1", "f1"])
        #expect(truth.orders.allSatisfy { !$0.isOpen && $0.symbol == "BTC-USDT" })
    }

    @Test func `what is left of an IOC expires and a client id is free again`() throws {
        let first = try client.order(
            "side=SELL&type=LIMIT&timeInForce=IOC&quantity=0.01&price=90000&newClientOrderId=i")
        #expect(first["status"]?.string == "EXPIRED")
        #expect(first["executedQty"]?.string == "0.00000000")
        let again = try client.order(
            "side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.01&price=90000&newClientOrderId=i")
        #expect(again["status"]?.string == "NEW")
        #expect(
            try client.order(
                "side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.01&price=90000&newClientOrderId=i")["code"]?
                .integer == -2010)
    }

    @Test func `a market order by money buys what the money buys`() throws {
        let order = try client.order("side=BUY&type=MARKET&quoteOrderQty=1000")
        #expect(order["status"]?.string == "FILLED")
        let spent = ExchangeFixture.amount(try #require(order["cummulativeQuoteQty"]?.string))
        #expect(spent <= ExchangeFixture.amount("1000") && spent > ExchangeFixture.amount("999"))
    }

    @Test(arguments: [
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000.001", -1013),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010001&price=50000", -1013),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00002&price=50000", -1013),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=9&price=50000", -2010),
        ("side=BUY&type=LIMIT_MAKER&quantity=0.01&price=70000", -2010),
        ("side=BUY&type=LIMIT&quantity=0.01&price=50000", -1102),
        ("side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.01&price=50000", -1115),
        ("side=BUY&type=STOP&quantity=0.01&price=50000", -1116),
        ("side=HOLD&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000", -1117),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=-5", -1100),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=1.123456789", -1111),
        ("side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&newClientOrderId=a%20b", -1100),
    ])
    func `a bad order is refused with the venue's code and leaves nothing`(_ query: String, _ code: Int64)
        throws
    {
        #expect(try client.order(query)["code"]?.integer == code)
        #expect(client.double.truth.orders.isEmpty)
    }

    @Test func `unknown orders have their own codes for queries and cancels`() throws {
        #expect(try client.signedGet("/api/v3/order", "symbol=BTCUSDT&orderId=5")["code"]?.integer == -2013)
        #expect(
            try client.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&orderId=5")["code"]?.integer == -2011
        )
        #expect(try client.signedGet("/api/v3/order", "symbol=BTCUSDT")["code"]?.integer == -1102)
        #expect(try client.signed("DELETE", "/api/v3/openOrders", "symbol=BTCUSDT")["code"]?.integer == -2011)
    }

    @Test func `the WebSocket API answers by id and refuses a wrong signature`() throws {
        client.open(4, "/ws-api/v3")
        client.send(4, #"{"id":"a","method":"time"}"#)
        let stamp = client.now.milliseconds
        client.send(
            4,
            #"{"id":2,"method":"userDataStream.subscribe.signature","params":{"apiKey":"key","#
                + #""timestamp":\#(stamp),"signature":"00"}}"#)
        client.send(4, #"{"id":3,"method":"no.such"}"#)
        client.send(4, "garbage")
        let frames = try client.frames(4)
        #expect(frames[0]["id"] == .string("a"))
        #expect(frames[0]["result"]?["serverTime"]?.integer == client.now.milliseconds)
        #expect(frames[1]["status"]?.integer == 400)
        #expect(frames[1]["error"]?["code"]?.integer == -1022)
        #expect(frames[2]["error"]?["code"]?.integer == -1130)
        #expect(frames[3]["error"] != nil)
    }

    @Test func `pings come every twenty seconds and a connection ends after a day`() {
        client.open(1, "/ws")
        client.advance(61_000)
        let pings = client.raw(1).filter { if case .ping = $0 { true } else { false } }
        #expect(pings.count == 3)
    }
}
