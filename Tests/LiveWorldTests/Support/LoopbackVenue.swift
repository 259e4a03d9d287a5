import COpenSSL
import Foundation
import Glibc
import Synchronization

@testable import LiveWorld

/// A TLS server on loopback that does what a test's script says, byte by byte: also what no venue should.
final class LoopbackVenue: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private let context: OpaquePointer
    private let script: @Sendable (Connection) throws -> Void
    private let accepted = Mutex(0)

    /// `script` runs once per connection, on a thread of its own, after the handshake.
    init(_ identity: TestIssuer.Identity, script: @escaping @Sendable (Connection) throws -> Void) {
        self.script = script
        guard let context = SSL_CTX_new(TLS_server_method()) else { preconditionFailure("no TLS server") }
        precondition(SSL_CTX_use_certificate(context, identity.certificate) == 1)
        precondition(SSL_CTX_use_PrivateKey(context, identity.key) == 1)
        self.context = context
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var bound: Int32 = -1
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bound = bind(listener, raw, length)
                _ = getsockname(listener, raw, &length)
            }
        }
        precondition(bound == 0 && listen(listener, 64) == 0)
        port = UInt16(bigEndian: address.sin_port)
        signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread { [self] in acceptLoop() }
    }

    var connectionCount: Int { accepted.withLock { $0 } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func acceptLoop() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            let number = accepted.withLock { count in
                count += 1
                return count
            }
            Thread.detachNewThread { [self] in
                let connection = Connection(descriptor, context, number)
                if connection.isOpen { try? script(connection) }
                connection.end()
            }
        }
    }

    struct Ended: Error {}

    /// One connection, seen from the venue. Blocking.
    final class Connection {
        let number: Int
        private let descriptor: Int32
        private let session: OpaquePointer
        private(set) var isOpen: Bool
        private var unread: [UInt8] = []

        init(_ descriptor: Int32, _ context: OpaquePointer, _ number: Int) {
            self.number = number
            self.descriptor = descriptor
            var one: Int32 = 1
            _ = setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            session = SSL_new(context)
            SSL_set_fd(session, descriptor)
            isOpen = SSL_accept(session) == 1
        }

        func write(_ bytes: [UInt8]) throws {
            var offset = 0
            while offset < bytes.count {
                let wrote = bytes.withUnsafeBytes {
                    SSL_write(session, $0.baseAddress! + offset, Int32(clamping: bytes.count - offset))
                }
                guard wrote > 0 else { throw Ended() }
                offset += Int(wrote)
            }
        }
        func write(_ text: String) throws { try write(Array(text.utf8)) }

        /// Bytes up to and including `mark`.
        func read(through mark: String) throws -> String {
            let mark = Array(mark.utf8)
            while true {
                if let range = unread.firstRange(of: mark) {
                    let found = unread[..<range.upperBound]
                    unread.removeSubrange(..<range.upperBound)
                    return String(decoding: found, as: UTF8.self)
                }
                try fill()
            }
        }
        func read(_ count: Int) throws -> [UInt8] {
            while unread.count < count { try fill() }
            defer { unread.removeFirst(count) }
            return Array(unread[..<count])
        }
        private func fill() throws {
            var bytes = [UInt8](repeating: 0, count: 16_384)
            let got = SSL_read(session, &bytes, Int32(bytes.count))
            guard got > 0 else { throw Ended() }
            unread += bytes[..<Int(got)]
        }

        /// Says goodbye in TLS, as a good server does.
        func farewell() { SSL_shutdown(session) }
        /// Cuts the wire.
        func cut() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
        /// Waits until the client has hung up.
        func waitForEnd() { while (try? fill()) != nil {} }

        fileprivate func end() {
            SSL_free(session)
            close(descriptor)
            isOpen = false
        }
    }
}

// MARK: WebSocket, from the venue's side

extension LoopbackVenue.Connection {
    /// Reads the upgrade request and accepts it.
    func acceptWebSocket(extensions: String? = nil) throws {
        let request = try read(through: "\r\n\r\n")
        let line = request.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }
        let key = String((line ?? "").dropFirst("Sec-WebSocket-Key: ".count))
        let accept = Base64.encode(Digest.sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        var answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        answer += "Sec-WebSocket-Accept: \(accept)\r\n"
        if let extensions { answer += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        try write(answer + "\r\n")
    }

    /// One unmasked frame's bytes.
    static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes = [first]
        switch payload.count {
        case ..<126: bytes.append(UInt8(payload.count))
        case ..<65_536: bytes += [126] + withUnsafeBytes(of: UInt16(payload.count).bigEndian) { Array($0) }
        default: bytes += [127] + withUnsafeBytes(of: UInt64(payload.count).bigEndian) { Array($0) }
        }
        return bytes + payload
    }
    func send(_ first: UInt8, _ payload: [UInt8]) throws { try write(Self.frame(first, payload)) }
    func sendText(_ text: String) throws { try send(0x81, Array(text.utf8)) }

    /// The next frame of the client: opcode and payload. Checks the mask bit.
    func receive() throws -> (opcode: UInt8, payload: [UInt8]) {
        let head = try read(2)
        guard head[1] & 0x80 != 0 else { throw LoopbackVenue.Ended() }
        var count = Int(head[1] & 0x7F)
        if count == 126 {
            count = try read(2).reduce(0) { $0 << 8 | Int($1) }
        } else if count == 127 {
            count = try read(8).reduce(0) { $0 << 8 | Int($1) }
        }
        let key = try read(4)
        return (head[0] & 0x0F, try read(count).enumerated().map { $1 ^ key[$0 & 3] })
    }
}
