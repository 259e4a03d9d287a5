import Testing
import TradingModel

@testable import VenueKit

@Suite struct KrakenDialectTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USD")
    static let ether = DialectStand.instrument(1, "ETH", "USDT", price: 4)
    var kraken = KrakenDialect(
        profile: DialectStand.profile("kraken", proof: .checksum),
        symbols: SymbolTable([
            DialectStand.listing(bitcoin, "BTC/USD"), DialectStand.listing(ether, "ETH/USDT"),
        ]))

    static let update = """
        {"channel":"book","type":"update","data":[{"symbol":"BTC/USD",
        "bids":[{"price":45283.50,"qty":0.10000000},{"price":45281.0,"qty":0}],
        "asks":[{"price":45285.2,"qty":0.00100000}],
        "checksum":3310070434,"timestamp":"2023-10-06T17:35:55.440295Z"}]}
        """

    // MARK: Books and trades

    @Test mutating func `an update keeps the decimals that the feed spelled`() {
        let frame = kraken.publicFrame(KrakenDialectTests.update)
        #expect(frame.kind == .book && frame.bookCount == 1)
        let book = frame.books[0]
        #expect(book.kind == .delta && book.instrument == InstrumentID(0))
        #expect(
            book.bids == [
                LevelChange(
                    price: Price(raw: 4_528_350), quantity: Quantity(raw: 10_000_000), priceDecimals: 2,
                    quantityDecimals: 8),
                LevelChange(
                    price: Price(raw: 4_528_100), quantity: .zero, priceDecimals: 1, quantityDecimals: 0),
            ])
        #expect(
            book.asks == [
                LevelChange(
                    price: Price(raw: 4_528_520), quantity: Quantity(raw: 100_000), priceDecimals: 1,
                    quantityDecimals: 8)
            ])
        #expect(book.checksum == 3_310_070_434)
        #expect(book.venueTime == Moment(nanoseconds: 1_696_613_755_440_295_000))
        #expect(book.lastSequence == -1 && book.previousSequence == BookUpdate.none)
    }

    @Test mutating func `a snapshot is a snapshot, also without a time`() {
        let text = KrakenDialectTests.update.replacing("update", with: "snapshot")
            .replacing(",\"timestamp\":\"2023-10-06T17:35:55.440295Z\"", with: "")
        let frame = kraken.publicFrame(text)
        #expect(frame.kind == .book && frame.books[0].kind == .snapshot)
        #expect(frame.books[0].venueTime == .distantPast)
    }

    @Test mutating func `several books in one message, keys in any order, numbers in quotes or powers`() {
        let frame = kraken.publicFrame(
            """
            {"data":[{"bids":[],"asks":[{"qty":"1.50","price":1e2}],"checksum":1,"symbol":"ETH\\/USDT"},
            {"checksum":2,"asks":[],"bids":[{"price":7,"qty":5E-8}],"symbol":"BTC/USD"}],
            "type":"update","channel":"book"}
            """)
        #expect(frame.kind == .book && frame.bookCount == 2)
        #expect(frame.books[0].instrument == InstrumentID(1) && frame.books[1].instrument == InstrumentID(0))
        #expect(
            frame.books[0].asks == [
                LevelChange(
                    price: Price(raw: 1_000_000), quantity: Quantity(raw: 150_000_000), priceDecimals: 0,
                    quantityDecimals: 2)
            ])
        #expect(frame.books[1].bids.map(\.quantity) == [Quantity(raw: 5)])
        #expect(frame.books[1].bids.map(\.quantityDecimals) == [8])
    }

    static let trade = """
        {"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":105910.50,
        "qty":0.00012460,"ord_type":"market","trade_id":10218209,"timestamp":"2023-10-06T17:35:56Z"}]}
        """

    @Test mutating func `trades carry the aggressor, and there is none of nothing`() {
        let frame = kraken.publicFrame(KrakenDialectTests.trade)
        #expect(frame.kind == .trades)
        #expect(
            frame.trades == [
                PublicTrade(
                    instrument: InstrumentID(0), price: Price(raw: 10_591_050),
                    quantity: Quantity(raw: 12_460),
                    side: .sell, venueTime: Moment(nanoseconds: 1_696_613_756_000_000_000))
            ])
        let ofNothing = kraken.publicFrame(KrakenDialectTests.trade.replacing("0.00012460", with: "0"))
        #expect(ofNothing.kind == .quarantined(.badNumber) && ofNothing.trades.isEmpty)
    }

    @Test mutating func `a reused frame shows nothing of the one before`() {
        let fresh = kraken.publicFrame(KrakenDialectTests.update)
        var reused = PublicFrame()
        let inputs = [
            KrakenDialectTests.update.replacing("update", with: "snapshot"),
            KrakenDialectTests.update.replacing("BTC/USD", with: "X/Y"), "{", KrakenDialectTests.update,
        ]
        for text in inputs { Array(text.utf8).withUnsafeBytes { kraken.decodePublic($0, into: &reused) } }
        #expect(reused.kind == fresh.kind && reused.bookCount == 1 && reused.books[0].kind == .delta)
        #expect(reused.books[0].asks == fresh.books[0].asks && reused.books[0].bids == fresh.books[0].bids)
        #expect(reused.unknownSymbol.isEmpty && reused.quarantinedInstrument == nil)
    }

    @Test mutating func `signs of life, refusals and states of the system are told apart`() {
        func status(_ system: String) -> String {
            "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"system\":\"\(system)\"}]}"
        }
        let subscribed = "{\"method\":\"subscribe\",\"result\":{\"channel\":\"book\"},\"success\":true}"
        let refused =
            "{\"error\":\"Currency pair not supported X/Y\",\"method\":\"subscribe\",\"success\":false}"
        #expect(kraken.publicFrame("{\"channel\":\"heartbeat\"}").kind == .alive)
        #expect(kraken.publicFrame("{\"method\":\"pong\",\"req_id\":42}").kind == .alive)
        #expect(kraken.publicFrame(subscribed).kind == .alive)
        #expect(kraken.publicFrame(refused).kind == .refused("Currency pair not supported X/Y"))
        #expect(kraken.publicFrame(status("online")).kind == .alive)
        #expect(kraken.publicFrame(status("maintenance")).kind == .reconnectRequested("system maintenance"))
        #expect(kraken.publicFrame(status("cancel_only")).kind == .refused("system cancel_only"))
        #expect(
            kraken.publicFrame("{\"channel\":\"ticker\",\"type\":\"update\",\"data\":[{\"symbol\":\"X/Y\"}]}")
                .kind
                == .irrelevant)
    }

    // MARK: Bad input

    @Test mutating func `no cut of a book frame passes for a whole one`() {
        let bytes = Array(KrakenDialectTests.update.utf8)
        for end in 0..<bytes.count {
            guard case .quarantined = kraken.publicFrame(Array(bytes[..<end])).kind else {
                Issue.record("the first \(end) bytes passed")
                return
            }
        }
    }

    @Test(arguments: [
        ("", QuarantineReason.empty), ("pong", .wrongType), ("<!DOCTYPE html>", .html), ("7", .wrongType),
        ("{}", .unknownMessage), ("{\"foo\":[]}", .unknownMessage), ("{\"channel\":\"book\"}", .missingField),
        ("{\"channel\":\"book\",\"type\":\"update\",\"data\":[]}", .missingField),
        ("{\"channel\":\"book\",\"data\":[{}]}", .missingField), ("{\"channel\":1}", .wrongType),
        ("{\"channel\":\"status\",\"type\":\"update\",\"data\":[{}]}", .missingField),
        ("{\"method\":\"subscribe\",\"success\":\"true\"}", .wrongType),
    ]) mutating func `a text that is no message is set aside`(_ text: String, _ reason: QuarantineReason) {
        #expect(kraken.publicFrame(text).kind == .quarantined(reason))
    }

    @Test(arguments: [
        ("45285.2", "NaN", QuarantineReason.wrongType), ("45285.2", "1e308", .badNumber),
        ("45285.2", "-1", .badNumber), ("45285.2", "0", .badNumber), ("0.00100000", "-0.1", .badNumber),
        ("45285.2", "45285.255", .inexactNumber), ("45285.2", "null", .wrongType),
        ("45285.2", "[1]", .wrongType),
        ("45285.2", "045285.2", .malformedJSON), ("\"qty\":0.00100000", "\"quantity\":1", .missingField),
        ("\"qty\":0.00100000", "\"qty\":1,\"qty\":1", .duplicateKey),
        ("3310070434", "4294967296", .badNumber),
        ("3310070434", "-1", .badNumber), ("\"checksum\":3310070434,", "", .missingField),
        ("\"type\":\"update\"", "\"type\":\"delta\"", .unknownMessage),
        ("\"type\":\"update\",", "", .missingField),
        ("\"symbol\":\"BTC/USD\",", "", .missingField), ("BTC/USD", "BTC/EUR", .unknownSymbol),
        ("2023-10-06", "2023-13-06", .badNumber), ("55.440295Z", "55.440295", .badNumber),
        ("}]}", "}]}}", .malformedJSON), ("\"bids\"", "\"asks\"", .duplicateKey),
        ("45285.2,\"qty\":0.00100000", "9000000000000,\"qty\":9000000000", .badNumber),
    ]) mutating func `a book frame with one thing wrong is set aside`(
        _ old: String, _ new: String, _ reason: QuarantineReason
    ) {
        let text = KrakenDialectTests.update.replacing(old, with: new, maxReplacements: 1)
        #expect(text != KrakenDialectTests.update)
        let frame = kraken.publicFrame(text)
        #expect(frame.kind == .quarantined(reason))
        #expect(frame.bookCount == 0)
        #expect(frame.unknownSymbol == (reason == .unknownSymbol ? "BTC/EUR" : ""))
    }

    @Test mutating func `a bad level costs only the book it belongs to`() {
        let frame = kraken.publicFrame(KrakenDialectTests.update.replacing("45285.2", with: "-1"))
        #expect(frame.quarantinedInstrument == InstrumentID(0))
    }

    @Test mutating func `deep nesting, wrong bytes and endless books are set aside`() {
        let deep = String(repeating: "{\"a\":", count: 50_000)
        #expect(kraken.publicFrame("{\"channel\":\"book\",\"x\":\(deep)").kind == .quarantined(.tooDeep))
        #expect(
            kraken.publicFrame(Array("{\"method\":\"".utf8) + [0xC0, 0x80] + Array("\"}".utf8)).kind
                == .quarantined(.notUTF8))
        let levels = Array(repeating: "{\"price\":1,\"qty\":1}", count: 10_001).joined(separator: ",")
        let endless = KrakenDialectTests.update.replacing(
            "{\"price\":45285.2,\"qty\":0.00100000}", with: levels)
        #expect(kraken.publicFrame(endless).kind == .quarantined(.tooManyLevels))
    }

    // MARK: Times and names

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)), ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999_999),
        ("2024-03-01T00:00:00.5Z", 1_709_251_200_500_000_000),
        ("2100-03-01T00:00:00Z", 4_107_542_400_000_000_000),
        ("2261-12-31T00:00:00Z", 9_214_560_000_000_000_000),
    ]) func `RFC 3339 times are exact`(_ text: String, _ nanoseconds: Int64) throws {
        #expect(try KrakenTime.rfc3339(text) == Moment(nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "Z", "2024-03-01 00:00:00Z", "2024-03-01T24:00:00Z", "2024-00-01T00:00:00Z",
        "2024-03-01T00:00:00.Z",
        "9999-03-01T00:00:00Z", "2024-03-01T00:00:00.1234567890Z", "2024-03-01T00:00:00+00:00",
        "20x4-03-01T00:00:00Z",
    ]) func `other times are refused`(_ text: String) {
        #expect(throws: QuarantineReason.badNumber) { try KrakenTime.rfc3339(text) }
    }

    @Test func `unix seconds are exact to the nanosecond`() throws {
        #expect(
            try KrakenTime.unixSeconds("1688667796.8802") == Moment(nanoseconds: 1_688_667_796_880_200_000))
        #expect(try KrakenTime.unixSeconds("0") == .distantPast)
        #expect(try KrakenTime.unixSeconds("1.12345678999") == Moment(nanoseconds: 1_123_456_789))
        for text in ["", ".5", "5.", "-1", "1e9", "99999999999", "9223372037", "1.5x", "+1"] {
            #expect(throws: QuarantineReason.badNumber) { try KrakenTime.unixSeconds(text) }
        }
    }

    @Test func `Kraken's names of assets and pairs are understood, look-alikes are not`() {
        #expect(
            ["XXBT", "XBT", "ZUSD", "XETH", "XDG"].map(KrakenNames.asset).map(\.code) == [
                "BTC", "BTC", "USD", "ETH", "DOGE",
            ])
        #expect(
            ["ZEUS", "XAUT", "USD.M", "USDT"].map(KrakenNames.asset).map(\.code) == [
                "ZEUS", "XAUT", "USD.M", "USDT",
            ])
        for name in ["XBTUSD", "XXBTZUSD", "XBT/USD", "BTC/USD", "BTCUSD"] {
            #expect(KrakenNames.names(name, KrakenDialectTests.bitcoin))
        }
        for name in ["XBTUSDT", "XXBTZEUR", "BTC", "", "USDBTC", "WBTCUSD"] {
            #expect(!KrakenNames.names(name, KrakenDialectTests.bitcoin))
        }
    }

    // MARK: Subscriptions

    @Test func `one socket subscribes books with a snapshot and trades without`() throws {
        let plans = kraken.publicStreams()
        #expect(plans.count == 1 && plans[0].instruments == [InstrumentID(0), InstrumentID(1)])
        let parameters = try plans[0].greetings.map { try #require(try DialectStand.json($0)["params"]) }
        #expect(parameters.map { $0["channel"]?.text } == ["book", "trade"])
        #expect(parameters.map { $0["snapshot"]?.isTrue } == [true, false])
        #expect(parameters.allSatisfy { $0["symbol"]?.elements.map(\.text) == ["BTC/USD", "ETH/USDT"] })
        #expect(parameters[0]["depth"]?.integer == 100)
    }

    @Test func `a book is asked anew by leaving and joining its channel`() throws {
        let frames = try kraken.resubscribe(InstrumentID(1)).map { try DialectStand.json($0) }
        #expect(frames.map { $0["method"]?.text } == ["unsubscribe", "subscribe"])
        #expect(frames.allSatisfy { $0["params"]?["symbol"]?.elements.map(\.text) == ["ETH/USDT"] })
        #expect(frames.allSatisfy { $0["params"]?["depth"]?.integer == 100 })
        #expect(kraken.proof == .checksum && kraken.requiresOrderedNonces)
        #expect(kraken.snapshotRequest(InstrumentID(0)) == nil)
    }

    static let fixtures = "fixtures/nautilus_tests/crates/adapters/kraken/test_data/"

    @Test(
        .enabled(if: SharedMaterial.has(fixtures)),
        arguments: [
            ("ws_book_snapshot.json", PublicFrame.Kind.book), ("ws_book_update.json", .book),
            ("ws_trade_update.json", .trades), ("ws_pong.json", .alive),
            ("ws_subscribe_response.json", .alive),
            ("ws_ticker_snapshot.json", .irrelevant), ("ws_ohlc_update.json", .irrelevant),
        ])
    mutating func `documented public frames decode`(_ name: String, _ kind: PublicFrame.Kind) throws {
        #expect(kraken.publicFrame(try SharedMaterial.text(KrakenDialectTests.fixtures + name)).kind == kind)
    }
}
