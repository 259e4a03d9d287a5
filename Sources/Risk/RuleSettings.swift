import TradingModel

/// What a node has set of its rules: which are on, and their limits. The rules themselves are in
/// `RuleRegistry`.
public struct RuleSettings: Hashable, Sendable {
    /// By `Denial.index`.
    public var isOn: [Bool]
    /// By `Measure.rawValue`: one for all, or one for each venue, strategy, symbol or asset by its index.
    /// Assets have the index of the first instrument they are the base of.
    public var limits: [[Int128]]
    /// By `Denial.index`: how long a lockout lasts.
    public var locks: [Span]

    /// When daily figures are reset.
    public var day = DayClock()
    /// Of `session`.
    public var hours: SessionHours?
    /// Of `symbol-blocked`, by instrument.
    public var blocked: [Bool] = []
    /// Of `price-sources`.
    public var band = Rate(hundredthsOfBasisPoint: 20_000)
    /// Of `order-to-trade`.
    public var sample = 1
    /// Of `profit-lock`.
    public var arm = Amount.zero
    /// Of `depeg`: the instrument whose price says what the quote currency is worth.
    public var peg: InstrumentID?

    /// Only what is no choice, and what `RiskLimits` bounds.
    public static let standard = RuleSettings()

    public init() {
        isOn = RuleRegistry.byCode.map { $0.isFixed || $0.isElsewhere }
        limits = RuleRegistry.byMeasure.map { [RuleSettings.initial($0.limit)] }
        locks = RuleRegistry.byCode.map { _ in .seconds(300) }
    }

    private static func initial(_ limit: RuleLimit) -> Int128 {
        limit.bound == .atMost ? limit.range.upperBound : limit.range.lowerBound
    }

    public subscript(_ code: Denial) -> Bool {
        get { isOn[code.index] }
        set { isOn[code.index] = newValue || RuleRegistry.byCode[code.index].isFixed }
    }

    public subscript(_ measure: Measure) -> [Int128] {
        get { limits[measure.rawValue] }
        set { limits[measure.rawValue] = newValue }
    }

    /// The limit at one place of its scope.
    public func limit(_ measure: Measure, at place: Int) -> Int128 {
        let all = limits[measure.rawValue]
        return all.count == 1 ? all[0] : all[max(0, min(place, all.count - 1))]
    }
}
