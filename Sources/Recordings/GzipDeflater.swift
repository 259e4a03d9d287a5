import CZlib

/// zlib's deflate as one gzip member.
final class GzipDeflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// `nil`: zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    enum Ending {
        /// More follows; zlib may keep bytes back.
        case none
        /// All bytes so far come out, so a reader can decode them.
        case flush
        /// The gzip trailer comes out too.
        case finish
    }

    /// Compresses `input` and appends what comes out to `output`.
    func deflate(_ input: [UInt8], to output: inout [UInt8], ending: Ending) {
        let mode: Int32
        switch ending {
        case .none: mode = Z_NO_FLUSH
        case .flush: mode = Z_SYNC_FLUSH
        case .finish: mode = Z_FINISH
        }
        var rest = input
        rest.withUnsafeMutableBufferPointer { buffer in
            stream.pointee.next_in = buffer.baseAddress
            stream.pointee.avail_in = UInt32(buffer.count)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { chunk in
                repeat {
                    stream.pointee.next_out = chunk.baseAddress
                    stream.pointee.avail_out = UInt32(chunk.count)
                    let status = CZlib.deflate(stream, mode)
                    precondition(status != Z_STREAM_ERROR, "the deflate stream is ours")
                    output.append(contentsOf: chunk[..<(chunk.count - Int(stream.pointee.avail_out))])
                } while stream.pointee.avail_out == 0
            }
        }
    }
}
