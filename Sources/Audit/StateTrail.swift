import Orders
import TradingModel

/// Follows the outbox's rows and says what each changes. A row that says again what holds, as those behind a
/// checkpoint do, changes nothing.
public struct StateTrail: Sendable {
    private var mode = ""
    private var venueModes: [String: String] = [:]
    private var kills: [String: String] = [:]
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
        case .kill: kills[change.place] = change.after
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
            return step(.kill, place, kills[place] ?? "open", after, block.reason, block.actor, block.at)
        case .riskIndex(let row):
            let target = step(
                .riskTarget, "", riskTarget, "\(row.target)", row.reason, row.actor, row.at)
            return target
                + step(.riskIndex, "", riskIndex, "\(row.after)", row.reason, row.actor, row.at)
        case .rule(let fact): return changes(fact)
        case .configured(let fact): return changes(fact)
        case .corrected(let venue, let what, let at):
            return [
                StateChange(
                    at: at, subject: .correction, place: venue, before: "", after: what, reason: "",
                    actor: "node")
            ]
        case .opened(let venue, let asset, let amount):
            return [balance(venue, asset, "opened with \(amount)", "first proven balance")]
        case .adjusted(let venue, let asset, let amount, let reason):
            return [balance(venue, asset, "adjusted by \(amount)", reason)]
        case .intended, .moved, .amended, .filled, .foreign, .warranted, .revoked, .health, .runbook,
            .incident, .checkpoint:
            return []
        }
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
        guard before != after else { return [] }
        return [
            StateChange(
                at: at, subject: subject, place: place, before: before, after: after, reason: reason,
                actor: actor)
        ]
    }

    private func balance(_ venue: String, _ asset: Asset, _ what: String, _ reason: String) -> StateChange {
        StateChange(
            at: lastAt, subject: .balance, place: "\(venue) \(asset.code)", before: "", after: what,
            reason: reason, actor: "node")
    }
}
