import TradingModel

/// A loss that is exceeded with a probability of 1 − confidence within the horizon, by two methods. In quote
/// units, never negative.
///
/// The returns are simple returns over one step; `p` is what today's positions would have gained in each of
/// the `n` complete steps of the window, `p = Σ vᵢ rᵢ`.
///
/// - **Parametric**: z(c) · √(S · h/s), where S is the sample variance of `p` around its mean with n − 1 in
///   the denominator. With the sample covariance Σ of the returns that is vᵀΣv; the mean itself is left
///   out: drift is not counted on.
/// - **Historical**: the loss of rank ⌈n·c⌉ among the `n` losses −p in rising order (the smallest loss that
///   at least the share c of them does not exceed; numpy calls it `inverted_cdf`), times √(h/s).
///
/// h is the horizon and s the step: both methods scale by the square root of time.
public struct ValueAtRisk: Hashable, Sendable {
    public var parametric: Double
    public var historical: Double
    /// Complete returns it was measured from.
    public var observations: Int

    public var worse: Double { max(parametric, historical) }

    /// - Parameter profits: at least two.
    init(_ profits: [Double], z: Double, confidence: Int, scale: Double) {
        parametric = ValueAtRisk.parametric(profits, z: z, scale: scale)
        let losses = profits.map { -$0 }.sorted()
        let rank = (profits.count * confidence + 99) / 100
        historical = max(0, losses[rank - 1] * scale)
        observations = profits.count
    }

    /// - Parameter profits: at least two.
    static func parametric(_ profits: [Double], z: Double, scale: Double) -> Double {
        let count = Double(profits.count)
        let mean = profits.reduce(0, +) / count
        let squares = profits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return z * (squares / (count - 1)).squareRoot() * scale
    }
}

/// A figure, or why there is none.
public enum RiskReading: Hashable, Sendable {
    case measured(ValueAtRisk)
    /// Complete returns, and how many it takes.
    case insufficient(have: Int, needed: Int)
    /// A position has never had a price.
    case unpriced

    public var value: ValueAtRisk? {
        if case .measured(let value) = self { return value }
        return nil
    }

    /// `insufficient_data` is what JSON and people read instead of a number.
    public var state: String {
        switch self {
        case .measured: "measured"
        case .insufficient, .unpriced: "insufficient_data"
        }
    }
}

extension PortfolioPolicy {
    /// √(horizon/step).
    var scale: Double { (Double(horizon.nanoseconds) / Double(step.nanoseconds)).squareRoot() }

    /// - Parameter values: signed, by asset; `nil` where a price is missing.
    public func valueAtRisk(of values: [Double]?, _ history: PriceHistory) -> RiskReading {
        guard let values else { return .unpriced }
        let profits = history.profits(of: values)
        guard profits.count >= least else { return .insufficient(have: profits.count, needed: least) }
        return .measured(
            ValueAtRisk(
                profits, z: NormalQuantile.z(percent: confidence), confidence: confidence, scale: scale))
    }

    /// What stands in for a figure that cannot be measured: every position moves against us by the assumed
    /// move, all at once.
    public func assumedLoss(of values: [Double]) -> Double {
        values.reduce(0) { $0 + $1.magnitude } * assumedMove.fraction
    }

    /// Each asset's own parametric value at risk, added up: what is left of diversification when all prices
    /// move together. Where an asset's returns are too few, its assumed loss stands in.
    public func correlatedLoss(of values: [Double], _ history: PriceHistory) -> Double {
        var sum = 0.0
        let z = NormalQuantile.z(percent: confidence)
        for asset in values.indices where values[asset] != 0 {
            var alone = [Double](repeating: 0, count: values.count)
            alone[asset] = values[asset]
            let profits = history.profits(of: alone)
            sum +=
                profits.count >= least
                ? ValueAtRisk.parametric(profits, z: z, scale: scale) : assumedLoss(of: alone)
        }
        return sum
    }
}
