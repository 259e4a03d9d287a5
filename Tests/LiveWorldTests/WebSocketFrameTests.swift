import CZlib
import Ports
import Testing

@testable import LiveWorld

@Suite struct `WebSocket frames` {
    @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
    func `what the client sends unmasks to what was given`(_ count: Int) throws {
        var random = SplitMix(seed: UInt64(count))
        let payload = random.bytes(count)
        var frame: [UInt8] = []
        WebSocketFrameHeader.append(.text, payload, mask: 0x1234_5678, to: &frame)
        #expect(frame[0] == 0x81)
        #expect(frame[1] & 0x80 != 0)
        // The server's view: drop the mask bit and the key, then read with the reader.
        let lengthBytes = frame[1] & 0x7F == 126 ? 2 : frame[1] & 0x7F == 127 ? 8 : 0
        let key = Array(frame[(2 + lengthBytes)..<(6 + lengthBytes)])
        var unmasked = Array(frame[..<(2 + lengthBytes)])
        unmasked[1] &= 0x7F
        for (index, byte) in frame[(6 + lengthBytes)...].enumerated() {
            unmasked.append(byte ^ key[index & 3])
        }
        let header = try #require(try parse(unmasked))
        #expect(header.opcode == .text && header.isFinal && !header.isCompressed)
        #expect(header.payloadLength == count)
        #expect(Array(unmasked[header.headerLength...]) == payload)
    }

    @Test func `a header that is not whole yet is waited for`() throws {
        for header in [[0x81, 5], [0x81, 126, 1, 0], [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]] as [[UInt8]] {
            for count in 0..<header.count { #expect(try parse(Array(header[..<count])) == nil) }
            #expect(try parse(header) != nil)
        }
    }

    @Test(
        arguments: [
            [0x83, 0], [0x8B, 0], [0xA1, 0], [0x91, 0], [0xC1, 0], [0x81, 0x80], [0x09, 0], [0x88, 126],
            [0x8A, 127],
            [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], [0x81, 127, 0, 0, 0, 0, 2, 0, 0, 1], [0xC0, 0],
            [0xC9, 0],
        ] as [[UInt8]])
    func `what RFC 6455 forbids a server is refused`(_ frame: [UInt8]) {
        #expect(throws: WebSocketFault.self) { try parse(frame) }
    }

    @Test func `the compressed bit is taken on first frames only, once agreed`() throws {
        #expect(try parse([0xC1, 0], allowsCompression: true)?.isCompressed == true)
        #expect(throws: WebSocketFault.self) { try parse([0xC0, 0], allowsCompression: true) }
        #expect(throws: WebSocketFault.self) { try parse([0xC9, 0], allowsCompression: true) }
    }

    private func parse(_ bytes: [UInt8], allowsCompression: Bool = false) throws -> WebSocketFrameHeader? {
        try bytes.withUnsafeBytes {
            try WebSocketFrameHeader.parse($0, allowsCompression: allowsCompression, limit: 32 << 20)
        }
    }
}

@Suite struct `The WebSocket handshake` {
    private let endpoint = Endpoint(host: "venue.test", port: 8443)
    /// The nonce of RFC 6455 §1.3.
    private let nonce = Array("the sample nonce".utf8)
    private let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    private func head(_ changes: [String: String?] = [:], status: Int = 101) -> HTTPHead {
        var fields: [String: String] = [
            "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": accept,
        ]
        for (name, value) in changes { fields[name] = value }
        return HTTPHead(
            status: status, minor: 1, headers: fields.keys.sorted().map { HTTPHeader($0, fields[$0]!) })
    }

    private func handshake(offersDeflate: Bool = true) -> WebSocketHandshake {
        WebSocketHandshake(endpoint: endpoint, target: "/ws?x=1", nonce: nonce, offersDeflate: offersDeflate)
    }

    @Test func `it asks as RFC 6455 has it`() {
        let text = String(decoding: handshake().request, as: UTF8.self)
        #expect(text.hasPrefix("GET /ws?x=1 HTTP/1.1\r\nHost: venue.test:8443\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(text.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
        #expect(text.contains("permessage-deflate"))
        #expect(text.utf8.count { $0 == 10 } == text.utf8.count { $0 == 13 })
        #expect(!String(decoding: handshake(offersDeflate: false).request, as: UTF8.self).contains("deflate"))
    }

