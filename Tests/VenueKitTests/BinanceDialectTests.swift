import Foundation
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BinanceDialectTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USDT")
    static let ether = DialectStand.instrument(1, "ETH", "BTC", price: 8, quantity: 4)
    static func dialect() -> BinanceDialect {
        BinanceDialect(
            profile: DialectStand.profile("binance-spot", proof: .spanningIDs),
            symbols: SymbolTable([
                DialectStand.listing(bitcoin, "BTCUSDT"), DialectStand.listing(ether, "ETHBTC"),
            ]))
    }
    var binance = BinanceDialectTests.dialect()

    static let depth = """
        {"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":100,"u":105,\
        "b":[["61737.63000000","0.00000000"],["61730.17000000","1.50000000"]],\
        "a":[["61837.64000000","1.54698000"]]}
        """
    static let trade = """
        {"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000",\
        "T":1723161255342,"m":true,"M":true}
        """
    static func combined(_ event: String) -> String { "{\"stream\":\"btcusdt@x\",\"data\":\(event)}" }

    // MARK: Books and trades

    @Test(arguments: [depth, combined(depth), "{\"data\":\(depth),\"stream\":\"btcusdt@depth\"}"])
    func `a depth update is a delta with both its ids`(text: String) {
        var binance = binance
        let frame = binance.publicFrame(text)
        #expect(frame.kind == .book)
        #expect(frame.bookCount == 1)
        let book = frame.books[0]
        #expect(book.instrument == InstrumentID(0))
        #expect(book.kind == .delta)
        #expect(book.firstSequence == 100 && book.lastSequence == 105)
        #expect(book.venueTime == Moment(nanoseconds: 1_723_161_255_208_000_000))
        #expect(book.bids.map(\.price.raw) == [6_173_763, 6_173_017])
        #expect(book.bids.map(\.quantity.raw) == [0, 150_000_000])
        #expect(book.asks.map(\.price.raw) == [6_183_764])
    }

    @Test mutating func `the order of an event's keys does not matter`() {
        var members = [
            "\"e\":\"depthUpdate\"", "\"s\":\"BTCUSDT\"", "\"U\":100", "\"u\":105",
            "\"b\":[[\"61000.1\",\"1\"]]",
            "\"a\":[[\"61000.2\",\"2\"]]", "\"E\":5", "\"x\":{\"s\":[1],\"e\":2}",
        ]
        var random = SplitMix(state: 3)
        for _ in 0..<300 {
            members.shuffle(using: &random)
            let frame = binance.publicFrame("{" + members.joined(separator: ",") + "}")
            #expect(frame.kind == .book, "\(members)")
            #expect(
                frame.books[0].bids == [
                    LevelChange(
                        price: Price(raw: 6_100_010), quantity: Quantity(raw: 100_000_000), priceDecimals: 1)
                ])
            #expect(frame.books[0].asks.map(\.quantity.raw) == [200_000_000])
            #expect(frame.books[0].firstSequence == 100 && frame.books[0].lastSequence == 105)
        }
    }

    @Test mutating func `a print names its aggressor`() {
        let sold = binance.publicFrame(BinanceDialectTests.trade)
        #expect(sold.kind == .trades)
        #expect(
            sold.trades == [
                PublicTrade(
                    instrument: InstrumentID(0), price: Price(raw: 6_183_763),
                    quantity: Quantity(raw: 2_000_000),
                    side: .sell, venueTime: Moment(nanoseconds: 1_723_161_255_342_000_000))
            ])
        let bought = binance.publicFrame(
            BinanceDialectTests.trade.replacingOccurrences(of: "\"m\":true", with: "\"m\":false"))
        #expect(bought.trades.first?.side == .buy)
    }

    @Test mutating func `a reused frame forgets the one before`() {
        var frame = PublicFrame()
        for text in [
            BinanceDialectTests.depth, BinanceDialectTests.trade, "<html>", BinanceDialectTests.depth,
        ] {
            Array(text.utf8).withUnsafeBytes { binance.decodePublic($0, into: &frame) }
        }
        #expect(frame.kind == .book)
        #expect(frame.bookCount == 1 && frame.books[0].bids.count == 2 && frame.trades.isEmpty)
        #expect(frame.quarantinedInstrument == nil && frame.numberFault == nil)
    }

    static let others: [(String, PublicFrame.Kind)] = [
        (#"{"result":null,"id":1}"#, .alive), (#"{"id":"a","result":["btcusdt@depth"]}"#, .alive),
        (#"{"error":{"code":2,"msg":"Invalid request"},"id":7}"#, .refused("2: Invalid request")),
        (#"{"code":3,"msg":"Invalid JSON"}"#, .refused("3: Invalid JSON")),
        (#"{"e":"serverShutdown","E":1770123456789}"#, .reconnectRequested("serverShutdown")),
        (combined(#"{"e":"serverShutdown","E":1770123456789}"#), .reconnectRequested("serverShutdown")),
        (#"{"u":1,"s":"NOPEUSDT","b":"1","B":"1","a":"2","A":"1"}"#, .irrelevant),
        (combined(#"{"e":"aggTrade","s":"NOPEUSDT","p":"x"}"#), .irrelevant),
        (combined(#"{"e":"kline","s":"BTCUSDT","k":{"t":1}}"#), .irrelevant),
        (#"{"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker"}]}"#, .irrelevant),
        (#"{"lastUpdateId":160,"bids":[],"asks":[]}"#, .irrelevant),
    ]
    @Test(arguments: others)
    func `everything else is named for what it is`(text: String, kind: PublicFrame.Kind) {
        var binance = binance
        #expect(binance.publicFrame(text).kind == kind)
    }

    @Test func `the streams stand in the URL`() {
        let streams = binance.publicStreams()
        #expect(streams.count == 1)
        #expect(
            streams[0].url == "wss://public.example/ws/stream?streams="
                + "btcusdt@depth@100ms/btcusdt@trade/ethbtc@depth@100ms/ethbtc@trade")
        #expect(streams[0].greetings.isEmpty)
        #expect(streams[0].instruments == [InstrumentID(0), InstrumentID(1)])
        #expect(binance.resubscribe(InstrumentID(0)).isEmpty)
        #expect(binance.keepAlive.frame == nil)
    }

    // MARK: Snapshots

    @Test mutating func `a snapshot carries the id it stands at`() {
        let frame = binance.snapshotFrame(
            #"{"lastUpdateId":160,"bids":[["61000.10","1"]],"asks":[["61000.2","2"],["61000.30","3"]]}"#)
        #expect(frame.kind == .book)
        #expect(frame.books[0].kind == .snapshot && frame.books[0].lastSequence == 160)
        #expect(frame.books[0].bids.count == 1 && frame.books[0].asks.count == 2)
    }

    @Test(arguments: [(100, 5), (101, 25), (500, 25), (1_000, 50), (5_000, 250), (9_000, 250), (0, 5)])
    func `a snapshot costs what its depth costs`(depth: Int, weight: Int) throws {
        var profile = DialectStand.profile("binance-spot", proof: .spanningIDs)
        profile.bookDepth = depth
        let plan = try #require(
            BinanceDialect(profile: profile, symbols: binance.symbols).snapshotRequest(InstrumentID(1)))
        #expect(plan.target == "/api/v3/depth?symbol=ETHBTC&limit=\(min(max(depth, 1), 5_000))")
        #expect(plan.weight == weight)
    }

    static let badSnapshots: [(String, PublicFrame.Kind)] = [
        (#"{"code":-1121,"msg":"Invalid symbol."}"#, .refused("-1121: Invalid symbol.")),
        (#"{"lastUpdateId":160,"bids":[]}"#, .quarantined(.missingField)),
        (#"{"lastUpdateId":-1,"bids":[],"asks":[]}"#, .quarantined(.badNumber)),
        (#"{"lastUpdateId":1,"bids":[],"bids":[],"asks":[]}"#, .quarantined(.duplicateKey)),
        (#"{"lastUpdateId":1,"bids":[["1","-1"]],"asks":[]}"#, .quarantined(.badNumber)),
        (#"{"lastUpdateId":1,"bids":[],"asks":[]}x"#, .quarantined(.malformedJSON)),
        ("<html>", .quarantined(.html)), ("", .quarantined(.empty)), ("[]", .quarantined(.wrongType)),
    ]
    @Test(arguments: badSnapshots)
    func `a body that is no snapshot is no book`(text: String, kind: PublicFrame.Kind) {
        var binance = binance
        let frame = binance.snapshotFrame(text)
        #expect(frame.kind == kind)
        #expect(frame.bookCount == 0)
    }

    // MARK: Bad input

    static let badEvents: [(from: String, to: String, reason: QuarantineReason)] = [
        (#""U":100"#, #""U":106"#, .badNumber), (#""U":100"#, #""U":-1"#, .badNumber),
        (#""U":100"#, #""U":1.5"#, .badNumber), (#""U":100"#, #""U":99999999999999999999"#, .badNumber),
        (#""u":105"#, #""u":null"#, .wrongType), (#""U":100,"#, "", .missingField),
        (#""u":105"#, #""u":105,"u":105"#, .duplicateKey), (#""u":105"#, #""u":105,"b":[]"#, .duplicateKey),
        (#""s":"BTCUSDT","#, "", .missingField), (#""s":"BTCUSDT""#, #""s":7"#, .wrongType),
        (#""s":"BTCUSDT""#, #""s":"BTCUSDX""#, .unknownSymbol),
        (#""e":"depthUpdate""#, #""e":1"#, .wrongType),
        (#""E":1723161255208"#, #""E":9223372036854775807"#, .badNumber),
        (#""E":1723161255208"#, #""E":-1"#, .badNumber), ("61730.17000000", "1e308", .badNumber),
        ("61730.17000000", "NaN", .badNumber), ("61730.17000000", "-61730.17", .badNumber),
        ("61730.17000000", "61730.171", .inexactNumber),
        (#"[["61837.64000000","1.54698000"]]"#, "{}", .wrongType),
        (#"[["61837.64000000","1.54698000"]]"#, #"[["61837.64000000"]]"#, .missingField),
        (#""e":"depthUpdate","#, "", .unknownMessage),
    ]
    @Test(arguments: badEvents)
    func `an event that cannot be is quarantined`(from: String, to: String, reason: QuarantineReason) {
        var binance = binance
        let text = BinanceDialectTests.depth.replacingOccurrences(of: from, with: to)
        #expect(text != BinanceDialectTests.depth)
        for frame in [binance.publicFrame(text), binance.publicFrame(BinanceDialectTests.combined(text))] {
            #expect(frame.kind == .quarantined(reason))
            #expect(frame.bookCount == 0)
        }
    }

    static let badTrades: [(from: String, to: String, reason: QuarantineReason)] = [
        (#""m":true,"#, "", .missingField), (#""m":true"#, #""m":"true""#, .wrongType),
        (#""p":"61837.63000000""#, #""p":"0""#, .badNumber), (#""q":"0.02000000""#, #""q":"0""#, .badNumber),
        (#""p":"61837.63000000""#, #""p":[1]"#, .wrongType), (#""t":3735683259"#, #""q":"1""#, .duplicateKey),
    ]
    @Test(arguments: badTrades)
    func `a print that cannot be is quarantined`(from: String, to: String, reason: QuarantineReason) {
        var binance = binance
        let frame = binance.publicFrame(BinanceDialectTests.trade.replacingOccurrences(of: from, with: to))
        #expect(frame.kind == .quarantined(reason))
        #expect(frame.trades.isEmpty)
    }

    @Test(arguments: Damage.table.indices)
    func `bytes that are no message are quarantined`(index: Int) {
        var binance = binance
        #expect(
            binance.publicFrame(Damage.table[index].bytes).kind == .quarantined(Damage.table[index].reason))
        #expect(binance.privateFrame(Damage.table[index].bytes).quarantine != nil)
    }

    @Test mutating func `a fault names the instrument when the frame did`() {
        let frame = binance.publicFrame(
            BinanceDialectTests.depth.replacingOccurrences(of: "61730.17", with: "x"))
        #expect(frame.quarantinedInstrument == InstrumentID(0))
        #expect(frame.numberFault == PublicFrame.NumberFault(isPrice: true, fault: .malformed))
        let foreign = binance.publicFrame(
            BinanceDialectTests.depth.replacingOccurrences(of: "BTCUSDT", with: "DOGEUSDT"))
        #expect(foreign.unknownSymbol == "DOGEUSDT")
        #expect(foreign.quarantinedInstrument == nil)
    }

    @Test mutating func `no prefix of a frame passes for a frame`() {
        for text in [BinanceDialectTests.combined(BinanceDialectTests.depth), BinanceDialectTests.trade] {
            let bytes = Array(text.utf8)
            for length in 0..<bytes.count {
                guard case .quarantined = binance.publicFrame(Array(bytes[..<length])).kind else {
                    Issue.record("a frame cut at \(length) was accepted")
                    continue
                }
            }
        }
    }

    @Test mutating func `random damage is survived and leaves no impossible level`() {
        var random = SplitMix(state: 11)
        let seeds = [
            BinanceDialectTests.combined(BinanceDialectTests.depth), BinanceDialectTests.trade,
            #"{"lastUpdateId":160,"bids":[["61000.10","1"]],"asks":[["61000.2","2"]]}"#,
            BinancePrivateTests.execution(),
            #"{"e":"outboundAccountPosition","B":[{"a":"X","f":"1","l":"2"}]}"#,
        ].map { Array($0.utf8) }
        for round in 0..<15_000 {
            let bytes = Damage.damaged(seeds[round % seeds.count], &random)
            _ = binance.privateFrame(bytes)
            for frame in [binance.publicFrame(bytes), binance.snapshotFrame(bytes, of: InstrumentID(0))] {
                if case .quarantined = frame.kind { #expect(frame.bookCount == 0 && frame.trades.isEmpty) }
                for book in frame.books[..<frame.bookCount] {
                    #expect((book.bids + book.asks).allSatisfy { $0.price.raw > 0 && $0.quantity.raw >= 0 })
                }
            }
        }
    }
}
