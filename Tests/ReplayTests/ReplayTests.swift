import Foundation
import Recordings
import Replay
import Testing
import TradingModel

/// Small recordings written here, for what the real ones do not show.
@Suite struct ReplayTests {
    private func bybit(_ symbol: String, _ kind: String, _ id: Int, _ bids: String, _ asks: String) -> String
    {
        let data = "{\"s\":\"\(symbol)\",\"b\":[\(bids)],\"a\":[\(asks)],\"u\":\(id),\"seq\":\(id)}"
        return
            "{\"topic\":\"orderbook.50.\(symbol)\",\"type\":\"\(kind)\",\"ts\":1,\"data\":\(data),\"cts\":1}"
    }

    private func okx(_ symbol: String, _ action: String, _ ids: (Int, Int), _ bids: String, _ asks: String)
        -> String
    {
        let data =
            "{\"asks\":[\(asks)],\"bids\":[\(bids)],\"ts\":\"1\",\"checksum\":0,"
            + "\"prevSeqId\":\(ids.0),\"seqId\":\(ids.1)}"
        let head = "\"arg\":{\"channel\":\"books\",\"instId\":\"\(symbol)\"},\"action\":\"\(action)\""
        return "{\(head),\"data\":[\(data)]}"
    }

    @Test func `edges across venues are counted while both books are proved, net of both fees`() throws {
        let scratch = try Scratch()
        let first = try scratch.recording(
            "bybit",
            [
                (1, .opened(connection: 1), "wss://stream.bybit.com/v5/public/spot"),
                (
                    2, .received(connection: 1),
                    bybit("BTCUSDT", "snapshot", 5, "[\"99\",\"1\"]", "[\"100\",\"1\"]")
                ),
                (5, .received(connection: 1), bybit("BTCUSDT", "delta", 6, "", "[\"100\",\"2\"]")),
                (9, .opened(connection: 2), "wss://stream.bybit.com/v5/public/linear"),
                (
                    10, .received(connection: 2),
                    bybit("BTCUSDT", "snapshot", 5, "[\"300\",\"1\"]", "[\"301\",\"1\"]")
                ),
            ])
        let second = try scratch.recording(
            "okx",
            [
                (
                    3, .received(connection: 1),
                    okx("BTC-USDT", "snapshot", (-1, 7), "[\"100.15\",\"1\"]", "[\"102\",\"1\"]")
                ),
                (4, .received(connection: 1), okx("BTC-USDT", "update", (7, 8), "[\"101\",\"1\"]", "")),
                (6, .received(connection: 1), okx("BTC-USDT", "update", (9, 10), "", "")),
            ])
        let report = try replay(first, second)
        let edges = try #require(report.crossVenue)
        #expect(
            edges.map { "\($0.symbol) \($0.buy) \($0.sell) \($0.moments)" } == [
                "BTCUSDT bybit okx 2", "BTCUSDT okx bybit 0",
            ])
        #expect(edges[0].bestBps == 100)
        #expect(edges[0].bestNetBps == 79.8202, "101 × 0.999 over 100 × 1.001")
        #expect(report.books.first { $0.venue == "okx" }?.gaps == 1)
    }

    @Test func `decimals are learned from the numbers, and the series starts over with them`() throws {
        let scratch = try Scratch()
        let path = try scratch.recording(
            "bybit",
            [
                (
                    1, .received(connection: 1),
                    bybit("PEPEUSDT", "snapshot", 1, "[\"0.000001452123\",\"1300000000000\"]", "")
                ),
                (
                    2, .received(connection: 1),
                    bybit("PEPEUSDT", "delta", 2, "[\"0.000001452124\",\"26041231119.5\"]", "")
                ),
                (3, .received(connection: 1), bybit("BTCUSDT", "snapshot", 1, "[\"1.5\",\"2\"]", "")),
            ])
        let top = TopInMemory()
        let report = try replay(path, top: top)
        #expect(
            top.rows == [
                "1000000,bybit,PEPEUSDT,0.000001452123,1300000000000,,,synced",
                "2000000,bybit,PEPEUSDT,0.000001452124,26041231119.5,,,synced",
                "3000000,bybit,BTCUSDT,1.5,2,,,synced",
            ])
        #expect(top.starts > 1)
        #expect(report.quarantined.isEmpty)
    }

    @Test func `one damaged number does not change the decimals of a symbol`() throws {
        let scratch = try Scratch()
        var lines: [(Int64, RecordedChannel, String)] = [
            (
                1, .received(connection: 1),
                bybit("BTCUSDT", "snapshot", 1, "[\"1.12345678\",\"2.12345678\"]", "")
            )
        ]
        lines.append((2, .received(connection: 1), bybit("BTCUSDT", "delta", 2, "[\"1e308\",\"2\"]", "")))
        lines.append((3, .received(connection: 1), bybit("BTCUSDT", "delta", 3, "[\"1.2\",\"2\"]", "")))
        let top = TopInMemory()
        let report = try replay(try scratch.recording("bybit", lines), top: top)
        #expect(top.rows.first == "1000000,bybit,BTCUSDT,1.12345678,2.12345678,,,synced")
        #expect(top.rows.last == "3000000,bybit,BTCUSDT,,,,,unsynced")
        #expect(report.quarantined == ["bad-number": 1])
        #expect(report.frames == 3)
    }

    @Test func `a frame that names no book costs every book of its connection the proof`() throws {
        let scratch = try Scratch()
        let top = TopInMemory()
        let report = try replay(
            try scratch.recording(
                "bybit",
                [
                    (1, .received(connection: 1), bybit("BTCUSDT", "snapshot", 5, "[\"1\",\"1\"]", "")),
                    (2, .received(connection: 2), bybit("BTCUSDT", "snapshot", 5, "[\"1\",\"1\"]", "")),
                    (3, .received(connection: 1), "<html>502 Bad Gateway</html>"),
                    (4, .received(connection: 1), bybit("BTCUSDT", "delta", 6, "", "")),
                    (5, .received(connection: 2), bybit("BTCUSDT", "delta", 6, "", "")),
                ]), top: top)
        #expect(top.rows.map { $0.hasSuffix(",synced") } == [true, true, false, true])
        #expect(report.quarantined == ["html": 1])
    }

    @Test func `a crossed book is counted, timed and emptied`() throws {
        let scratch = try Scratch()
        let report = try replay(
            try scratch.recording(
                "bybit",
                [
                    (
                        1, .received(connection: 1),
                        bybit("BTCUSDT", "snapshot", 5, "[\"1\",\"1\"]", "[\"2\",\"1\"]")
                    ),
                    (2, .received(connection: 1), bybit("BTCUSDT", "delta", 6, "[\"2\",\"1\"]", "")),
                    (
                        7, .received(connection: 1),
                        bybit("BTCUSDT", "snapshot", 9, "[\"1\",\"1\"]", "[\"2\",\"1\"]")
                    ),
                ]))
        #expect(report.quarantined == ["crossed-book": 1])
        #expect(report.books[0].crossedNanoseconds == 5_000_000)
        #expect(report.books[0].resyncs == 1)
        #expect(report.books[0].isSynced)
    }

    @Test func `Kraken's depth comes from the subscription and its checksum is compared`() throws {
        func frame(_ kind: String, _ bids: String, _ asks: String, _ text: String) -> String {
            let data =
                "{\"symbol\":\"BTC/USD\",\"bids\":[\(bids)],\"asks\":[\(asks)],\"checksum\":\(crc(text))"
            let time = ",\"timestamp\":\"2026-08-09T21:05:48.228568Z\"}"
            return "{\"channel\":\"book\",\"type\":\"\(kind)\",\"data\":[\(data)\(time)]}"
        }
        func level(_ price: String, _ quantity: String) -> String {
            "{\"price\":\(price),\"qty\":\(quantity)}"
        }
        let asks = (0..<10).map { level("45285.\($0)", "0.00100000") }.joined(separator: ",")
        let askText = (0..<10).map { "45285\($0)100000" }.joined()
        let better = level("45284.9", "1.50000000")
        let betterText = "452849150000000" + (0..<9).map { "45285\($0)100000" }.joined()
        let scratch = try Scratch()
        let subscription =
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\","
            + "\"symbol\":[\"BTC/USD\"],\"depth\":10}}"
        let path = try scratch.recording(
            "kraken",
            [
                (1, .sent(connection: 1), subscription),
                (
                    2, .received(connection: 1),
                    frame("snapshot", level("45000.0", "1.00000000"), asks, askText + "450000100000000")
                ),
                (3, .received(connection: 1), frame("update", "", better, betterText + "450000100000000")),
                (
                    4, .received(connection: 1),
                    frame("update", "", level("45284.9", "0.00000000"), "wrong: the tenth was cut off")
                ),
            ])
        let top = TopInMemory()
        let report = try replay(path, top: top)
        #expect(
            top.rows == [
                "2000000,kraken,BTC/USD,45000,1,45285,0.001,synced",
                "3000000,kraken,BTC/USD,45000,1,45284.9,1.5,synced",
                "4000000,kraken,BTC/USD,,,,,unsynced",
            ])
        #expect(report.books[0].proof == "checksum")
        #expect(report.books[0].proofChecked == 3)
        #expect(report.books[0].proofFailed == 1)
    }

    private func crc(_ text: String) -> UInt32 {
        ~text.utf8.reduce(UInt32.max) { remainder, byte in
            (0..<8).reduce(remainder ^ UInt32(byte)) { rest, _ in
                rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1
            }
        }
    }
}

