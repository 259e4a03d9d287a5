import TradingModel
import Watch

/// Reads `alerts:`, where incidents are told. Without it: standard error, and a file in the data directory.
struct AlertsReading {
    private let root: Section

    init(_ root: Section) { self.root = root }

    private enum Kind: String, CaseIterable { case log, file, webhook, telegram, email }
    private enum Least: String, CaseIterable {
        case info = "INFO"
        case warning = "WARN"
        case critical = "CRITICAL"
        case pageNow = "PAGE_NOW"

        var severity: Severity {
            switch self {
            case .info: .info
            case .warning: .warning
            case .critical: .critical
            case .pageNow: .pageNow
            }
        }
    }
    private enum Toggle: String, CaseIterable { case on, off }

    /// `nil`: problems were reported.
    func policy() -> AlertPolicy? {
        guard root.has("alerts") else { return .standard }
        guard let section = root.section("alerts") else { return nil }
        let items = section.list("channels")
        let second = section.optional("second", AlertsReading.name)
        section.finish()
        guard let items, let second else { return nil }
        let channels = items.enumerated().map { index, item in
            NodeReading.group(item, path: "alerts.channels[\(index)]", root.ledger).flatMap { channel($0) }
        }
        let complete = channels.compactMap { $0 }
        guard complete.count == channels.count else { return nil }
        var isSound = true
        for (index, channel) in complete.enumerated()
        where complete[..<index].contains(where: { $0.name == channel.name }) {
            section.report("two channels are called \(channel.name): give one a `name`", at: "channels")
            isSound = false
        }
        if let second, !complete.contains(where: { $0.name == second }) {
            section.report("no channel is called \(second)", at: "second")
            isSound = false
        }
        return isSound ? AlertPolicy(channels: complete, second: second) : nil
    }

    private static var name: SettingKind<String> {
        .text("a name of small letters, digits and -") { text in
            (1...32).contains(text.utf8.count)
                && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        }
    }

    private func channel(_ section: Section) -> AlertPolicy.Channel? {
        let kind = section.value("channel", .choice(Kind.allCases))
        guard let kind else {
            // What else it may hold depends on what it is.
            return nil
        }
        let name = section.value("name", AlertsReading.name, standard: kind.rawValue)
        let least = section.value(
            "least", .choice(Least.allCases), standard: kind == .file ? .info : .warning)
        let perMinute = section.value(
            "per_minute", .integer(1...6_000), standard: kind == .log || kind == .file ? 600 : 20)
        let isRemote = kind == .webhook || kind == .telegram || kind == .email
        let authority =
            isRemote ? section.optional("ca", .path(from: section.place("ca"))) : .some(String?.none)
        let target = target(kind, section)
        section.finish()
        guard let name, let least, let perMinute, let authority, let target else { return nil }
        return AlertPolicy.Channel(
            name: name, target: target, least: least.severity, perMinute: perMinute, authority: authority)
    }

    private func target(_ kind: Kind, _ section: Section) -> AlertPolicy.Target? {
        switch kind {
        case .log: return .log
        case .file:
            // A relative one lies in the data directory, whose path the run completes.
            let path = section.value(
                "path", .text("a path") { !$0.isEmpty && !$0.utf8.contains { $0 < 32 } },
                standard: "alerts.jsonl")
            return path.map { .file($0) }
        case .webhook:
            return section.optional("url", AlertsReading.page).map { .webhook(url: $0 ?? "") }
        case .telegram:
            let api = section.value("api", AlertsReading.page, standard: "https://api.telegram.org")
            let chat = section.value("chat", .text("a chat's number or @name") { !$0.isEmpty })
            guard let api, let chat else { return nil }
            return .telegram(api: api, chat: chat)
        case .email: return mail(section).map { .mail($0) }
        }
    }

    private func mail(_ section: Section) -> AlertPolicy.Mail? {
        let server = section.value("server", AlertsReading.mailServer)
        let from = section.value("from", AlertsReading.address)
        let to = section.values("to", AlertsReading.address)
        let user = section.optional("user", .text("a user name") { !$0.isEmpty })
        let encryption = section.value("encryption", .choice(Toggle.allCases), standard: .on)
        guard let server, let from, let to, let user, let encryption else { return nil }
        guard !to.isEmpty else {
            section.report("name at least one address", at: "to")
            return nil
        }
        if encryption == .off, !AlertsReading.isHere(server) || user != nil {
            section.report(
                "mail leaves this machine, and passwords travel, only encrypted", at: "encryption")
            return nil
        }
        return AlertPolicy.Mail(
            server: server, from: from, to: to, user: user, encrypts: encryption == .on)
    }

    // MARK: Addresses

    /// `https://…`; `http://` to this machine alone. No user, no query: secrets would stand there.
    private static var page: SettingKind<String> {
        .text("an address https://host[:port]/path without user and query (http only to 127.0.0.1)") {
            isAddress($0, schemes: ["https://"], path: true)
                || isAddress($0, schemes: ["http://"], path: true) && isHere($0)
        }
    }

    private static var mailServer: SettingKind<String> {
        .text("an address smtps://host[:port] or smtp://host[:port]") {
            isAddress($0, schemes: ["smtps://", "smtp://"], path: false)
        }
    }

    private static var address: SettingKind<String> {
        .text("a mail address like ops@example.org") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
                && text.utf8.allSatisfy { (33...126).contains($0) && !"<>,;:\"()[]\\".utf8.contains($0) }
        }
    }

    private static func isAddress(_ text: String, schemes: [String], path: Bool) -> Bool {
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }),
            text.utf8.allSatisfy({ (33...126).contains($0) })
        else { return false }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let tail = rest.dropFirst(authority.count)
        guard path || tail.isEmpty, !tail.contains(where: { "?#".contains($0) }) else { return false }
        return HostPort(String(authority), portRequired: false) != nil
    }

    private static func isHere(_ text: String) -> Bool {
        guard let start = text.ranges(of: "://").first?.upperBound else { return false }
        let host = text[start...].prefix { $0 != "/" && $0 != ":" }
        return host == "127.0.0.1" || host == "localhost"
    }
}
