import Books
import Engine
import Hedging
import Orders
import Ports
import Risk
import Runbooks
import TradingModel
import VenueKit
import Watch

// Runs of runbooks: each entry is a row of the outbox; a step acts once its beginning is durable, by the same
// ways that people have.
extension TradingDesk {
    /// Before anything is connected: what was under way goes on with the first look.
    func takeRunbooks(_ plan: NodePlan, _ rows: [RunbookRow]) {
        keySource = plan.keySource
        let secrets = plan.access.compactMap { $0 }.flatMap { [$0.apiKey, $0.passphrase] }
        runs = RunbookRuns(plan.runbooks, plan.runbookPolicy, mask: SecretMask(secrets))
        for effect in runs.recover(rows, at: world.time.now) { carryOut(effect) }
    }

    // MARK: People

    /// Begins a run. Throws why not; it does nothing before its row is durable (`awaitRun`).
    /// - Parameter target: a venue's name, or `node`.
    public func startRun(
        _ runbook: String, on target: String, reason: String, actor: String
    ) throws(RunbookRun.Refusal) -> UInt64 {
        let number = try runs.start(runbook, target: target, by: actor, reason: reason, at: world.time.now)
        lookAfterRuns()
        return number
    }

    public func approveRun(_ number: UInt64, plan: String, reason: String, actor: String)
        throws(RunbookRun.Refusal)
    {
        try runs.approve(number, by: actor, reason: reason, plan: plan, at: world.time.now)
        lookAfterRuns()
    }

    public func answerRun(_ number: UInt64, reason: String, actor: String) throws(RunbookRun.Refusal) {
        try runs.answer(number, by: actor, reason: reason, at: world.time.now)
        lookAfterRuns()
    }

    public func abortRun(_ number: UInt64, reason: String, actor: String) throws(RunbookRun.Refusal) {
        try runs.abort(number, by: actor, reason: reason, at: world.time.now)
        lookAfterRuns()
    }

