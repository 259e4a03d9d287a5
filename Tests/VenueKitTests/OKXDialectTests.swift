import Testing
import TradingModel

@testable import VenueKit

@Suite struct OKXDialectTests {
    static let recording = "okx-three-2022-05-13.rec.gz"
    static let isRecorded = SharedMaterial.has("recordings/" + recording)

    static let bitcoin = DialectStand.instrument(0, "BTC", "USDT")
    var okx = OKXDialect(
        profile: DialectStand.profile("okx", proof: .previousLink),
        symbols: SymbolTable([DialectStand.listing(bitcoin, "BTC-USDT")]))

    static let update = """
        {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{
        "asks":[["30243.5","1.2112","0","4"],["30247.5","0","0","0"]],"bids":[["30240.10","0.5","0","1"]],
        "ts":"1652459225464","checksum":0,"seqId":124,"prevSeqId":123}]}
        """

    // MARK: Recorded traffic

    static func recorded() throws -> [[UInt8]] {
        try SharedMaterial.lines(recording).filter { $0.channel == "ws1" }.map(\.payload)
    }

    @Test(.enabled(if: isRecorded))
    func `every recorded frame decodes and each of the 290 books has its checksum`()
        throws
    {
        let future = DialectStand.instrument(1, "BTC", "USD", price: 1, quantity: 0)
        let swap = DialectStand.instrument(2, "UNI", "USD", price: 3, quantity: 0)
        var dialect = OKXDialect(
            profile: okx.profile,
            symbols: SymbolTable([
                DialectStand.listing(OKXDialectTests.bitcoin, "BTC-USDT"),
                DialectStand.listing(future, "BTC-USD-220527"), DialectStand.listing(swap, "UNI-USD-SWAP"),
            ]))
        var counts = (books: 0, snapshots: 0, checksums: 0, trades: 0, alive: 0, irrelevant: 0)
        for payload in try OKXDialectTests.recorded() {
            let frame = dialect.publicFrame(payload)
            switch frame.kind {
            case .book:
                for book in frame.books[..<frame.bookCount] {
                    counts.books += 1
                    counts.snapshots += book.kind == .snapshot ? 1 : 0
                    counts.checksums += book.checksum == nil ? 0 : 1
                    #expect(book.lastSequence == -1 && book.previousSequence == BookUpdate.none)
                    #expect(book.venueTime > .distantPast)
                }
            case .trades: counts.trades += frame.trades.count
            case .alive: counts.alive += 1
            case .irrelevant: counts.irrelevant += 1
            default: Issue.record("\(frame.kind): \(String(decoding: payload, as: UTF8.self))")
            }
        }
        #expect(counts.books == 290)
        #expect(counts.snapshots == 3)
        #expect(counts.checksums == 290)
        #expect(counts.trades == 74)
        #expect(counts.alive == 18)
        #expect(counts.irrelevant == 28)
    }

    @Test(.enabled(if: isRecorded))
    mutating func `recorded symbols that are not listed are named, not guessed`() throws {
        var unknown: Set<String> = []
        for payload in try OKXDialectTests.recorded() {
            let frame = okx.publicFrame(payload)
            guard case .quarantined(let reason) = frame.kind else { continue }
            #expect(reason == .unknownSymbol)
            unknown.insert(frame.unknownSymbol)
        }
        #expect(unknown == ["BTC-USD-220527", "UNI-USD-SWAP"])
    }

