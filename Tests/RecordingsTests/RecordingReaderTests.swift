import Foundation
import Recordings
import Testing
import TradingModel

@Suite struct `Recording reader` {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test func `a line is a time, a channel and the rest`() throws {
        let path = try scratch.file(
            "a.rec",
            header + "1652459224530060500\topen1\twss://ws.okx.com:8443/ws/v5/public\n"
                + "1652459225298788300\tws1>\t{\"op\":\"subscribe\"}\n"
                + "1652459225298788301\tws12\ta\tb\t\n"
                + "1652459225298788302\thttp GET /api/v5/x?a=b c\t{}\n" + "1652459225298788303\tclose1\t\n")
        let reader = try RecordingReader(path: path)
        #expect(reader.header == RecordingHeader(venue: "okx", symbols: ["BTC-USDT"]))
        let (messages, fault) = readAll(reader)
        #expect(fault == nil)
        #expect(
            messages.map(\.channel) == [
                .opened(connection: 1), .sent(connection: 1), .received(connection: 12),
                .http(method: "GET", target: "/api/v5/x?a=b c"), .closed(connection: 1),
            ])
        #expect(messages.map(\.time.nanoseconds).first == 1_652_459_224_530_060_500)
        #expect(messages.map { String(decoding: $0.payload, as: UTF8.self) }[2] == "a\tb\t")
        #expect(messages.last?.payload == [])
        #expect(reader.line == 6)
        #expect(try reader.next() == nil)
    }

    @Test(arguments: [
        ("no tabs here", RecordingFault.LineProblem.fields), ("1\tws1", .fields), ("", .fields),
        ("x\tws1\t{}", .time), ("\tws1\t{}", .time), ("-1\tws1\t{}", .time),
        ("9223372036854775808\tws1\t{}", .time),
        ("99999999999999999999\tws1\t{}", .time), ("1\tws\t{}", .channel), ("1\tws1x\t{}", .channel),
        ("1\topen1>\t{}", .channel), ("1\thttp GET\t{}", .channel), ("1\thttp GET x\t{}", .channel),
        ("1\tws1234567\t{}", .channel), ("1\t\t{}", .channel), ("1\t\u{1F600}\t{}", .channel),
    ])
    func `a bad line is a fault with its number, and reading goes on behind it`(
        line: String, problem: RecordingFault.LineProblem
    ) throws {
        let path = try scratch.file("a.rec", header + "1\tws1\ta\n" + line + "\n" + "2\tws1\tb\n")
        let reader = try RecordingReader(path: path)
        #expect(try reader.next()?.payload == Array("a".utf8))
        #expect(throws: RecordingFault.badLine(path: path, line: 3, problem: problem)) { try reader.next() }
        #expect(try reader.next()?.payload == Array("b".utf8))
        #expect(try reader.next() == nil)
    }

    @Test(arguments: [
        "", "\n", "1\tws1\t{}\n", "# {}\n", "# not json\n", "# {\"venue\":\"\",\"symbols\":[]}\n",
        "# {\"venue\":1,\"symbols\":[]}\n", "\u{1F}",
    ])
    func `a file without a header is not a recording`(text: String) throws {
        let path = try scratch.file("a.rec", text)
        #expect(throws: RecordingFault.badHeader(path: path)) { try RecordingReader(path: path) }
    }

    @Test func `missing files and directories are faults`() {
        #expect(throws: RecordingFault.notFound(path: scratch.path + "/no.rec")) {
            try RecordingReader(path: scratch.path + "/no.rec")
        }
        #expect(throws: RecordingFault.unreadable(path: scratch.path, reason: "Is a directory")) {
            try RecordingReader(path: scratch.path)
        }
    }

    @Test func `a last line without a newline counts, comments do not`() throws {
        let path = try scratch.file("a.rec", header + "1\tws1\ta\n# joined\n2\tws1\tb")
        let (messages, fault) = readAll(try RecordingReader(path: path))
        #expect(messages.map(\.time.nanoseconds) == [1, 2])
        #expect(fault == nil)
    }

    @Test(arguments: [100, 262_143, 262_144, 262_145, 1 << 20, 5_080_000])
    func `frames of any size pass whole`(size: Int) throws {
        let long = String(repeating: "x", count: size)
        let path = try scratch.file("a.rec", header + "1\tws1\ta\n2\tws1\t\(long)\n3\tws1\tc\n")
        let (messages, fault) = readAll(try RecordingReader(path: path))
        #expect(messages.map(\.payload.count) == [1, size, 1])
        #expect(fault == nil)
    }

    @Test(arguments: [1000, 300_000, 2_000_000])
    func `a line over the limit is a fault that stays`(size: Int) throws {
        let long = String(repeating: "x", count: size)
        let path = try scratch.file("a.rec", header + "1\tws1\ta\n2\tws1\t\(long)\n3\tws1\tc\n")
        let reader = try RecordingReader(path: path, maximumLineBytes: 900)
        #expect(try reader.next()?.time.nanoseconds == 1)
        let expected = RecordingFault.lineTooLong(path: path, line: 3, limit: 900)
        #expect(throws: expected) { try reader.next() }
        #expect(throws: expected) { try reader.next() }
    }

    @Test(
        .enabled(if: SharedDirectory.hasRecordings, "the shared recordings are not here"),
        arguments: [
            ("binance-spot-btcusdt-2024-08-08", 99_573, 99_574),
            ("binance-usdm-btcusdt-2024-08-08", 93_953, 93_954),
            ("binance-spot-four-2021-10-12", 265, 270), ("okx-three-2022-05-13", 410, 414),
            ("bybit-spot-linear-2026-08-09", 3_227, 3_255), ("coinbase-two-2026-08-09", 1_030, 1_037),
        ])
    func `the real recordings are read completely`(name: String, frames: Int, lines: Int) throws {
        let reader = try RecordingReader(path: SharedDirectory.path + "/recordings/" + name + ".rec.gz")
        #expect(name.hasPrefix(reader.header.venue))
        #expect(!reader.header.symbols.isEmpty)
        var received = 0
        var all = 0
        var largest = 0
        while let view = try reader.nextView() {
            all += 1
            if case .received = view.channel { received += 1 }
            largest = max(largest, view.payload.count)
            #expect(
                view.payload.first == UInt8(ascii: "{") || view.payload.first == UInt8(ascii: "[")
                    || view.payload.starts(with: Array("wss://".utf8)))
        }
        #expect(received == frames)
        #expect(all == lines)
        if name.hasPrefix("coinbase") { #expect(largest > 5_000_000) }
    }
}
