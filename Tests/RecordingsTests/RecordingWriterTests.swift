import Foundation
import Recordings
import Testing
import TradingModel

@Suite struct `Recording writer` {
    let scratch: Scratch
    let top = RecordingHeader(
        venue: "kraken", symbols: ["BTC/USD", "\"\u{e9}\u{1F600}"], source: "a \\ b", license: "MIT")
    init() throws { scratch = try Scratch() }

    private func randomMessages(_ seed: UInt64, _ count: Int, bytes: ClosedRange<UInt8>) -> [RecordedMessage]
    {
        var random = SplitMix(state: seed)
        return (0..<count).map { index in
            let n = Int.random(in: 0...999_999, using: &random)
            let channel: RecordedChannel =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: .received(connection: n)
                case 1: .sent(connection: n)
                case 2: .opened(connection: n)
                case 3: .closed(connection: n)
                default: .http(method: "GET", target: "/a/\(n)?x=\(n)")
                }
            let size = index % 50 == 49 ? 300_000 : Int.random(in: 0...400, using: &random)
            let payload = (0..<size).map { _ in UInt8.random(in: bytes, using: &random) }
            return RecordedMessage(
                time: Moment(nanoseconds: Int64(index) * 10_000_000), channel: channel, payload: payload)
        }
    }

    @Test(arguments: [("a.rec", 1), ("a.rec.gz", 2), ("a.rec", 3), ("a.rec.gz", 4)] as [(String, UInt64)])
    func `what is written is read again`(name: String, seed: UInt64) throws {
        let messages = randomMessages(seed, 300, bytes: 11...255)
        let path = scratch.path + "/" + name
        let writer = try RecordingWriter(path: path, header: top)
        for message in messages { try writer.write(message.channel, message.payload, at: message.time) }
        try writer.close()
        let reader = try RecordingReader(path: path)
        #expect(reader.header == top)
        let (read, fault) = readAll(reader)
        #expect(read == messages)
        #expect(fault == nil)
        #expect(try scratch.bytes(name).starts(with: [0x1f, 0x8b]) == name.hasSuffix(".gz"))
    }

    @Test func `a newline in a payload becomes a space`() throws {
        let path = scratch.path + "/a.rec"
        let writer = try RecordingWriter(path: path, header: top)
        try writer.write(
            .received(connection: 1), Array("{\n \"a\": 1\r\n}\n".utf8), at: Moment(nanoseconds: 1))
        try writer.close()
        #expect(
            readAll(try RecordingReader(path: path)).messages.map(\.payload) == [
                Array("{  \"a\": 1\r } ".utf8)
            ])
    }

    @Test(arguments: ["a.rec", "a.rec.gz"])
    func `a kill loses at most the lines since the last flush`(name: String) throws {
        let path = scratch.path + "/" + name
        let writer = try RecordingWriter(path: path, header: top, flushEvery: .milliseconds(500))
        func visible() throws -> Int { readAll(try RecordingReader(path: path)).messages.count }
        #expect(try visible() == 0)
        for step in 0..<10 {
            try writer.write(
                .received(connection: 1), [65], at: Moment(nanoseconds: Int64(step) * 100_000_000))
        }
        // flushed with the line at 500 ms; four more lines wait
        #expect(try visible() == 6)
        try writer.flushIfDue(at: Moment(nanoseconds: 999_000_000))
        #expect(try visible() == 6)
        try writer.flushIfDue(at: Moment(nanoseconds: 1_000_000_000))
        #expect(try visible() == 10)
        let fault = readAll(try RecordingReader(path: path)).fault
        #expect(fault == (name.hasSuffix(".gz") ? .truncated(path: path, afterLine: 11) : nil))
        #expect(writer.lines == 10)
    }

    @Test func `a gzip recording cut anywhere yields its whole lines and a typed fault`() throws {
        let messages = randomMessages(9, 120, bytes: 32...126)
        let writer = try RecordingWriter(path: scratch.path + "/a.rec.gz", header: top)
        for message in messages { try writer.write(message.channel, message.payload, at: message.time) }
        try writer.close()
        let whole = try scratch.bytes("a.rec.gz")
        var random = SplitMix(state: 5)
        var longest = 0
        for cut in (1...9).map({ whole.count - $0 })
            + (0..<60).map({ _ in Int.random(in: 200..<whole.count, using: &random) })
        {
            let path = try scratch.file("cut.rec.gz", whole.prefix(cut))
            let (read, fault) = readAll(try RecordingReader(path: path))
            #expect(read == Array(messages.prefix(read.count)))
            #expect(fault == .truncated(path: path, afterLine: read.count + 1))
            longest = max(longest, read.count)
        }
        #expect(longest == messages.count)
    }

    @Test func `a damaged gzip recording ends in a typed fault or reads on, never in a trap`() throws {
        let messages = randomMessages(11, 60, bytes: 32...126)
        let writer = try RecordingWriter(path: scratch.path + "/a.rec.gz", header: top)
        for message in messages { try writer.write(message.channel, message.payload, at: message.time) }
        try writer.close()
        let whole = try scratch.bytes("a.rec.gz")
        var random = SplitMix(state: 6)
        var corrupted = 0
        for _ in 0..<200 {
            var bytes = whole
            let at = Int.random(in: 0..<bytes.count, using: &random)
            bytes[at] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
            let path = try scratch.file("bad.rec.gz", bytes)
            do throws(RecordingFault) {
                let reader = try RecordingReader(path: path)
                var ended = false
                var steps = 0
                while !ended && steps < 10_000 {
                    steps += 1
                    do throws(RecordingFault) { ended = try reader.next() == nil } catch {
                        guard case .badLine = error else { throw error }
                    }
                }
                #expect(ended)
            } catch {
                if case .corrupted = error { corrupted += 1 }
            }
        }
        #expect(corrupted > 100)
    }

    @Test func `joined gzip recordings read as one`() throws {
        for name in ["a.rec.gz", "b.rec.gz"] {
            let writer = try RecordingWriter(path: scratch.path + "/" + name, header: top)
            try writer.write(.received(connection: 1), Array(name.utf8), at: Moment(nanoseconds: 1))
            try writer.close()
        }
        let path = try scratch.file("ab.rec.gz", scratch.bytes("a.rec.gz") + scratch.bytes("b.rec.gz"))
        let (read, fault) = readAll(try RecordingReader(path: path))
        #expect(read.map(\.payload) == [Array("a.rec.gz".utf8), Array("b.rec.gz".utf8)])
        #expect(fault == nil)
    }

    @Test func `an existing file is kept unless it may be replaced`() throws {
        let path = try scratch.file("a.rec", "precious")
        #expect(throws: RecordingFault.exists(path: path)) { try RecordingWriter(path: path, header: top) }
        #expect(try scratch.bytes("a.rec") == Data("precious".utf8))
        try RecordingWriter(path: path, header: top, replacing: true).close()
        #expect(try RecordingReader(path: path).header == top)
    }

    @Test func `a full disk is a fault that stays`() throws {
        #expect(throws: RecordingFault.unwritable(path: "/dev/full", reason: "No space left on device")) {
            try RecordingWriter(path: "/dev/full", header: top, replacing: true)
        }
        #expect(
            throws: RecordingFault.unwritable(path: "/no/such/a.rec", reason: "No such file or directory")
        ) {
            try RecordingWriter(path: "/no/such/a.rec", header: top)
        }
    }

    @Test func `nothing is written after the end`() throws {
        let writer = try RecordingWriter(path: scratch.path + "/a.rec", header: top)
        try writer.close()
        try writer.close()
        #expect(throws: RecordingFault.self) {
            try writer.write(.received(connection: 1), [65], at: Moment(nanoseconds: 1))
        }
    }
}
