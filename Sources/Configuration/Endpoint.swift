/// Addresses of venues: TLS only, no user information, no query.
enum Endpoint {
    /// `https://host[:port]`.
    static var rest: SettingKind<String> {
        .text("an address https://host[:port] without a path") {
            isAddress($0, scheme: "https://", path: false)
        }
    }

    /// `wss://host[:port][/path]`.
    static var socket: SettingKind<String> {
        .text("an address wss://host[:port]/path") { isAddress($0, scheme: "wss://", path: true) }
    }

    private static func isAddress(_ text: String, scheme: String, path: Bool) -> Bool {
        guard text.hasPrefix(scheme), text.utf8.allSatisfy({ (33...126).contains($0) }) else { return false }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let tail = rest.dropFirst(authority.count)
        guard path || tail.isEmpty, !tail.contains(where: { "?#".contains($0) }) else { return false }
        return HostPort(String(authority), portRequired: false) != nil
    }
}

/// `host[:port]`, with IPv6 addresses in brackets.
struct HostPort {
    var host: String
    var port: Int?

    init?(_ text: String, portRequired: Bool) {
        let hostText: Substring
        let portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            hostText = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            portText = rest.isEmpty ? nil : rest.dropFirst()
            let isIPv6 = { (c: Character) in c.isHexDigit && c.isASCII || c == ":" || c == "." }
            guard hostText.contains(":"), hostText.allSatisfy(isIPv6) else { return nil }
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count) else { return nil }
            hostText = parts[0]
            portText = parts.count == 2 ? parts[1] : nil
            guard HostPort.isHostName(hostText) else { return nil }
        }
        host = String(hostText)
        guard let portText else {
            if portRequired { return nil }
            return
        }
        guard (1...5).contains(portText.utf8.count), portText.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(portText), number <= 65_535
        else { return nil }
        port = number
    }

    private static func isHostName(_ text: Substring) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy {
                        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                            || $0 == UInt8(ascii: "-")
                    }
            }
    }
}

/// Where the node serves `/metrics`, `/livez`, `/readyz` and `/statusz`. Port 0 takes any free one.
public struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `nil` unless `text` is `host:port` (`127.0.0.1:8180`, `[::1]:8180`).
    public init?(_ text: String) {
        guard let parsed = HostPort(text, portRequired: true), let port = parsed.port else { return nil }
        host = parsed.host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