@Suite struct UnreadableInputTests {
    private func fault(_ paths: String...) -> ReplayFault? {
        do throws(ReplayFault) { _ = try ReplayRun(paths, clock: { .distantPast }).run() } catch {
            return error
        }
        return nil
    }

    private func write(_ text: String, _ name: String, _ scratch: Scratch) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: scratch.path(name)))
        return scratch.path(name)
    }

    @Test func `a venue without a dialect is named`() throws {
        let scratch = try Scratch()
        let path = try write("# {\"venue\":\"coinbase\",\"symbols\":[]}\n", "a.rec", scratch)
        #expect(fault(path) == .unsupportedVenues(["\(path): coinbase"]))
        #expect(fault(path)?.description.contains("can replay binance-spot, okx, bybit, kraken") == true)
        let other = try write("# {\"venue\":\"okx\",\"symbols\":[]}\n1\tws1\tpong\n", "b.rec", scratch)
        let report = try replay(path, other)
        #expect(report.skipped == ["\(path): coinbase"])
        #expect(report.frames == 1)
    }

    @Test func `a missing file, a stranger's file and an empty list are refused`() throws {
        let scratch = try Scratch()
        let missing = scratch.path("missing.rec")
        #expect(fault(missing) == .recording(.notFound(path: missing)))
        let stranger = try write("hello\n", "hello.txt", scratch)
        #expect(fault(stranger) == .recording(.badHeader(path: stranger)))
        #expect(fault() == .noRecordings)
    }

    @Test func `a bad line is reported with its number and the rest is played`() throws {
        let scratch = try Scratch()
        let path = try write(
            "# {\"venue\":\"okx\",\"symbols\":[]}\n1\tws1\tpong\nnonsense\n3\tws1\tpong\n", "a.rec", scratch)
        let report = try replay(path)
        #expect(report.frames == 2)
        #expect(report.problems?.count == 1)
        #expect(report.problems?.first?.contains(":3:") == true)
    }

    @Test func `an unwritable series is an output fault`() throws {
        let scratch = try Scratch()
        let path = try write("# {\"venue\":\"okx\",\"symbols\":[]}\n", "a.rec", scratch)
        let run = ReplayRun(
            [path], top: TopOfBookFile(path: scratch.path("no/such/directory.csv")), clock: { .distantPast })
        let error = #expect(throws: ReplayFault.self) { try run.run() }
        guard case .output = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `the series is gzip when its name says so`() throws {
        let scratch = try Scratch()
        let path = try write("# {\"venue\":\"okx\",\"symbols\":[]}\n1\tws1\tpong\n", "a.rec", scratch)
        for name in ["top.csv", "top.csv.gz"] {
            let top = TopOfBookFile(path: scratch.path(name))
            _ = try ReplayRun([path], top: top, clock: { .distantPast }).run()
        }
        let title = "time_ns,venue,symbol,bid,bid_qty,ask,ask_qty,state\n"
        #expect(try Data(contentsOf: URL(filePath: scratch.path("top.csv"))) == Data(title.utf8))
        let packed = try Data(contentsOf: URL(filePath: scratch.path("top.csv.gz")))
        #expect(packed.starts(with: [0x1f, 0x8b]))
    }

    @Test func `the report has the documented fields`() throws {
        let scratch = try Scratch()
        let trade =
            "{\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},"
            + "\"data\":[{\"instId\":\"BTC-USDT\",\"tradeId\":\"1\","
            + "\"px\":\"1\",\"sz\":\"2\",\"side\":\"buy\",\"ts\":\"3\"}]}"
        let path = try scratch.recording("okx", [(1, .received(connection: 4), trade)])
        let data = try JSONEncoder().encode(try replay(path, path))
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Set(object.keys) == ["frames", "books", "quarantined", "frames_per_s", "cross_venue"])
        let book = try #require((object["books"] as? [[String: Any]])?.first)
        for key in [
            "venue", "symbol", "connection", "snapshots", "deltas", "trades", "gaps", "resyncs", "proof",
            "proof_checked", "proof_failed", "crossed_ns",
        ] { #expect(book[key] != nil, "\(key)") }
        #expect(book["connection"] as? Int == 4)
        #expect(book["trades"] as? Int == 1)
    }
}
