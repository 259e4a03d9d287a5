import TradingModel

/// One strategy's memory of what went wrong. `AdaptiveSizing` follows the moment and forgets it; here size
/// goes down by steps, and up again only on evidence.
///
/// Two ladders of the same steps, each a quarter less: *conduct* answers to the strategy's own drawdown,
/// hedges and slippage and recovers by trades that earned their costs; *market* answers to volatility and
/// recovers by calm. The share is the product of both, not below the least.
public struct StrategyThrottle: Hashable, Sendable {
    public enum Cause: String, CaseIterable, Hashable, Sendable {
        case drawdown
        case hedges
        case slippage
        case volatility
    }

    /// One step, down or up, and why.
    public struct Step: Hashable, Sendable {
        public var at: Moment
        public var cause: Cause
        /// In ten-thousandths, before and after.
        public var from: Int64
        public var to: Int64
        /// The numbers behind it.
        public var why: String
    }

    /// What is left after so many steps, in ten-thousandths.
    public static let shares: [Int64] = [10_000, 7_500, 5_625, 4_219, 3_164, 2_373, 1_780, 1_335, 1_001]
    /// A market that stays wild takes a step no more often than this.
    public static let pace = Span.seconds(10)
    /// Hedges that the slippage is the average of.
    public static let averaged = 8

    public private(set) var policy: ThrottlePolicy
    public private(set) var conduct = 0
    public private(set) var market = 0
    /// By cause, in the order of `Cause.allCases`: steps down since the start.
    public private(set) var steps = [Int](repeating: 0, count: Cause.allCases.count)
    public private(set) var recoveries = 0
    public private(set) var last: Step?

    private var seen = ThrottleEvidence()
    private var peak = Amount.zero
    /// Multiples of the drawdown below the peak that have been answered.
    private var marks: Int128 = 0
    private var streak = 0
    /// What the last step of conduct was about.
    private var fault = Cause.drawdown
    /// Hedges that a step for slippage has answered.
    private var answeredHedges = -StrategyThrottle.averaged
    private var wildAt = Moment.distantPast
    private var calmSince: Moment?

    public init(policy: ThrottlePolicy) { self.policy = policy }

    /// As many steps down as an earlier run left it: a restart is no evidence.
    public mutating func restore(conduct: Int, market: Int) {
        let most = StrategyThrottle.shares.count - 1
        self.conduct = min(max(0, conduct), most)
        self.market = min(max(0, market), most)
    }

    /// Other limits; the steps taken so far stay.
    public mutating func adopt(_ policy: ThrottlePolicy) { self.policy = policy }

    /// Of the size it would otherwise have, in ten-thousandths.
    public var share: Int64 {
        let product = StrategyThrottle.shares[conduct] * StrategyThrottle.shares[market] / 10_000
        return max(policy.least, product)
    }

    /// Trades that earned their costs since the last bad news.
    public var goodTrades: Int { streak }

    /// Takes note of what there is to show now. Looking again at the same evidence changes nothing but the
    /// calm that has passed.
    public mutating func look(_ evidence: ThrottleEvidence, at now: Moment) {
        conductLook(evidence, now)
        marketLook(evidence, now)
        seen = evidence
    }

    private mutating func conductLook(_ evidence: ThrottleEvidence, _ now: Moment) {
        let news = badNews(evidence)
        if news.isEmpty {
            let (ended, good) = (evidence.trades - seen.trades, evidence.goodTrades - seen.goodTrades)
            // Whichever came first: a loss among them begins the count anew.
            streak = good < ended ? 0 : streak + good
            guard conduct > 0, streak >= policy.trades else { return }
            let count = streak
            streak = 0
            step(fault, up: true, now, "\(count) trades in a row earned their costs") { $0.conduct -= 1 }
            return
        }
        streak = 0
        for (cause, why) in news {
            fault = cause
            step(cause, up: false, now, why) {
                $0.conduct = min($0.conduct + 1, StrategyThrottle.shares.count - 1)
            }
        }
    }

    private mutating func badNews(_ evidence: ThrottleEvidence) -> [(Cause, String)] {
        var news: [(Cause, String)] = []
        if evidence.profit > peak {
            peak = evidence.profit
            marks = 0
        }
        let below = peak - evidence.profit
        let reached = below.raw / policy.drawdown.raw
        if reached > marks {
            marks = reached
            news.append((.drawdown, "\(below) below its peak, a step for each \(policy.drawdown)"))
        }
        let bad = evidence.badHedges - seen.badHedges
        if bad > 0 { news.append((.hedges, "\(bad) hedges late or given up")) }
        // The average is of the last few: what it holds against a strategy, it does only once.
        if evidence.slippage > policy.slippage, evidence.hedges > seen.hedges,
            evidence.hedges >= answeredHedges + StrategyThrottle.averaged
        {
            answeredHedges = evidence.hedges
            news.append(
                (
                    .slippage,
                    "hedges closed \(evidence.slippage.basisPoints) bps worse than the mid price, bound "
                        + "\(policy.slippage.basisPoints)"
                ))
        }
        return news
    }

    private mutating func marketLook(_ evidence: ThrottleEvidence, _ now: Moment) {
        // What is not known is no calm.
        guard let range = evidence.range else {
            calmSince = nil
            return
        }
        if range > policy.range {
            calmSince = nil
            guard now - wildAt >= StrategyThrottle.pace else { return }
            wildAt = now
            let why = "a range of \(range.basisPoints) bps, bound \(policy.range.basisPoints)"
            step(.volatility, up: false, now, why) {
                $0.market = min($0.market + 1, StrategyThrottle.shares.count - 1)
            }
            return
        }
        guard range.raw * 2 <= policy.range.raw else {
            calmSince = nil
            return
        }
        let since = calmSince ?? now
        calmSince = since
        guard market > 0, now - since >= policy.calm else { return }
        calmSince = now
        let why =
            "a range of at most half of \(policy.range.basisPoints) bps for "
            + "\((now - since).milliseconds / 1_000) s"
        step(.volatility, up: true, now, why) { $0.market -= 1 }
    }

    private mutating func step(
        _ cause: Cause, up: Bool, _ now: Moment, _ why: String, _ change: (inout StrategyThrottle) -> Void
    ) {
        let from = share
        change(&self)
        if up {
            recoveries += 1
        } else {
            for (index, other) in Cause.allCases.enumerated() where other == cause { steps[index] += 1 }
        }
        last = Step(at: now, cause: cause, from: from, to: share, why: why)
    }
}
