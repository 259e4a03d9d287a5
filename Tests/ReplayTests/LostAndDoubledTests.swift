import Recordings
import Replay
import Testing

/// Recordings with one message of a book taken out or played twice, at many places.
@Suite(.enabled(if: Recorded.arePresent, "recordings are not on this machine"))
struct LostAndDoubledTests {
    /// A recording cut to a length that many replays can afford, with the place of each book message.
    struct Original {
        var header: RecordingHeader
        var messages: [RecordedMessage]
        /// Indices of `messages` that are book messages; row i of the series belongs to `bookMessages[i]`.
        var bookMessages: [Int]
        var rows: [String]

        init(_ name: String, in scratch: Scratch) throws {
            let (header, all) = try Recorded.messages(name)
            self.header = header
            messages = Array(all.prefix(5_000))
            bookMessages = messages.indices.filter { [messages] in
                LostAndDoubledTests.isBookMessage(messages[$0])
            }
            let top = TopInMemory()
            _ = try replay(scratch.recording(header, messages), top: top)
            rows = top.rows
            #expect(rows.count == bookMessages.count)
        }

        func isDelta(_ place: Int) -> Bool {
            let text = String(decoding: messages[bookMessages[place]].payload.prefix(200), as: UTF8.self)
            return ["\"depthUpdate\"", "\"action\":\"update\"", "\"type\":\"delta\""].contains {
                text.contains($0)
            }
        }

        /// What makes a book of this recording, given a place: connection and symbol.
        func book(_ place: Int) -> String {
            messages[bookMessages[place]].channel.text.prefix(3) + " " + symbolOf(rows[place])
        }
    }

    static func isBookMessage(_ message: RecordedMessage) -> Bool {
        switch message.channel {
        case .http(_, let target): return target.hasPrefix("/api/v3/depth")
        case .received:
            let text = String(decoding: message.payload.prefix(300), as: UTF8.self)
            return text.contains("\"depthUpdate\"") || text.contains("\"topic\":\"orderbook.")
                || (text.contains("\"channel\":\"books\"") && text.contains("\"action\""))
        default: return false
        }
    }

    /// Deltas spread over the recording, and the last few of it.
    private func places(_ original: Original, _ count: Int) -> [Int] {
        let deltas = original.bookMessages.indices.filter { original.isDelta($0) }
        let step = max(1, deltas.count / count)
        return stride(from: 0, to: deltas.count, by: step).map { deltas[$0] } + deltas.suffix(2)
    }

    @Test(arguments: Recorded.all)
    func `a doubled delta never changes a book`(name: String) throws {
        let scratch = try Scratch()
        let original = try Original(name, in: scratch)
        for place in places(original, 12) {
            var messages = original.messages
            let index = original.bookMessages[place]
            messages.insert(messages[index], at: index)
            var expected = original.rows
            expected.insert(expected[place], at: place)
            let top = TopInMemory()
            let report = try replay(scratch.recording(original.header, messages), top: top)
            #expect(top.rows == expected)
            #expect(report.books.allSatisfy { $0.gaps == 0 && $0.proofFailed == 0 })
        }
    }

    @Test(arguments: [Recorded.binance, Recorded.four, Recorded.bybit])
    func `a removed delta costs a numbered book its proof with the next message`(name: String) throws {
        let scratch = try Scratch()
        let original = try Original(name, in: scratch)
        for place in places(original, 12) {
            let top = TopInMemory()
            let report = try replay(without(place, original, scratch), top: top)
            var expected = original.rows
            let book = original.book(place)
            let wasSynced = expected[place].hasSuffix(",synced")
            let later = original.bookMessages.indices.filter { $0 > place && original.book($0) == book }
            if wasSynced { for row in later { expected[row] = emptied(expected[row]) } }
            expected.remove(at: place)
            #expect(top.rows == expected)
            #expect(report.books.reduce(0) { $0 + $1.gaps } == (wasSynced && !later.isEmpty ? 1 : 0))
        }
    }

    @Test func `a removed delta costs a checksummed book its proof as soon as the top shows it, for good`()
        throws
    {
        let scratch = try Scratch()
        let original = try Original(Recorded.okx, in: scratch)
        let removed = places(original, 60)
        var noticed = 0
        for place in removed {
            let top = TopInMemory()
            let report = try replay(without(place, original, scratch), top: top)
            var reference = original.rows
            reference.remove(at: place)
            let symbol = symbolOf(original.rows[place])
            let mine = zip(top.rows, reference).filter { symbolOf($0.0) == symbol }
            let lost = mine.firstIndex { $0.0.hasSuffix(",unsynced") } ?? mine.count
            #expect(mine[..<lost].allSatisfy { $0.0 == $0.1 })
            #expect(mine[lost...].allSatisfy { $0.0 == emptied($0.1) })
            #expect(
                zip(top.rows, reference).allSatisfy {
                    symbolOf($0.0) == symbol || $0.0 == $0.1
                })
            let failures = report.books.reduce(0) { $0 + $1.proofFailed }
            #expect(failures == (lost < mine.count ? 1 : 0))
            noticed += Int(failures)
        }
        #expect(
            noticed * 10 > removed.count * 8, "\(noticed) of \(removed.count) removed deltas were noticed")
    }

    @Test func `without its REST snapshot Binance's book is never proved`() throws {
        let scratch = try Scratch()
        let original = try Original(Recorded.binance, in: scratch)
        let messages = original.messages.filter { if case .http = $0.channel { false } else { true } }
        let top = TopInMemory()
        _ = try replay(scratch.recording(original.header, messages), top: top)
        #expect(top.rows.count == original.rows.count - 1)
        #expect(top.rows.allSatisfy { $0.hasSuffix(",,,,,unsynced") })
    }

    @Test func `a closed connection takes its books with it and leaves the other's`() throws {
        let scratch = try Scratch()
        let original = try Original(Recorded.bybit, in: scratch)
        let half = original.bookMessages[original.bookMessages.count / 2]
        var messages = original.messages
        messages.insert(
            RecordedMessage(time: messages[half].time, channel: .closed(connection: 1), payload: []), at: half
        )
        let top = TopInMemory()
        _ = try replay(scratch.recording(original.header, messages), top: top)
        var expected = original.rows
        for place in expected.indices
        where original.bookMessages[place] >= half && original.book(place).hasPrefix("ws1") {
            expected[place] = emptied(expected[place])
        }
        #expect(top.rows == expected)
        #expect(expected != original.rows)
    }

    private func without(_ place: Int, _ original: Original, _ scratch: Scratch) throws -> String {
        var messages = original.messages
        messages.remove(at: original.bookMessages[place])
        return try scratch.recording(original.header, messages)
    }

    private func emptied(_ row: String) -> String {
        row.split(separator: ",", omittingEmptySubsequences: false).prefix(3).joined(separator: ",")
            + ",,,,,unsynced"
    }
}

private func symbolOf(_ row: String) -> String { String(row.split(separator: ",")[2]) }
