import TradingModel

/// A refusal with its numbers.
public struct Ruling: Hashable, Sendable {
    public var code: Denial
    public var measure: Measure
    /// `Measured.missing` when nobody knew it.
    public var value: Int128
    public var limit: Int128
    /// The index of the venue, strategy, symbol or asset that it was about.
    public var place: Int
    public var at: Moment

    public var unit: RuleUnit { RuleRegistry.byMeasure[measure.rawValue].limit.unit }
    public var bound: RuleBound { RuleRegistry.byMeasure[measure.rawValue].limit.bound }

    /// `order-notional: 25000.01, at most 25000`.
    public func text(_ instrument: Instrument? = nil) -> String {
        "\(code.rawValue): \(RuleText.text(value, unit, instrument)), \(bound.rawValue) "
            + RuleText.text(limit, unit, instrument)
    }
}

/// Values of rules for people.
public enum RuleText {
    public static func text(_ value: Int128, _ unit: RuleUnit, _ instrument: Instrument? = nil) -> String {
        switch value {
        case Measured.missing: return "unknown"
        case Measured.notApplicable: return "-"
        default: break
        }
        let short = Int64(clamping: value)
        switch unit {
        case .flag, .count: return "\(value)"
        case .amount: return Amount(raw: value).description
        case .quantity: return instrument.map { $0.text(Quantity(raw: short)) } ?? "\(value)"
        case .rate: return DecimalText.format(short, scale: 4) + "bps"
        case .span: return span(short)
        }
    }

    private static func span(_ nanoseconds: Int64) -> String {
        let units: [(String, Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000), ("us", 1_000),
        ]
        for (name, size) in units where nanoseconds != 0 && nanoseconds % size == 0 {
            return "\(nanoseconds / size)\(name)"
        }
        return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
    }
}
