import Testing
import TradingModel

@testable import SimulatedWorld

/// What a venue can do wrong with a published book (V12, V13, V14).
@Suite struct MischiefBookTests {
    private func wired(_ venue: String) -> VenueWire {
        let wire = VenueWire(venue)
        wire.subscribeBook()
        wire.wait(600)
        _ = wire.takeBook()
        return wire
    }

    /// First and last id of a message, as far as the venue gives them.
    private func ids(_ text: String, _ venue: String) throws -> (previous: Int64, last: Int64) {
        let json = try JSONDocument(text: text)
        switch venue {
        case "binance-spot":
            let data = try #require(json["data"])
            return (try #require(data["U"]?.integer) - 1, try #require(data["u"]?.integer))
        case "okx":
            let data = try #require(json.at("data", 0))
            return (try #require(data["prevSeqId"]?.integer), try #require(data["seqId"]?.integer))
        default:
            let u = try #require(json.at("data", "u")?.integer)
            return (u - 1, u)
        }
    }

    @Test(arguments: ["binance-spot", "okx", "bybit"])
    func `a skipped message leaves a gap, a repeated one comes twice, a rollback goes back`(_ venue: String)
        throws
    {
        let wire = wired(venue)
        for (fault, expected) in [
            (BookFault.skipped, "gap"), (.repeated, "twice"), (.rolledBack, "back"),
        ] {
            wire.mischief.spoilBook("BTC-USDT", fault)
            wire.wait(2_000)
            let frames = wire.takeBook()
            let all = try frames.map { try ids($0, venue) }
            var found: Set<String> = []
            for (before, after) in zip(all, all.dropFirst()) {
                if after.last == before.last { found.insert("twice") }
                if after.last < before.last { found.insert("back") }
                if after.previous > before.last { found.insert("gap") }
            }
            // The hole may lie before the first message since.
            let first = try #require(all.first)
            if expected == "gap", found.isEmpty {
                #expect(first.previous > 0)
            } else {
                #expect(found.contains(expected))
            }
            #expect(wire.mischief.bookFaults.isEmpty)
        }
    }

    @Test func `Kraken's faults show in its checksum`() throws {
        let wire = wired("kraken")
        wire.mischief.spoilBook("BTC-USDT", .wrongChecksum)
        let honest = VenueWire("kraken")
        honest.subscribeBook()
        honest.wait(600)
        _ = honest.takeBook()
        for wire in [wire, honest] { wire.wait(1_000) }
        let lies = wire.takeBook()
        let truths = honest.takeBook()
        #expect(lies.count == truths.count && zip(lies, truths).count { $0 != $1 } == 1)
        let sums = try zip(lies, truths).map { lie, truth in
            try JSONDocument(text: lie).at("data", 0, "checksum")
                == JSONDocument(text: truth).at("data", 0, "checksum")
        }
        #expect(sums.count { !$0 } == 1)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a message can carry what is no price, or name what is no instrument`(_ venue: String) throws {
        let wire = wired(venue)
        for (fault, mark) in [
            (BookFault.garbled(.notANumber), "NaN"), (.garbled(.huge), "1e308"),
            (.garbled(.negative), "-1.0"),
            (.garbled(.absurdDigits), "123456789123456789"), (.wrongSymbol, "\"NO"),
        ] {
            wire.mischief.spoilBook("BTC-USDT", fault)
            wire.wait(1_500)
            #expect(wire.takeBook().count { $0.contains(mark) } == 1, "\(fault)")
        }
        wire.wait(1_500)
        #expect(wire.takeBook().allSatisfy { !$0.contains("NaN") && !$0.contains("\"NO") })
    }

    /// A reader's book at the end of the messages, best prices first.
    private func best(_ wire: VenueWire) throws -> (bid: Int64?, ask: Int64?) {
        let pages = [
            "binance-spot": "/api/v3/depth?symbol=BTCUSDT",
            "okx": "/api/v5/market/books?instId=BTC-USDT&sz=5",
            "bybit": "/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=5",
            "kraken": "/0/public/Depth?pair=XBTUSDT&count=5",
        ]
        let json = try JSONDocument(wire.get(try #require(pages[wire.venue])).body)
        let book: JSONDocument?
        switch wire.venue {
        case "binance-spot": book = json
        case "okx": book = json.at("data", 0)
        case "bybit": book = json["result"]
        default: book = json.at("result", "XBTUSDT")
        }
        func price(_ names: [String]) throws -> Int64? {
            let level = names.compactMap { book?[$0] }.first?.at(0, 0)?.string
            return try level.map { try DecimalText.parse($0, scale: 8) }
        }
        return (try price(["bids", "b"]), try price(["asks", "a"]))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a book is published crossed, locked, empty, one-sided, ten times off or a tenth, then right again`(
        _ venue: String
    ) throws {
        let wire = wired(venue)
        let cases: [(BookDistortion, (Int64?, Int64?) -> Bool)] = [
            (.crossed, { ($0 ?? 0) > ($1 ?? 0) && $1 != nil }), (.locked, { $0 == $1 && $0 != nil }),
            (.empty, { $0 == nil && $1 == nil }), (.bidsOnly, { $0 != nil && $1 == nil }),
            (.asksOnly, { $0 == nil && $1 != nil }),
            (.tenfold, { ($0 ?? 0) > ExchangeFixture.raw("400000") && ($1 ?? 0) > ($0 ?? 0) }),
            (.tenth, { ($0 ?? .max) < ExchangeFixture.raw("7000") && ($1 ?? 0) > 0 }),
        ]
        for (distortion, holds) in cases {
            wire.mischief.distortBook("BTC-USDT", distortion, for: .milliseconds(500))
            wire.wait(300)
            let shown = try best(wire)
            #expect(holds(shown.bid, shown.ask), "\(distortion): \(shown)")
            #expect(!wire.takeBook().isEmpty, "the stream tells it too")
            #expect(wire.bid > ExchangeFixture.raw("50000"), "orders meet the real book")
            wire.wait(400)
            let after = try best(wire)
            #expect(after.bid == wire.bid && after.ask == wire.ask)
            _ = wire.takeBook()
        }
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a frozen book says nothing new while the connection lives`(_ venue: String) throws {
        let wire = wired(venue)
        let before = try best(wire)
        wire.mischief.distortBook("BTC-USDT", .frozen, for: .seconds(5))
        wire.wait(200)
        _ = wire.take(1)
        wire.wait(4_000)
        let said = wire.take(1)
        #expect(said.allSatisfy { $0.contains("heartbeat") } && wire.closings.isEmpty)
        if venue == "kraken" { #expect(said.count == 4) }
        #expect(try best(wire) == before)
        wire.wait(1_500)
        #expect(!wire.takeBook().isEmpty)
        #expect(try best(wire) == (wire.bid, wire.ask))
    }

    @Test func `Binance serves a snapshot older than the stream`() throws {
        let wire = wired("binance-spot")
        wire.mischief.serveOldSnapshots("BTC-USDT")
        wire.wait(1_000)
        let first = try ids(try #require(wire.takeBook().first), "binance-spot")
        wire.wait(300)
        func snapshotID() throws -> Int64 {
            let body = wire.get("/api/v3/depth?symbol=BTCUSDT&limit=5000").body
            return try #require(try JSONDocument(body)["lastUpdateId"]?.integer)
        }
        #expect(try snapshotID() <= first.last)
        #expect(try snapshotID() > first.last)
    }

    @Test(arguments: ["okx", "bybit", "kraken"])
    func `a subscription begins with a snapshot that the next message does not fit`(_ venue: String) throws {
        let wire = wired(venue)
        wire.mischief.serveOldSnapshots("BTC-USDT")
        wire.wait(1_000)
        let other = venue == "okx" ? "/ws/v5/public" : venue == "kraken" ? "/v2" : "/v5/public/spot"
        wire.double.opened(3, path: other, at: wire.now)
        let ask = [
            "okx": #"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#,
            "bybit": #"{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}"#,
            "kraken": #"{"method":"subscribe","params":{"channel":"book","depth":10,"symbol":["BTC/USDT"]}}"#,
        ]
        wire.say(try #require(ask[venue]), on: 3)
        wire.wait(1_000)
        let frames = try wire.takeBook(3).map { try JSONDocument(text: $0) }
        try #require(frames.count > 2)
        switch venue {
        case "okx":
            let snapshot = try #require(frames[0].at("data", 0, "seqId")?.integer)
            #expect(try #require(frames[1].at("data", 0, "prevSeqId")?.integer) > snapshot)
        case "bybit":
            let snapshot = try #require(frames[0].at("data", "u")?.integer)
            #expect(try #require(frames[1].at("data", "u")?.integer) > snapshot + 1)
        default:
            #expect(frames[0]["type"]?.string == "snapshot")
            let real = try JSONDocument(wire.get("/0/public/Depth?pair=XBTUSDT&count=1").body)
            #expect(frames[0].at("data", 0, "bids", 0, "price") != real.at("result", "XBTUSDT", "bids", 0, 0))
        }
    }
}
