import TradingModel

/// Why bytes are not a recording (DESIGN §8).
public enum RecordingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first line is not `# {"venue": …}`.
    case headerMissing
    case malformedLine(Int, String)

    public var description: String {
        switch self {
        case .headerMissing: "line 1: a recording starts with # {\"venue\": …}"
        case .malformedLine(let number, let what): "line \(number): \(what)"
        }
    }
}

/// A recording, indexed: the venue's own bytes stay where they are, unaltered; the index points into them.
public struct Recording: Sendable {
    /// A frame or body: where its bytes are, and when it was received.
    struct Entry: Sendable {
        var time: Int64
        var bytes: Range<Int>
    }
    /// One recorded WebSocket.
    struct Connection: Sendable {
        let number: Int
        /// Path of the recorded URL without query; `nil` when the recording does not name it.
        var path: String?
        var frames: [Entry] = []
        var closedAt: Int64?
        /// When its last line was recorded.
        var endsAt: Int64 { max(frames.last?.time ?? 0, closedAt ?? 0) }
    }
    struct Answer: Sendable {
        var method: String
        var target: RequestTarget
        var body: Entry
    }

    public let venue: String
    public let symbols: [String]
    let bytes: [UInt8]
    private(set) var connections: [Connection] = []
    private(set) var answers: [Answer] = []
    /// Receive time of the first frame of any connection: playback starts here.
    private(set) var startsAt: Int64 = .max

    /// When its first frame and its last one were received.
    public var times: ClosedRange<Moment> {
        let last = connections.map(\.endsAt).max() ?? startsAt
        return Moment(nanoseconds: startsAt)...Moment(nanoseconds: max(startsAt, last))
    }

    /// Frames of all connections.
    public var frameCount: Int { connections.reduce(0) { $0 + $1.frames.count } }

    /// `bytes`: the text of a `.rec` file, already unzipped.
    public init(_ bytes: [UInt8]) throws(RecordingFault) {
        self.bytes = bytes
        guard let header = Recording.header(bytes) else { throw .headerMissing }
        venue = header.venue
        symbols = header.symbols
        var lineStart = header.end
        var number = 1
        let fault: RecordingFault? = bytes.withUnsafeBufferPointer { all in
            while lineStart < all.count {
                number += 1
                var lineEnd = lineStart
                while lineEnd < all.count, all[lineEnd] != 0x0A { lineEnd += 1 }
                do throws(RecordingFault) { try index(all, lineStart..<lineEnd, number) } catch {
                    return error
                }
                lineStart = lineEnd + 1
            }
            return nil
        }
        if let fault { throw fault }
        connections.sort { $0.number < $1.number }
        startsAt = connections.compactMap { $0.frames.first?.time }.min() ?? 0
    }

    /// The same without the frames that `keeps` refuses.
    func filtered(_ keeps: (Entry) -> Bool) -> Recording {
        var copy = self
        for index in copy.connections.indices { copy.connections[index].frames.removeAll { !keeps($0) } }
        return copy
    }

    private static func header(_ bytes: [UInt8]) -> (venue: String, symbols: [String], end: Int)? {
        let end = bytes.firstIndex(of: 0x0A) ?? bytes.count
        guard bytes.first == UInt8(ascii: "#") else { return nil }
        let fields: JSONDocument
        do throws(JSONDocument.Fault) { fields = try JSONDocument(Array(bytes[1..<end])) } catch {
            return nil
        }
        guard let venue = fields["venue"]?.string else { return nil }
        let symbols = fields["symbols"]?.elements?.compactMap { $0.string } ?? []
        return (venue, symbols, min(end + 1, bytes.count))
    }

    /// Files one line: `time TAB channel TAB payload`. Empty lines and further `#` lines are skipped.
    private mutating func index(
        _ all: UnsafeBufferPointer<UInt8>, _ line: Range<Int>, _ number: Int
    ) throws(RecordingFault) {
        var line = line
        if let last = line.last, all[last] == 0x0D { line = line.lowerBound..<last }
        guard let first = line.first, all[first] != UInt8(ascii: "#") else { return }
        guard let firstTab = all[line].firstIndex(of: 0x09) else {
            throw .malformedLine(number, "no tab after the time")
        }
        guard let time = Int64(text(all, first..<firstTab)) else {
            throw .malformedLine(number, "the time is not an integer of nanoseconds")
        }
        let rest = all[(firstTab + 1)..<line.upperBound]
        let secondTab = rest.firstIndex(of: 0x09) ?? line.upperBound
        let channel = text(all, (firstTab + 1)..<secondTab)
        let payload = min(secondTab + 1, line.upperBound)..<line.upperBound
        let entry = Entry(time: time, bytes: payload)
        if channel.hasPrefix("http ") {
            let words = channel.split(separator: " ", maxSplits: 2)
            guard words.count == 3 else { throw .malformedLine(number, "http needs a method and a path") }
            let target = RequestTarget(String(words[2]))
            answers.append(Answer(method: String(words[1]), target: target, body: entry))
        } else if channel.hasPrefix("ws"), channel.hasSuffix(">") {
            return  // what the recorder sent; the client of today speaks for itself
        } else if let n = Recording.number(channel, after: "ws") {
            connections[slot(n)].frames.append(entry)
        } else if let n = Recording.number(channel, after: "open") {
            connections[slot(n)].path = Recording.target(ofURL: text(all, payload)).path
        } else if let n = Recording.number(channel, after: "close") {
            connections[slot(n)].closedAt = time
        } else {
            throw .malformedLine(number, "unknown channel '\(channel.prefix(40))'")
        }
    }

    /// The target of `wss://host:port/path?query`; a URL without a path asks for `/`.
    static func target(ofURL url: String) -> RequestTarget {
        let afterScheme = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        guard let slash = afterScheme.firstIndex(of: "/") else { return RequestTarget("/") }
        return RequestTarget(String(afterScheme[slash...]))
    }

    private static func number(_ channel: String, after prefix: String) -> Int? {
        channel.hasPrefix(prefix) ? Int(channel.dropFirst(prefix.count)) : nil
    }

    private mutating func slot(_ number: Int) -> Int {
        if let found = connections.firstIndex(where: { $0.number == number }) { return found }
        connections.append(Connection(number: number))
        return connections.count - 1
    }

    private func text(_ all: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: all[range]), as: UTF8.self)
    }
}
