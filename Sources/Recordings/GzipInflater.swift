import CZlib

/// zlib's inflate over a gzip file of one or more members. zlib keeps a pointer to its own `z_stream`, so the
/// stream lives on the heap and this type is a class.
final class GzipInflater {
    enum Outcome {
        case produced(Int)
        /// All input is used up; `atBoundary`: and no member is open, so the file may end here.
        case needsInput(atBoundary: Bool)
        case corrupted(String)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var atBoundary = true

    /// `nil`: zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, + 16: a gzip header and trailer around it
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Hands over the next input; it must stay in place until `needsInput` is answered.
    func feed(_ input: UnsafeMutableRawBufferPointer) {
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(input.count)
    }

    func inflate(into output: UnsafeMutableRawBufferPointer) -> Outcome {
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(output.count)
        while true {
            if atBoundary {
                if stream.pointee.avail_in == 0 { return .needsInput(atBoundary: true) }
                inflateReset(stream)
                atBoundary = false
            }
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            if status == Z_STREAM_END { atBoundary = true }
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { return .produced(produced) }
            switch status {
            case Z_STREAM_END: continue
            case Z_OK, Z_BUF_ERROR:
                if stream.pointee.avail_in == 0 { return .needsInput(atBoundary: false) }
            default:
                return .corrupted(stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
            }
        }
    }
}
