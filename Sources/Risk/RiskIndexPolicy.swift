import TradingModel

/// How the risk index is capped, how fast it rises and what follows from it (`risk_index:`).
public struct RiskIndexPolicy: Hashable, Sendable {
    /// From an index on: shares in percent, and what is demanded beyond a strategy's own edge.
    public struct Step: Hashable, Sendable {
        public var from: Int
        /// Of the configured size, 0…100.
        public var sizeShare: Int64
        public var edge: Rate
        /// Of the limits of position and exposure, 1…100.
        public var exposureShare: Int64

        public init(from: Int, sizeShare: Int64, edge: Rate, exposureShare: Int64) {
            self.from = from
            self.sizeShare = sizeShare
            self.edge = edge
            self.exposureShare = exposureShare
        }
    }

    /// Hours of the day in UTC, `from` inclusive and `until` exclusive; it may go past midnight.
    public struct Night: Hashable, Sendable {
        public var from: Int
        public var until: Int

        public init(from: Int, until: Int) {
            precondition((0...23).contains(from) && (0...23).contains(until))
            self.from = from
            self.until = until
        }

        public func contains(_ moment: Moment) -> Bool {
            let hour = Int(moment.nanoseconds / 3_600_000_000_000 % 24)
            return from <= until ? (from..<until).contains(hour) : hour >= from || hour < until
        }
    }

    /// Where people have set none.
    public var target: Int
    /// Points a minute at most.
    public var risePerMinute: Int
    /// What a part of health that is not known yet allows at most.
    public var unknownCeiling: Int
    /// While nobody watches.
    public var absentCeiling: Int
    /// Nobody counts as watching once nobody has shown for so long; `nil`: nobody is missed.
    public var absentAfter: Span?
    /// While the node's check of itself fails.
    public var canaryCeiling: Int
    public var nightCeiling: Int
    public var night: Night?
    /// By `from`, ascending from 0; a higher step never allows less.
    public let steps: [Step]

    public static let standardSteps = [
        Step(from: 0, sizeShare: 0, edge: Rate(hundredthsOfBasisPoint: 500), exposureShare: 1),
        Step(from: 10, sizeShare: 25, edge: Rate(hundredthsOfBasisPoint: 300), exposureShare: 25),
        Step(from: 30, sizeShare: 50, edge: Rate(hundredthsOfBasisPoint: 150), exposureShare: 50),
        Step(from: 50, sizeShare: 75, edge: Rate(hundredthsOfBasisPoint: 50), exposureShare: 75),
        Step(from: 70, sizeShare: 100, edge: .zero, exposureShare: 100),
    ]

    public init(
        target: Int = 80, risePerMinute: Int = 60, unknownCeiling: Int = 80, absentCeiling: Int = 60,
        absentAfter: Span? = nil, canaryCeiling: Int = 50, nightCeiling: Int = 60, night: Night? = nil,
        steps: [Step] = RiskIndexPolicy.standardSteps
    ) {
        precondition(RiskIndexPolicy.fault(in: steps) == nil, "steps are ordered and monotone")
        precondition(risePerMinute > 0)
        self.target = target
        self.risePerMinute = risePerMinute
        self.unknownCeiling = unknownCeiling
        self.absentCeiling = absentCeiling
        self.absentAfter = absentAfter
        self.canaryCeiling = canaryCeiling
        self.nightCeiling = nightCeiling
        self.night = night
        self.steps = steps
    }

    /// What is wrong with a table of steps; `nil` when nothing is.
    public static func fault(in steps: [Step]) -> String? {
        guard let first = steps.first, first.from == 0 else { return "the first step begins at 0" }
        for step in steps {
            guard (0...100).contains(step.from), (0...100).contains(step.sizeShare),
                (1...100).contains(step.exposureShare), step.edge >= .zero
            else { return "from and size lie within 0 and 100, exposure within 1 and 100" }
        }
        for (low, high) in zip(steps, steps.dropFirst()) {
            guard high.from > low.from else { return "steps come in ascending order" }
            guard high.sizeShare >= low.sizeShare, high.exposureShare >= low.exposureShare,
                high.edge <= low.edge
            else { return "the step from \(high.from) allows less than the one from \(low.from)" }
        }
        return nil
    }

    public func step(at value: Int) -> Step { steps.last { $0.from <= value } ?? steps[0] }

    /// Why the index may not rise now, whatever it stands at; `nil` when it may.
    public func freeze(_ reading: RiskReading, at now: Moment) -> String? {
        if night?.contains(now) == true { return "it is night" }
        if reading.canary == false { return "the node's check of itself fails" }
        return reading.operatorPresent == false ? "no operator has shown" : nil
    }

    /// The most that health allows, and the part of it that allows no more.
    public func ceiling(_ reading: RiskReading, at now: Moment) -> (Int, String) {
        func known(_ value: Int?, _ name: String) -> (Int, String) {
            value.map { (min(100, max(0, $0)), "\(name) \($0)") }
                ?? (unknownCeiling, "\(name) not yet known")
        }
        let regime = reading.marketStability.map { MarketRegime(stability: $0) }
        let parts = [
            known(reading.capitalHealth, "capital health"),
            known(reading.heartbeats, "heartbeats"),
            known(reading.canary.map { $0 ? 100 : canaryCeiling }, "canary"),
            known(reading.operatorPresent.map { $0 ? 100 : absentCeiling }, "operator present"),
            known(reading.venueStability, "venue stability"),
            regime.map { ($0.ceiling, "the market is \($0.rawValue)") }
                ?? (unknownCeiling, "market stability not yet known"),
            night?.contains(now) == true ? (nightCeiling, "night") : (100, ""),
        ]
        return parts.min { $0.0 < $1.0 } ?? (unknownCeiling, "")
    }
}
