import TradingModel

/// What differs between two configurations of one node, value by value, and what each difference takes.
public struct ConfigurationDelta: Hashable, Sendable {
    public struct Change: Hashable, Sendable {
        /// `limits.order_notional`.
        public var key: String
        /// `nil`: the key is not there.
        public var before: String?
        public var after: String?
        public var needsRestart: Bool
        /// A limit gets looser by it, or may.
        public var loosens: Bool
        /// Where the new value stands, or the old one did.
        public var origin: ValueOrigin
    }

    /// In the order of the new document; what is gone comes last.
    public var changes: [Change]

    public init(from old: ConfigurationDocument, to new: ConfigurationDocument) {
        var before: [String: ConfigurationDocument.Value] = [:]
        for value in old.values { before[value.key] = value }
        var seen: Set<String> = []
        changes = []
        for value in new.values where seen.insert(value.key).inserted {
            let was = before[value.key]
            guard was?.text != value.text else { continue }
            changes.append(Change(value.key, was?.text, value.text, value.origin))
        }
        for value in old.values where seen.insert(value.key).inserted {
            changes.append(Change(value.key, value.text, nil, value.origin))
        }
    }

    public var isEmpty: Bool { changes.isEmpty }
    /// Keys that hold only after a restart.
    public var needingRestart: [Change] { changes.filter(\.needsRestart) }
    public var loosening: [Change] { changes.filter(\.loosens) }
    /// How many people must agree.
    public var people: Int { loosening.isEmpty ? 1 : ModeAuthority.twoPeople.people }
}

extension ConfigurationDelta.Change {
    init(_ key: String, _ before: String?, _ after: String?, _ origin: ValueOrigin) {
        self.key = key
        self.before = before
        self.after = after
        self.origin = origin
        switch ReloadTable.effect(of: key) {
        case .restart: (needsRestart, loosens) = (true, false)
        case .now(let looser):
            needsRestart = false
            loosens = ConfigurationDelta.isLooser(looser, before, after)
        }
    }
}

extension ConfigurationDelta {
    /// What cannot be compared may be looser.
    static func isLooser(_ looser: ReloadTable.Looser, _ before: String?, _ after: String?) -> Bool {
        switch looser {
        case .never: return false
        case .any: return true
        case .word(let word): return after == word || after == nil
        case .higher:
            guard let before = magnitude(before), let after = magnitude(after) else { return true }
            return after > before
        case .lower:
            guard let before = magnitude(before), let after = magnitude(after) else { return true }
            return after < before
        }
    }

    /// A number, whatever its unit: both texts of a key have the same.
    private static func magnitude(_ text: String?) -> Int128? {
        guard let text else { return nil }
        if case .success(let rate) = SettingText.rate(text) { return Int128(rate.raw) }
        if case .success(let span) = SettingText.span(text) { return Int128(span.nanoseconds) }
        let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
        if case .success(let amount) = SettingText.amount(digits) { return amount.raw }
        return nil
    }
}

extension ConfigurationDelta {
    /// A table of key, before and after, a change a line, with what each takes.
    public func render() -> String {
        let rows = changes.map { change in
            [
                change.key, change.before ?? "-", "→", change.after ?? "-",
                change.needsRestart ? "restart" : change.loosens ? "two people" : "",
                change.origin.description,
            ]
        }
        let widths = (0..<5).map { column in rows.map(\.[column].count).max() ?? 0 }
        return rows.map { row in
            (0..<5).map { column in
                row[column] + String(repeating: " ", count: max(0, widths[column] - row[column].count))
            }.joined(separator: "  ") + "  " + row[5]
        }.joined(separator: "\n")
    }

    /// One JSON object: `{"old","new","changes":[{"key","before","after","takes","origin"}]}`; `takes` is
    /// `restart`, `two_people` or `one_person`.
    public func json(old: String, new: String) -> String {
        struct Row: Encodable {
            var key: String
            var before: String?
            var after: String?
            var takes: String
            var origin: String

            func encode(to encoder: any Encoder) throws {
                var members = encoder.container(keyedBy: Keys.self)
                try members.encode(key, forKey: .key)
                // `null`, not absent: the key is not there on this side.
                try members.encode(before, forKey: .before)
                try members.encode(after, forKey: .after)
                try members.encode(takes, forKey: .takes)
                try members.encode(origin, forKey: .origin)
            }

            enum Keys: String, CodingKey { case key, before, after, takes, origin }
        }
        struct Document: Encodable {
            var old: String
            var new: String
            var changes: [Row]
        }
        return JSONText.of(
            Document(
                old: old, new: new,
                changes: changes.map {
                    Row(
                        key: $0.key, before: $0.before, after: $0.after,
                        takes: $0.needsRestart ? "restart" : $0.loosens ? "two_people" : "one_person",
                        origin: $0.origin.description)
                }))
    }
}
