import Orders
import Risk
import TradingModel

// Down at once, up by people and once it is durable.
extension TradingEngine {
    mutating func govern(_ word: Governance, _ now: Moment) {
        switch word {
        case .resume(let mode, let reason, let people): resume(to: mode, reason, people, now)
        case .maintenance(let step, let reason, let actor): maintain(step, reason, actor, now)
        case .kill(let order): kill(order, now)
        case .lift(let scope, let reason, let people): lift(scope, reason, people, now)
        case .looseningDurable(let number): loosened(number, now)
        case .looseningRefused(let number, let reason): looseningFailed(number, reason, now)
        case .configure(let change, let people): configure(change, people, now)
        case .started(let fact): begin(with: fact)
        case .riskTarget(let target, let reason, let actor): setRiskTarget(target, reason, actor, now)
        case .riskInputs(let inputs): healthTold(inputs, now)
        }
    }

    /// Down only; the first cause is kept. A cause of the node's own ends a maintenance, and makes void what
    /// people were about to loosen: they did not know of it.
    mutating func lowerMode(to mode: OperatingMode, reason: String, _ now: Moment) {
        let wasLoosening = loosenings.withdraw(modesBelow: mode)
        if mode > governor.mode || mode == governor.mode && (isInMaintenance || wasLoosening) {
            tighten(to: mode, reason, "node", now)
        } else if let hold = plannedHold, mode > hold.origin {
            // It does not lead back to where it would be lowered again. Who planned it still finds it by its
            // reason.
            let lower = PlannedHold(origin: mode, flattens: hold.flattens)
            let planned = modeReason.dropFirst(hold.words.count)
            tighten(to: .hold, "\(lower.words)\(planned); \(reason)", "node", now)
        } else if wasLoosening {
            repeatMode(now)
        }
    }

    /// The word of one person, or of the node, which never resumes. A HOLD besides a planned one stays when
    /// that ends; said in a mode that others are about to leave, it makes void what they agreed on.
    mutating func changeMode(_ mode: OperatingMode, _ reason: String, _ actor: String, _ now: Moment) {
        if actor == "node" { return lowerMode(to: mode, reason: reason, now) }
        if mode > governor.mode || mayEnd(mode) {
            tighten(to: mode, reason, actor, now)
        } else {
            resume(to: mode, reason, [actor], now)
        }
    }

    /// Whether this mode would end by itself, or by what people have agreed on.
    public func mayEnd(_ mode: OperatingMode) -> Bool {
        mode == governor.mode && (isInMaintenance || loosenings.lead(below: mode))
    }

    mutating func tighten(to mode: OperatingMode, _ reason: String, _ actor: String, _ now: Moment) {
        _ = loosenings.withdraw(modesBelow: mode)
        governor.setMode(mode)
        modeReason = reason
        output.append(.journal(.mode(mode, reason: reason, actor: actor, at: now)))
        if mode >= .hold { pullQuotes(now) }
        if mode >= .safe { cancelLive { _ in true } }
    }

    /// A row that would have loosened may have been written: the last word is what holds.
    mutating func repeatMode(_ now: Moment) {
        output.append(.journal(.mode(governor.mode, reason: modeReason, actor: "node", at: now)))
    }

    // MARK: Up

    /// Whether these people, with those who agreed before, may have it.
    public func verdict(on wish: Loosening, _ people: [String], at now: Moment) -> LooseningVerdict {
        let needed: Int
        switch wish {
        case .mode(let mode):
            guard mode < governor.mode else { return .nothing }
            needed = governor.mode.authority(to: mode).people
        case .lift(let scope):
            guard scope != .all, kills[scope] != nil else { return .nothing }
            needed = ModeAuthority.twoPeople.people
        case .configuration(let step):
            guard isTimely(step) else { return .nothing }
            needed = step.people
        }
        let agreed = loosenings.agreed(wish, people, at: now)
        guard agreed.count >= needed else { return .needs(agreed: agreed, more: needed - agreed.count) }
        return .ready(people: agreed)
    }

    /// Whether a loosening waits for its row.
    public func isLoosening(_ wish: Loosening) -> Bool {
        loosenings.pending.contains { $0.wish == wish }
    }

    private mutating func resume(
        to mode: OperatingMode, _ reason: String, _ people: [String], _ now: Moment
    ) {
        guard let agreed = agree(on: .mode(mode), reason, people, now) else { return }
        loosen(.mode(mode), reason, .mode(mode, reason: reason, actor: agreed, at: now))
    }

    mutating func lift(_ scope: KillScope, _ reason: String, _ people: [String], _ now: Moment) {
        guard let block = kills[scope], let agreed = agree(on: .lift(scope), reason, people, now) else {
            return
        }
        let lifted = KillBlock(scope, flattens: block.flattens, reason: reason, actor: agreed, at: now)
        loosen(.lift(scope), reason, .killed(lifted, isLifted: true))
    }

    /// Who agrees, once they are enough.
    mutating func agree(
        on wish: Loosening, _ reason: String, _ people: [String], _ now: Moment
    ) -> String? {
        switch verdict(on: wish, people, at: now) {
        case .nothing: return nil
        case .needs(let agreed, let more):
            loosenings.agree(wish, agreed, at: now)
            alarm(
                .resumeAsked, .info, nil,
                "\(agreed.joined(separator: " and ")) would \(wish.what) (\(reason)); "
                    + "\(more) more must agree",
                now)
            return nil
        case .ready(let agreed): return agreed.joined(separator: " and ")
        }
    }

    mutating func loosen(_ wish: Loosening, _ reason: String, _ row: OutboxRecord) {
        guard let number = loosenings.begin(wish, reason: reason, row) else { return }
        output.append(.persistLoosening(number, row))
    }

    private mutating func loosened(_ number: UInt64, _ now: Moment) {
        guard let pending = loosenings.end(number) else { return }
        if pending.isOvertaken { output.append(.journal(pending.row)) }
        switch pending.wish {
        case .mode(let mode):
            guard mode < governor.mode else { return }
            if governor.mode == .killed { kills.lift(.all) }
            governor.setMode(mode)
            modeReason = pending.reason
        case .lift(let scope): kills.lift(scope)
        case .configuration: configurationDurable(now)
        }
        governor.flattens = kills.flattensAll
    }

    private mutating func looseningFailed(_ number: UInt64, _ reason: String, _ now: Moment) {
        guard let pending = loosenings.end(number) else { return }
        alarm(.outboxUnavailable, .critical, nil, "nothing is loosened: \(reason)", now)
        switch pending.wish {
        case .mode: repeatMode(now)
        case .lift(let scope):
            if let block = kills[scope] { output.append(.journal(.killed(block, isLifted: false))) }
        case .configuration: configurationRefused()
        }
    }

    // MARK: Maintenance

    var plannedHold: PlannedHold? { mode == .hold ? PlannedHold(reason: modeReason) : nil }

    /// Whether this HOLD was planned, and nothing else has called for one since.
    public var isInMaintenance: Bool { plannedHold != nil }

    /// Where a maintenance leads back to.
    public var maintenanceEnd: OperatingMode { plannedHold?.origin ?? .normal }

    private mutating func maintain(_ step: MaintenanceStep, _ reason: String, _ actor: String, _ now: Moment)
    {
        if step == .end {
            guard let hold = plannedHold else { return }
            return resume(to: hold.origin, reason, [actor], now)
        }
        guard mode < .hold else { return }
        let hold = PlannedHold(origin: mode, flattens: step == .flatten)
        beginFlattening()
        tighten(to: .hold, "\(hold.words): \(reason)", actor, now)
    }
}
