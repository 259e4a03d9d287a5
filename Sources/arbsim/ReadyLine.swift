import FoundationEssentials
import Glibc
import SimulatedWorld

/// The one line on stdout that tells a client everything it needs. It is the only place where the secret is
/// said: it is the secret of a test account.
struct ReadyLine {
    let venue: String
    let rest: String
    let publicSocket: String
    let privateSocket: String
    let ca: String
    let apiKey: String
    let secret: String
    let passphrase: String

    init(venue: String, port: Int, ca: String, account: DoubleAccountSpec) {
        let host = "127.0.0.1:\(port)"
        let paths = ReadyLine.paths(of: venue)
        self.venue = venue
        rest = "https://\(host)"
        publicSocket = "wss://\(host)\(paths.public)"
        privateSocket = "wss://\(host)\(paths.private)"
        self.ca = ReadyLine.absolute(ca)
        apiKey = account.apiKey
        secret = account.secret
        passphrase = account.passphrase
    }

    /// Where the venue's documentation puts its WebSockets, behind the host.
    private static func paths(of venue: String) -> (public: String, private: String) {
        switch venue {
        case "binance-spot": ("", "/ws-api/v3")
        case "okx", "okx-swap": ("/ws/v5/public", "/ws/v5/private")
        case "bybit": ("/v5/public/spot", "/v5/private")
        case "bybit-linear": ("/v5/public/linear", "/v5/private")
        case "kraken": ("/v2", "/v2")
        default: ("", "")
        }
    }

    /// One JSON object, its members in the order the manual lists them.
    var text: String {
        let members = [
            ("venue", venue), ("rest", rest), ("public_ws", publicSocket), ("private_ws", privateSocket),
            ("ca", ca),
            ("api_key", apiKey), ("secret", secret), ("passphrase", passphrase),
        ]
        return "{\"ready\":true" + members.map { ",\"\($0)\":\(ReadyLine.quoted($1))" }.joined() + "}"
    }

    static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(text), as: UTF8.self) } catch {
            preconditionFailure("a string always encodes: \(error)")
        }
    }

    /// The client may stand in another directory.
    private static func absolute(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }
}
