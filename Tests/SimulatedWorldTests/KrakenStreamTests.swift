import Testing
import TradingModel

@testable import SimulatedWorld

/// Numbers as the frame spells them, and the checksum proved after every message.
private struct CheckedBook {
    var book = ReaderBook()
    var messages = 0
    var removals = 0
    let depth: Int

    init(depth: Int) { self.depth = depth }

    mutating func read(_ message: JSONDocument) throws {
        guard message["channel"]?.string == "book" else { return }
        let data = try #require(message.at("data", 0))
        if message["type"]?.string == "snapshot" { book = ReaderBook() }
        for (side, name) in [(Side.buy, "bids"), (.sell, "asks")] {
            for level in data[name]?.elements ?? [] {
                guard case .number(let price) = level["price"], case .number(let quantity) = level["qty"]
                else {
                    Issue.record("prices and quantities are JSON numbers")
                    return
                }
                #expect(quantity.split(separator: ".").last?.utf8.count == 8)
                #expect(
                    price.split(separator: ".").last?.utf8.count == 1, "BTC-USDT has one decimal: \(price)")
                if quantity == "0.00000000" { removals += 1 }
                try book.apply(side, price: price, quantity: quantity)
            }
        }
        book.truncate(to: depth)
        messages += 1
        let expected = KrakenChecksum.of(asks: book.asks, bids: book.bids)
        #expect(data["checksum"]?.integer == Int64(expected))
    }
}

