import CZlib

/// The receiving side of permessage-deflate (RFC 7692). The window lives across messages unless the server
/// said that it starts afresh with each.
///
/// libwebsockets has an extension for this. Version 4.1.6 aborts the process when a message ends while its
/// output buffer is exactly full (an assertion in extension-permessage-deflate.c), which any venue can bring
/// about, so it is not used.
final class Inflater {
    /// §7.2.2: the sender cuts these four bytes off the end of every message.
    nonisolated(unsafe) private static let tail: UnsafeMutableRawBufferPointer = {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
        bytes.copyBytes(from: [0, 0, 0xFF, 0xFF])
        return bytes
    }()

    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let forgetsBetweenMessages: Bool
    private let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 16)

    /// `nil`: out of memory.
    init?(forgetsBetweenMessages: Bool) {
        self.forgetsBetweenMessages = forgetsBetweenMessages
        stream.initialize(to: z_stream())
        // Raw deflate; a window of 2^15 reads what any smaller agreed window wrote.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        chunk.deallocate()
    }

    /// Decompresses a piece of a message onto the end of `out`, which may not grow past `limit`.
    func inflate(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, into out: inout [UInt8], limit: Int
    ) throws(WebSocketFault) {
        try feed(bytes, into: &out, limit: limit)
        guard isLast else { return }
        try feed(UnsafeRawBufferPointer(Inflater.tail), into: &out, limit: limit)
        if forgetsBetweenMessages { inflateReset(stream) }
    }

    private func feed(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8], limit: Int)
        throws(WebSocketFault)
    {
        let input = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        stream.pointee.next_in = input?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            stream.pointee.next_out = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(chunk.count)
            let status = CZlib.inflate(stream, Z_SYNC_FLUSH)
            let produced = chunk.count - Int(stream.pointee.avail_out)
            guard out.count + produced <= limit else { throw .tooLarge(limit: limit) }
            out.append(contentsOf: chunk.prefix(produced))
            switch status {
            case Z_OK: break
            case Z_BUF_ERROR: return  // all input used, nothing left to give
            case Z_STREAM_END:
                // §7.2.3.4: a block with BFINAL ends the deflate stream, not the message.
                inflateReset(stream)
            default:
                throw .badCompression(stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)")
            }
            // A full chunk may mean that more output waits, with no input left to show it.
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }
}
