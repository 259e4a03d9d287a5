import Risk
import TradingModel

/// Where one limit stands at one place, for people.
public struct RuleStanding: Hashable, Sendable {
    public var rule: RuleDeclaration
    public var limit: RuleLimit
    public var isOn: Bool
    /// The venue, strategy, symbol or asset; empty: the node.
    public var place: String
    public var value: Int128
    public var bound: Int128
    /// Of a quantity, for its decimals.
    public var instrument: Instrument?

    /// What is left until the rule refuses; `nil` where there is no value now.
    public var headroom: Int128? {
        guard value >= Measured.smallest else { return nil }
        return limit.bound == .atMost ? bound - value : value - bound
    }
}

extension TradingEngine {
    /// Every limit of every rule at every place, with its value now. What only an order has, has none.
    public func ruleStandings(at now: Moment) -> [RuleStanding] {
        let settings = governor.effective
        var standings: [RuleStanding] = []
        for rule in RuleRegistry.rules {
            for limit in rule.limits {
                for place in 0..<places(of: limit.scope) {
                    let instrument = limit.scope == .symbol ? policy.instruments[place] : nil
                    standings.append(
                        RuleStanding(
                            rule: rule, limit: limit, isOn: settings[rule.code],
                            place: name(of: place, in: limit.scope),
                            value: value(limit.measure, RuleSubject(limit.scope, place), now),
                            bound: governor.bindingOpenings(
                                settings.limit(limit.measure, at: place), limit.measure),
                            instrument: instrument))
                }
            }
        }
        return standings
    }
}
