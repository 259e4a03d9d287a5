import Books
import Hedging
import Orders
import Risk
import TradingModel

/// A person's switch of a rule.
public struct RuleSwitch: Hashable, Sendable {
    public var isOn: Bool
    public var reason: String
    public var actor: String
    public var at: Moment
}

/// When rules that act are looked at next.
struct RuleWatch: Sendable {
    /// The time of the event that is being processed.
    var now = Moment.distantPast
    /// Something has happened that they depend on.
    var isDue = false
    var lookedAt = Moment.distantPast
    var wroteAt = Moment.distantPast
    var written = Amount.zero

    /// With something open or just happened, and with nothing.
    static let pace = Span.milliseconds(50)
    static let idlePace = Span.seconds(1)
    /// A day's highest profit is written no more often than this.
    static let writing = Span.seconds(10)
}

// Rules that do more than refuse: looked at on the beat, each violation worked off once.
extension TradingEngine {
    /// Rules with a reaction, the logic loop apart, whose guard acts where cycles are counted.
    private static let acting = RuleRegistry.rules.filter { $0.reaction != .deny && $0.code != .logicLoop }

    mutating func watchRules(_ now: Moment) {
        let isBusy = ruleWatch.isDue || !orders.live.isEmpty || ruleMemory.books.contains { $0.open != 0 }
        guard now - ruleWatch.lookedAt >= (isBusy ? RuleWatch.pace : RuleWatch.idlePace) else { return }
        ruleWatch.lookedAt = now
        ruleWatch.isDue = false
        turnDay(now)
        for lockout in ruleMemory.lockouts.expire(at: now) {
            let place = lockout.name.isEmpty ? "the node" : lockout.name
            alarm(.ruleChanged, .info, nil, "\(lockout.rule.rawValue): the lockout of \(place) is over", now)
        }
        for rule in TradingEngine.acting where governor.limits.rules[rule.code] { look(rule, now) }
        while let action = enforcement.next(at: now) {
            if !begin(action, now) { enforcement.failed(action.cause) }
        }
        for action in enforcement.open where isThrough(action) { enforcement.finished(action.cause) }
    }

    /// Places of a scope.
    public func places(of scope: RuleScope) -> Int {
        switch scope {
        case .global: 1
        case .venue: policy.venues.count
        case .strategy: loopGuards.count
        case .symbol, .asset: policy.instruments.count
        }
    }

    public func name(of place: Int, in scope: RuleScope) -> String {
        switch scope {
        case .global: ""
        case .venue: policy.venues[place].name
        case .strategy: policy.strategyNames[place]
        case .symbol: policy.instruments[place].symbol
        case .asset: policy.instruments[place].base.code
        }
    }

    private mutating func look(_ rule: RuleDeclaration, _ now: Moment) {
        for place in 0..<places(of: rule.scope) {
            let cause = Violation(code: rule.code, place: place)
            if isBroken(rule, place, now) {
                enforcement.violated(cause, rule.reaction)
            } else {
                enforcement.healed(cause)
            }
        }
    }

    // Asked apart: a closure of `look` would hold a copy of the engine.
    private func isBroken(_ rule: RuleDeclaration, _ place: Int, _ now: Moment) -> Bool {
        rule.limits.contains { limit in
            let value = value(limit.measure, RuleSubject(rule.scope, place), now)
            // What nobody knows refuses orders; nothing is closed or canceled on a guess.
            guard value >= Measured.smallest else { return false }
            let bound = governor.limits.rules.limit(limit.measure, at: place)
            return limit.bound == .atMost ? value > bound : value < bound
        }
    }

    /// Begins an action; `false`: it cannot be done.
    private mutating func begin(_ action: Enforced, _ now: Moment) -> Bool {
        let rule = RuleRegistry.byCode[action.cause.code.index]
        let place = name(of: action.cause.place, in: rule.scope)
        let why = "\(rule.code.rawValue)\(place.isEmpty ? "" : " of \(place)"): \(rule.meaning)"
        alarm(
            incident(rule.code), action.isEscalation ? .pageNow : .critical, nil,
            "\(why); \(action.reaction.name)\(action.isEscalation ? " in place of what failed" : "")", now)
        switch action.reaction {
        case .deny: return true
        case .reduce: lowerMode(to: .reduced, reason: why, now)
        case .mode(let mode): lowerMode(to: mode, reason: why, now)
        case .cancel: cancelResting(rule.scope, action.cause.place)
        case .close:
            guard rule.scope == .symbol else { return false }
            close(action.cause.place, now)
        case .lockout:
            lock(rule, place, why, now)
            // It has been answered for: the next one is counted from here, else no trade could end it.
            if rule.code == .losingStreak { ruleMemory.books[action.cause.place].forgive() }
        case .disableStrategy:
            guard rule.scope == .strategy else { return false }
            if loopGuards[action.cause.place].stop(why) {
                disable(action.cause.place, why, now, code: incident(rule.code))
            }
        }
        return true
    }

