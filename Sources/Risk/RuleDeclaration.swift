import TradingModel

/// Which part of the house a rule guards.
public enum RuleFamily: String, Hashable, Sendable, CaseIterable {
    case order, flow, exposure, loss, market, infrastructure
}

/// What a rule's limits and values are kept for: the node, or each venue, strategy, symbol or asset.
public enum RuleScope: String, Hashable, Sendable, CaseIterable {
    case global, venue, strategy, symbol, asset
}

/// What a value and its limit count.
public enum RuleUnit: String, Hashable, Sendable, CaseIterable {
    /// 0: well, 1: not well.
    case flag
    case count
    /// Raw `Amount` of a quote asset.
    case amount
    /// Raw `Quantity` of the instrument.
    case quantity
    /// Raw `Rate`.
    case rate
    /// Nanoseconds.
    case span
}

public enum RuleBound: String, Hashable, Sendable {
    case atMost = "at most"
    case atLeast = "at least"
}

/// What happens beyond the refusal of new risk in the rule's scope, which every violation brings.
public enum RuleReaction: Hashable, Sendable {
    case deny
    /// Sizes go down: the node is REDUCED.
    case reduce
    /// Resting orders in the scope are canceled.
    case cancel
    /// What is open in the scope is hedged away, however small.
    case close
    /// New risk in the scope is refused for the rule's `lock` time, across restarts.
    case lockout
    /// Two people must enable the strategy again.
    case disableStrategy
    case mode(OperatingMode)

    public var name: String {
        switch self {
        case .deny: "deny"
        case .reduce: "reduce"
        case .cancel: "cancel"
        case .close: "close"
        case .lockout: "lockout"
        case .disableStrategy: "disable-strategy"
        case .mode(let mode): "mode \(mode.name)"
        }
    }

    /// The strongest first: how violations that come together are worked off.
    public var priority: Int {
        switch self {
        case .mode(let mode): 100 + Int(mode.rawValue)
        case .disableStrategy: 60
        case .lockout: 50
        case .close: 40
        case .cancel: 30
        case .reduce: 20
        case .deny: 10
        }
    }
}

/// What a rule remembers, and what of it a restart finds again.
public enum RuleMemory: String, Hashable, Sendable {
    /// Judged from what is now.
    case nothing
    /// Counted or summed: found again from the outbox's rows.
    case window
    /// Of this trading day; the reset clears it, a missed one at the next start.
    case day
    /// Until its time has come or people lift it.
    case untilLifted = "until lifted"
}

/// One figure of a rule with the limit it is held against.
public struct RuleLimit: Hashable, Sendable {
    public var measure: Measure
    /// Its key in `rules:`; empty: it has one value by nature, or stands under `limits:`.
    public var key: String
    public var unit: RuleUnit
    public var bound: RuleBound
    /// What may be configured.
    public var range: ClosedRange<Int128>
    /// Divided by `reduced_divisor` in REDUCED.
    public var shrinks: Bool
    /// Binds hedges and unwinds too.
    public var isHard: Bool
    public var scope: RuleScope
}

/// A rule as data.
public struct RuleDeclaration: Hashable, Sendable {
    public var code: Denial
    public var family: RuleFamily
    public var scope: RuleScope
    public var reaction: RuleReaction
    public var memory: RuleMemory
    /// It is no choice: nobody switches it off.
    public var isFixed: Bool
    /// Its limits stand under `limits:`, or in a strategy's own settings.
    public var isElsewhere: Bool
    public var limits: [RuleLimit]
    public var meaning: String

    /// Its key in the configuration.
    public var key: String { String(code.rawValue.map { $0 == "-" ? "_" : $0 }) }
}
