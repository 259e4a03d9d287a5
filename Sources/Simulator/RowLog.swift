import Engine
import Orders
import Ports
import Strategies
import TradingModel

/// Every row that became durable, as the observer reads it: which orders may be sent, which trades are
/// booked, which mode was written down last.
///
/// One thread only, like all of a simulation.
final class RowLog: @unchecked Sendable {
    private let names: RowNames
    let policy: EnginePolicy
    private(set) var intents: [ClientOrderID: OrderIntent] = [:]
    /// By order: every terms it was ever to have, its intent's first.
    private(set) var terms: [ClientOrderID: [OrderTerms]] = [:]
    /// When the last of them was decided.
    private(set) var amendedAt: [ClientOrderID: Moment] = [:]
    /// What may be sent without a row of its own, at its worst terms, and what was and has none yet.
    var warrants: [ClientOrderID: OrderIntent] = [:]
    private(set) var states: [ClientOrderID: OrderState] = [:]
    private(set) var filled: [ClientOrderID: Quantity] = [:]
    private var trades: Set<String> = []
    private(set) var mode = OperatingMode.normal
    private(set) var plannedHold: PlannedHold?
    private(set) var raisedBy = ""
    private(set) var safeVenues: Set<String> = []
    /// Kills that stand, by the last row of each scope.
    private(set) var kills: KillTable
    /// Kills that were given to the living process: they hold before their rows do.
    private(set) var ordered: KillTable
    private var disabled: Set<String> = []
    /// How often a strategy was disabled.
    private(set) var timesDisabled = 0
    /// By strategy: the pairs it has opened, with the time of each one's first leg.
    private var pairs: [Int: [(lead: ClientOrderID, at: Moment)]] = [:]
    private(set) var rows = 0
    private(set) var signals: Set<UInt64> = []
    /// By instrument: base departed from where it opened, by the fills written so far.
    private var deviations: [Quantity]
    /// Orders whose last row leaves them able to fill.
    private var open: Set<ClientOrderID> = []
    /// Rows tell all that the node knew when it decided: not so where reports overtake fills or are lost.
    var isStrict = true
    /// Rows took the reserve path: they may stand before facts that were decided earlier.
    private var isOutOfOrder = false
    private(set) var lastRow: [UInt8] = []
    /// Rows may have been lost since they were durable (N03): what is written again is not written twice.
    var mayLoseRows = false
    /// The whole directory is an older copy of itself: only the venues can tell.
    var isOldCopy = false
    /// Told of every order that was written.
    var onIntent: ((OrderIntent) -> Void)?
    /// The first thing that must not be in a history, by invariant.
    var report: ((String, String) -> Void)?

    init(policy: EnginePolicy) {
        self.policy = policy
        deviations = policy.instruments.map { _ in .zero }
        kills = KillTable(
            venues: policy.venues.map(\.name), symbols: policy.instruments.map(\.symbol),
            strategies: policy.strategyNames)
        ordered = kills
        let venues = policy.venues.map(\.name)
        let symbols = policy.instruments.map(\.symbol)
        names = RowNames(
            venue: { name in venues.firstIndex(of: name).map { VenueID($0) } },
            instrument: { symbol in symbols.firstIndex(of: symbol).map { InstrumentID($0) } })
    }

    /// A person's word, before there is a row of it.
    func given(_ block: KillBlock) { ordered.set(block) }

    /// What a process was told and had not written died with it.
    func forgetOrders() {
        for block in ordered.blocks where kills[block.scope] == nil { ordered.lift(block.scope) }
    }

    func durable(_ bytes: [UInt8], viaReserve: Bool = false) {
        rows += 1
        lastRow = bytes
        if viaReserve { isOutOfOrder = true }
        if Canary.stands(in: bytes) { report?("S14", "a row holds a secret") }
        let record: OutboxRecord
        do throws(OutboxRecord.Fault) { record = try OutboxRecord(bytes, names: names) } catch {
            report?("S8", "a row that cannot be read was written: \(error)")
            return
        }
        read(record)
    }

