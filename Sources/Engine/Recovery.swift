import Orders
import Risk
import TradingModel

/// What the outbox says about the past: rebuilt row by row, before anything is connected. Starting and
/// recovering are the same path; a first start merely reads nothing.
public struct Recovery: Sendable {
    public private(set) var orders = OrderTable()
    public private(set) var ledger = PositionLedger()
    /// The epoch of the last run; this run's is at least one more.
    public private(set) var lastEpoch: UInt16 = 0
    public private(set) var mode: OperatingMode?
    public private(set) var modeReason = ""
    public private(set) var rows = 0
    /// Distinct fills booked, by instrument: the deviation they left.
    public private(set) var deviations: [Quantity]
    public private(set) var signals = SignalMemory()
    /// By venue index: why it is in its own SAFE_MODE.
    public private(set) var safeVenues: [String?]
    /// Strategies disabled as possible logic loops, by name, and why.
    public private(set) var disabledStrategies: [String: String] = [:]
    /// Kills that stand.
    public private(set) var kills: KillTable
    /// What people set the risk index to last, who did, and where it was left.
    public private(set) var riskTarget: Int?
    public private(set) var riskSetBy: String?
    public private(set) var riskLevel: Int?
    /// What the last run's configuration was.
    public private(set) var configured: ConfigurationFact?
    /// What rules remember, built again from rows.
    public private(set) var ruleMemory: RuleMemories
    /// Rules that people switched otherwise than the configuration has them.
    public private(set) var switchedRules: [Denial: RuleSwitch] = [:]
    /// By strategy: how many steps down its throttle is, for conduct and for the market.
    public private(set) var throttleSteps: [String: (conduct: Int, market: Int)] = [:]
    /// What runs of runbooks began, did or were told, oldest first.
    public private(set) var runbookRows: [RunbookRow] = []
    /// Where cases of incidents stood last, by number.
    public private(set) var caseRows: [UInt64: IncidentRow] = [:]
    /// The highest number of a case.
    public private(set) var lastCase: UInt64 = 0
    /// Up to when funding is booked.
    public private(set) var funding = FundingMemory()
    /// Where the last checkpoint that rows stand before differs from them: damage, or our own bug.
    public private(set) var contradictions: [String] = []
    /// Checkpoint rows met, oldest first.
    public private(set) var checkpoints: [(sequence: UInt64, at: Moment)] = []
    /// Hedges that the last run was free to send without rows of their own.
    private(set) var warrants = WarrantBook()
    private var lastSeen: Moment?
    /// What happened before this is not in the history any more: it was discarded.
    public private(set) var memoryStart = Moment.distantPast

    /// A venue's trade history is read from so long before what is known: its clock may be off, and what
    /// answers questions behind what trades.
    public static let historyMargin = Span.seconds(60)

    /// A venue's fills are fetched from this moment on: before the oldest order that may still fill there and
    /// before the last thing this directory saw, so that what happened while no node ran is found. An old
    /// order elsewhere does not count: its time may be further back than this venue's history goes.
    public func fillsSince(at venue: VenueID) -> Moment? {
        let oldest = orders.live.compactMap { orders[$0]?.intent }.filter { $0.venue == venue }
            .map(\.decidedAt).min()
        guard let from = [oldest, lastSeen].compactMap({ $0 }).min() else { return nil }
        return from - Recovery.historyMargin
    }

    /// Adjustments met that name their moment.
    private var adjustments: Set<String> = []
    private let policy: EnginePolicy
    private let names: RowNames

    public init(policy: EnginePolicy) {
        self.policy = policy
        deviations = policy.instruments.map { _ in .zero }
        kills = KillTable(policy)
        safeVenues = policy.venues.map { _ in nil }
        ruleMemory = RuleMemories(
            venues: policy.venues.count, strategies: policy.takerTaker.count + policy.makerTaker.count,
            instruments: policy.instruments.count)
        let venues = policy.venues.map(\.name)
        let symbols = policy.instruments.map(\.symbol)
        names = RowNames(
            venue: { name in venues.firstIndex(of: name).map { VenueID($0) } },
            instrument: { symbol in symbols.firstIndex(of: symbol).map { InstrumentID($0) } })
    }

    public mutating func replay(_ bytes: [UInt8], sequence: UInt64) throws(OutboxRecord.Fault) {
        let record = try OutboxRecord(bytes, names: names)
        rows += 1
        if case .checkpoint(let checkpoint) = record { checkpoints.append((sequence, checkpoint.at)) }
        apply(record)
    }

