import TradingModel

/// Every rule there is. What a rule is called, what it measures, in which unit, against what, for whom and
/// with what consequence stands here and nowhere else: the gate, the configuration, the command line, the
/// benchmark and the boundary tests are made of it.
public enum RuleRegistry {
    public static let rules: [RuleDeclaration] =
        orderRules + flowRules + exposureRules + lossRules + marketRules + infrastructureRules

    /// By `Denial.index`.
    public static let byCode: [RuleDeclaration] = Denial.allCases.map { code in
        guard let rule = rules.first(where: { $0.code == code }) else {
            preconditionFailure("\(code.rawValue) is not declared")
        }
        return rule
    }

    /// By `Measure.rawValue`.
    public static let byMeasure: [(code: Denial, limit: RuleLimit)] = Measure.allCases.map { measure in
        for rule in rules {
            for limit in rule.limits where limit.measure == measure { return (rule.code, limit) }
        }
        preconditionFailure("\(measure) belongs to no rule")
    }

    /// By `Measure.rawValue`.
    public static let families: [RuleFamily] = byMeasure.map { byCode[$0.code.index].family }

    // MARK: Making declarations

    static let one = Int128(1_000_000_000_000_000_000)

    static func rule(
        _ code: Denial, _ family: RuleFamily, _ scope: RuleScope, _ limits: [RuleLimit], _ meaning: String,
        _ reaction: RuleReaction = .deny, keeps memory: RuleMemory = .nothing, isFixed: Bool = false,
        isElsewhere: Bool = false
    ) -> RuleDeclaration {
        RuleDeclaration(
            code: code, family: family, scope: scope, reaction: reaction, memory: memory, isFixed: isFixed,
            isElsewhere: isElsewhere,
            limits: limits.map { limit in
                var limit = limit
                limit.scope = scope
                return limit
            }, meaning: meaning)
    }

    static func flag(_ measure: Measure, isHard: Bool = false) -> RuleLimit {
        RuleLimit(
            measure: measure, key: "", unit: .flag, bound: .atMost, range: 0...0, shrinks: false,
            isHard: isHard, scope: .global)
    }

    static func count(
        _ measure: Measure, _ key: String, _ range: ClosedRange<Int128>, _ bound: RuleBound = .atMost,
        isHard: Bool = false
    ) -> RuleLimit {
        RuleLimit(
            measure: measure, key: key, unit: .count, bound: bound, range: range, shrinks: false,
            isHard: isHard, scope: .global)
    }

    /// - Parameter upTo: in whole units.
    static func amount(
        _ measure: Measure, _ key: String, upTo: Int128 = 10_000_000_000, _ bound: RuleBound = .atMost,
        shrinks: Bool = false, isHard: Bool = false
    ) -> RuleLimit {
        RuleLimit(
            measure: measure, key: key, unit: .amount, bound: bound, range: 1...upTo * one, shrinks: shrinks,
            isHard: isHard, scope: .global)
    }

    /// - Parameter bps: in basis points.
    static func rate(
        _ measure: Measure, _ key: String, bps: ClosedRange<Int128>, _ bound: RuleBound = .atMost,
        isHard: Bool = false
    ) -> RuleLimit {
        RuleLimit(
            measure: measure, key: key, unit: .rate, bound: bound,
            range: bps.lowerBound * 10_000...bps.upperBound * 10_000, shrinks: false, isHard: isHard,
            scope: .global)
    }

    static func span(
        _ measure: Measure, _ key: String, _ range: ClosedRange<Span>, _ bound: RuleBound = .atMost,
        isHard: Bool = false
    ) -> RuleLimit {
        RuleLimit(
            measure: measure, key: key, unit: .span, bound: bound,
            range: Int128(range.lowerBound.nanoseconds)...Int128(range.upperBound.nanoseconds),
            shrinks: false, isHard: isHard, scope: .global)
    }
}
