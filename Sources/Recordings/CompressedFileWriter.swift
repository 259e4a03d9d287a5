import Glibc

/// Writes a file, gzip when its name ends in `.gz`. An existing file is replaced.
public final class CompressedFileWriter {
    public let path: String
    private let descriptor: Int32
    private let deflater: GzipDeflater?
    private var waiting: [UInt8] = []
    private var isOpen = true

    public init(path: String) throws(RecordingFault) {
        self.path = path
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0o644)
        guard descriptor >= 0 else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
        deflater = path.hasSuffix(".gz") ? GzipDeflater() : nil
        if path.hasSuffix(".gz") && deflater == nil {
            Glibc.close(descriptor)
            throw .unwritable(path: path, reason: "zlib has no memory")
        }
    }

    deinit {
        if isOpen { Glibc.close(descriptor) }
    }

    public func write(_ text: [UInt8]) throws(RecordingFault) { try write(text, ending: .none) }

    /// A reader finds all that was written, though the file goes on.
    public func flush() throws(RecordingFault) { try write([], ending: .flush) }

    /// Bytes of the file so far.
    public private(set) var size = 0

    /// Writes what is still waiting and closes the file; further calls do nothing.
    public func close() throws(RecordingFault) {
        guard isOpen else { return }
        try write([], ending: .finish)
        isOpen = false
        guard Glibc.close(descriptor) == 0 else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private func write(_ text: [UInt8], ending: GzipDeflater.Ending) throws(RecordingFault) {
        guard isOpen else { return }
        if let deflater {
            deflater.deflate(text, to: &waiting, ending: ending)
        } else {
            waiting.append(contentsOf: text)
        }
        var written = 0
        while written < waiting.count {
            let count = waiting.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
            written += count
        }
        size += written
        waiting.removeAll(keepingCapacity: true)
    }
}
