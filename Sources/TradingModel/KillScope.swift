/// What a kill is about. Named, not numbered: it stands in rows that outlive a change of configuration.
public enum KillScope: Hashable, Sendable {
    case all
    case venue(String)
    case strategy(String)
    case symbol(String)

    /// What kind of part it is and what that is called; `nil`: all of the node.
    public var part: (kind: String, name: String)? {
        switch self {
        case .all: nil
        case .venue(let name): ("venue", name)
        case .strategy(let name): ("strategy", name)
        case .symbol(let name): ("symbol", name)
        }
    }

    /// For people and rows: `all`, `venue okx`.
    public var text: String { part.map { "\($0.kind) \($0.name)" } ?? "all" }
}

/// A person's word to cancel everything in a scope at once and to send nothing more there.
public struct KillOrder: Hashable, Sendable {
    public var scope: KillScope
    public var reason: String
    public var actor: String
    /// What is owed may be hedged in spite of it, by orders that only reduce.
    public var flattens: Bool

    public init(_ scope: KillScope, reason: String, actor: String, flattens: Bool = false) {
        self.scope = scope
        self.reason = reason
        self.actor = actor
        self.flattens = flattens
    }
}

/// A kill that stands, until two people lift it.
public struct KillBlock: Hashable, Sendable {
    public var scope: KillScope
    public var flattens: Bool
    public var reason: String
    public var actor: String
    public var at: Moment

    public init(_ order: KillOrder, at: Moment) {
        self.init(
            order.scope, flattens: order.flattens, reason: order.reason, actor: order.actor, at: at)
    }

    public init(_ scope: KillScope, flattens: Bool, reason: String, actor: String, at: Moment) {
        self.scope = scope
        self.flattens = flattens
        self.reason = reason
        self.actor = actor
        self.at = at
    }
}