    private func read(_ record: OutboxRecord) {
        switch record {
        case .intended(let intent, _, _): intended(intent)
        case .moved(let id, let state, _, _): moved(id, state)
        case .amended(let id, let terms, let state, let at):
            guard state == .decided else { return }
            self.terms[id, default: []].append(terms)
            amendedAt[id] = at
        case .filled(let fill, let order, let venue, let symbol):
            let key = "\(venue) \(symbol) \(fill.tradeID)"
            if !trades.insert(key).inserted, !mayLoseRows { report?("S3", "trade \(key) is booked twice") }
            filled[order, default: .zero] += fill.quantity
            let instrument = policy.instruments[fill.instrument.index]
            deviations[fill.instrument.index] += instrument.quantity(
                ofBase: FillFlows(fill, instrument).netBase(instrument))
        case .mode(let mode, let reason, let actor, _):
            if mode < self.mode, actor == "node", !mayLoseRows {
                report?("L5", "the node raised its own mode to \(mode.name): \(reason)")
            }
            self.mode = mode
            plannedHold = mode == .hold ? PlannedHold(reason: reason) : nil
            if mode < .killed {
                kills.lift(.all)
                ordered.lift(.all)
            }
        case .killed(let block, let isLifted):
            if isLifted, !block.actor.contains(" and "), !mayLoseRows {
                report?("L5", "\(block.actor) alone lifted the kill of \(block.scope.text)")
            }
            if isLifted {
                kills.lift(block.scope)
                ordered.lift(block.scope)
            } else {
                kills.set(block)
            }
        case .riskIndex(let row): riskIndex(row)
        case .venueMode(let venue, let isSafe, _, let actor, _):
            if !isSafe, actor == "node" { report?("L5", "the node released \(venue) from its own SAFE_MODE") }
            if isSafe { safeVenues.insert(venue) } else { safeVenues.remove(venue) }
        case .strategy(let name, let isEnabled, _, let actor, _):
            if isEnabled, actor == "node" { report?("L5", "the node enabled \(name) by itself") }
            if isEnabled {
                disabled.remove(name)
            } else {
                timesDisabled += 1
                disabled.insert(name)
            }
        case .foreign(let fill, let venue, _):
            // What others did to a perpetual's position is owed like our own fills.
            guard WorldPlan.perpetuals.contains(venue) else { return }
            let instrument = policy.instruments[fill.instrument.index]
            deviations[fill.instrument.index] += instrument.quantity(
                ofBase: FillFlows(fill, instrument).netBase(instrument))
        case .warranted(let warrant, _, _):
            for leg in warrant.legs { warrants[warrant.id(of: leg)] = warrant.most(leg) }
        case .revoked(let name, let sent): revoked(name, sent)
        case .rule(.switched(let rule, _, _, let actor, _)):
            if actor == "node" { report?("L5", "the node switched \(rule) by itself") }
        case .started, .opened, .adjusted, .corrected, .checkpoint, .rule, .health, .configured, .runbook,
            .incident:
            return
        }
    }

    /// A start did not find the last durable row.
    func lost(_ condition: OutboxOpening.Condition) {
        if !mayLoseRows { report?("S2", "acknowledged rows are gone at the start (\(condition))") }
        if case .intact = condition, !isOldCopy {
            report?("S2", "acknowledged rows are gone and nobody was told")
        }
    }

    private func intended(_ intent: OrderIntent) {
        // The reserve path may write a row that its batch writes too.
        if let known = intents[intent.id] {
            if known != intent, !mayLoseRows { report?("S1", "\(intent.id) stands for two different orders") }
            return
        }
        if intent.purpose.reducesRisk { judgeHedge(intent) }
        if let most = warrants[intent.id], !mayLoseRows { judgeUse(intent, of: most) }
        let strategy = Int(intent.id.strategy) - 1
        if policy.strategyNames.indices.contains(strategy), disabled.contains(policy.strategyNames[strategy]),
            intent.purpose == .open, !mayLoseRows
        {
            report?("S5", "\(intent.id) opens for a disabled strategy")
        }
        if intent.isQuote { judgeQuote(intent) }
        intents[intent.id] = intent
        terms[intent.id] = [intent.terms]
        onIntent?(intent)
        open.insert(intent.id)
        guard intent.decision != 0, intent.leg == 0 else { return }
        if policy.takerTaker.indices.contains(strategy) { countPair(intent, strategy) }
        if !signals.insert(intent.decision).inserted, !mayLoseRows {
            report?("S1", "\(intent.id) opens for a signal that has opened before")
        }
    }

    /// A strategy may complete one pair too many in a minute, then it is disabled; pairs that have not ended
    /// count for nothing yet.
    private func countPair(_ intent: OrderIntent, _ strategy: Int) {
        let now = intent.decidedAt
        var recent = (pairs[strategy] ?? []).filter { now - $0.at < .seconds(60) }
        recent.append((intent.id, now))
        pairs[strategy] = recent
        guard isStrict, !mayLoseRows, !isOutOfOrder else { return }
        let ended = recent.count { states[$0.lead]?.isTerminal == true }
        let limit = policy.takerTaker[strategy].cyclesPerMinute
        if ended > limit + 1 {
            report?("S5", "\(intent.id) follows \(ended) pairs of one minute, limit \(limit)")
        }
    }

