import Foundation
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BybitDialectTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USDT")
    static let ether = DialectStand.instrument(1, "ETH", "USDT")
    static func dialect() -> BybitDialect {
        BybitDialect(
            profile: DialectStand.profile(
                "bybit", proof: .consecutive, ambiguous: ["10006", "10016", "170007", "170147"],
                duplicates: ["999", "110072", "170141"], refusedStatuses: [401]),
            symbols: SymbolTable([
                DialectStand.listing(bitcoin, "BTCUSDT"), DialectStand.listing(ether, "ETHUSDT"),
            ]))
    }
    var bybit = BybitDialectTests.dialect()

    static let delta = """
        {"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1687940967466,"data":{"s":"BTCUSDT",\
        "b":[["30247.20","30.028"],["30245.40","0"]],"a":[["30248.70","0.5"]],"u":177400507,\
        "seq":66544703342},"cts":1687940967464}
        """
    static let prints = """
        {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[\
        {"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","i":"a","BT":false},\
        {"T":1672304486866,"s":"BTCUSDT","S":"Sell","v":"2","p":"16578.40","i":"b","BT":false,"RPI":true}]}
        """

    // MARK: Books and trades

    @Test mutating func `a delta carries its update id and the venue's time`() {
        let frame = bybit.publicFrame(BybitDialectTests.delta)
        #expect(frame.kind == .book)
        let book = frame.books[0]
        #expect(book.kind == .delta && book.instrument == InstrumentID(0))
        #expect(book.lastSequence == 177_400_507 && book.firstSequence == -1)
        #expect(book.venueTime == Moment(nanoseconds: 1_687_940_967_466_000_000))
        #expect(book.bids.map(\.price.raw) == [3_024_720, 3_024_540])
        #expect(book.bids.map(\.quantity.raw) == [3_002_800_000, 0])
        #expect(book.asks.map(\.price.raw) == [3_024_870])
    }

    @Test(arguments: [
        (delta.replacingOccurrences(of: "\"delta\"", with: "\"snapshot\""), BookUpdate.Kind.snapshot),
        (delta.replacingOccurrences(of: "177400507", with: "1"), .snapshot), (delta, .delta),
        (delta.replacingOccurrences(of: "177400507", with: "2"), .delta),
    ])
    func `a snapshot is one by its type or because its id starts over`(text: String, kind: BookUpdate.Kind) {
        var bybit = bybit
        #expect(bybit.publicFrame(text).books[0].kind == kind)
    }

    @Test mutating func `the order of keys does not matter, inside and outside`() {
        var outer = ["\"topic\":\"orderbook.50.BTCUSDT\"", "\"type\":\"delta\"", "\"ts\":7", "\"cts\":6"]
        var inner = [
            "\"s\":\"BTCUSDT\"", "\"b\":[[\"1\",\"2\"]]", "\"a\":[[\"3\",\"4\"]]", "\"u\":9", "\"seq\":8",
        ]
        var random = SplitMix(state: 4)
        for _ in 0..<300 {
            inner.shuffle(using: &random)
            outer.shuffle(using: &random)
            var members = outer
            let place = Int.random(in: 0...outer.count, using: &random)
            members.insert("\"data\":{" + inner.joined(separator: ",") + "}", at: place)
            let frame = bybit.publicFrame("{" + members.joined(separator: ",") + "}")
            #expect(frame.kind == .book, "\(members)")
            #expect(
                frame.books[0].bids.map(\.price.raw) == [100] && frame.books[0].asks.map(\.price.raw) == [300]
            )
            #expect(
                frame.books[0].lastSequence == 9 && frame.books[0].venueTime == Moment(nanoseconds: 7_000_000)
            )
        }
    }

    @Test mutating func `prints name their aggressors in order`() {
        let frame = bybit.publicFrame(BybitDialectTests.prints)
        #expect(frame.kind == .trades)
        #expect(
            frame.trades == [
                PublicTrade(
                    instrument: InstrumentID(0), price: Price(raw: 1_657_850),
                    quantity: Quantity(raw: 100_000),
                    side: .buy, venueTime: Moment(nanoseconds: 1_672_304_486_865_000_000)),
                PublicTrade(
                    instrument: InstrumentID(0), price: Price(raw: 1_657_840),
                    quantity: Quantity(raw: 200_000_000),
                    side: .sell, venueTime: Moment(nanoseconds: 1_672_304_486_866_000_000)),
            ])
    }

    static let others: [(String, PublicFrame.Kind)] = [
        (#"{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"","op":"subscribe"}"#, .alive),
        (#"{"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"}"#, .alive),
        (#"{"req_id":"","op":"pong","args":["1675418560633"],"conn_id":"c"}"#, .alive),
        (
            #"{"success":false,"ret_msg":"error:handler not found","conn_id":"c","op":"subscribe"}"#,
            .refused("error:handler not found")
        ),
        (#"{"topic":"tickers.NOPE","ts":1,"type":"snapshot","data":{"symbol":"NOPE"}}"#, .irrelevant),
        (#"{"topic":"kline.60.BTCUSDT","data":[{"start":1}],"ts":1,"type":"snapshot"}"#, .irrelevant),
        (#"{"topic":"orderbook.rpi.BTCUSDT","type":"delta","ts":1,"data":{"s":"BTCUSDT"}}"#, .irrelevant),
    ]
    @Test(arguments: others)
    func `everything else is named for what it is`(text: String, kind: PublicFrame.Kind) {
        var bybit = bybit
        #expect(bybit.publicFrame(text).kind == kind)
    }

    @Test func `subscriptions hold ten topics a frame`() throws {
        let listings = (0..<11).map { index in
            DialectStand.listing(DialectStand.instrument(index, "C\(index)", "USDT"), "C\(index)USDT")
        }
        let dialect = BybitDialect(profile: bybit.profile, symbols: SymbolTable(listings))
        let plan = dialect.publicStreams()
        #expect(
            plan.count == 1 && plan[0].url == "wss://public.example/ws" && plan[0].instruments.count == 11)
        var topics: [String] = []
        for greeting in plan[0].greetings {
            let tree = try DialectStand.json(greeting)
            #expect(tree["op"]?.text == "subscribe")
            let arguments = tree["args"]?.elements.compactMap(\.text) ?? []
            #expect(arguments.count <= 10)
            topics += arguments
        }
        #expect(topics.count == 22 && Set(topics).count == 22)
        #expect(topics.contains("orderbook.100.C7USDT") && topics.contains("publicTrade.C10USDT"))
    }

    @Test func `a fresh snapshot comes by subscribing again`() {
        let frames = bybit.resubscribe(InstrumentID(1)).map { String(decoding: $0, as: UTF8.self) }
        #expect(
            frames == [
                #"{"op":"unsubscribe","args":["orderbook.100.ETHUSDT"]}"#,
                #"{"op":"subscribe","args":["orderbook.100.ETHUSDT"]}"#,
            ])
        #expect(bybit.snapshotRequest(InstrumentID(0)) == nil)
        #expect(bybit.resubscribe(InstrumentID(9)).isEmpty)
        #expect(bybit.keepAlive.frame == Array(#"{"op":"ping"}"#.utf8))
    }

    @Test mutating func `a recorded REST book is a snapshot`() {
        let frame = bybit.snapshotFrame(
            #"{"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","b":[["62710.2","5.52"]],"#
                + #""a":[["62710.3","0.01"]],"ts":1709199771584,"u":243781,"seq":1},"time":1709199771643}"#)
        #expect(frame.kind == .book)
        #expect(frame.books[0].kind == .snapshot && frame.books[0].lastSequence == 243_781)
        #expect(
            bybit.snapshotFrame(#"{"retCode":10001,"retMsg":"no","result":{}}"#).kind == .refused("10001: no")
        )
        #expect(
            bybit.snapshotFrame(#"{"retCode":0,"result":{"s":"ETHUSDT"}}"#).kind
                == .quarantined(.unknownMessage))
        #expect(bybit.snapshotFrame("<html>").kind == .quarantined(.html))
    }

    // MARK: Bad input

    static let bad: [(from: String, to: String, reason: QuarantineReason)] = [
        (#""u":177400507"#, #""u":0"#, .badNumber), (#""u":177400507"#, #""u":-5"#, .badNumber),
        (#""u":177400507,"#, "", .missingField), (#""u":177400507"#, #""u":{}"#, .wrongType),
        (#""u":177400507"#, #""u":1,"u":2"#, .duplicateKey), (#""u":177400507"#, #""u":1e3"#, .badNumber),
        (#""type":"delta","#, "", .missingField), (#""delta""#, #""patch""#, .unknownMessage),
        (#""type":"delta""#, #""type":3"#, .wrongType),
        (#""ts":1687940967466"#, #""ts":1,"ts":2"#, .duplicateKey),
        (#""ts":1687940967466"#, #""ts":9223372036854775807"#, .badNumber),
        ("200.BTCUSDT", "200.DOGEUSDT", .unknownSymbol),
        (#""s":"BTCUSDT""#, #""s":"ETHUSDT""#, .unknownMessage),
        ("30245.40", "1e308", .badNumber), ("30245.40", "NaN", .badNumber),
        ("30245.40", "-30245.40", .badNumber),
        ("30245.40", "0", .badNumber), ("30245.40", "30245.401", .inexactNumber),
        ("30.028", "-30.028", .badNumber),
        (#"[["30248.70","0.5"]]"#, "null", .wrongType),
        (#"[["30248.70","0.5"]]"#, #"[["1"]]"#, .missingField),
        (#","cts":1687940967464}"#, #","cts":1}}"#, .malformedJSON),
    ]
    @Test(arguments: bad)
    func `a book frame that cannot be is quarantined`(from: String, to: String, reason: QuarantineReason) {
        var bybit = bybit
        let text = BybitDialectTests.delta.replacingOccurrences(of: from, with: to)
        #expect(text != BybitDialectTests.delta)
        let frame = bybit.publicFrame(text)
        #expect(frame.kind == .quarantined(reason))
        #expect(frame.bookCount == 0)
    }

    static let badPrints: [(from: String, to: String, reason: QuarantineReason)] = [
        (#""S":"Buy""#, #""S":"buy""#, .unknownMessage), (#""S":"Buy","#, "", .missingField),
        (#""v":"0.001""#, #""v":"0""#, .badNumber), (#""p":"16578.50""#, #""p":"16578.505""#, .inexactNumber),
        (#""i":"b""#, #""p":"1""#, .duplicateKey), ("publicTrade.BTC", "publicTrade.XBT", .unknownSymbol),
    ]
    @Test(arguments: badPrints)
    func `a print that cannot be is quarantined`(from: String, to: String, reason: QuarantineReason) {
        var bybit = bybit
        let frame = bybit.publicFrame(BybitDialectTests.prints.replacingOccurrences(of: from, with: to))
        #expect(frame.kind == .quarantined(reason))
        #expect(frame.trades.isEmpty)
    }

    @Test(arguments: Damage.table.indices)
    func `bytes that are no message are quarantined`(index: Int) {
        var bybit = bybit
        #expect(bybit.publicFrame(Damage.table[index].bytes).kind == .quarantined(Damage.table[index].reason))
        #expect(bybit.privateFrame(Damage.table[index].bytes).quarantine != nil)
    }

    @Test mutating func `a fault names the instrument, an unknown symbol itself`() {
        let frame = bybit.publicFrame(
            BybitDialectTests.delta.replacingOccurrences(of: "30245.40", with: "30245.123"))
        #expect(frame.quarantinedInstrument == InstrumentID(0))
        #expect(frame.numberFault == PublicFrame.NumberFault(isPrice: true, fault: .inexact(needed: 3)))
        let foreign = bybit.publicFrame(
            BybitDialectTests.delta.replacingOccurrences(of: "BTCUSDT", with: "DOGEUSDT"))
        #expect(foreign.unknownSymbol == "DOGEUSDT" && foreign.quarantinedInstrument == nil)
        let long = String(repeating: "X", count: 100_000)
        #expect(
            bybit.publicFrame(BybitDialectTests.delta.replacingOccurrences(of: "BTCUSDT", with: long))
                .unknownSymbol
                == "(100000 bytes)")
    }

    @Test mutating func `no prefix of a frame passes for a frame`() {
        for text in [BybitDialectTests.delta, BybitDialectTests.prints] {
            let bytes = Array(text.utf8)
            for length in 0..<bytes.count {
                guard case .quarantined = bybit.publicFrame(Array(bytes[..<length])).kind else {
                    Issue.record("a frame cut at \(length) was accepted")
                    continue
                }
            }
        }
    }

    @Test mutating func `random damage is survived and leaves no impossible level`() {
        var random = SplitMix(state: 12)
        let seeds = [
            BybitDialectTests.delta, BybitDialectTests.prints, BybitPrivateTests.orderFrame(),
            BybitPrivateTests.executionFrame(), BybitPrivateTests.wallet,
            #"{"retCode":0,"result":{"s":"BTCUSDT","b":[["1","2"]],"a":[["3","4"]],"u":7}}"#,
        ].map { Array($0.utf8) }
        for round in 0..<15_000 {
            let bytes = Damage.damaged(seeds[round % seeds.count], &random)
            _ = bybit.privateFrame(bytes)
            for frame in [bybit.publicFrame(bytes), bybit.snapshotFrame(bytes, of: InstrumentID(0))] {
                if case .quarantined = frame.kind { #expect(frame.bookCount == 0 && frame.trades.isEmpty) }
                for book in frame.books[..<frame.bookCount] {
                    #expect((book.bids + book.asks).allSatisfy { $0.price.raw > 0 && $0.quantity.raw >= 0 })
                }
            }
        }
    }
}
