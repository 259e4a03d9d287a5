import TradingModel

/// How risk is measured over all positions together, and what is too much of it.
public struct PortfolioPolicy: Hashable, Sendable {
    /// How often prices are sampled: 1 s to an hour.
    public var step: Span
    /// Returns that count, the newest ones.
    public var window: Int
    /// With fewer complete returns there is no figure. At least what the quantile needs: 100/(100 − c).
    public var least: Int
    /// A value at risk is about a loss within this time; at least a step.
    public var horizon: Span
    /// In percent, 51…99.
    public var confidence: Int
    /// Largest value at risk of the net positions.
    public var valueAtRisk: Amount
    /// What stands in for a figure while returns are too few: every position loses this much of its value.
    public var assumedMove: Rate
    /// Returns may be too few for so long after a start before people are told; a position without any price
    /// counts as above the limit from then on.
    public var warmUp: Span
    /// Profit this far below its peak, as a share of capital, leaves no health.
    public var drawdown: Rate
    public var stress: StressPolicy
    /// `nil`: sizes follow `AdaptiveSizing` alone.
    public var throttle: ThrottlePolicy?

    public init(
        step: Span, window: Int, least: Int, horizon: Span, confidence: Int, valueAtRisk: Amount,
        assumedMove: Rate, warmUp: Span, drawdown: Rate, stress: StressPolicy, throttle: ThrottlePolicy?
    ) {
        precondition(step > .zero && horizon >= step && least > 1 && least <= window)
        precondition((51...99).contains(confidence), "a confidence lies between 51 and 99 percent")
        self.step = step
        self.window = window
        self.least = least
        self.horizon = horizon
        self.confidence = confidence
        self.valueAtRisk = valueAtRisk
        self.assumedMove = assumedMove
        self.warmUp = warmUp
        self.drawdown = drawdown
        self.stress = stress
        self.throttle = throttle
    }

    /// `99 % over 10m, 360 returns of 10s`.
    public var terms: String {
        "\(confidence) % over \(horizon.milliseconds / 1_000) s, \(window) returns of "
            + "\(step.milliseconds / 1_000) s"
    }

    /// The least number of returns in which a quantile of this confidence is not merely the worst one.
    public static func needed(confidence: Int) -> Int { (100 + 99 - confidence) / (100 - confidence) }
}

/// How hard each scenario of the stress library strikes, and the loss that is still borne, as a share of
/// capital.
public struct StressPolicy: Hashable, Sendable {
    public struct Trial: Hashable, Sendable {
        public var size: Rate
        public var limit: Rate
        public init(size: Rate, limit: Rate) {
            self.size = size
            self.limit = limit
        }
    }

    /// All prices fall by `size` within a second; and rise by it.
    public var crash: Trial
    /// The quote currencies lose `size` of their value.
    public var depeg: Trial
    /// The worst venue for it is gone; `size` of what lies there is written off.
    public var venueLoss: Trial
    /// Funding payments that add up to `size`, each against us.
    public var funding: Trial
    /// Spreads are `spreadFactor` times as wide and books as much thinner.
    public var spreadFactor: Int
    public var spreadLimit: Rate
    /// All prices move together, against us.
    public var correlationLimit: Rate

    public init(
        crash: Trial, depeg: Trial, venueLoss: Trial, funding: Trial, spreadFactor: Int, spreadLimit: Rate,
        correlationLimit: Rate
    ) {
        precondition(spreadFactor > 0)
        self.crash = crash
        self.depeg = depeg
        self.venueLoss = venueLoss
        self.funding = funding
        self.spreadFactor = spreadFactor
        self.spreadLimit = spreadLimit
        self.correlationLimit = correlationLimit
    }
}
