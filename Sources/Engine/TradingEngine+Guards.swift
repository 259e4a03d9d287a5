import Hedging
import Orders
import Risk
import Routing
import Strategies
import TradingModel

// What keeps a strategy from going on when something is wrong with it, its market or its hedges.
extension TradingEngine {
    /// By strategy, disabled where rows say so.
    static func guards(_ policy: EnginePolicy, _ recovery: Recovery) -> [LogicLoopGuard] {
        var guards =
            policy.takerTaker.map {
                LogicLoopGuard(cyclesPerMinute: $0.cyclesPerMinute, feesPerHour: $0.feesPerHour)
            }
            + policy.makerTaker.map {
                LogicLoopGuard(cyclesPerMinute: $0.cyclesPerMinute, feesPerHour: $0.feesPerHour)
            }
        for (index, name) in policy.strategyNames.enumerated() {
            guards[index].restore(disabledBy: recovery.disabledStrategies[name])
        }
        return guards
    }

    func mayOpen(_ strategy: Int, _ index: Int, _ now: Moment) -> Bool {
        loopGuards[strategy].reason == nil && !kills.closes(strategy: strategy, InstrumentID(index))
            && now >= restsUntil[index] && !isResidualHigh
    }

    /// A hedge was late or failed, or a leg could not be sent: nothing is opened here for a while.
    mutating func rest(_ index: Int, _ now: Moment) {
        restsUntil[index] = max(restsUntil[index], now + policy.hedge.cooldown)
    }

    /// A leg became durable too late to be sent.
    mutating func stale(_ intent: OrderIntent, _ now: Moment) {
        let index = intent.instrument.index
        rest(index, now)
        let late = (now - intent.sendBefore).nanoseconds / 1_000
        alarm(
            .staleTrade, .warning, intent.venue,
            "\(intent.id) is \(late) µs too late and is not sent; \(policy.instruments[index].symbol) rests",
            now)
    }

    // MARK: Logic loops

    /// Strategies disabled as possible logic loops, and why.
    public var disabledStrategies: [(name: String, reason: String)] {
        policy.strategyNames.enumerated().compactMap { index, name in
            loopGuards[index].reason.map { (name, $0) }
        }
    }

    /// An opening leg settled; with the other one that is a cycle.
    mutating func cycled(_ record: OrderRecord, _ now: Moment) {
        let id = record.intent.id
        let other = ClientOrderID(
            epoch: id.epoch, node: id.node, strategy: id.strategy, intent: id.intent, leg: id.leg ^ 1,
            attempt: id.attempt)
        let strategy = Int(id.strategy) - 1
        guard loopGuards.indices.contains(strategy), orders[other]?.isSettled ?? true else { return }
        if let why = loopGuards[strategy].completed(at: now) { disable(strategy, why, now) }
    }

    /// A fee was paid on an instrument: by the strategy that trades it, hedges included.
    mutating func paid(_ fee: Amount, _ index: Int, _ now: Moment) {
        for strategy in strategiesOf[index] { paid(fee, by: strategy, now) }
        for maker in makersOf[index] { paid(fee, by: strategies.count + maker, now) }
    }

    private mutating func paid(_ fee: Amount, by strategy: Int, _ now: Moment) {
        if let why = loopGuards[strategy].paid(fee, at: now) { disable(strategy, why, now) }
    }

    mutating func disable(
        _ strategy: Int, _ why: String, _ now: Moment, code: IncidentCode = .possibleLogicLoop
    ) {
        let name = policy.strategyNames[strategy]
        output.append(
            .journal(.strategy(name: name, isEnabled: false, reason: why, actor: "node", at: now)))
        alarm(
            code, .pageNow, nil,
            "\(name) (\(policy.owners[strategy])) is disabled: \(why); \(LogicLoopGuard.people) people must "
                + "agree to enable it", now)
    }

    /// One person's word; the second one's enables the strategy.
    mutating func approve(_ name: String, _ reason: String, _ actor: String, _ now: Moment) {
        guard let strategy = policy.strategyNames.firstIndex(of: name),
            loopGuards[strategy].reason != nil
        else { return }
        let earlier = loopGuards[strategy].approvals
        guard loopGuards[strategy].approve(by: actor) else {
            return alarm(.possibleLogicLoop, .info, nil, "\(actor) agrees to enable \(name): \(reason)", now)
        }
        ruleMemory.books[strategy].forgive()
        let people = (earlier + [actor]).joined(separator: " and ")
        output.append(
            .journal(.strategy(name: name, isEnabled: true, reason: reason, actor: people, at: now)))
        alarm(.possibleLogicLoop, .info, nil, "\(name) is enabled again by \(people): \(reason)", now)
    }

    // MARK: Residuals and routes

    /// What no venue takes is bounded in value, and does not stay for ever unseen. What only waits until it
    /// is known whether the last run hedged it is told as that, and is not to be closed by hand.
    mutating func watchResiduals(_ now: Moment) {
        var sum = Amount.zero
        for index in policy.instruments.indices where !isPresuming(index) {
            let residual = obligations[index].residual
            sum += policy.instruments[index].notional(mids[index], residual.magnitude)
            guard let since = obligations[index].residualSince, now - since > policy.hedge.residualAge,
                oldResiduals[index] != since
            else { continue }
            oldResiduals[index] = since
            alarm(
                .residualLimit, .warning, nil,
                "\(policy.instruments[index].text(residual)) \(policy.instruments[index].symbol) has been "
                    + "too little for any venue since \(since.milliseconds)", now)
        }
        let isHigh = sum > policy.hedge.residualCap
        guard isHigh != isResidualHigh else { return }
        isResidualHigh = isHigh
        let text = "residuals of \(sum), cap \(policy.hedge.residualCap)"
        alarm(
            .residualLimit, isHigh ? .critical : .info, nil,
            isHigh ? "\(text): nothing is opened" : "\(text): openings go on", now)
    }

    /// A hedge cannot be routed whole: people are told what each venue gives.
    mutating func tellDegraded(
        _ plan: RoutePlan, _ index: Int, _ wanted: Quantity, _ rung: HedgeRung, _ now: Moment
    ) {
        guard plan.unrouted >= smallestHedges[index] else { return }
        let instrument = policy.instruments[index]
        let venues = plan.reasons.map { reason in
            let leg = plan.legs.first { $0.venue == reason.venue }
            let share = leg.map { instrument.text($0.quantity) } ?? reason.cause.rawValue
            return "\(policy.venues[reason.venue.index].name) \(share)"
        }
        alarm(
            .sorDegraded, .warning, nil,
            "\(instrument.symbol): \(instrument.text(plan.unrouted)) of \(instrument.text(wanted)) cannot be "
                + "routed (\(rung)); \(venues.joined(separator: ", "))", now)
    }
}
