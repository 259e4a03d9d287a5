/// A whole file in memory, gunzipped where it is gzip.
public struct CompressedFile: Sendable {
    public let bytes: [UInt8]
    /// The gzip stream ends in the middle, as after a kill of its writer.
    public let isCutOff: Bool

    /// Reads the file. More than `limit` bytes of content are a fault (`unreadable`).
    public init(path: String, limit: Int = 2 << 30) throws(RecordingFault) {
        let source = try RecordingSource(path: path)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        var content: [UInt8] = []
        var isCutOff = false
        reading: while true {
            do throws(RecordingSource.Fault) {
                let count = try source.read(into: chunk)
                if count == 0 { break reading }
                content.append(contentsOf: chunk[..<count])
            } catch {
                switch error {
                case .unreadable(let reason): throw .unreadable(path: path, reason: reason)
                case .corrupted(let reason):
                    let lines = content.count { $0 == UInt8(ascii: "\n") }
                    throw .corrupted(path: path, afterLine: lines, reason: reason)
                case .truncated:
                    isCutOff = true
                    break reading
                }
            }
            guard content.count <= limit else {
                throw .unreadable(path: path, reason: "more than \(limit) bytes of content")
            }
        }
        bytes = content
        self.isCutOff = isCutOff
    }
}
