import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// A TLS connection as bytes, with just enough HTTP and WebSocket written out by hand to judge the server's.
final class Wire {
    private var incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ByteBuffer()

    private init(
        _ incoming: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.incoming = incoming.makeAsyncIterator()
        self.outgoing = outgoing
    }

    struct Gone: Error {}

    /// Connects to 127.0.0.1:`port`, trusting only `ca`; `name` nil verifies the address instead of a host
    /// name.
    static func open<Result: Sendable>(
        _ port: Int, ca: String, name: String? = "localhost", _ body: @Sendable (Wire) async throws -> Result
    ) async throws -> Result {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(ca))
        configuration.certificateVerification = .fullVerification
        let context = try NIOSSLContext(configuration: configuration)
        return try await connect(port, body) {
            try NIOSSLClientHandler(context: context, serverHostname: name)
        }
    }

    /// The same without TLS.
    static func openPlain<Result: Sendable>(
        _ port: Int, _ body: @Sendable (Wire) async throws -> Result
    ) async throws -> Result { try await connect(port, body) { nil } }

    private static func connect<Result: Sendable>(
        _ port: Int, _ body: @Sendable (Wire) async throws -> Result,
        tls: @escaping @Sendable () throws -> NIOSSLClientHandler?
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler = try tls() { try channel.pipeline.syncOperations.addHandler(handler) }
                    return try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
                }
            }
        return try await channel.executeThenClose { incoming, outgoing in
            try await body(Wire(incoming, outgoing))
        }
    }

    func send(_ text: String) async throws { try await outgoing.write(ByteBuffer(string: text)) }
    func send(_ bytes: [UInt8]) async throws { try await outgoing.write(ByteBuffer(bytes: bytes)) }

    /// Whether the server ended the connection (in whatever manner) without another byte.
    func isOver() async -> Bool { await !more() && buffer.readableBytes == 0 }

    private func more() async -> Bool {
        do {
            guard var part = try await incoming.next() else { return false }
            buffer.writeBuffer(&part)
            return true
        } catch { return false }
    }

    private func need(_ count: Int) async throws {
        while buffer.readableBytes < count { guard await more() else { throw Gone() } }
    }

    // MARK: HTTP

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    /// One response; its body is as long as its Content-Length says.
    func answer(bodyless: Bool = false) async throws -> Answer {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            try await need(1)
            head += buffer.readString(length: 1) ?? ""
        }
        let lines = head.split(separator: "\r\n")
        let status = try #require(Int(lines[0].split(separator: " ")[1]))
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = try #require(line.firstIndex(of: ":"))
            let name = line[..<colon].lowercased()
            #expect(headers[name] == nil, "\(name) twice")
            headers[name] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        if status == 100 { return Answer(status: 100, headers: headers, body: "") }
        let length = bodyless ? 0 : Int(headers["content-length"] ?? "") ?? 0
        try await need(length)
        return Answer(status: status, headers: headers, body: buffer.readString(length: length) ?? "")
    }

    func get(_ target: String, _ headers: String = "") async throws -> Answer {
        try await send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        return try await answer()
    }

    // MARK: WebSocket (RFC 6455)

    static let upgrade =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// Opens a WebSocket and returns the head of the answer; `behind` goes out in the same write as the
    /// request.
    @discardableResult
    func upgrade(_ target: String, extra: String = "", behind: [UInt8] = []) async throws -> Answer {
        let head = "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(Wire.upgrade)\(extra)\r\n"
        try await send(Array(head.utf8) + behind)
        let answer = try await answer(bodyless: true)
        #expect(answer.status == 101)
        // the accept value of RFC 6455 §1.3's sample key
        #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(answer.headers["sec-websocket-extensions"] == nil)
        return answer
    }

    struct Frame: Equatable, Sendable {
        var opcode: UInt8
        var payload: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
        static func text(_ text: String) -> Frame { Frame(opcode: 1, payload: Array(text.utf8)) }
        static func close(_ code: UInt16, _ reason: String = "") -> Frame {
            Frame(opcode: 8, payload: [UInt8(code >> 8), UInt8(code & 255)] + Array(reason.utf8))
        }
    }

    static func bytes(
        _ payload: [UInt8], opcode: UInt8 = 1, fin: Bool = true, masked: Bool = true, rsv: UInt8 = 0
    )
        -> [UInt8]
    {
        var bytes = [(fin ? 0x80 : 0) | rsv << 4 | opcode]
        let mask: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65536: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard masked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
        bytes += key
        var index = 0
        for byte in payload {
            bytes.append(byte ^ key[index & 3])
            index += 1
        }
        return bytes
    }

    func say(_ text: String) async throws { try await send(Wire.bytes(Array(text.utf8))) }

    /// The next frame; a server's frames are whole and not masked.
    func frame() async throws -> Frame {
        try await need(2)
        let head = taken(2)
        #expect(head[0] & 0xF0 == 0x80)
        #expect(head[1] & 0x80 == 0)
        var length = Int(head[1])
        if length >= 126 {
            let size = length == 126 ? 2 : 8
            try await need(size)
            length = taken(size).reduce(0) { $0 << 8 | Int($1) }
        }
        try await need(length)
        return Frame(opcode: head[0] & 0x0F, payload: taken(length))
    }

    private func taken(_ count: Int) -> [UInt8] { buffer.readBytes(length: count) ?? [] }
}
