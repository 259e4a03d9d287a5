/// A whole recording in memory, gunzipped: what the venue doubles index.
public struct RecordingText: Sendable {
    /// Whole lines, the header first.
    public let bytes: [UInt8]
    /// Set when the gzip stream was cut off, as by a kill of its writer: `bytes` then ends with the last
    /// whole line.
    public let cutOff: RecordingFault?

    /// Reads the file. More than `limit` bytes of text are a fault (`unreadable`).
    public init(path: String, limit: Int = 2 << 30) throws(RecordingFault) {
        let source = try RecordingSource(path: path)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        var text: [UInt8] = []
        var cutOff: RecordingFault?
        reading: while true {
            do throws(RecordingSource.Fault) {
                let count = try source.read(into: chunk)
                if count == 0 { break reading }
                text.append(contentsOf: chunk[..<count])
            } catch {
                let lines = text.count { $0 == UInt8(ascii: "\n") }
                switch error {
                case .unreadable(let reason): throw .unreadable(path: path, reason: reason)
                case .corrupted(let reason): throw .corrupted(path: path, afterLine: lines, reason: reason)
                case .truncated:
                    cutOff = .truncated(path: path, afterLine: lines)
                    let whole = text.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
                    text.removeSubrange(whole...)
                    break reading
                }
            }
            guard text.count <= limit else {
                throw .unreadable(path: path, reason: "more than \(limit) bytes of text")
            }
        }
        bytes = text
        self.cutOff = cutOff
    }
}
