import TradingModel

/// What a request is for; earlier cases may use what later ones must leave.
public enum BudgetLane: UInt8, Comparable, Sendable, CaseIterable {
    case cancel, hedge, query, newRisk, snapshot
    public static func < (a: BudgetLane, b: BudgetLane) -> Bool { a.rawValue < b.rawValue }
}

/// A venue's request allowance, charged before sending: units refill evenly; the reserve is for cancels and
/// hedges; one latch holds everything back after the venue said stop.
public struct RateBudget: Sendable {
    private let rule: RateBudgetRule
    /// In billionths of a unit, so that refilling is exact.
    private var level: Int128
    private var updated: Moment
    public private(set) var blockedUntil = Moment.distantPast
    public private(set) var refused = 0

    public init(rule: RateBudgetRule, at now: Moment) {
        self.rule = rule
        // What an earlier run of this node spent is unknown: it does not start with all.
        level = Int128(rule.capacity) * RateBudget.billion * 3 / 4
        updated = now
    }

    private static let billion: Int128 = 1_000_000_000

    /// Charges `weight` if this lane may spend it now.
    public mutating func take(_ weight: Int, lane: BudgetLane, at now: Moment) -> Bool {
        refill(at: now)
        // After a ban every request makes it longer, a cancel too: nothing passes the latch.
        guard now >= blockedUntil else {
            refused += 1
            return false
        }
        let cost = Int128(weight) * RateBudget.billion
        // A cancel that costs more than is left goes all the same, and is paid back: no venue refuses one for
        // what it adds.
        let least = lane == .cancel ? min(cost, RateBudget.billion) : cost
        guard level - least >= Int128(floor(lane)) * RateBudget.billion else {
            refused += 1
            return false
        }
        level -= cost
        return true
    }

    /// Whole units a lane may spend now.
    public mutating func available(to lane: BudgetLane, at now: Moment) -> Int {
        refill(at: now)
        guard now >= blockedUntil else { return 0 }
        return max(0, Int(level / RateBudget.billion) - floor(lane))
    }

    /// What a lane must leave to those before it.
    private func floor(_ lane: BudgetLane) -> Int {
        let left = lane <= .hedge ? 0 : lane == .snapshot ? rule.reserve * 2 : rule.reserve
        return min(left, rule.capacity / 2)
    }

    /// The venue said stop (429, 418, `Retry-After`).
    public mutating func block(for span: Span, at now: Moment) {
        blockedUntil = max(blockedUntil, now + span)
    }

    /// The venue stated that `used` of the `limit` units of its own counter are spent. What is left there is
    /// the most that is left here; it never adds to what this node counted itself.
    public mutating func corrected(used: Int, limit: Int, at now: Moment) {
        refill(at: now)
        level = min(level, Int128(max(0, limit - used)) * RateBudget.billion)
    }

    private mutating func refill(at now: Moment) {
        guard now > updated else { return }
        let elapsed = Int128((now - updated).nanoseconds)
        let gained = elapsed * Int128(rule.capacity) * RateBudget.billion / Int128(rule.window.nanoseconds)
        level = min(Int128(rule.capacity) * RateBudget.billion, level + gained)
        updated = now
    }
}
