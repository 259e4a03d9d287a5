import TradingModel

/// Where alerts go, and which.
public struct AlertPolicy: Hashable, Sendable {
    /// How e-mail is handed over.
    public struct Mail: Hashable, Sendable {
        /// `smtps://host[:port]` or `smtp://host[:port]`.
        public var server: String
        public var from: String
        public var to: [String]
        /// `nil`: the server takes mail without a login.
        public var user: String?
        /// With `smtp://` the connection is upgraded before anything is said, or not used. `false` only for a
        /// server on this machine.
        public var encrypts: Bool
        public init(server: String, from: String, to: [String], user: String?, encrypts: Bool) {
            self.server = server
            self.from = from
            self.to = to
            self.user = user
            self.encrypts = encrypts
        }
    }

    public enum Target: Hashable, Sendable {
        /// Lines on standard error.
        case log
        /// JSON lines, relative to the data directory.
        case file(String)
        /// A POST of one JSON object. Empty: the address is a secret, and the environment gives it.
        case webhook(url: String)
        /// A message to one chat by the bot whose token the environment gives.
        case telegram(api: String, chat: String)
        case mail(Mail)
    }

    public struct Channel: Hashable, Sendable {
        /// `log`, `webhook`, …: what incidents and secrets call it.
        public var name: String
        public var target: Target
        /// It is told of this severity and worse.
        public var least: Severity
        /// Alerts in any minute; what comes above it is told as a count.
        public var perMinute: Int
        /// Certificate authorities besides the system's, as a PEM file.
        public var authority: String?
        public init(
            name: String, target: Target, least: Severity, perMinute: Int = 20, authority: String? = nil
        ) {
            self.name = name
            self.target = target
            self.least = least
            self.perMinute = perMinute
            self.authority = authority
        }
    }

    public var channels: [Channel]
    /// The channel that is told when nobody answers a page; it is told pages at once if its own `least` says
    /// so. `nil`: all are told again.
    public var second: String?

    public init(channels: [Channel], second: String? = nil) {
        self.channels = channels
        self.second = second
    }

    /// Without a word in the configuration: standard error and a file.
    public static let standard = AlertPolicy(channels: [
        Channel(name: "log", target: .log, least: .warning, perMinute: 120),
        Channel(name: "file", target: .file("alerts.jsonl"), least: .info, perMinute: 600),
    ])

    /// Which channels an alert goes to, by index.
    public func recipients(of alert: Alert) -> [Int] {
        channels.indices.filter { index in
            let channel = channels[index]
            if channel.name == alert.channel { return false }
            if alert.kind == .escalated, let second { return channel.name == second }
            return alert.severity >= channel.least
        }
    }
}