    private mutating func apply(_ record: OutboxRecord) {
        switch record {
        case .started(let epoch, let at):
            lastEpoch = max(lastEpoch, epoch)
            saw(at)
        case .opened(let venue, let asset, let amount):
            if let id = venueID(venue) { ledger.open(id, asset, with: amount) }
        case .adjusted(let venue, let asset, let amount, let reason):
            guard !funding.note(reason, venue: venue), !isRepeated(venue, asset, reason) else { return }
            if let id = venueID(venue) { ledger.add(amount, id, asset) }
        case .intended(let intent, _, _):
            saw(intent.decidedAt)
            warrants.handOver(intent.id)
            signals.remember(intent.decision)
            if orders[intent.id] == nil {
                orders.insert(intent, at: intent.decidedAt)
                ruleMemory.ordered(intent, at: intent.decidedAt)
            }
        case .moved(let id, let state, let venueOrderID, let at):
            saw(at)
            presume([warrants.order(id)])
            move(id, state, venueOrderID, at)
        case .amended(let id, let terms, let state, let at):
            saw(at)
            orders.replay(state, of: id, to: terms)
        case .filled(let fill, let order, let venue, _):
            presume([warrants.order(order)])
            if let id = venueID(venue) { book(fill, order, id) }
        case .warranted(let warrant, _, _):
            saw(warrant.decidedAt)
            presume(warrants.write(warrant))
        case .revoked(let name, let sent): presume(warrants.revoke(name, sent: sent))
        case .foreign(let fill, let venue, _):
            if let id = venueID(venue), orders.noteForeign(fill, venue: id) { foreign(fill, id, sign: 1) }
        case .mode(let mode, let reason, _, let at):
            saw(at)
            self.mode = mode
            modeReason = reason
            if mode < .killed { kills.lift(.all) }
        case .killed(let block, let isLifted):
            saw(block.at)
            if isLifted { kills.lift(block.scope) } else { kills.set(block) }
            // Its mode's row follows, unless the node died between the two.
            if block.scope == .all, !isLifted { (mode, modeReason) = (.killed, block.reason) }
        case .riskIndex(let row): moveRisk(row)
        case .configured(let fact):
            saw(fact.at)
            configured = fact
        case .corrected(_, _, _, _, let at): saw(at)
        case .health(let health): saw(health.at)
        case .venueMode(let venue, let isSafe, let reason, _, let at):
            saw(at)
            if let id = venueID(venue) { safeVenues[id.index] = isSafe ? reason : nil }
        case .strategy(let name, let isEnabled, let reason, _, let at):
            saw(at)
            disabledStrategies[name] = isEnabled ? nil : reason
        case .rule(let fact): recall(fact)
        case .runbook(let row):
            saw(row.at)
            runbookRows.append(row)
        case .incident(let row):
            saw(row.at)
            lastCase = max(lastCase, row.number)
            caseRows[row.number] = row
        case .checkpoint(let checkpoint): meet(checkpoint)
        }
    }

    /// The node's own rows tell of falls: the target in them may be the configuration's.
    private mutating func moveRisk(_ row: RiskIndexRow) {
        saw(row.at)
        riskLevel = row.after
        if row.actor != "node" { (riskTarget, riskSetBy) = (row.target, row.actor) }
    }

    /// Sent under a warrant, or perhaps sent: orders like any others, unless their own rows are there.
    private mutating func presume(_ intents: [OrderIntent?]) {
        for case let intent? in intents where orders[intent.id] == nil {
            orders.insert(intent, at: intent.decidedAt)
        }
    }

    private mutating func recall(_ fact: RuleFact) {
        switch fact {
        case .switched(let rule, let isOn, let reason, let actor, let at):
            saw(at)
            // A rule of a later version is none of this one's.
            guard let code = Denial(rawValue: rule) else { return }
            switchedRules[code] = RuleSwitch(isOn: isOn, reason: reason, actor: actor, at: at)
            if !isOn { ruleMemory.lockouts.lift(code) }
        case .locked(let rule, let scope, let name, let until, let reason, let at):
            saw(at)
            guard let code = Denial(rawValue: rule), let scope = RuleScope(rawValue: scope) else { return }
            _ = ruleMemory.lockouts.add(
                Lockout(rule: code, scope: scope, name: name, until: until, reason: reason))
            if code == .losingStreak, let strategy = policy.strategyNames.firstIndex(of: name) {
                ruleMemory.books[strategy].forgive()
            }
        case .highest(let profit, let day, let at):
            saw(at)
            ruleMemory.restore(highest: profit, day: day)
        case .throttled(let strategy, let conduct, let market, _, let at):
            saw(at)
            throttleSteps[strategy] = (conduct, market)
        }
    }

