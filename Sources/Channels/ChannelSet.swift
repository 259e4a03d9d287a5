import TradingModel
import Watch

/// From a policy to channels, with the secrets they need.
public enum ChannelSet {
    /// What is missing, and how to give it.
    public struct Missing: Error, Hashable, Sendable, CustomStringConvertible {
        public var problems: [String]
        public var description: String { problems.joined(separator: "\n") }
    }

    /// - Parameters:
    ///   - directory: where files of a relative name go.
    ///   - secret: the value of a channel's field, as `("telegram", "token")`.
    public static func make(
        _ policy: AlertPolicy, directory: String, secret: (String, String) -> String?
    ) throws(Missing) -> [any AlertChannel] {
        var problems: [String] = []
        let channels = policy.channels.map { channel -> any AlertChannel in
            func mustHave(_ field: String) -> Secret {
                if let text = secret(channel.name, field) { return Secret(text) }
                problems.append(
                    "alerts: \(channel.name) has no \(field): set \(variable(channel.name, field)), "
                        + "or write '\(channel.name).\(field) = …' into the secrets file")
                return Secret("")
            }
            switch channel.target {
            case .log: return LogChannel()
            case .file(let name):
                return FileChannel(path: name.hasPrefix("/") ? name : directory + "/" + name)
            case .webhook(let url):
                return WebhookChannel(
                    url: url.isEmpty ? mustHave("url").reveal : url,
                    token: secret(channel.name, "token").map { Secret($0) },
                    authority: channel.authority)
            case .telegram(let api, let chat):
                return TelegramChannel(
                    api: api, chat: chat, token: mustHave("token"), authority: channel.authority)
            case .mail(let mail):
                let password = mail.user == nil ? nil : mustHave("password")
                return MailChannel(mail, password: password, authority: channel.authority)
            }
        }
        guard problems.isEmpty else { throw Missing(problems: problems) }
        return channels
    }

    /// The environment's name for a channel's secret.
    public static func variable(_ channel: String, _ field: String) -> String {
        "ARBNODE_\(String(channel.uppercased().map { $0 == "-" ? "_" : $0 }))_\(field.uppercased())"
    }
}
