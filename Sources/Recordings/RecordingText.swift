/// A whole recording in memory, gunzipped: what the venue doubles index.
public struct RecordingText: Sendable {
    /// Whole lines, the header first.
    public let bytes: [UInt8]
    /// Set when the gzip stream was cut off, as by a kill of its writer: `bytes` then ends with the last
    /// whole line.
    public let cutOff: RecordingFault?

    /// Reads the file. More than `limit` bytes of text are a fault (`unreadable`).
    public init(path: String, limit: Int = 2 << 30) throws(RecordingFault) {
        let file = try CompressedFile(path: path, limit: limit)
        guard file.isCutOff else {
            (bytes, cutOff) = (file.bytes, nil)
            return
        }
        let lines = file.bytes.count { $0 == UInt8(ascii: "\n") }
        cutOff = .truncated(path: path, afterLine: lines)
        bytes = Array(file.bytes[..<(file.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)])
    }
}
