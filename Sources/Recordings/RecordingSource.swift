import Glibc

/// The bytes of a file, gunzipped when they begin as gzip does (whatever the file's name says).
final class RecordingSource {
    enum Fault: Error {
        case unreadable(String)
        case truncated
        case corrupted(String)
    }

    private let descriptor: Int32
    private let input: UnsafeMutableRawBufferPointer
    private var inflater: GzipInflater?
    /// Bytes read while looking for gzip's magic, not yet handed out (plain files).
    private var held: Range<Int>

    init(path: String) throws(RecordingFault) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? .notFound(path: path) : .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
        input = .allocate(byteCount: 256 << 10, alignment: 16)
        held = 0..<0
        var filled = 0
        while filled < 2 {
            let count = Glibc.read(descriptor, input.baseAddress! + filled, input.count - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            filled += count
        }
        held = 0..<filled
        if filled >= 2, input[0] == 0x1f, input[1] == 0x8b {
            guard let inflater = GzipInflater() else {
                throw .unreadable(path: path, reason: "zlib has no memory")
            }
            self.inflater = inflater
            inflater.feed(UnsafeMutableRawBufferPointer(rebasing: input[held]))
        }
    }

    deinit {
        close(descriptor)
        input.deallocate()
    }

    /// Fills a part of `output` (not empty); 0 at the end.
    func read(into output: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
        guard let inflater else {
            if held.isEmpty { return try fill(output) }
            let count = min(held.count, output.count)
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[held.prefix(count)]))
            held = held.dropFirst(count)
            return count
        }
        while true {
            switch inflater.inflate(into: output) {
            case .produced(let count): return count
            case .corrupted(let reason): throw .corrupted(reason)
            case .needsInput(let atBoundary):
                let count = try fill(input)
                if count == 0 {
                    guard atBoundary else { throw .truncated }
                    return 0
                }
                inflater.feed(UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
            }
        }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw .unreadable(String(cString: strerror(errno))) }
        }
    }
}