    /// A person's adjustment names its moment: the same one twice is one whose first write was thought to
    /// have failed.
    private mutating func isRepeated(_ venue: String, _ asset: Asset, _ reason: String) -> Bool {
        let words = reason.split(separator: " ").suffix(2)
        guard words.first == "at", let last = words.last, Int64(last) != nil else { return false }
        return !adjustments.insert("\(venue) \(asset) \(reason)").inserted
    }

    private mutating func saw(_ at: Moment) { lastSeen = max(lastSeen ?? at, at) }

    private func venueID(_ name: String) -> VenueID? {
        policy.venues.firstIndex { $0.name == name }.map { VenueID($0) }
    }

    private mutating func flow(_ fill: FillReport, _ venue: VenueID, sign: Int64) {
        ledger.add(
            FillFlows(fill, policy.instruments[fill.instrument.index]), times: sign, venue,
            policy.instruments[fill.instrument.index])
    }

    /// At a perpetual, what others did to the position is owed like our own fills.
    private mutating func foreign(_ fill: FillReport, _ venue: VenueID, sign: Int64) {
        flow(fill, venue, sign: sign)
        guard policy.venues[venue.index].margin != nil else { return }
        let instrument = policy.instruments[fill.instrument.index]
        let moved = instrument.quantity(ofBase: FillFlows(fill, instrument).netBase(instrument))
        deviations[fill.instrument.index] += sign > 0 ? moved : -moved
    }

    private mutating func book(_ fill: FillReport, _ order: ClientOrderID, _ venue: VenueID) {
        let instrument = policy.instruments[fill.instrument.index]
        if let wrong = orders.reclaim(fill, venue: venue) { foreign(wrong, venue, sign: -1) }
        let notional = instrument.notional(fill.price, fill.quantity)
        switch orders.book(fill, venue: venue, of: order, notional: notional, at: fill.venueTime) {
        case .booked: break
        case .duplicate: return
        case .foreign:
            // It filled so late that no checkpoint tells of it any more, but it was remembered when this row
            // was written: what it moved was moved, and hedged.
            guard orders.noteLate(fill, venue: venue) else { return }
        }
        flow(fill, venue, sign: 1)
        if let intent = orders[order]?.intent {
            let fee = FillFlows(fill, instrument).feeValue(
                instrument, at: fill.price, takerFee: policy.takerFee(venue, fill.instrument))
            ruleMemory.booked(
                fill, intent, instrument, fee: fee, policy.limits.rules.day, at: fill.venueTime)
        }
        if planted(.replayFillTwiceOnRecovery) { flow(fill, venue, sign: 1) }
        deviations[fill.instrument.index] += instrument.quantity(
            ofBase: FillFlows(fill, instrument).netBase(instrument))
    }

    /// Rows of states are history, not evidence: only what a venue proved ends an order here.
    private mutating func move(_ id: ClientOrderID, _ state: OrderState, _ venueOrderID: String, _ at: Moment)
    {
        guard let record = orders[id] else { return }
        orders.named(id, venueOrderID: venueOrderID)
        let event: OrderEvent? =
            switch state {
            case .new, .partial: nil
            case .sent: record.state == .new ? .transmitted : nil
            case .acked: .accepted
            case .unknown: .ambiguous
            case .filled: .reportedFilled
            case .canceled: .reportedCanceled
            case .expired: .reportedExpired
            case .rejected: .refused
            case .absent: .provenAbsent
            }
        if let event { _ = orders.apply(event, to: id, at: at) }
    }
}

// Checkpoints.
extension Recovery {
    /// At the beginning of what is left of the history it is the state; later it must equal it.
    private mutating func meet(_ checkpoint: Checkpoint) {
        guard rows > 1 else { return load(checkpoint) }
        contradictions = differences(self.checkpoint(at: checkpoint.at), checkpoint)
        saw(checkpoint.at)
    }

