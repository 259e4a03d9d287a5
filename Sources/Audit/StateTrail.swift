import Orders
import Runbooks
import TradingModel

/// Follows the outbox's rows and says what each changes. A row that says again what holds, as those behind a
/// checkpoint do, changes nothing.
public struct StateTrail: Sendable {
    private var mode = ""
    private var venueModes: [String: String] = [:]
    private var kills: [String: (state: String, at: Moment)] = [:]
    /// By runbook and target: the last entry told.
    private var runs: [String: StateChange] = [:]
    private var strategies: [String: String] = [:]
    private var rules: [String: String] = [:]
    private var limits: [String: String] = [:]
    private var riskIndex = ""
    private var riskTarget = ""
    private var configuration = ""
    /// Of rows without a time of their own.
    private var lastAt = Moment(nanoseconds: 0)

    public init() {}

    /// Takes over what an earlier trail left, as the audit log has it: the last change of each subject and
    /// place.
    public mutating func resume(_ change: StateChange) {
        lastAt = max(lastAt, change.at)
        switch change.subject {
        case .mode: mode = change.after
        case .venueMode: venueModes[change.place] = change.after
        case .kill: kills[change.place] = (change.after, change.at)
        case .runbook: runs[change.place] = change
        case .strategy: strategies[change.place] = change.after
        case .rule: rules[change.place] = change.after
        case .riskIndex: riskIndex = change.after
        case .riskTarget: riskTarget = change.after
        case .configuration: configuration = change.after
        case .limit: limits[change.place] = change.after
        case .start, .lockout, .correction, .balance: break
        }
    }

    public mutating func take(_ record: OutboxRecord) -> [StateChange] {
        let changes = changes(record)
        for change in changes { resume(change) }
        return changes
    }

    private func changes(_ record: OutboxRecord) -> [StateChange] {
        switch record {
        case .started(let epoch, let at):
            return [
                StateChange(
                    at: at, subject: .start, before: "", after: "epoch \(epoch)", reason: "start",
                    actor: "node")
            ]
        case .mode(let mode, let reason, let actor, let at):
            return step(.mode, "", self.mode, mode.name, reason, actor, at)
        case .venueMode(let venue, let isSafe, let reason, let actor, let at):
            let after = isSafe ? "SAFE_MODE" : "open"
            return step(.venueMode, venue, venueModes[venue] ?? "open", after, reason, actor, at)
        case .strategy(let name, let isEnabled, let reason, let actor, let at):
            let after = isEnabled ? "enabled" : "disabled"
            return step(.strategy, name, strategies[name] ?? "enabled", after, reason, actor, at)
        case .killed(let block, let isLifted):
            let after = isLifted ? "open" : block.flattens ? "killed, flattens" : "killed"
            let place = block.scope.text
            let before = kills[place] ?? ("open", .distantPast)
            // Killed again, with other words.
            let isNews = before.state != after || block.at > before.at
            return isNews
                ? [change(.kill, place, before.state, after, block.reason, block.actor, block.at)] : []
        case .riskIndex(let row):
            let target = step(
                .riskTarget, "", riskTarget, "\(row.target)", row.reason, row.actor, row.at)
            return target
                + step(.riskIndex, "", riskIndex, "\(row.after)", row.reason, row.actor, row.at)
        case .rule(let fact): return changes(fact)
        case .configured(let fact): return changes(fact)
        case .corrected(let venue, let what, let reason, let actor, let at):
            return [change(.correction, venue, "", what, reason, actor, at)]
        case .runbook(let row): return changes(row)
        case .opened(let venue, let asset, let amount):
            return [balance(venue, asset, "opened with \(amount)", "first proven balance")]
        case .adjusted(let venue, let asset, let amount, let reason):
            return [balance(venue, asset, "adjusted by \(amount)", reason)]
        case .intended, .moved, .amended, .filled, .foreign, .warranted, .revoked, .health, .incident,
            .checkpoint:
            return []
        }
    }

    /// What people said to a run, and how it ended. Its steps are in its transcript.
    private func changes(_ row: RunbookRow) -> [StateChange] {
        guard let entry = RunbookRun.Entry(line: row.line) else { return [] }
        if entry.person == nil { guard case .ended = entry else { return [] } }
        let told = change(
            .runbook, "\(row.runbook) at \(row.target)", "", "run \(row.run) \(entry.what)", entry.reason,
            entry.person ?? "node", entry.at)
        // A run is written again behind a checkpoint, with the times it first had.
        if let last = runs[told.place], told.at < last.at || told == last { return [] }
        return [told]
    }

    private func changes(_ fact: RuleFact) -> [StateChange] {
        switch fact {
        case .switched(let rule, let isOn, let reason, let actor, let at):
            return step(.rule, rule, rules[rule] ?? "as configured", isOn ? "on" : "off", reason, actor, at)
        case .locked(let rule, let scope, let name, let until, let reason, let at):
            return [
                StateChange(
                    at: at, subject: .lockout, place: name.isEmpty ? scope : "\(scope) \(name)", before: "",
                    after: "locked by \(rule) until \(UTCTime.text(until))", reason: reason, actor: "node")
            ]
        case .highest: return []
        case .throttled(let strategy, let conduct, let market, let why, let at):
            let after = "\(conduct) steps down for conduct, \(market) for the market"
            let place = "throttle \(strategy)"
            return step(.limit, place, limits[place] ?? "", after, why, "node", at)
        }
    }

    /// The configuration as a whole, then each of its keys.
    private func changes(_ fact: ConfigurationFact) -> [StateChange] {
        let whole = step(
            .configuration, "", configuration, fact.after, fact.reason, fact.actor, fact.at)
        guard !whole.isEmpty else { return [] }
        return whole
            + fact.changes.map { change in
                StateChange(
                    at: fact.at, subject: .limit, place: change.key, before: change.before ?? "",
                    after: change.after ?? "", reason: fact.reason, actor: fact.actor)
            }
    }

    private func step(
        _ subject: StateChange.Subject, _ place: String, _ before: String, _ after: String,
        _ reason: String, _ actor: String, _ at: Moment
    ) -> [StateChange] {
        before == after ? [] : [change(subject, place, before, after, reason, actor, at)]
    }

    private func change(
        _ subject: StateChange.Subject, _ place: String, _ before: String, _ after: String,
        _ reason: String, _ actor: String, _ at: Moment
    ) -> StateChange {
        StateChange(
            at: at, subject: subject, place: place, before: before, after: after, reason: reason, actor: actor
        )
    }

    private func balance(_ venue: String, _ asset: Asset, _ what: String, _ reason: String) -> StateChange {
        StateChange(
            at: lastAt, subject: .balance, place: "\(venue) \(asset.code)", before: "", after: what,
            reason: reason, actor: "node")
    }
}
