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
    }

    private(set) var rows: [Row] = []
    /// Of `rows`, those that each leg of a pair is asked for itself.
    private(set) var ofEach: [Row] = []
    /// The first so many bind hedges too.
    private(set) var hard = 0
    private(set) var limits: [Int128] = []

    init(_ settings: RuleSettings) {
        for (measure, entry) in RuleRegistry.byMeasure.enumerated() {
            guard settings[entry.code] else { continue }
            let own = settings.limits[measure]
            rows.append(
                Row(
                    measure: measure, code: entry.code.index, isAtMost: entry.limit.bound == .atMost,
                    shrinks: entry.limit.shrinks, start: limits.count, count: own.count,
                    scope: entry.limit.scope))
            limits += own
            if entry.limit.measure.isOfEach, let row = rows.last { ofEach.append(row) }
            if entry.limit.isHard { hard = rows.count }
        }
    }

    @inline(__always)
    func limit(_ row: Row, at place: Int) -> Int128 {
        limits[row.start + (row.count == 1 ? 0 : max(0, min(place, row.count - 1)))]
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
