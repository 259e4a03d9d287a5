import Glibc
import TradingModel

/// Writes a recording. Lines are collected and reach the kernel when `flushEvery` of recorded time has
/// passed, when 256 KiB are waiting, or on `flush()`; what reached the kernel survives a kill of this
/// process. A recorder also calls `flushIfDue(at:)` from a timer, because a silent venue brings no line to
/// trigger it.
public final class RecordingWriter {
    public let path: String
    /// Lines written, without the header.
    public private(set) var lines = 0

    private let descriptor: Int32
    private let deflater: GzipDeflater?
    private let flushEvery: Span
    private var waiting: [UInt8] = []
    private var flushedAt: Moment?
    private var fault: RecordingFault?
    private var isOpen = true

    /// Creates the file and writes its first line; gzip when the name ends in `.gz`. An existing file is a
    /// fault unless `replacing`.
    public init(
        path: String, header: RecordingHeader, flushEvery: Span = .milliseconds(500), replacing: Bool = false
    ) throws(RecordingFault) {
        self.path = path
        self.flushEvery = flushEvery
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
        let descriptor = Glibc.open(path, flags, 0o644)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? .exists(path: path) : .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
        deflater = path.hasSuffix(".gz") ? GzipDeflater() : nil
        if path.hasSuffix(".gz") && deflater == nil {
            throw .unwritable(path: path, reason: "zlib has no memory")
        }
        do { waiting = try header.line() } catch { throw .unwritable(path: path, reason: "\(error)") }
        waiting.append(UInt8(ascii: "\n"))
        try flush()
    }

    deinit { Glibc.close(descriptor) }

    /// Adds one line. A newline inside the payload becomes a space: the format has one line per message, and
    /// outside a JSON string, where none may stand, both are white space.
    public func write(
        _ channel: RecordedChannel, _ payload: some Collection<UInt8>, at time: Moment
    ) throws(RecordingFault) {
        try checkOpen()
        let name = channel.text
        precondition(
            !name.utf8.contains { $0 == 9 || $0 == 10 }, "a request target holds no tab and no newline")
        waiting.append(contentsOf: "\(time.nanoseconds)\t\(name)\t".utf8)
        let start = waiting.count
        waiting.append(contentsOf: payload)
        for index in start..<waiting.count where waiting[index] == UInt8(ascii: "\n") {
            waiting[index] = UInt8(ascii: " ")
        }
        waiting.append(UInt8(ascii: "\n"))
        lines += 1
        if waiting.count >= 256 << 10 { try flush() } else { try flushIfDue(at: time) }
    }

    /// Flushes when `flushEvery` has passed since the last flush.
    public func flushIfDue(at now: Moment) throws(RecordingFault) {
        guard let last = flushedAt else {
            flushedAt = now
            return
        }
        guard now - last >= flushEvery || now < last else { return }
        flushedAt = now
        if !waiting.isEmpty { try flush() }
    }

    /// Hands every line so far to the kernel.
    public func flush() throws(RecordingFault) {
        try checkOpen()
        try send(.flush)
    }

    /// Flushes and ends the file (for gzip with its trailer). Further calls of anything are faults, but of
    /// `close`.
    public func close() throws(RecordingFault) {
        guard isOpen else { return }
        try checkOpen()
        try send(.finish)
        isOpen = false
    }

    private func checkOpen() throws(RecordingFault) {
        if let fault { throw fault }
        guard isOpen else { throw .unwritable(path: path, reason: "the recording is closed") }
    }

    private func send(_ ending: GzipDeflater.Ending) throws(RecordingFault) {
        var bytes = waiting
        if let deflater {
            bytes.removeAll(keepingCapacity: true)
            deflater.deflate(waiting, to: &bytes, ending: ending)
        }
        waiting.removeAll(keepingCapacity: true)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + sent, $0.count - sent)
            }
            if count < 0 {
                if errno == EINTR { continue }
                let fault = RecordingFault.unwritable(path: path, reason: String(cString: strerror(errno)))
                self.fault = fault
                throw fault
            }
            sent += count
        }
    }
}
