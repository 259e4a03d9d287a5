import Measures
import TradingModel

/// What a day, a week or a month came to.
public struct PeriodReport: Sendable {
    /// From the last sample before the period, where there is one, to the last within it.
    public var period: ReportPeriod
    /// Profit at the beginning and the end of each step, oldest first.
    public var curve: [(at: Moment, profit: Amount)]
    public var profit: Amount
    public var fees: Amount
    public var funding: Amount
    /// What the returns are of; `nil`: it is not known.
    public var capital: Amount?
    /// For a year; `nil`: too few returns, or they have no spread.
    public var sharpe: Double?
    public var sortino: Double?
    public var returns: Int
    /// In the quote asset; `nil`: the curve never fell.
    public var drawdown: (depth: Amount, from: Moment, to: Moment, recovered: Moment?)?
    /// Within the period, summed over runs.
    public var counters: [String: Int64]
    public var sums: [String: Amount]
    /// The newest sample's, since its run began.
    public var latencies: [String: Double]
    /// The lowest that each level was.
    public var least: [String: Int64]
    /// Seconds in each mode.
    public var modes: [(name: String, seconds: Int64)]
    /// Seconds between samples that are further apart than two minutes: nobody knows what was then.
    public var unseen: Int64
    public var runs: Int

    /// Samples further apart than this tell nothing of what lies between.
    static let widest = Span.seconds(120)

    /// `nil`: there is no sample within the period.
    ///
    /// - Parameter samples: rising in time; also those before the period, for what it began with.
    public init?(_ samples: [FigureSample], _ period: ReportPeriod) {
        let inside = samples.filter { period.contains($0.at) }
        guard let last = inside.last else { return nil }
        let base = samples.last { $0.at < period.from }
        let all = (base.map { [$0] } ?? []) + inside
        self.period = period
        runs = Set(inside.map(\.run)).count
        (counters, sums) = PeriodReport.growth(all, isWhole: base == nil)
        latencies = last.latencies
        least = inside.reduce(into: [:]) { least, sample in least.merge(sample.levels) { min($0, $1) } }
        curve = PeriodReport.steps(all, period)
        profit = (curve.last?.profit ?? .zero) - (curve.first?.profit ?? .zero)
        fees = sums["fees"] ?? .zero
        funding = sums["funding"] ?? .zero
        let known = inside.last { $0.gauges["capital"] != nil }?.gauges["capital"]
        capital = known.flatMap { $0 > .zero ? $0 : nil }
        let returns = PeriodReport.returns(curve, capital)
        self.returns = returns.count
        sharpe = Performance.sharpe(returns, periods: period.stepsPerYear)
        sortino = Performance.sortino(returns, periods: period.stepsPerYear)
        let fine = all.compactMap { sample in sample.gauges["profit"].map { (sample.at, $0) } }
        drawdown = Performance.drawdown(fine.map { PeriodReport.units($0.1) }).map { found in
            (
                fine[found.from].1 - fine[found.to].1, fine[found.from].0, fine[found.to].0,
                found.recovered.map { fine[$0].0 }
            )
        }
        (modes, unseen) = PeriodReport.times(all, period)
    }

    /// What counters and sums grew by. A run begins at zero, whenever its first sample was taken.
    static func growth(_ samples: [FigureSample], isWhole: Bool) -> ([String: Int64], [String: Amount]) {
        var counters: [String: Int64] = [:]
        var sums: [String: Amount] = [:]
        var before: FigureSample?
        for (place, sample) in samples.enumerated() {
            defer { before = sample }
            // What the sample before the period holds was of before.
            if place == 0, !isWhole { continue }
            let earlier = before?.run == sample.run ? before : nil
            for (key, value) in sample.counters {
                counters[key, default: 0] += max(0, value - (earlier?.counters[key] ?? 0))
            }
            for (key, value) in sample.sums {
                sums[key, default: .zero] += value - (earlier?.sums[key] ?? .zero)
            }
        }
        return (counters, sums)
    }

    /// The profit where each step of the period ends, and where the first begins.
    static func steps(_ samples: [FigureSample], _ period: ReportPeriod) -> [(at: Moment, profit: Amount)] {
        let known = samples.compactMap { sample in sample.gauges["profit"].map { (sample.at, $0) } }
        guard let first = known.first else { return [] }
        var curve = [(at: max(first.0, period.from), profit: first.1)]
        var end = period.from + period.step
        var held = first.1
        var place = 0
        while end <= period.to, place < known.count {
            while place < known.count, known[place].0 < end {
                held = known[place].1
                place += 1
            }
            if end > first.0 { curve.append((at: end, profit: held)) }
            end = end + period.step
        }
        return curve
    }

    static func returns(_ curve: [(at: Moment, profit: Amount)], _ capital: Amount?) -> [Double] {
        guard let capital else { return [] }
        let whole = units(capital)
        return zip(curve, curve.dropFirst()).map { (units($1.profit) - units($0.profit)) / whole }
    }

    private static func times(_ samples: [FigureSample], _ period: ReportPeriod)
        -> ([(name: String, seconds: Int64)], Int64)
    {
        var modes: [(name: String, seconds: Int64)] = []
        var unseen: Int64 = 0
        for (sample, next) in zip(samples, samples.dropFirst()) {
            let span = next.at - max(sample.at, period.from)
            let seconds = span.nanoseconds / 1_000_000_000
            guard next.at - sample.at <= widest, sample.run == next.run else {
                unseen += max(0, seconds)
                continue
            }
            if let place = modes.firstIndex(where: { $0.name == sample.mode }) {
                modes[place].seconds += seconds
            } else {
                modes.append((sample.mode, seconds))
            }
        }
        return (modes, unseen)
    }

    static func units(_ amount: Amount) -> Double { Double(amount.raw) / 1e18 }
}

extension PeriodReport {
    /// Names between a prefix and a suffix, in order: `venue.` and `.fills` give the venues.
    public func names(_ prefix: String, _ suffix: String) -> [String] {
        let keys = Array(counters.keys) + Array(sums.keys)
        return Set(
            keys.filter {
                $0.hasPrefix(prefix) && $0.hasSuffix(suffix) && $0.count > prefix.count + suffix.count
            }
            .map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }
        ).sorted()
    }
}
