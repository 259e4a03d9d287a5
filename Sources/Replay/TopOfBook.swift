import Books
import Recordings
import TradingModel

/// Where the top-of-book series goes. A replay that must learn decimals starts over, hence `begin` may come
/// again.
public protocol TopOfBookOutput: AnyObject {
    /// Forgets whatever was written.
    func begin() throws
    func write(_ text: [UInt8]) throws
    func finish() throws
}

/// The series as a file, gzip when its name ends in `.gz`. An existing file is replaced.
public final class TopOfBookFile: TopOfBookOutput {
    private let path: String
    private var file: CompressedFileWriter?

    public init(path: String) { self.path = path }

    public func begin() throws { file = try CompressedFileWriter(path: path) }
    public func write(_ text: [UInt8]) throws { try file?.write(text) }
    public func finish() throws {
        try file?.close()
        file = nil
    }
}

/// Spells rows `time_ns,venue,symbol,bid,bid_qty,ask,ask_qty,state`, collected into large writes.
struct TopOfBookWriter {
    private static let flushAt = 64 << 10
    private let output: any TopOfBookOutput
    private var text: [UInt8] = []

    init(_ output: any TopOfBookOutput) throws(ReplayFault) {
        self.output = output
        do { try output.begin() } catch { throw .output("\(error)") }
        text.append(contentsOf: "time_ns,venue,symbol,bid,bid_qty,ask,ask_qty,state\n".utf8)
    }

    mutating func row(_ book: borrowing ReplayBook, at time: Moment) throws(ReplayFault) {
        append("\(time.nanoseconds),\(book.venue),")
        append(TopOfBookWriter.quoted(book.symbol))
        append(book.book.bids.best, book.instrument)
        append(book.book.asks.best, book.instrument)
        append(book.book.isSynced ? ",synced\n" : ",unsynced\n")
        if text.count >= TopOfBookWriter.flushAt { try flush() }
    }

    mutating func finish() throws(ReplayFault) {
        try flush()
        do { try output.finish() } catch { throw .output("\(error)") }
    }

    private mutating func flush() throws(ReplayFault) {
        do { try output.write(text) } catch { throw .output("\(error)") }
        text.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ level: Level, _ instrument: Instrument) {
        guard level.quantity.raw > 0 else { return append(",,") }
        append("," + instrument.text(level.price) + "," + instrument.text(level.quantity))
    }

    private mutating func append(_ string: String) { text.append(contentsOf: string.utf8) }

    /// A symbol comes from a frame and may hold anything.
    private static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }
}
