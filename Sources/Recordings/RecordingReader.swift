import Glibc
import TradingModel

/// Reads a recording line by line in bounded memory: one buffer, as large as the longest line.
///
/// Plain or gzip is told by the first bytes. Further lines that begin with `#` are comments, so joined
/// recordings read as one. A last line without a newline counts as a line.
public final class RecordingReader {
    public let path: String
    public private(set) var header = RecordingHeader(venue: "", symbols: [])
    /// The number of the last line handed out or found bad; 1 is the header.
    public private(set) var line = 0

    private let source: RecordingSource
    private let limit: Int
    private var buffer: UnsafeMutableRawBufferPointer
    /// The bytes of `buffer` not handed out yet.
    private var pending = 0..<0
    /// How many of `pending` hold no newline for sure.
    private var scanned = 0
    private var ending: Ending?

    private enum Ending {
        case complete
        case fault(RecordingFault)
    }

    /// Opens the file and reads its header. `maximumLineBytes`: longer lines are a fault; real venues send
    /// single frames of several megabytes.
    public init(path: String, maximumLineBytes: Int = 128 << 20) throws(RecordingFault) {
        precondition(maximumLineBytes > 0)
        self.path = path
        limit = maximumLineBytes
        source = try RecordingSource(path: path)
        buffer = .allocate(byteCount: 256 << 10, alignment: 16)
        guard let text = try nextLine(), let header = RecordingHeader(line: text) else {
            throw .badHeader(path: path)
        }
        self.header = header
        line = 1
    }

    deinit { buffer.deallocate() }

    /// The next message, or `nil` at the end. After `badLine` the next call goes on behind that line; after
    /// any other fault it throws the same again.
    public func next() throws(RecordingFault) -> RecordedMessage? { try nextView()?.message }

    /// The same without copying the payload, which stays valid until the next call.
    public func nextView() throws(RecordingFault) -> RecordedView? {
        while let text = try nextLine() {
            line += 1
            if text.first == UInt8(ascii: "#") { continue }
            return try parse(text)
        }
        return nil
    }

    private func parse(_ text: UnsafeRawBufferPointer) throws(RecordingFault) -> RecordedView {
        let tab = UInt8(ascii: "\t")
        guard let first = text.firstIndex(of: tab), let second = text[(first + 1)...].firstIndex(of: tab)
        else {
            throw .badLine(path: path, line: line, problem: .fields)
        }
        guard let time = nanoseconds(UnsafeRawBufferPointer(rebasing: text[..<first])) else {
            throw .badLine(path: path, line: line, problem: .time)
        }
        guard let channel = RecordedChannel(UnsafeRawBufferPointer(rebasing: text[(first + 1)..<second]))
        else {
            throw .badLine(path: path, line: line, problem: .channel)
        }
        let payload = UnsafeRawBufferPointer(rebasing: text[(second + 1)...])
        return RecordedView(time: Moment(nanoseconds: time), channel: channel, payload: payload)
    }

    private func nanoseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard (1...19).contains(text.count) else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return Int64(exactly: value)
    }

    /// The next line without its newline; valid until the next call.
    private func nextLine() throws(RecordingFault) -> UnsafeRawBufferPointer? {
        while true {
            if let end = newline() {
                guard end - pending.lowerBound <= limit else { throw tooLong() }
                let text = UnsafeRawBufferPointer(rebasing: buffer[pending.lowerBound..<end])
                pending = (end + 1)..<pending.upperBound
                scanned = 0
                return text
            }
            switch ending {
            case nil: try refill()
            case .fault(let fault): throw fault
            case .complete:
                guard !pending.isEmpty else { return nil }
                guard pending.count <= limit else { throw tooLong() }
                let text = UnsafeRawBufferPointer(rebasing: buffer[pending])
                pending = 0..<0
                scanned = 0
                return text
            }
        }
    }

    private func newline() -> Int? {
        guard pending.count > scanned, let base = buffer.baseAddress else { return nil }
        let start = base + pending.lowerBound + scanned
        guard let found = memchr(start, Int32(UInt8(ascii: "\n")), pending.count - scanned) else {
            scanned = pending.count
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Makes room behind `pending` and reads into it.
    private func refill() throws(RecordingFault) {
        guard pending.count <= limit else { throw tooLong() }
        let unread = UnsafeRawBufferPointer(rebasing: buffer[pending])
        if pending.count > buffer.count / 2 {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: unread)
            buffer.deallocate()
            buffer = larger
        } else if pending.lowerBound > 0, !pending.isEmpty {
            buffer.copyMemory(from: unread)  // may overlap
        }
        pending = 0..<pending.count
        do throws(RecordingSource.Fault) {
            let count = try source.read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[pending.upperBound...]))
            if count == 0 { ending = .complete }
            pending = 0..<(pending.upperBound + count)
        } catch {
            ending = .fault(located(error))
        }
    }

    private func tooLong() -> RecordingFault {
        let fault = RecordingFault.lineTooLong(path: path, line: line + 1, limit: limit)
        pending = 0..<0
        scanned = 0
        ending = .fault(fault)
        return fault
    }

    /// `refill` runs only when every whole line has been handed out, so `line` is the last good one.
    private func located(_ fault: RecordingSource.Fault) -> RecordingFault {
        switch fault {
        case .unreadable(let reason): .unreadable(path: path, reason: reason)
        case .truncated: .truncated(path: path, afterLine: line)
        case .corrupted(let reason): .corrupted(path: path, afterLine: line, reason: reason)
        }
    }
}