@Suite struct KrakenStreamTests {
    @Test func `private channels need a live token`() throws {
        let kraken = try KrakenClient()
        let token = try kraken.token()
        kraken.client.open(1, "/v2")
        _ = kraken.client.take(1)
        kraken.subscribe(1, "\"channel\":\"executions\",\"token\":\"wrong\"")
        let refused = kraken.client.take(1).first
        #expect(
            refused?["error"]?.string == "ESession:Invalid session" && refused?["success"] == .bool(false))
        #expect(refused?["req_id"]?.integer == 5)
        kraken.subscribe(1, "\"channel\":\"executions\"")
        #expect(kraken.client.take(1).first?["error"]?.string == "ESession:Invalid session")
        kraken.client.now = kraken.client.now + .seconds(15 * 60 + 1)
        kraken.client.wait(.milliseconds(10))
        kraken.subscribe(1, "\"channel\":\"executions\",\"token\":\"\(token)\"")
        #expect(kraken.client.take(1).contains { $0["error"]?.string == "ESession:Invalid session" })
    }

    @Test(arguments: [(1, 10), (2, 25), (3, 100)] as [(UInt64, Int)])
    func `the reader's checksum holds after every message, and its book is the venue's`(
        _ seed: UInt64, _ depth: Int
    ) throws {
        let kraken = try KrakenClient(seed: seed)
        kraken.client.open(1, "/v2")
        kraken.subscribe(1, "\"channel\":\"book\",\"symbol\":[\"BTC/USDT\"],\"depth\":\(depth)")
        var first = CheckedBook(depth: depth)
        kraken.client.wait(.milliseconds(3020))
        kraken.client.open(2, "/v2")
        kraken.subscribe(2, "\"channel\":\"book\",\"symbol\":[\"BTC/USDT\"],\"depth\":\(depth)")
        kraken.client.wait(.milliseconds(7000 - kraken.client.now.milliseconds % 1000))
        for message in kraken.client.take(1) { try first.read(message) }
        var second = CheckedBook(depth: depth)
        for message in kraken.client.take(2) { try second.read(message) }
        #expect(first.messages > 60 && first.removals > 10)
        let engine = kraken.double.exchange.engines[0]
        for book in [first.book, second.book] {
            #expect(try ReaderBook.raw(book.bids) == BookFeed.view(engine.bids, depth))
            #expect(try ReaderBook.raw(book.asks) == BookFeed.view(engine.asks, depth))
        }
    }

    @Test func `subscriptions are answered symbol by symbol, and wrong ones refused`() throws {
        let kraken = try KrakenClient()
        kraken.client.open(1, "/v2")
        _ = kraken.client.take(1)
        kraken.subscribe(1, "\"channel\":\"book\",\"symbol\":[\"BTC/USDT\",\"XBT/USDT\",\"ETH/USDT\"]")
        let answers = kraken.client.take(1)
        let replies = answers.filter { $0["method"]?.string == "subscribe" }
        #expect(replies.map { $0["success"] } == [.bool(true), .bool(false), .bool(true)])
        #expect(replies[1]["error"]?.string == "Currency pair not supported XBT/USDT")
        #expect(answers.filter { $0["type"]?.string == "snapshot" }.count == 2)
        kraken.subscribe(1, "\"channel\":\"book\",\"symbol\":[\"BTC/USDT\"]")
        #expect(kraken.client.take(1).first?["error"]?.string == "Already subscribed")
        kraken.subscribe(1, "\"channel\":\"book\",\"symbol\":[\"BTC/USDT\"],\"depth\":7")
        #expect(kraken.client.take(1).first?["error"]?.string == "Subscription depth not supported")
        kraken.subscribe(1, "\"channel\":\"rumours\"")
        #expect(kraken.client.take(1).first?["error"]?.string == "Subscription name invalid")
        kraken.client.say("nonsense", on: 1)
        #expect(kraken.client.take(1).first?["error"]?.string == "Malformed request")
    }

    @Test func `a heartbeat comes each second, and pings are answered`() throws {
        let kraken = try KrakenClient(withMarket: false)
        kraken.client.open(1, "/v2")
        kraken.client.wait(.seconds(2))
        #expect(kraken.client.take(1).count == 1, "no heartbeat before a subscription")
        kraken.subscribe(1, "\"channel\":\"trade\",\"symbol\":[\"BTC/USDT\"]")
        kraken.client.wait(.seconds(5))
        let heard = kraken.client.take(1)
        #expect(heard.filter { $0["channel"]?.string == "heartbeat" }.count == 5)
        kraken.client.say("{\"method\":\"ping\",\"req_id\":101}", on: 1)
        let pong = kraken.client.take(1).first
        #expect(pong?["method"]?.string == "pong" && pong?["req_id"]?.integer == 101)
    }

    @Test func `orders may also be placed and canceled on the socket`() throws {
        let kraken = try KrakenClient()
        let token = try kraken.token()
        kraken.client.open(1, "/v2")
        _ = kraken.client.take(1)
        let parameters =
            "\"order_type\":\"limit\",\"side\":\"buy\",\"symbol\":\"BTC/USDT\",\"order_qty\":0.001,"
            + "\"limit_price\":50000,\"token\":\"\(token)\""
        kraken.client.say("{\"method\":\"add_order\",\"params\":{\(parameters)},\"req_id\":1}", on: 1)
        let placed = kraken.client.take(1).first
        let id = try #require(placed?.at("result", "order_id")?.string)
        kraken.client.say(
            "{\"method\":\"cancel_order\",\"req_id\":2,"
                + "\"params\":{\"order_id\":[\"\(id)\"],\"token\":\"\(token)\"}}",
            on: 1)
        #expect(kraken.client.take(1).first?["success"] == .bool(true))
        #expect(kraken.double.truth.orders.first?.isOpen == false)
        #expect(kraken.double.truth.orders.first?.venueOrderID == id)
    }

    @Test func `the dead man's switch cancels what is not refreshed`() throws {
        let kraken = try KrakenClient()
        _ = try kraken.place(KrakenClient.resting)
        #expect(try kraken.result("CancelAllOrdersAfter", "timeout=10")["triggerTime"] != nil)
        kraken.client.wait(.seconds(9))
        #expect(kraken.double.truth.orders.first?.isOpen == true)
        kraken.client.wait(.seconds(2))
        #expect(kraken.double.truth.orders.first?.isOpen == false)
        // "The timer remains disabled until the client provides a new (non-zero) timeout."
        _ = try kraken.place(KrakenClient.resting)
        kraken.client.wait(.seconds(60))
        #expect(kraken.double.truth.orders.last?.isOpen == true)
        _ = try kraken.result("CancelAllOrdersAfter", "timeout=10")
        #expect(try kraken.result("CancelAllOrdersAfter", "timeout=0")["triggerTime"]?.text == "0")
        kraken.client.wait(.seconds(60))
        #expect(kraken.double.truth.orders.last?.isOpen == true)
    }

    @Test func `the dead man's switch cancels at its moment, however long the host slept`() throws {
        let kraken = try KrakenClient()
        _ = try kraken.place(KrakenClient.resting)
        _ = try kraken.result("CancelAllOrdersAfter", "timeout=10")
        let due = kraken.client.now + .seconds(10)
        kraken.double.advance(to: kraken.client.now + .seconds(100))
        #expect(kraken.double.exchange.allOrders(of: 0).map(\.updatedAt) == [due])
    }
}
