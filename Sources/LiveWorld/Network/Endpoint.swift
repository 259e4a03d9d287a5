/// A TLS server: host and port of a `wss://` or `https://` address.
struct Endpoint: Hashable, Sendable {
    /// A DNS name in lower case, or an IP address without brackets.
    let host: String
    let port: UInt16

    /// The `Host` header.
    var authority: String {
        let name = isIPv6 ? "[\(host)]" : host
        return port == 443 ? name : "\(name):\(port)"
    }

    private var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    struct Fault: Error, Hashable, Sendable {
        let detail: String
    }

    /// Reads `scheme://host[:port][/path][?query]`; answers the endpoint and what goes on the request line.
    /// There is no way to leave TLS out: another scheme is an error.
    static func parse(_ address: String, scheme: String) throws(Fault) -> (endpoint: Endpoint, target: String)
    {
        let prefix = scheme + "://"
        guard address.hasPrefix(prefix) else { throw Fault(detail: "address does not begin with \(prefix)") }
        guard address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Fault(detail: "address has a blank, a control or a non-ASCII character")
        }
        let rest = address.dropFirst(prefix.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let target = rest[end...]
        guard !target.contains("#") else { throw Fault(detail: "address has a fragment") }
        let endpoint = try parseAuthority(rest[..<end])
        if target.isEmpty { return (endpoint, "/") }
        return (endpoint, target.hasPrefix("/") ? String(target) : "/" + target)
    }

    private static func parseAuthority(_ text: Substring) throws(Fault) -> Endpoint {
        guard !text.contains("@") else { throw Fault(detail: "address carries user information") }
        var host = text
        var port: UInt16 = 443
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw Fault(detail: "address lacks ']'") }
            host = text[text.index(after: text.startIndex)..<close]
            let tail = text[text.index(after: close)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":") else { throw Fault(detail: "address has text after ']'") }
                port = try parsePort(tail.dropFirst())
            }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = try parsePort(text[text.index(after: colon)...])
        }
        guard isHost(host, bracketed: text.hasPrefix("[")) else {
            throw Fault(detail: "address has no valid host")
        }
        return Endpoint(host: host.lowercased(), port: port)
    }

    private static func parsePort(_ text: Substring) throws(Fault) -> UInt16 {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(text), port > 0 else {
            throw Fault(detail: "address has no valid port")
        }
        return port
    }

    /// RFC 1035 limits a name to 253 characters.
    private static func isHost(_ text: Substring, bracketed: Bool) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"): true
            case UInt8(ascii: ":"): bracketed
            default: false
            }
        }
    }
}
