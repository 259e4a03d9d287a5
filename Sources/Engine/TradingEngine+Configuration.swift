import Orders
import Portfolio
import Risk
import Strategies
import TradingModel

// Another configuration while the node runs: recorded first, then adopted whole, in one call that no event
// comes between.
extension TradingEngine {
    /// Whether a change of configuration can begin now: it starts from what holds, and no other is under way.
    func isTimely(_ wish: ConfigurationWish) -> Bool {
        wish.before == (configured?.after ?? "") && wish.after != wish.before && awaitedChange == nil
    }

    mutating func configure(
        _ change: PolicyChange, _ people: [String], _ now: Moment
    ) {
        guard let adopted = policy.adopting(change.policy),
            let agreed = agree(on: .configuration(change.wish), change.fact.reason, people, now)
        else { return }
        var change = change
        change.policy = adopted
        (change.fact.actor, change.fact.at) = (agreed, now)
        awaitedChange = change
        loosen(.configuration(change.wish), change.fact.reason, .configured(change.fact))
    }

    /// What a start found: written where it is not what the last run ended with.
    mutating func begin(with fact: ConfigurationFact) {
        guard fact.after != configured?.after else { return }
        configured = fact
        output.append(.journal(.configured(fact)))
    }

    /// A checkpoint holds no configuration: it is named again behind it.
    mutating func repeatConfiguration() {
        if let configured { output.append(.journal(.configured(configured))) }
    }

    mutating func configurationDurable(_ now: Moment) {
        guard let change = awaitedChange else { return }
        awaitedChange = nil
        configured = change.fact
        adopt(change.policy, now)
        let keys = change.fact.changes.map(\.key).joined(separator: ", ")
        alarm(
            .ruleChanged, change.people > 1 ? .warning : .info, nil,
            "\(change.fact.actor) changed the configuration (\(change.fact.reason)): \(keys)", now)
    }

    /// The row may lie on the disk all the same: what follows it says what holds.
    mutating func configurationRefused() {
        awaitedChange = nil
        repeatConfiguration()
    }

    private mutating func adopt(_ new: EnginePolicy, _ now: Moment) {
        let old = policy
        policy = new
        governor.limits = TradingEngine.limits(new, switchedRules)
        for index in strategies.indices { strategies[index].adopt(new.takerTaker[index]) }
        for index in makers.indices { makers[index].adopt(new.makerTaker[index]) }
        let guards =
            new.takerTaker.map { ($0.cyclesPerMinute, $0.feesPerHour) }
            + new.makerTaker.map { ($0.cyclesPerMinute, $0.feesPerHour) }
        for (index, limits) in guards.enumerated() {
            loopGuards[index].adopt(cyclesPerMinute: limits.0, feesPerHour: limits.1)
        }
        if old.limits.window != new.limits.window { widenWindows(now) }
        if let index = new.riskIndex { riskIndex?.adopt(index) }
        applyRiskIndex()
        if old.portfolio != new.portfolio { adopt(new.portfolio) }
        // Quotes were placed under other terms: they come back under these.
        pullQuotes(now)
    }

    /// What was seen within the old window is what is known of the new one.
    private mutating func widenWindows(_ now: Moment) {
        for index in priceWindows.indices {
            var window = PriceWindow(span: policy.limits.window)
            if let range = priceWindows[index].range(at: now) {
                window.note(range.low, at: now)
                window.note(range.high, at: now)
            }
            priceWindows[index] = window
        }
    }

    private mutating func adopt(_ limits: PortfolioPolicy?) {
        guard let limits, portfolio != nil else { return watchAllPositions() }
        portfolio?.watch.adopt(limits, assets: policy.instruments.count)
        guard let throttle = limits.throttle, throttling != nil else {
            throttling = limits.throttle.map { Throttling(policy: $0, strategies: loopGuards.count) }
            nextThrottleLooks = policy.instruments.map { _ in
                throttling == nil ? .distantFuture : .distantPast
            }
            return
        }
        for index in loopGuards.indices { throttling?.throttles[index].adopt(throttle) }
    }
}