    @Test(.enabled(if: isRecorded)) mutating func `no cut of a recorded book frame passes for a whole one`()
        throws
    {
        let bytes = try #require(
            try OKXDialectTests.recorded().first {
                let text = String(decoding: $0, as: UTF8.self)
                return text.contains("\"action\":\"update\"") && text.contains("\"BTC-USDT\"")
            })
        #expect(okx.publicFrame(bytes).kind == .book)
        for end in 0..<bytes.count {
            guard case .quarantined = okx.publicFrame(Array(bytes[..<end])).kind else {
                Issue.record("the first \(end) bytes passed")
                return
            }
        }
    }

    // MARK: Books and trades

    @Test mutating func `an update carries levels, ids and time, and a checksum of 0 is none`() {
        let frame = okx.publicFrame(OKXDialectTests.update)
        #expect(frame.kind == .book && frame.bookCount == 1)
        let book = frame.books[0]
        #expect(book.kind == .delta && book.instrument == InstrumentID(0))
        #expect(
            book.asks == [
                LevelChange(
                    price: Price(raw: 3_024_350), quantity: Quantity(raw: 121_120_000), priceDecimals: 1,
                    quantityDecimals: 4),
                LevelChange(
                    price: Price(raw: 3_024_750), quantity: .zero, priceDecimals: 1, quantityDecimals: 0),
            ])
        #expect(book.bids.map(\.price) == [Price(raw: 3_024_010)])
        #expect(book.bids.map(\.priceDecimals) == [2])
        #expect(book.lastSequence == 124 && book.previousSequence == 123)
        #expect(book.venueTime == Moment(nanoseconds: 1_652_459_225_464_000_000))
        #expect(book.checksum == nil)
    }

    @Test mutating func `a signed checksum keeps its bits`() {
        let text = OKXDialectTests.update.replacing("\"checksum\":0", with: "\"checksum\":-855196043")
        #expect(okx.publicFrame(text).books[0].checksum == 3_439_771_253)
    }

    @Test mutating func `the keep-alive message of a quiet book is an empty delta`() {
        let frame = okx.publicFrame(
            """
            {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"bids":[],
            "ts":"1652459225464","checksum":0,"seqId":9,"prevSeqId":9}]}
            """)
        #expect(frame.kind == .book && frame.books[0].asks.isEmpty && frame.books[0].bids.isEmpty)
        #expect(frame.books[0].lastSequence == 9 && frame.books[0].previousSequence == 9)
    }

    @Test mutating func `the order of keys does not matter`() {
        let data =
            "\"data\":[{\"seqId\":124,\"prevSeqId\":123,\"ts\":\"1\",\"asks\":[[\"2\",\"1\"]],\"bids\":[]}]"
        let frame = okx.publicFrame(
            "{\(data),\"action\":\"update\",\"arg\":{\"instId\":\"BTC-USDT\",\"channel\":\"books\"}}")
        #expect(frame.kind == .book && frame.books[0].asks.count == 1 && frame.books[0].lastSequence == 124)
        let late = okx.publicFrame(
            "{\"arg\":{\"instId\":\"BTC-USDT\",\"channel\":\"books\"},\(data),\"action\":\"snapshot\"}")
        #expect(late.kind == .book && late.books[0].kind == .snapshot)
    }

    @Test mutating func `a reused frame shows nothing of the one before`() {
        let fresh = okx.publicFrame(OKXDialectTests.update)
        var reused = PublicFrame()
        let inputs = [
            OKXDialectTests.update.replacing("update", with: "snapshot"),
            OKXDialectTests.update.replacing("BTC-USDT", with: "X-Y"), "{", OKXDialectTests.update,
        ]
        for text in inputs { Array(text.utf8).withUnsafeBytes { okx.decodePublic($0, into: &reused) } }
        #expect(reused.kind == fresh.kind && reused.books[0].asks == fresh.books[0].asks)
        #expect(reused.books[0].kind == .delta && reused.bookCount == 1)
        #expect(
            reused.unknownSymbol.isEmpty && reused.quarantinedInstrument == nil && reused.numberFault == nil)
    }

    static let print = """
        {"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"1",
        "px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3"}]}
        """

    @Test mutating func `a trade print has price, quantity, aggressor and time`() {
        let frame = okx.publicFrame(OKXDialectTests.print)
        #expect(frame.kind == .trades)
        #expect(
            frame.trades == [
                PublicTrade(
                    instrument: InstrumentID(0), price: Price(raw: 4_221_990),
                    quantity: Quantity(raw: 12_060_306),
                    side: .buy, venueTime: Moment(nanoseconds: 1_630_048_897_897_000_000))
            ])
        let ofNothing = okx.publicFrame(OKXDialectTests.print.replacing("0.12060306", with: "0"))
        #expect(ofNothing.kind == .quarantined(.badNumber) && ofNothing.trades.isEmpty)
    }

    @Test mutating func `events are told apart`() {
        let subscribed = "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}}"
        #expect(okx.publicFrame("pong").kind == .alive)
        #expect(okx.publicFrame(subscribed).kind == .alive)
        #expect(
            okx.publicFrame(
                "{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"no such channel\",\"connId\":\"a\"}"
            ).kind
                == .refused("60018: no such channel"))
        #expect(
            okx.publicFrame("{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"upgrade\"}").kind
                == .reconnectRequested("64008: upgrade"))
        #expect(
            okx.publicFrame("{\"event\":\"channel-conn-count\",\"connCount\":\"2\"}").kind == .irrelevant)
    }

    // MARK: Bad input

    @Test(arguments: [
        ("", QuarantineReason.empty), ("ping", .wrongType), ("<html>502</html>", .html),
        ("null", .wrongType),
        ("[]", .wrongType), ("{}", .unknownMessage), ("{\"foo\":1}", .unknownMessage),
        ("{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}}", .missingField),
        ("{\"arg\":{\"instId\":\"BTC-USDT\"},\"action\":\"update\",\"data\":[]}", .missingField),
        ("{\"arg\":5,\"data\":[]}", .wrongType), ("{\"event\":7}", .wrongType),
    ]) mutating func `a text that is no message is set aside`(_ text: String, _ reason: QuarantineReason) {
        #expect(okx.publicFrame(text).kind == .quarantined(reason))
    }

    @Test(arguments: [
        ("\"30243.5\"", "\"NaN\"", QuarantineReason.badNumber), ("\"30243.5\"", "\"1e308\"", .badNumber),
        ("\"30243.5\"", "\"-30243.5\"", .badNumber), ("\"1.2112\"", "\"-1\"", .badNumber),
        ("\"1.2112\"", "\"\"", .badNumber), ("\"30243.5\"", "\"30243.555\"", .inexactNumber),
        ("\"30243.5\"", "null", .wrongType), ("\"30243.5\"", "[]", .wrongType),
        ("\"1652459225464\"", "\"99999999999999999\"", .badNumber),
        ("\"1652459225464\"", "\"-1\"", .badNumber),
        ("\"checksum\":0", "\"checksum\":4294967296", .badNumber),
        ("\"seqId\":124", "\"seqId\":1.5", .badNumber),
        ("\"seqId\":124", "\"seqId\":124,\"seqId\":124", .duplicateKey),
        ("\"update\"", "\"patch\"", .unknownMessage),
        ("\"action\":\"update\",", "", .missingField), ("\"ts\":\"1652459225464\",", "", .missingField),
        ("\"bids\":[[\"30240.10\",\"0.5\",\"0\",\"1\"]],", "", .missingField),
        ("}]}", "}]}x", .malformedJSON),
        ("\"BTC-USDT\"", "\"BTC-EURT\"", .unknownSymbol), (",\"instId\":\"BTC-USDT\"", "", .missingField),
        ("\"0\",\"4\"]", "\"0\"", .wrongType), ("30240.10", "30240.10\u{1}", .malformedJSON),
        ("\"30240.10\",\"0.5\"", "\"9000000000000\",\"9000000000\"", .badNumber),
    ]) mutating func `a book frame with one thing wrong is set aside`(
        _ old: String, _ new: String, _ reason: QuarantineReason
    ) {
        let text = OKXDialectTests.update.replacing(old, with: new, maxReplacements: 1)
        #expect(text != OKXDialectTests.update)
        let frame = okx.publicFrame(text)
        #expect(frame.kind == .quarantined(reason))
        #expect(frame.bookCount == 0 && frame.trades.isEmpty)
        let isNamed = reason != .unknownSymbol && text.contains("BTC-USDT")
        #expect(frame.quarantinedInstrument == (isNamed ? InstrumentID(0) : nil))
        #expect(frame.unknownSymbol == (reason == .unknownSymbol ? "BTC-EURT" : ""))
    }

    @Test mutating func `deep nesting, wrong bytes and endless books are set aside`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(
            okx.publicFrame("{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"x\":\(deep)").kind
                == .quarantined(.tooDeep))
        #expect(
            okx.publicFrame(Array("{\"event\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8)).kind
                == .quarantined(.notUTF8))
        let levels = Array(repeating: "[\"1\",\"1\"]", count: 10_001).joined(separator: ",")
        let endless = OKXDialectTests.update.replacing(
            "[[\"30240.10\",\"0.5\",\"0\",\"1\"]]", with: "[\(levels)]")
        #expect(okx.publicFrame(endless).kind == .quarantined(.tooManyLevels))
        #expect(
            okx.publicFrame([UInt8](repeating: 0x20, count: (16 << 20) + 1)).kind == .quarantined(.oversized))
    }

    @Test mutating func `a bad number says what was wrong, for the one who learns scales`() {
        let frame = okx.publicFrame(OKXDialectTests.update.replacing("30243.5", with: "30243.5125"))
        #expect(frame.numberFault == PublicFrame.NumberFault(isPrice: true, fault: .inexact(needed: 4)))
    }

    // MARK: Subscriptions

    @Test func `one socket subscribes books and trades of every listing, in frames of at most 50`() throws {
        let listings = (0..<120).map {
            DialectStand.listing(DialectStand.instrument($0, "C\($0)", "USDT"), "C\($0)-USDT")
        }
        let many = OKXDialect(profile: okx.profile, symbols: SymbolTable(listings))
        let plans = many.publicStreams()
        #expect(
            plans.count == 1 && plans[0].url == "wss://public.example/ws" && plans[0].instruments.count == 120
        )
        var named: [String] = []
        for greeting in plans[0].greetings {
            let tree = try DialectStand.json(greeting)
            #expect(tree["op"]?.text == "subscribe" && greeting.count < 65_536)
            named += (tree["args"]?.elements ?? []).map {
                "\($0["channel"]?.text ?? "") \($0["instId"]?.text ?? "")"
            }
        }
        #expect(plans[0].greetings.count == 3)
        #expect(Set(named) == Set(listings.flatMap { ["books \($0.symbol)", "trades \($0.symbol)"] }))
        #expect(named.count == 240)
        #expect(OKXDialect(profile: okx.profile, symbols: SymbolTable([])).publicStreams().isEmpty)
    }

    @Test func `a book is asked anew by leaving and joining its channel`() throws {
        let frames = try okx.resubscribe(InstrumentID(0)).map { try DialectStand.json($0) }
        #expect(frames.map { $0["op"]?.text } == ["unsubscribe", "subscribe"])
        #expect(frames.allSatisfy { $0["args"]?[0]?["channel"]?.text == "books" })
        #expect(frames.allSatisfy { $0["args"]?[0]?["instId"]?.text == "BTC-USDT" })
        #expect(okx.snapshotRequest(InstrumentID(0)) == nil && okx.proof == .previousLink)
        #expect(okx.keepAlive.frame == Array("ping".utf8))
    }
}
