import Hedging
import Orders
import Portfolio
import Risk
import TradingModel

/// What the throttles of all strategies are told.
struct Throttling: Sendable {
    /// By strategy, makers after takers.
    var throttles: [StrategyThrottle]
    /// By strategy: what its trades came to.
    var evidence: [ThrottleEvidence]
    /// Of all trades begun: those whose result is taken, or lost to the log's bound.
    var counted = 0

    init(policy: ThrottlePolicy, strategies: Int) {
        throttles = Array(repeating: StrategyThrottle(policy: policy), count: strategies)
        evidence = Array(repeating: ThrottleEvidence(), count: strategies)
    }
}

// Sizes that remember. An opening answers news, never a clock: throttles are looked at when a book message is
// decided, at most once a second, so that the same messages take the same steps again.
extension TradingEngine {
    /// By strategy; empty where none is configured.
    public var throttles: [StrategyThrottle] { throttling?.throttles ?? [] }

    static let throttleLook = Span.seconds(1)
    /// A trade is over when its orders are and nothing is owed, and not before this.
    private static let tradeSettles = Span.seconds(1)
    /// Whatever is still open then: its result is taken as it stands.
    private static let tradePatience = Span.seconds(60)
    /// Results taken at one look.
    private static let resultsAtOnce = 32

    func throttled(_ strategy: Int, _ share: Int64) -> Int64 {
        throttling.map { share * $0.throttles[strategy].share / 10_000 } ?? share
    }

    /// All strategies that trade this instrument look at what there is to show.
    mutating func tendThrottles(_ index: Int, _ now: Moment) {
        nextThrottleLooks[index] = now + TradingEngine.throttleLook
        takeResults(now)
        let range = unrest(index, now)
        for strategy in strategiesOf[index] + makersOf[index].map({ strategies.count + $0 }) {
            throttling?.evidence[strategy].badHedges = obligations[index].late + ladders[index].failures
            throttling?.evidence[strategy].hedges = obligations[index].completed
            throttling?.evidence[strategy].slippage = obligations[index].recentSlippage
            throttling?.evidence[strategy].range = range
            guard let evidence = throttling?.evidence[strategy] else { return }
            let before = throttling?.throttles[strategy].last
            throttling?.throttles[strategy].look(evidence, at: now)
            if let step = throttling?.throttles[strategy].last, step != before {
                tell(step, policy.strategyNames[strategy], now)
                writeThrottle(strategy, step.why, now)
            }
        }
    }

    private mutating func writeThrottle(_ strategy: Int, _ why: String, _ now: Moment) {
        guard let throttle = throttling?.throttles[strategy] else { return }
        output.append(
            .journal(
                .rule(
                    .throttled(
                        strategy: policy.strategyNames[strategy], conduct: throttle.conduct,
                        market: throttle.market, why: why, at: now))))
    }

    /// Behind a checkpoint, which holds none of it.
    mutating func repeatThrottleRows(_ now: Moment) {
        for strategy in throttles.indices where throttles[strategy].share < 10_000 {
            writeThrottle(strategy, "written again behind a checkpoint", now)
        }
    }

    /// Once, at the start.
    mutating func restoreThrottles(_ steps: [String: (conduct: Int, market: Int)]) {
        for (strategy, name) in policy.strategyNames.enumerated() {
            guard let found = steps[name], throttles.indices.contains(strategy) else { continue }
            throttling?.throttles[strategy].restore(conduct: found.conduct, market: found.market)
        }
    }

    private mutating func tell(_ step: StrategyThrottle.Step, _ name: String, _ now: Moment) {
        alarm(
            .strategyThrottled, .info, nil,
            "\(name) trades \(step.to / 100) % of its size (before \(step.from / 100) %), "
                + "\(step.cause.rawValue): \(step.why)", now)
    }

    /// Trades that are over count once, in the order they began.
    private mutating func takeResults(_ now: Moment) {
        tellAfterwards()
        for _ in 0..<TradingEngine.resultsAtOnce {
            guard let counted = throttling?.counted, counted < told.begun else { return }
            let place = told.stories.count - (told.begun - counted)
            guard place >= 0 else {
                throttling?.counted = told.begun - told.stories.count
                continue
            }
            let story = told.stories[place]
            guard isOver(story, now) else { return }
            throttling?.counted = counted + 1
            let parts = story.legs + story.hedges
            guard parts.contains(where: { $0.filled > .zero }) else { continue }
            let index = story.instrument.index
            let profit = story.account(policy.instruments[index], mark: mids[index]).profit
            throttling?.evidence[story.strategy].profit += profit
            throttling?.evidence[story.strategy].trades += 1
            if profit >= .zero { throttling?.evidence[story.strategy].goodTrades += 1 }
        }
    }

    private func isOver(_ story: TradeStory, _ now: Moment) -> Bool {
        let age = now - story.decidedAt
        guard age < TradingEngine.tradePatience else { return true }
        return age >= TradingEngine.tradeSettles && obligations[story.instrument.index].open.isEmpty
            && (story.legs + story.hedges).allSatisfy { orders[$0.id]?.isSettled ?? true }
    }
}
