import TradingModel

/// What the node's appetite for risk depends on, besides what people set. `nil`: not yet known, which caps
/// the index at `RiskIndexPolicy.unknownCeiling`.
public struct RiskReading: Hashable, Sendable {
    /// 0…100.
    public var capitalHealth: Int?
    /// Of the parts that must give a sign of life, how many did in time, in percent.
    public var heartbeats: Int?
    /// Whether the last canary came through.
    public var canary: Bool?
    public var operatorPresent: Bool?
    /// Of the second-best venue, 0…100: arbitrage needs two that are sound.
    public var venueStability: Int
    /// How calm prices are, 0…100: what is left of the collar over the window.
    public var marketStability: Int?

    public init(
        capitalHealth: Int? = nil, heartbeats: Int? = nil, canary: Bool? = nil, operatorPresent: Bool? = nil,
        venueStability: Int = 100, marketStability: Int? = nil
    ) {
        self.capitalHealth = capitalHealth
        self.heartbeats = heartbeats
        self.canary = canary
        self.operatorPresent = operatorPresent
        self.venueStability = venueStability
        self.marketStability = marketStability
    }
}

/// How the market behaves, by its stability.
public enum MarketRegime: String, Hashable, Sendable {
    case calm, lively, chaotic

    public init(stability: Int) { self = stability >= 70 ? .calm : stability >= 30 ? .lively : .chaotic }

    public var ceiling: Int {
        switch self {
        case .calm: 100
        case .lively: 60
        case .chaotic: 20
        }
    }
}

/// The node's appetite for risk, 0…100: people set a target, health caps it; it falls at once and rises no
/// faster than its policy says. Size, edge and exposure follow from it.
public struct RiskIndex: Hashable, Sendable {
    public private(set) var policy: RiskIndexPolicy
    public private(set) var target: Int
    /// What health allows, and which part of it allows the least.
    public private(set) var ceiling: Int
    public private(set) var ceilingCause: String
    /// Why it may only fall now; `nil` when it may rise.
    public private(set) var freeze: String?
    /// In thousandths of a point.
    private var level: Int64
    private var updated: Moment?

    /// - Parameters:
    ///   - target: what people set last; `nil`: the policy's.
    ///   - level: where an earlier run left it; from there it rises.
    public init(policy: RiskIndexPolicy, target: Int? = nil, level: Int? = nil) {
        self.policy = policy
        let target = min(100, max(0, target ?? policy.target))
        self.target = target
        ceiling = policy.unknownCeiling
        ceilingCause = "nothing is known yet"
        let start = min(100, max(0, level ?? target), target)
        self.level = Int64(min(start, policy.unknownCeiling)) * 1_000
    }

    public var value: Int { Int(level / 1_000) }
    public var multipliers: RiskIndexPolicy.Step { policy.step(at: value) }

    /// Another policy. A target that people have set stays; where they have set none, the policy's new one
    /// holds. It falls at the next look and rises slowly, as ever.
    public mutating func adopt(_ policy: RiskIndexPolicy) {
        if target == self.policy.target { target = policy.target }
        self.policy = policy
    }

    /// Looks at health: falls to what is allowed at once, or rises by what the time since the last look
    /// allows.
    public mutating func observe(_ reading: RiskReading, at now: Moment) {
        (ceiling, ceilingCause) = policy.ceiling(reading, at: now)
        freeze = policy.freeze(reading, at: now)
        settle(at: now)
    }

    private mutating func settle(at now: Moment) {
        let goal = Int64(min(target, ceiling)) * 1_000
        defer { updated = updated.map { max($0, now) } ?? now }
        guard goal > level else {
            level = goal
            return
        }
        guard freeze == nil else { return }
        let elapsed = max(0, (now - (updated ?? now)).nanoseconds)
        let gain = Int64(clamping: Int128(policy.risePerMinute) * 1_000 * Int128(elapsed) / 60_000_000_000)
        level = min(goal, level + gain)
    }

    /// Why a person's target is not taken.
    public struct Denial: Error, Hashable, Sendable {
        public var detail: String
    }

    /// A person sets the target. Raising it beyond what health allows now, or while nothing is opened, is
    /// refused; what is taken falls at once and rises slowly like everything else.
    public mutating func set(target wanted: Int, mode: OperatingMode, at now: Moment) throws(Denial) {
        guard (0...100).contains(wanted) else { throw Denial(detail: "a risk index lies between 0 and 100") }
        if wanted > target, mode >= .hold {
            throw Denial(detail: "the node is in \(mode.name): a higher target has to wait until it opens")
        }
        if wanted > target, let freeze {
            throw Denial(detail: "\(freeze): a higher target has to wait, risk may only fall")
        }
        if wanted > target, wanted > ceiling {
            throw Denial(detail: "health allows \(ceiling) (\(ceilingCause)): \(wanted) would go beyond it")
        }
        target = wanted
        settle(at: now)
    }
}