    private func moved(_ id: ClientOrderID, _ state: OrderState) {
        let old = states[id] ?? .new
        if !mayLoseRows, !RowLog.reachable(old, state) {
            report?("S4", "\(id) went from \(old.name) to \(state.name)")
        }
        states[id] = state
        if state.isTerminal { open.remove(id) }
    }

    /// A hedge is for what is owed, counted with everything that may still fill: never more, never the other
    /// way.
    private func judgeHedge(_ intent: OrderIntent) {
        guard isStrict, !mayLoseRows, !isOutOfOrder, !flattens(intent) else { return }
        let index = intent.instrument.index
        var owed = deviations[index]
        for id in open {
            guard let other = intents[id], other.instrument.index == index, !other.isQuote else { continue }
            let rest = max(.zero, other.quantity - (filled[id] ?? .zero))
            if other.side == .buy { owed += rest } else { owed -= rest }
        }
        let isRightWay = intent.side == .sell ? owed > .zero : owed < .zero
        if !isRightWay || intent.quantity > owed.magnitude {
            let instrument = policy.instruments[index]
            report?(
                "S10",
                "\(intent.id) hedges \(instrument.text(intent.quantity)), "
                    + "owed is \(instrument.text(owed))")
        }
    }

    /// Nothing new rests while a hedge of the same instrument may still fill.
    private func judgeQuote(_ intent: OrderIntent) {
        guard isStrict, !mayLoseRows, !isOutOfOrder else { return }
        let underWay = open.filter { id in
            guard let other = intents[id], other.instrument == intent.instrument else { return false }
            return other.purpose.reducesRisk && (filled[id] ?? .zero) < other.quantity
        }
        guard let hedge = underWay.min() else { return }
        report?("S5", "\(intent.id) would rest while \(hedge) hedges")
    }

    /// Whether rows may tell of `new` after `old`: some event leads there, in one step or by steps that leave
    /// no row.
    private static func reachable(_ old: OrderState, _ new: OrderState) -> Bool {
        if old == new { return true }
        // Said apart from the table that is under test: what has ended stays ended.
        switch old {
        case .filled: return false
        case .canceled, .expired: return new == .filled
        case .new, .sent, .acked, .partial, .unknown, .rejected, .absent: break
        }
        var seen: Set<OrderState> = [old]
        var front = [old]
        while let state = front.popLast() {
            for event in OrderEvent.allCases {
                let next: OrderState
                switch OrderLifecycle.transition(state, event) {
                case .to(let state), .surprising(let state): next = state
                case .stay, .impossible: continue
                }
                if next == new { return true }
                if seen.insert(next).inserted { front.append(next) }
            }
        }
        return false
    }
}

extension OrderIntent {
    var leg: UInt8 { id.leg }
}

/// A store whose durable rows an observer reads.
final class ObservedStore: OutboxStore, @unchecked Sendable {
    private let store: any OutboxStore
    private let log: RowLog
    private let isAlive: () -> Bool
    /// Whether rows are to be written as the version before wrote them.
    var writesOldRows: () -> Bool = { false }

    init(_ store: any OutboxStore, _ log: RowLog, isAlive: @escaping () -> Bool) {
        self.store = store
        self.log = log
        self.isAlive = isAlive
    }

    var opening: OutboxOpening { store.opening }
    var space: OutboxSpace { store.space }

    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        let rows = writesOldRows() ? records.map { OutboxRecord.asVersion3($0) } : records
        let last = try store.append(rows)
        if isAlive() { for row in rows { log.durable(row) } }
        return last
    }

    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        let last = try store.appendReserve(records)
        if isAlive() { for row in records { log.durable(row, viaReserve: true) } }
        return last
    }

    func absorb() throws(OutboxFault) { try store.absorb() }
    func settle() throws(OutboxFault) { try store.settle() }

    func discard(before sequence: UInt64) throws(OutboxFault) { try store.discard(before: sequence) }
    /// What was durable must be there: the last row stands for all before it, because they are chained.
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {
        var isThere = log.lastRow.isEmpty
        try store.readAll { sequence, row in
            if row == log.lastRow { isThere = true }
            try body(sequence, row)
        }
        if !isThere { log.lost(opening.condition) }
    }
    func close() { store.close() }
}
