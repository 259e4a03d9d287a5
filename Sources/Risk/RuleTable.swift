import TradingModel

/// The rules that are on as rows to walk: flat, in judging order, compiled whenever rules or limits change.
struct RuleTable: Sendable {
    struct Row: Sendable {
        var measure: Int
        /// Index of its code.
        var code: Int
        var isAtMost: Bool
        var shrinks: Bool
        /// Where its limits begin; `isUniform`: one for all places.
        var start: Int
        var count: Int
        var scope: RuleScope
        /// Among all scopes.
        var scopeNumber: Int

        /// Where in `limits` the limit of a place stands.
        @inline(__always)
        func limit(at place: Int) -> Int {
            start + max(0, min(place, count - 1))
        }
    }

    private(set) var rows: [Row] = []
    /// Of `rows`, those that each leg of a pair is asked for itself.
    private(set) var ofEach: [Row] = []
    /// Of `rows`, those that may come to forbid an order that rests.
    private(set) var lasting: [Row] = []
    /// The first so many bind hedges too.
    private(set) var hard = 0
    private(set) var limits: [Int128] = []
    /// As `limits`: what a value must lie between.
    private var lowest: [Int128] = []
    private var highest: [Int128] = []

    init(_ settings: RuleSettings) {
        for (measure, entry) in RuleRegistry.byMeasure.enumerated() {
            guard settings[entry.code] else { continue }
            let own = settings.limits[measure]
            rows.append(
                Row(
                    measure: measure, code: entry.code.index, isAtMost: entry.limit.bound == .atMost,
                    shrinks: entry.limit.shrinks, start: limits.count, count: own.count,
                    scope: entry.limit.scope,
                    scopeNumber: RuleScope.allCases.firstIndex(of: entry.limit.scope) ?? 0))
            limits += own
            let isAtMost = entry.limit.bound == .atMost
            lowest += own.map { isAtMost ? Measured.smallest : $0 }
            highest += own.map { isAtMost ? $0 : .max }
            if entry.limit.measure.isOfEach, let row = rows.last { ofEach.append(row) }
            if entry.limit.measure.isLasting, let row = rows.last { lasting.append(row) }
            if entry.limit.isHard { hard = rows.count }
        }
    }

    /// Whether the values of the first `count` of `rows` hold against the limits as they stand. No row is a
    /// branch: ninety that the processor must guess cost more than what is reckoned for them.
    func holds(
        _ rows: borrowing Swift.Span<Row>, _ count: Int, _ values: borrowing Swift.Span<Int128>,
        _ places: RulePlaces
    ) -> Bool {
        let (lowest, highest, place) = (lowest.span, highest.span, places.byScope)
        var broken = 0
        for number in 0..<count {
            let row = rows[number]
            let limit = row.limit(at: place[row.scopeNumber])
            let value = values[row.measure]
            let isOutside = (value < lowest[limit] ? 1 : 0) | (value > highest[limit] ? 1 : 0)
            broken |= isOutside & (value == Measured.notApplicable ? 0 : 1)
        }
        return broken == 0
    }
}

/// Where an order stands in each scope.
public struct RulePlaces: Hashable, Sendable {
    public var venue: Int
    public var strategy: Int
    public var symbol: Int
    /// The index of the first instrument with its base asset.
    public var asset: Int

    public init(venue: Int, strategy: Int, symbol: Int, asset: Int) {
        self.venue = venue
        self.strategy = strategy
        self.symbol = symbol
        self.asset = asset
    }

    /// In the order of `RuleScope.allCases`.
    var byScope: InlineArray<5, Int> { [0, venue, strategy, symbol, asset] }

    @inline(__always)
    public func index(_ scope: RuleScope) -> Int {
        switch scope {
        case .global: 0
        case .venue: venue
        case .strategy: strategy
        case .symbol: symbol
        case .asset: asset
        }
    }
}
