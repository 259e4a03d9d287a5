import TradingModel

/// New risk in one place is refused until its time has come.
public struct Lockout: Hashable, Sendable {
    public var rule: Denial
    /// The name of the venue, strategy or symbol; empty: the node.
    public var scope: RuleScope
    public var name: String
    public var until: Moment
    public var reason: String

    public init(rule: Denial, scope: RuleScope, name: String, until: Moment, reason: String) {
        self.rule = rule
        self.scope = scope
        self.name = name
        self.until = until
        self.reason = reason
    }
}

/// The lockouts that hold, few and bounded: one for each rule and place.
public struct Lockouts: Hashable, Sendable {
    public private(set) var list: [Lockout] = []

    public init() {}

    /// The later end holds. Answers whether that changed anything.
    public mutating func add(_ lockout: Lockout) -> Bool {
        guard
            let index = list.firstIndex(where: {
                $0.rule == lockout.rule && $0.scope == lockout.scope && $0.name == lockout.name
            })
        else {
            list.append(lockout)
            return true
        }
        guard lockout.until > list[index].until else { return false }
        list[index] = lockout
        return true
    }

    /// Those whose time has come, taken out.
    public mutating func expire(at now: Moment) -> [Lockout] {
        let over = list.filter { $0.until <= now }
        list.removeAll { $0.until <= now }
        return over
    }

    /// People lift what a rule has locked.
    public mutating func lift(_ rule: Denial) { list.removeAll { $0.rule == rule } }

    public func holds(_ scope: RuleScope, _ name: String, at now: Moment) -> Bool {
        list.contains { $0.until > now && $0.scope == scope && $0.name == name }
    }
}