    private func incident(_ code: Denial) -> IncidentCode {
        switch code {
        case .strategyLoss: .strategyPnlStop
        case .marketChaos: .marketChaos
        default: .ruleBroken
        }
    }

    /// Whether what was begun has come to its end.
    private func isThrough(_ action: Enforced) -> Bool {
        let scope = RuleRegistry.byCode[action.cause.code.index].scope
        switch action.reaction {
        case .cancel:
            return !resting(scope, action.cause.place).contains { orders[$0]?.cancel == CancelState.none }
        case .close: return scope != .symbol || obligations[action.cause.place].open.isEmpty
        default: return true
        }
    }

    private func resting(_ scope: RuleScope, _ place: Int) -> [ClientOrderID] {
        orders.live.filter { id in
            guard let record = orders[id], record.intent.timeInForce.mayRest, record.state.mayFill,
                record.state != .new
            else { return false }
            switch scope {
            case .global: return true
            case .venue: return record.intent.venue.index == place
            case .strategy: return Int(id.strategy) - 1 == place
            case .symbol: return record.intent.instrument.index == place
            case .asset: return assetOf[record.intent.instrument.index] == place
            }
        }
    }

    private mutating func cancelResting(_ scope: RuleScope, _ place: Int) {
        for id in resting(scope, place) {
            if let record = orders[id], record.cancel == .none { cancel(record) }
        }
    }

    /// What is open there is hedged away, the residual too as soon as a venue takes it.
    private mutating func close(_ symbol: Int, _ now: Moment) {
        cancelResting(.symbol, symbol)
        guard smallestHedges[symbol].raw < .max else { return }
        awaken(symbol, cause: books[symbol].tops[0].venue, deadline: policy.hedge.deadline, now)
        if needsHedging(symbol) { hedge(symbol, now) }
    }

    private mutating func lock(_ rule: RuleDeclaration, _ place: String, _ why: String, _ now: Moment) {
        let lockout = Lockout(
            rule: rule.code, scope: rule.scope, name: place,
            until: now + governor.limits.rules.locks[rule.code.index], reason: why)
        guard ruleMemory.lockouts.add(lockout) else { return }
        output.append(.journal(.rule(fact(lockout, now))))
    }

    private func fact(_ lockout: Lockout, _ now: Moment) -> RuleFact {
        .locked(
            rule: lockout.rule.rawValue, scope: lockout.scope.rawValue, name: lockout.name,
            until: lockout.until, reason: lockout.reason, at: now)
    }

    // MARK: Days, switches, rows

    /// The day's highest profit; a day that ended while nobody looked has ended all the same.
    private mutating func turnDay(_ now: Moment) {
        let day = governor.limits.rules.day.day(at: now)
        for index in ruleMemory.books.indices { ruleMemory.books[index].turn(to: day) }
        for symbol in policy.instruments.indices {
            let open = openProfit(symbol) ?? 0
            ruleMemory.openHighest[symbol] = Amount(
                raw: open == 0 ? 0 : max(ruleMemory.openHighest[symbol].raw, open))
        }
        guard let total = profit(day).total else { return }
        let highest = ruleMemory.note(profit: Amount(raw: total), day: day)
        guard highest != ruleWatch.written, now - ruleWatch.wroteAt >= RuleWatch.writing else { return }
        ruleWatch.wroteAt = now
        ruleWatch.written = highest
        output.append(.journal(.rule(.highest(profit: highest, day: day, at: now))))
    }

    mutating func switchRule(
        _ name: String, _ isOn: Bool, _ reason: String, _ actor: String, _ now: Moment
    ) {
        guard let code = Denial(rawValue: name), governor.switchRule(code, on: isOn) else { return }
        switchedRules[code] = RuleSwitch(isOn: isOn, reason: reason, actor: actor, at: now)
        if !isOn { ruleMemory.lockouts.lift(code) }
        output.append(
            .journal(
                .rule(
                    .switched(rule: code.rawValue, isOn: isOn, reason: reason, actor: actor, at: now))))
        alarm(
            .ruleChanged, .warning, nil,
            "\(code.rawValue) is switched \(isOn ? "on" : "off") by \(actor): \(reason)", now)
    }

    /// Rows before a checkpoint may be forgotten: what rules must know stands after it.
    mutating func repeatRuleRows(_ now: Moment) {
        for code in Denial.allCases {
            guard let change = switchedRules[code] else { continue }
            output.append(
                .journal(
                    .rule(
                        .switched(
                            rule: code.rawValue, isOn: change.isOn, reason: change.reason,
                            actor: change.actor, at: change.at))))
        }
        for lockout in ruleMemory.lockouts.list where lockout.until > now {
            output.append(.journal(.rule(fact(lockout, now))))
        }
        repeatThrottleRows(now)
        guard ruleMemory.highestDay > Int64.min, ruleMemory.highest > .zero else { return }
        output.append(
            .journal(
                .rule(.highest(profit: ruleMemory.highest, day: ruleMemory.highestDay, at: now))))
    }
}