    @Test func `the RFC's own answer is accepted`() throws {
        #expect(try handshake().judge(head()) == .init())
        #expect(
            try handshake().judge(head(["upgrade": "WebSocket", "connection": "keep-alive, Upgrade"]))
                == .init())
        #expect(
            try handshake().judge(
                head(["sec-websocket-extensions": "permessage-deflate; server_no_context_takeover"]))
                == .init(isCompressed: true, serverForgetsBetweenMessages: true))
        #expect(
            try handshake().judge(
                head([
                    "sec-websocket-extensions":
                        "permessage-deflate;client_no_context_takeover;server_max_window_bits=12"
                ]))
                == .init(isCompressed: true))
    }

    @Test func `an answer that is not an upgrade, or not to this question, is refused`() {
        let refused: [HTTPHead] = [
            head(status: 200), head(status: 403), head(["upgrade": nil]), head(["connection": nil]),
            head(["upgrade": "h2c"]), head(["sec-websocket-accept": nil]),
            head(["sec-websocket-accept": "AAAA"]),
            head(["sec-websocket-protocol": "chat"]),
            head(["sec-websocket-extensions": "x-webkit-deflate-frame"]),
            head(["sec-websocket-extensions": "permessage-deflate; client_max_window_bits=10"]),
            head(["sec-websocket-extensions": "permessage-deflate, permessage-deflate"]),
        ]
        for head in refused {
            #expect(throws: WebSocketHandshake.Refusal.self) { try handshake().judge(head) }
        }
        #expect(throws: WebSocketHandshake.Refusal.self) {
            try handshake(offersDeflate: false).judge(
                head(["sec-websocket-extensions": "permessage-deflate"]))
        }
    }

    @Test func `a refusal says the status and how long to wait`() {
        let refusal = #expect(throws: WebSocketHandshake.Refusal.self) {
            try handshake().judge(head(["retry-after": "30"], status: 429))
        }
        #expect(refusal?.detail.contains("429") == true)
        #expect(refusal?.detail.contains("30") == true)
    }
}

@Suite struct `Decompression` {
    @Test(arguments: [false, true])
    func `messages come out as they went in, whatever their size and however they are torn`(_ forgets: Bool)
        throws
    {
        var random = SplitMix(seed: 21)
        let deflater = Deflater(forgetsBetweenMessages: forgets)
        let inflater = try #require(Inflater(forgetsBetweenMessages: forgets))
        // The sizes around the inflater's own 32 KiB pieces are those where output ends exactly with a piece.
        var sizes = [0, 1, 100, 1_024, 300_000]
        for base in [32_768, 65_536] { for delta in -3...270 { sizes.append(base + delta) } }
        for (number, size) in sizes.enumerated() {
            let message = number % 4 == 3 ? random.bytes(size) : [UInt8](repeating: 97, count: size)
            let wire = deflater.deflate(message)
            let cut = Int(random.next() % UInt64(wire.count + 1))
            var out: [UInt8] = []
            try wire[..<cut].withUnsafeBytes {
                try inflater.inflate($0, isLast: false, into: &out, limit: 1 << 20)
            }
            try wire[cut...].withUnsafeBytes {
                try inflater.inflate($0, isLast: true, into: &out, limit: 1 << 20)
            }
            #expect(out == message, "\(size) bytes torn at \(cut)")
        }
    }

    @Test func `a bomb stops at the limit`() throws {
        let wire = Deflater(forgetsBetweenMessages: false).deflate([UInt8](repeating: 0, count: 4 << 20))
        let inflater = try #require(Inflater(forgetsBetweenMessages: false))
        var out: [UInt8] = []
        #expect(throws: WebSocketFault.tooLarge(limit: 1 << 20)) {
            try wire.withUnsafeBytes { try inflater.inflate($0, isLast: true, into: &out, limit: 1 << 20) }
        }
        #expect(out.count <= 1 << 20)
    }

    @Test func `random bytes are refused or read, never a trap`() throws {
        var random = SplitMix(seed: 2)
        var refused = 0
        for _ in 0..<500 {
            let inflater = try #require(Inflater(forgetsBetweenMessages: false))
            var out: [UInt8] = []
            do {
                try random.bytes(200).withUnsafeBytes {
                    try inflater.inflate($0, isLast: true, into: &out, limit: 1 << 20)
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
    }
}

/// The server's side of permessage-deflate, straight from zlib.
final class Deflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let forgets: Bool

    init(forgetsBetweenMessages: Bool) {
        forgets = forgetsBetweenMessages
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK)
    }
    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func deflate(_ message: [UInt8]) -> [UInt8] {
        // RFC 7692 §7.2.3.6: zlib has nothing to flush for an empty message.
        if message.isEmpty { return [0] }
        var input = message
        var output = [UInt8](repeating: 0, count: message.count + 1_024)
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                let status = CZlib.deflate(stream, Z_SYNC_FLUSH)
                precondition(status == Z_OK && stream.pointee.avail_out > 0)
                return output.count - Int(stream.pointee.avail_out)
            }
        }
        if forgets { deflateReset(stream) }
        return Array(output[..<(count - 4)])
    }
}
