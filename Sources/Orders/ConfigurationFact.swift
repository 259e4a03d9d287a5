import TradingModel

/// A configuration that a node runs with from here on: which, what of it differs from the one before, who
/// changed it and why.
///
/// A digest names a configuration for good: it is the SHA-256 of everything it was read from, and what was
/// read lies under that name in the data directory.
public struct ConfigurationFact: Hashable, Sendable {
    /// One key; `nil`: it is not there.
    public struct Change: Hashable, Sendable {
        public var key: String
        public var before: String?
        public var after: String?

        public init(key: String, before: String?, after: String?) {
            self.key = key
            self.before = before
            self.after = after
        }
    }

    /// In hexadecimal digits; empty: there was none that is known.
    public var before: String
    public var after: String
    public var changes: [Change]
    public var reason: String
    public var actor: String
    public var at: Moment

    public init(
        before: String, after: String, changes: [Change], reason: String, actor: String, at: Moment
    ) {
        self.before = before
        self.after = after
        self.changes = changes
        self.reason = reason
        self.actor = actor
        self.at = at
    }
}

extension RowWriter {
    mutating func configuration(_ fact: ConfigurationFact) {
        byte(26)
        text(fact.before)
        text(fact.after)
        count(fact.changes.count)
        for change in fact.changes {
            text(change.key)
            optional(change.before)
            optional(change.after)
        }
        text(fact.reason)
        text(fact.actor)
        integer(fact.at.nanoseconds)
    }

    private mutating func optional(_ value: String?) {
        byte(value == nil ? 0 : 1)
        if let value { text(value) }
    }
}

extension RowReader {
    mutating func configuration() throws(OutboxRecord.Fault) -> ConfigurationFact {
        let before = try text()
        let after = try text()
        var changes: [ConfigurationFact.Change] = []
        for _ in 0..<(try count()) {
            changes.append(.init(key: try text(), before: try optional(), after: try optional()))
        }
        return ConfigurationFact(
            before: before, after: after, changes: changes, reason: try text(), actor: try text(),
            at: try moment())
    }

    private mutating func optional() throws(OutboxRecord.Fault) -> String? {
        switch try byte() {
        case 0: return nil
        case 1: return try text()
        case let flag: throw .malformed("a flag of \(flag)")
        }
    }
}
