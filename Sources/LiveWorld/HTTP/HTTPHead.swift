import Ports

/// The status line and header fields of a response.
struct HTTPHead: Sendable, Equatable {
    var status = 0
    /// Minor version: HTTP/1.0 or HTTP/1.1.
    var minor = 1
    /// Names in lower case.
    var headers: [HTTPHeader] = []

    func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether a comma-separated header lists `token`, in any case.
    func lists(_ token: String, in name: String) -> Bool {
        headers.contains { header in
            header.name == name
                && header.value.split(separator: ",").contains { trimmed($0).lowercased() == token }
        }
    }

    private func trimmed(_ text: Substring) -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = text.firstIndex(where: { !isBlank($0) }),
            let last = text.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return text[first...last]
    }

    /// Whether the server keeps the connection open after this response (RFC 9112 §9.3).
    var keepsAlive: Bool {
        if lists("close", in: "connection") { return false }
        return minor >= 1 || lists("keep-alive", in: "connection")
    }
}

/// Why a response is not HTTP as RFC 9112 has it. The connection that carried it is closed.
enum HTTPSyntaxFault: Error, Hashable, Sendable {
    case statusLine
    case header(String)
    case framing(String)
    case tooLarge(String)
    /// The connection ended inside the response.
    case truncated
}

extension HTTPHead {
    /// Reads a head without its final empty line. Lines end in CR LF; nothing looser is taken: what two
    /// readers split differently is how responses get smuggled.
    init(parsing bytes: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) {
        self.init()
        var lines = HeadLines(bytes)
        guard let first = try lines.next() else { throw .statusLine }
        try parseStatusLine(first)
        while let line = try lines.next() {
            guard headers.count < 256 else { throw .tooLarge("more than 256 header fields") }
            headers.append(try HTTPHead.field(line))
        }
    }

    private mutating func parseStatusLine(_ line: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) {
        // HTTP/1.1 200 OK
        let prefix = Array("HTTP/1.".utf8)
        guard line.count >= 12, line.prefix(7).elementsEqual(prefix), line[7] == 0x30 || line[7] == 0x31,
            line[8] == 0x20, line.count == 12 || line[12] == 0x20
        else { throw .statusLine }
        var code = 0
        for byte in line[9..<12] {
            guard (0x30...0x39).contains(byte) else { throw .statusLine }
            code = code * 10 + Int(byte - 0x30)
        }
        guard code >= 100, code < 600 else { throw .statusLine }
        minor = Int(line[7] - 0x30)
        status = code
    }

    private static func field(_ line: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) -> HTTPHeader {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw .header("a header line without a name")
        }
        var name: [UInt8] = []
        name.reserveCapacity(colon)
        for byte in line[..<colon] {
            guard isToken(byte) else { throw .header("a header name with a forbidden character") }
            name.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        }
        var low = colon + 1
        var high = line.count
        while low < high, line[low] == 0x20 || line[low] == 0x09 { low += 1 }
        while high > low, line[high - 1] == 0x20 || line[high - 1] == 0x09 { high -= 1 }
        let value = line[low..<high]
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .header("a header value with a control character")
        }
        return HTTPHeader(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// RFC 9110 §5.6.2.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

/// The lines of a head, each without its CR LF.
private struct HeadLines {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() throws(HTTPSyntaxFault) -> UnsafeRawBufferPointer? {
        guard offset < bytes.count else { return nil }
        let rest = bytes[offset...]
        guard let feed = rest.firstIndex(of: 0x0A), feed > offset, bytes[feed - 1] == 0x0D else {
            throw .header("a line that does not end in CR LF")
        }
        defer { offset = feed + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(feed - 1)])
    }
}
