import Risk
import TradingModel

extension RuleSettings {
    /// Every rule that needs no settings of its own, with limits that nothing reaches.
    static var widest: RuleSettings {
        var rules = RuleSettings.standard
        for code in Denial.allCases { rules[code] = code != .depeg && code != .session }
        for (measure, entry) in RuleRegistry.byMeasure.enumerated() where entry.limit.unit != .flag {
            rules.limits[measure] = [entry.limit.bound == .atMost ? Int128(1) << 100 : 0]
        }
        rules.arm = Amount(raw: Int128(1) << 100)
        return rules
    }
}
