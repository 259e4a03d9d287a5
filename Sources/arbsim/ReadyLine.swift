import FoundationEssentials
import SimulatedWorld

/// The one line on stdout that tells a client everything it needs. It is the only place where the secret is said: it is
/// the secret of a test account.
struct ReadyLine: Encodable {
    var ready = true
    let venue: String
    let rest: String
    let public_ws: String
    let private_ws: String
    let ca: String
    let api_key: String
    let secret: String
    let passphrase: String

    init(venue: String, port: Int, ca: String, account: DoubleAccountSpec) {
        let host = "127.0.0.1:\(port)"
        let paths = ReadyLine.paths(of: venue)
        self.venue = venue
        rest = "https://\(host)"
        public_ws = "wss://\(host)\(paths.public)"
        private_ws = "wss://\(host)\(paths.private)"
        self.ca = ca
        api_key = account.apiKey
        secret = account.secret
        passphrase = account.passphrase
    }

    /// Where the venue's documentation puts its WebSockets, behind the host.
    private static func paths(of venue: String) -> (public: String, private: String) {
        switch venue {
        case "binance-spot": ("", "/ws-api/v3")
        case "okx": ("/ws/v5/public", "/ws/v5/private")
        case "bybit": ("/v5/public/spot", "/v5/private")
        case "kraken": ("/v2", "/v2")
        default: ("", "")
        }
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch {
            preconditionFailure("strings and a flag always encode: \(error)")
        }
    }
}