    /// Where a checkpoint says otherwise than the rows before it. What only one of two configurations knows
    /// is no difference.
    private func differences(_ own: Checkpoint, _ written: Checkpoint) -> [String] {
        var differences: [String] = []
        for account in written.accounts where venueID(account.venue) != nil {
            let mine = own.accounts.first { $0.venue == account.venue && $0.asset == account.asset }
            guard mine != account else { continue }
            let held = mine.map { ($0.opening + $0.change).description } ?? "nothing"
            differences.append(
                "\(account.venue) \(account.asset) is \(held) by the rows,"
                    + " \(account.opening + account.change) by the checkpoint")
        }
        for deviation in written.deviations {
            guard let mine = own.deviations.first(where: { $0.symbol == deviation.symbol }),
                mine != deviation
            else { continue }
            differences.append("\(deviation.symbol) is owed otherwise than the checkpoint says")
        }
        // Rows that tell of a settlement are older than it by a moment: only what is unsettled is compared.
        let odd = Set(own.unsettled).symmetricDifference(written.unsettled).sorted()
        differences += odd.map { "order \($0) is open by one of rows and checkpoint alone" }
        return differences
    }

    private mutating func load(_ checkpoint: Checkpoint) {
        saw(checkpoint.at)
        memoryStart = checkpoint.at - Checkpoint.clockTolerance
        lastEpoch = checkpoint.epoch
        mode = checkpoint.mode
        modeReason = checkpoint.modeReason
        for account in checkpoint.accounts {
            guard let venue = venueID(account.venue) else { continue }
            ledger.open(venue, account.asset, with: account.opening)
            ledger.add(account.change, venue, account.asset)
        }
        for deviation in checkpoint.deviations {
            guard let index = policy.instruments.firstIndex(where: { $0.symbol == deviation.symbol }) else {
                continue
            }
            deviations[index] = deviation.quantity
        }
        for safe in checkpoint.safeVenues {
            if let venue = venueID(safe.venue) { safeVenues[venue.index] = safe.reason }
        }
        for order in checkpoint.orders {
            // Once a fault of this program wrote such rows: the first word stands.
            guard orders[order.record.intent.id] == nil else { continue }
            orders.restore(order.record)
        }
        for trade in checkpoint.foreign {
            if let venue = venueID(trade.venue) { _ = orders.noteForeign(trade.fill, venue: venue) }
        }
    }

    /// What the rows so far amount to, as a row.
    public func state(at now: Moment) -> OutboxRecord { .checkpoint(checkpoint(at: now)) }

    /// What the rows so far amount to.
    func checkpoint(at now: Moment) -> Checkpoint {
        Checkpoint(
            policy: policy, at: now, epoch: lastEpoch, mode: mode ?? .normal, modeReason: modeReason,
            ledger: ledger, deviations: deviations, safeVenues: safeVenues, orders: orders)
    }
}

extension Checkpoint {
    var unsettled: [ClientOrderID] { orders.filter { !$0.record.isSettled }.map(\.record.intent.id) }

    init(
        policy: EnginePolicy, at now: Moment, epoch: UInt16, mode: OperatingMode, modeReason: String,
        ledger: PositionLedger, deviations: [Quantity], safeVenues: [String?], orders: OrderTable
    ) {
        self.init(
            at: now, epoch: epoch, mode: mode, modeReason: modeReason,
            accounts: ledger.accounts.filter(\.isOpen).map {
                Account(
                    venue: policy.venues[$0.venue.index].name, asset: $0.asset, opening: $0.opening,
                    change: $0.change)
            },
            deviations: deviations.enumerated().map {
                Deviation(symbol: policy.instruments[$0.offset].symbol, quantity: $0.element)
            },
            safeVenues: safeVenues.enumerated().compactMap { index, reason in
                reason.map { SafeVenue(venue: policy.venues[index].name, reason: $0) }
            },
            // An order that settled before that traded, by any clock, before the memory begins.
            orders: orders.orders(settledSince: now - Checkpoint.clockTolerance * 2).map {
                Order(
                    record: $0, venue: policy.venues[$0.intent.venue.index].name,
                    symbol: policy.instruments[$0.intent.instrument.index].symbol)
            },
            foreign: orders.foreignTrades(since: now - Checkpoint.clockTolerance).map {
                ForeignTrade(
                    fill: $0.fill, venue: policy.venues[$0.venue.index].name,
                    symbol: policy.instruments[$0.fill.instrument.index].symbol)
            })
    }
}
