import Testing
import TradingModel

@testable import SimulatedWorld

struct BybitDoubleTests {
    private let client = BybitClient()

    @Test func `market pages answer in the venue's envelope`() throws {
        let time = try client.get("/v5/market/time")
        #expect(time["retCode"]?.integer == 0)
        #expect(time["result"]?["timeNano"]?.string == String(client.now.nanoseconds))
        let spot = try client.get("/v5/market/instruments-info?category=spot")
        let list = try #require(spot["result"]?["list"]?.elements)
        #expect(list.map { $0["symbol"]?.string } == ["BTCUSDT", "ETHUSDT"])
        #expect(list[0]["lotSizeFilter"]?["basePrecision"]?.string == "0.000001")
        #expect(list[0]["priceFilter"]?["tickSize"]?.string == "0.1")
        let linear = try client.get("/v5/market/instruments-info?category=linear")
        #expect(linear["result"]?["list"]?.elements?.isEmpty == true)
        let book = try client.get("/v5/market/orderbook?category=spot&symbol=ETHUSDT&limit=25")
        #expect((10...25).contains(try #require(book["result"]?["b"]?.elements?.count)))
        #expect(
            try client.get("/v5/market/orderbook?category=spot&symbol=NOPE")["retCode"]?.integer == 170_121)
        #expect(try client.get("/v5/market/orderbook?symbol=BTCUSDT")["retCode"]?.integer == 10_001)
        client.advance(3_000)
        let trades = try client.get("/v5/market/recent-trade?category=spot&symbol=BTCUSDT")
        #expect(try #require(trades["result"]?["list"]?.elements).count > 1)
        #expect(try client.get("/v5/market/tickers?category=spot")["result"]?["list"]?.elements?.count == 2)
        let missing = client.respond(DoubleRequest(method: "GET", target: "/v5/none", headers: [], body: []))
        #expect(missing.status == 404)
    }

    @Test(arguments: [50, 200, 1_000])
    func `snapshot and deltas with rising u are the venue's book`(_ depth: Int) throws {
        client.open(1, "/v5/public/spot")
        client.send(
            1,
            #"{"op":"subscribe","req_id":"q","args":["orderbook.\#(depth).BTCUSDT","#
                + #""publicTrade.BTCUSDT"]}"#)
        client.advance(700)
        // A late second reader starts from the view as last published.
        client.open(2, "/v5/public/spot")
        client.send(2, #"{"op":"subscribe","args":["orderbook.\#(depth).BTCUSDT"]}"#)
        client.advance(4_300)
        var books: [ClientBook] = []
        for connection in [1, 2] {
            let frames = try client.frames(connection)
            #expect(frames.first?["success"] == .bool(true))
            if connection == 1 { #expect(frames.first?["req_id"]?.string == "q") }
            let updates = frames.filter { $0["topic"]?.string == "orderbook.\(depth).BTCUSDT" }
            #expect(updates.first?["type"]?.string == "snapshot")
            #expect(updates.dropFirst().allSatisfy { $0["type"]?.string == "delta" })
            #expect(updates.count > (depth == 50 ? 60 : 15))
            var book = ClientBook(bids: nil, asks: nil)
            var last: Int64?
            for update in updates {
                let u = try #require(update["data"]?["u"]?.integer)
                if let last { #expect(u == last + 1) }
                last = u
                book.apply(bids: update["data"]?["b"], asks: update["data"]?["a"])
            }
            books.append(book)
            if connection == 1 { #expect(frames.contains { $0["topic"]?.string == "publicTrade.BTCUSDT" }) }
        }
        #expect(books[0] == books[1])
        let end = try client.get("/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=\(min(depth, 200))")
        #expect(books[0] == ClientBook(bids: end["result"]?["b"], asks: end["result"]?["a"]))
    }

    @Test func `depth one sends snapshots only`() throws {
        client.open(1, "/v5/public/spot")
        client.send(1, #"{"op":"subscribe","args":["orderbook.1.ETHUSDT"]}"#)
        client.advance(2_000)
        let updates = try client.frames(1).filter { $0["topic"] != nil }
        #expect(updates.count > 10)
        #expect(
            updates.allSatisfy { $0["type"]?.string == "snapshot" && $0["data"]?["b"]?.elements?.count == 1 })
    }

    @Test func `unknown topics, too many topics and nonsense are answered with success false`() throws {
        client.open(1, "/v5/public/spot")
        client.send(1, #"{"op":"subscribe","args":["orderbook.50.NOPE"]}"#)
        let eleven = Array(repeating: #""orderbook.1.BTCUSDT""#, count: 11).joined(separator: ",")
        client.send(1, #"{"op":"subscribe","args":[\#(eleven)]}"#)
        client.send(1, "not json")
        client.send(1, #"{"op":"dance"}"#)
        client.send(1, #"{"op":"ping","req_id":"p"}"#)
        let frames = try client.frames(1)
        #expect(frames.dropLast().allSatisfy { $0["success"] == .bool(false) })
        #expect(frames.last?["ret_msg"]?.string == "pong")
        #expect(frames.count == 5)
    }

    @Test func `keys, signatures and clocks are checked as the venue does`() throws {
        let path = "/v5/account/wallet-balance"
        let code = { (response: DoubleResponse) throws in try JSONDocument(response.body)["retCode"]?.integer
        }
        let query = "accountType=UNIFIED"
        #expect(try code(client.response("GET", path, query)) == 0)
        #expect(try code(client.response("GET", path, query, key: "other")) == 10_003)
        #expect(try code(client.response("GET", path, query, secret: "wrong")) == 10_004)
        let late = client.now - .milliseconds(5_001)
        #expect(try code(client.response("GET", path, query, at: late)) == 10_002)
        #expect(
            try code(client.response("GET", path, query, at: client.now + .milliseconds(1_000))) == 10_002)
        #expect(try code(client.response("GET", path, query, at: client.now + .milliseconds(999))) == 0)
        #expect(try client.get(path + "?" + query)["retCode"]?.integer == 10_001)
        #expect(try client.signed("GET", path, "accountType=SPOT")["retCode"]?.integer == 10_001)
    }

    @Test func `an order is acknowledged first and told by the stream afterwards`() throws {
        client.open(3, "/v5/private")
        client.send(3, #"{"op":"subscribe","args":["order"]}"#)
        client.authenticate(3)
        client.send(3, #"{"op":"subscribe","args":["order","execution","wallet"]}"#)
        #expect(try client.frames(3).map { $0["success"] } == [.bool(false), .bool(true), .bool(true)])
        let answer = try client.order("Buy", "0.3", "70000", "IOC", id: "b1")
        let id = try #require(answer["result"]?["orderId"]?.string)
        #expect(answer["result"]?["orderLinkId"]?.string == "b1")
        #expect(try client.frames(3).isEmpty)
        client.advance(15)
        let frames = try client.frames(3)
        let rows = { (topic: String) in
            frames.filter { $0["topic"]?.string == topic }.compactMap { $0["data"]?.elements?.first }
        }
        let executions = rows("execution")
        #expect(!executions.isEmpty)
        #expect(executions.allSatisfy { $0["orderId"]?.string == id && $0["feeCurrency"]?.string == "BTC" })
        #expect(rows("order").first?["orderStatus"]?.string == "New")
        #expect(rows("order").last?["orderStatus"]?.string == "Filled")
        let coins = rows("wallet").last?["coin"]?.elements
        let bitcoin = coins?.first { $0["coin"]?.string == "BTC" }
        #expect(bitcoin?["walletBalance"]?.string == "5.2997")
        let list = try client.signed("GET", "/v5/execution/list", "category=spot&orderId=\(id)")
        #expect(list["result"]?["list"]?.elements?.count == executions.count)
        let wallet = try client.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED&coin=BTC")
        let coin = wallet["result"]?["list"]?.elements?.first?["coin"]?.elements?.first
        #expect(coin?["walletBalance"]?.string == "5.2997")
        let truth = client.double.truth
        #expect(truth.balances.first { $0.asset == "BTC" }?.total == ExchangeFixture.amount("5.2997"))
        #expect(truth.fillCount == executions.count)
    }

    @Test func `orders are queried by either id, open or ended, and canceled once`() throws {
        let id = try #require(
            try client.order("Buy", "0.01", "50000", id: "q1")["result"]?["orderId"]?.string)
        let open = try client.signed("GET", "/v5/order/realtime", "category=spot&orderLinkId=q1")
        let row = open["result"]?["list"]?.elements?.first
        #expect(row?["orderId"]?.string == id)
        #expect(row?["orderStatus"]?.string == "New")
        #expect(row?["leavesQty"]?.string == "0.01")
        let history = try client.signed("GET", "/v5/order/history", "category=spot&orderId=\(id)")
        #expect(history["result"]?["list"]?.elements?.isEmpty == true)
        let body = #"{"category":"spot","symbol":"BTCUSDT","orderId":"\#(id)"}"#
        #expect(try client.signed("POST", "/v5/order/cancel", body)["retCode"]?.integer == 0)
        #expect(try client.signed("POST", "/v5/order/cancel", body)["retCode"]?.integer == 170_213)
        let ended = try client.signed("GET", "/v5/order/history", "category=spot&orderId=\(id)")
        #expect(ended["result"]?["list"]?.elements?.first?["orderStatus"]?.string == "Cancelled")
        #expect(
            try client.signed("GET", "/v5/order/realtime", "category=spot&orderLinkId=none")["result"]?[
                "list"]?.elements?.isEmpty == true)
    }

    @Test func `pages of history follow their cursor without gap or repetition`() throws {
        for number in 0..<7 { _ = try client.order("Sell", "0.001", "90000", "IOC", id: "h\(number)") }
        var seen: [String] = []
        var cursor = ""
        repeat {
            let query = "category=spot&limit=3" + (cursor.isEmpty ? "" : "&cursor=" + cursor)
            let page = try client.signed("GET", "/v5/order/history", query)
            seen += page["result"]?["list"]?.elements?.compactMap { $0["orderLinkId"]?.string } ?? []
            cursor = page["result"]?["nextPageCursor"]?.string ?? ""
        } while !cursor.isEmpty
        #expect(seen == (0..<7).reversed().map { "h\($0)" })
    }

    @Test func `refusals carry the venue's codes`() throws {
        _ = try client.order("Buy", "0.01", "50000", id: "dup")
        let cases: [(JSONDocument, Int64)] = [
            (try client.order("Buy", "0.01", "50000", id: "dup"), 170_141),
            (try client.order("Buy", "9", "50000"), 170_131),
            (try client.order("Buy", "0.00002", "50000"), 170_140),
            (try client.order("Buy", "0.01", "50000.01"), 170_134),
            (try client.order("Buy", "0.0100001", "50000"), 170_137),
            (try client.order("Buy", "1000", "50000"), 170_135),
            (try client.order("Hold", "0.01", "50000"), 10_001),
            (try client.order("Buy", "0.01", "x"), 10_001),
            (try client.order("Buy", "0.01", "50000", "GTD"), 10_001),
            (try client.signed("POST", "/v5/order/create", "{"), 10_001),
        ]
        for (answer, code) in cases { #expect(answer["retCode"]?.integer == code) }
        #expect(client.double.truth.orders.count == 1)
    }

    @Test func `a post-only order that would take is acknowledged and canceled`() throws {
        #expect(try client.order("Buy", "0.01", "70000", "PostOnly", id: "po")["retCode"]?.integer == 0)
        let answer = try client.signed("GET", "/v5/order/realtime", "category=spot&orderLinkId=po")
        let row = answer["result"]?["list"]?.elements?.first
        #expect(row?["orderStatus"]?.string == "Cancelled")
        #expect(row?["rejectReason"]?.string == "EC_PostOnlyWillTakeLiquidity")
    }

    @Test func `a spot market buy counts its quantity in money`() throws {
        let body = #"{"category":"spot","symbol":"ETHUSDT","side":"Buy","orderType":"Market","qty":"900"}"#
        let id = try #require(
            try client.signed("POST", "/v5/order/create", body)["result"]?["orderId"]?.string)
        let answer = try client.signed("GET", "/v5/order/realtime", "category=spot&orderId=\(id)")
        let row = try #require(answer["result"]?["list"]?.elements?.first)
        #expect(row["orderStatus"]?.string == "Filled")
        let value = ExchangeFixture.amount(try #require(row["cumExecValue"]?.string))
        #expect(value <= ExchangeFixture.amount("900") && value > ExchangeFixture.amount("899"))
    }

    @Test func `cancel-all ends what is open`() throws {
        for number in 0..<3 { _ = try client.order("Buy", "0.01", "50000", id: "c\(number)") }
        let answer = try client.signed("POST", "/v5/order/cancel-all", #"{"category":"spot"}"#)
        #expect(answer["result"]?["list"]?.elements?.count == 3)
        #expect(client.double.truth.orders.allSatisfy { !$0.isOpen })
        #expect(client.double.truth.balances.allSatisfy { $0.total == $0.available })
    }

    @Test func `the twenty-first order in a second is one visit too many`() throws {
        let codes = try (0..<21).map {
            try client.order("Buy", "0.001", "50000", id: "r\($0)")["retCode"]?.integer
        }
        #expect(codes == Array(repeating: 0, count: 20) + [10_006])
        client.advance(1_000)
        let response = client.response("POST", "/v5/order/cancel-all", #"{"category":"spot"}"#)
        #expect(response.headers.contains { $0.name == "x-bapi-limit-status" && $0.value == "19" })
    }

    @Test func `six hundred requests in five seconds are forbidden, and silence ends a connection`() throws {
        let last = (0..<601).map { _ in
            client.respond(DoubleRequest(method: "GET", target: "/v5/market/time", headers: [], body: []))
                .status
        }
        #expect(last.last == 403)
        client.open(1, "/v5/public/spot")
        client.advance(601_000)
        let closed = client.raw(1).contains { if case .close = $0 { true } else { false } }
        #expect(closed)
    }
}