    /// Waits until a run writes nothing; `false` when it still did at the deadline.
    public func awaitRun(_ number: UInt64, by deadline: Moment) async -> Bool {
        while runs[number]?.run.isWriting == true, world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(2)) } catch { break }
        }
        return runs[number]?.run.isWriting != true
    }

    func runWaits(_ subject: String) -> Bool? {
        let words = subject.split(separator: " ")
        guard words.count == 2, words[0] == "run", let number = UInt64(words[1]) else { return nil }
        return runs.waitsForPeople(number)
    }

    // MARK: Time and the outbox

    /// Called on every look of the desk, and whenever something a run waits for has happened.
    func lookAfterRuns() {
        guard !runs.isIdle, isRunning else { return }
        var seen: [String: RunbookFacts] = [:]
        for target in Set(runs.live.map(\.run.target)) {
            seen[target] = runbookFacts(at: names.venues.firstIndex(of: target).map { VenueID($0) })
        }
        for effect in runs.look(at: world.time.now, facts: { seen[$0] ?? RunbookFacts() }) {
            carryOut(effect)
        }
        write()
    }

    func runsWritten(_ numbers: [UInt64]) {
        guard !numbers.isEmpty else { return }
        for number in numbers { for effect in runs.written(number) { carryOut(effect) } }
        lookAfterRuns()
    }

    func runsNotWritten(_ numbers: [UInt64]) { for number in numbers { runs.notWritten(number) } }

    /// A checkpoint holds no runs: they are written again behind it.
    func keepRuns() {
        for row in runs.rowsToKeep {
            queue.add(OutboxRecord.runbook(row).encoded(), isUrgent: true, at: world.time.now)
        }
    }

    private func carryOut(_ effect: RunbookRuns.Effect) {
        switch effect {
        case .write(let row): queue.add(OutboxRecord.runbook(row).encoded(), run: row.run)
        case .act(let act): carryOut(act)
        case .tell(let code, let severity, let target, let subject, let detail):
            raise(
                Incident(
                    code: code, severity: severity,
                    venue: names.venues.firstIndex(of: target).map { VenueID($0) }, subject: subject,
                    detail: detail, at: world.time.now))
        }
    }

    // MARK: Acts

    private func carryOut(_ act: RunbookRuns.Act) {
        switch act.action {
        case .ask, .wait: return
        case .notify: tell(act)
        case .run: if let effect = runs.startChild(of: act, at: world.time.now) { carryOut(effect) }
        case .hold: tighten(to: .hold, act)
        case .safeMode: tighten(to: .safe, act)
        case .resume: _ = loosen(.mode(.normal), reason: act.reason, people: act.people)
        case .kill, .flatten: kill(act)
        case .lift: _ = loosen(.lift(scope(act)), reason: act.reason, people: act.people)
        case .beginMaintenance: setMaintenance(.hold, reason: act.reason, actor: act.actor)
        case .endMaintenance: setMaintenance(.end, reason: act.reason, actor: act.actor)
        case .lowerRiskIndex, .raiseRiskIndex: setRiskIndex(act)
        case .cancelAll, .reconcile, .resynchronise, .reconnect, .rotateKey, .routeAround, .release:
            for place in places(act) { carryOut(act, at: place) }
        }
    }

    private func carryOut(_ act: RunbookRuns.Act, at venue: VenueID) {
        switch act.action {
        case .cancelAll: handle(.cancelAll(venue))
        case .reconcile: if paper == nil, isAccountReady(venue) { beginReconciling(venue) }
        case .resynchronise: fetchBooksAnew(venue)
        case .reconnect: connectors[venue.index].assumeIsolated { $0.reconnect() }
        case .rotateKey: rotateKey(venue, readByStart: act.hasSurvivedStart)
        case .routeAround: handle(.venueMode(venue, isSafe: true, reason: act.reason, actor: act.actor))
        case .release: release(venue, reason: act.reason, actor: act.actor)
        default: preconditionFailure("\(act.action.rawValue) is about no venue")
        }
    }

    private func places(_ act: RunbookRuns.Act) -> [VenueID] {
        names.venues.firstIndex(of: act.target).map { [VenueID($0)] } ?? connectors.map(\.venue)
    }

    private func scope(_ act: RunbookRuns.Act) -> KillScope {
        names.venues.contains(act.target) ? .venue(act.target) : .all
    }

    /// Down only.
    private func tighten(to mode: OperatingMode, _ act: RunbookRuns.Act) {
        if engine.mode <= mode { handle(.mode(mode, reason: act.reason, actor: act.actor)) }
    }

    /// As the console's: what is on its way to the wire is held against it too.
    private func kill(_ act: RunbookRuns.Act) {
        let scope = scope(act)
        guard engine.kills[scope] == nil else { return }
        let order = KillOrder(
            scope, reason: act.reason, actor: act.actor, flattens: act.action == .flatten)
        take(board.give(.kill(order)), .kill(order))
    }

    /// Never up by a step that lowers, never down by one that raises.
    private func setRiskIndex(_ act: RunbookRuns.Act) {
        guard let value = act.step.value, let target = engine.riskIndex?.target else { return }
        let isWanted = act.action == .lowerRiskIndex ? value < target : value > target
        if isWanted { setRiskTarget(value, reason: act.reason, actor: act.actor) }
    }

    private func fetchBooksAnew(_ venue: VenueID) {
        let connector = connectors[venue.index]
        let instruments = connector.batches.flatMap(\.instruments)
        handle(.publicStream(venue, instruments, isOpen: false))
        handle(.publicStream(venue, instruments, isOpen: true))
        connector.assumeIsolated { for instrument in instruments { $0.resynchronise(instrument) } }
    }

    private func tell(_ act: RunbookRuns.Act) {
        raise(
            Incident(
                code: .runbookNotice, severity: .info,
                venue: names.venues.firstIndex(of: act.target).map { VenueID($0) },
                subject: "run \(act.run) \(act.step.id)", detail: act.step.why, at: world.time.now))
    }
}
