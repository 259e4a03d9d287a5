/// RFC 6455 §5: what a frame header says.
struct WebSocketFrameHeader: Equatable, Sendable {
    enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    var opcode: Opcode
    var isFinal: Bool
    /// RSV1: the message is compressed (RFC 7692).
    var isCompressed: Bool
    /// Bytes of the header itself, and of the payload behind it.
    var headerLength: Int
    var payloadLength: Int

    /// Reads the header at the front of `bytes`; `nil` if it is not whole yet. `limit` bounds a payload.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, allowsCompression: Bool, limit: Int
    ) throws(WebSocketFault) -> WebSocketFrameHeader? {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[0]
        let second = bytes[1]
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .protocolError("an unknown opcode") }
        let isFinal = first & 0x80 != 0
        let isCompressed = first & 0x40 != 0
        guard first & 0x30 == 0 else { throw .protocolError("a reserved bit is set") }
        guard second & 0x80 == 0 else { throw .protocolError("a masked frame from a server") }
        if isCompressed {
            // RFC 7692 §6.1: only the first frame of a message carries the bit.
            guard allowsCompression, opcode == .text || opcode == .binary else {
                throw .protocolError("a compressed frame that was not agreed on")
            }
        }
        if opcode.isControl {
            guard isFinal, second <= 125 else { throw .protocolError("a fragmented or long control frame") }
        }
        let length: (header: Int, payload: UInt64)
        switch second {
        case 126:
            guard bytes.count >= 4 else { return nil }
            length = (4, UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))))
        case 127:
            guard bytes.count >= 10 else { return nil }
            length = (10, UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self)))
        default:
            length = (2, UInt64(second))
        }
        guard length.payload <= UInt64(limit) else { throw .tooLarge(limit: limit) }
        return WebSocketFrameHeader(
            opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, headerLength: length.header,
            payloadLength: Int(length.payload))
    }

    /// Appends one whole client frame to `out`. `mask`: 32 fresh random bits (§5.3 wants them unpredictable).
    static func append(
        _ opcode: Opcode, _ payload: some Collection<UInt8>, mask: UInt32, to out: inout [UInt8]
    ) {
        let count = payload.count
        out.reserveCapacity(out.count + count + 14)
        out.append(0x80 | opcode.rawValue)
        switch count {
        case ..<126:
            out.append(0x80 | UInt8(count))
        case ..<65_536:
            out.append(0x80 | 126)
            withUnsafeBytes(of: UInt16(count).bigEndian) { out.append(contentsOf: $0) }
        default:
            out.append(0x80 | 127)
            withUnsafeBytes(of: UInt64(count).bigEndian) { out.append(contentsOf: $0) }
        }
        let key = withUnsafeBytes(of: mask) { ($0[0], $0[1], $0[2], $0[3]) }
        out.append(contentsOf: [key.0, key.1, key.2, key.3])
        var index = 0
        for byte in payload {
            switch index & 3 {
            case 0: out.append(byte ^ key.0)
            case 1: out.append(byte ^ key.1)
            case 2: out.append(byte ^ key.2)
            default: out.append(byte ^ key.3)
            }
            index += 1
        }
    }
}

/// Why a WebSocket had to be closed from this side.
enum WebSocketFault: Error, Hashable, Sendable {
    case protocolError(String)
    case tooLarge(limit: Int)
    case badCompression(String)

    /// RFC 6455 §7.4.1.
    var closeCode: UInt16 {
        switch self {
        case .protocolError: 1002
        case .tooLarge: 1009
        case .badCompression: 1007
        }
    }

    var text: String {
        switch self {
        case .protocolError(let detail): "protocol error: \(detail)"
        case .tooLarge(let limit): "a message over \(limit) bytes"
        case .badCompression(let detail): "a message that does not decompress: \(detail)"
        }
    }
}
