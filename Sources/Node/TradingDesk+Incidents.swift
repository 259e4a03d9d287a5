import Engine
import Hedging
import Orders
import Ports
import Runbooks
import TradingModel
import Watch

// Incidents become cases, cases become alerts. The desk hands alerts over and forgets them: whatever a
// channel does, nothing here waits for it.
extension TradingDesk {
    func raise(_ incident: Incident) {
        incidents.add(incident)
        cases.saw(incident)
        runs.saw(incident.code, incident.severity, venue: incident.venue.map { names.venues[$0.index] })
        carryOutCases()
    }

    func carryOutCases() {
        for effect in cases.takeEffects() {
            switch effect {
            case .alert(let alert):
                hand(alert)
                if let row = cases.row(alert.number, at: world.time.now) { journal(.incident(row)) }
            case .hold(let why): lower(to: .hold, because: why)
            }
        }
    }

    /// Before anything happens: what earlier runs left open.
    func takeCases(_ recovery: Recovery) {
        cases.restore(
            Array(recovery.caseRows.values), last: recovery.lastCase, at: world.time.now)
    }

    /// Rows and a checkpoint among them come to different sums: nothing is traded until a person has looked.
    func tell(contradictions: [String]) {
        guard let first = contradictions.first else { return }
        let others = contradictions.count > 1 ? ", and \(contradictions.count - 1) more" : ""
        handle(.historyDamaged("the outbox contradicts itself: \(first)\(others)"))
    }

    /// A checkpoint holds no cases: open ones are written again behind it.
    func keepCases() {
        let now = world.time.now
        for row in cases.openRows(at: now) { journal(.incident(row)) }
    }

    /// Alerts kept until somebody takes them; then the oldest go.
    static let unsentAlerts = 256

    private func hand(_ alert: Alert) {
        if let alertSink { return alertSink(alert) }
        if heldAlerts.count == TradingDesk.unsentAlerts { heldAlerts.removeFirst() }
        heldAlerts.append(alert)
    }

    /// From here on alerts go to `sink`, those of before first. It is called on the desk's lane and must not
    /// wait.
    public func report(alertsTo sink: @escaping @Sendable (Alert) -> Void) {
        alertSink = sink
        for alert in heldAlerts { sink(alert) }
        heldAlerts.removeAll()
    }

    /// Whether a case's condition is still there; `nil` where only its repetition tells.
    func stands(_ key: IncidentCase.Key) -> Bool? {
        let venue = key.venue.map { engine.venues[$0.index] }
        switch key.code {
        case .privateStreamLost: return venue.map { !$0.isAccountReady }
        case .venueSafeMode: return venue.map { $0.safeReason != nil }
        case .ledgerDrift: return venue.map { !$0.isReconciled }
        case .marginLow: return venue.map { $0.isMarginThin }
        case .deadManLost: return venue.map { !$0.isDeadManArmed }
        case .operatorAway: return health.isOperatorMissed
        case .canaryFail: return health.lastCheck?.failed(key.subject, key.venue)
        case .hostStrained: return health.host.isStrained(key.subject, key.venue)
        case .diskLow, .clockSkew:
            guard key.subject.isEmpty else { return health.host.isStrained(key.subject, key.venue) }
            return key.code == .diskLow ? engine.storeHealth != .good : nil
        case .outboxSlow: return engine.storeHealth != .good
        case .outboxUnavailable: return storeRefusedAt != nil
        case .orderUnknown, .zombieOrder: return hasUnknownOrder(key.venue)
        case .hedgeFailure: return isHedgeLate(key.subject)
        case .residualLimit: return engine.isResidualHigh
        case .heartbeatLost: return health.beats.isLate(key.subject, key.venue, at: world.time.now)
        case .alertChannelDead: return health.deadChannels.contains(key.subject)
        case .runbookNotice: return runWaits(key.subject)
        default: return nil
        }
    }

    /// - Parameter symbol: empty: of any.
    private func isHedgeLate(_ symbol: String) -> Bool {
        zip(engine.policy.instruments, engine.obligations).contains { instrument, obligations in
            (symbol.isEmpty || instrument.symbol == symbol) && obligations.open.contains { $0.isLate }
        }
    }

    private func hasUnknownOrder(_ venue: VenueID?) -> Bool {
        engine.orders.live.contains { id in
            guard let record = engine.orders[id], record.state == .unknown else { return false }
            return venue.map { record.intent.venue == $0 } ?? true
        }
    }

    // MARK: People

    /// Somebody has it in hand. Stands in the audit log with their name.
    public func acknowledge(_ number: Int, reason: String, actor: String) throws(IncidentRegister.Refusal) {
        try cases.acknowledge(number, by: actor, reason: reason, at: world.time.now)
        answered(number, "acknowledged", reason, actor)
    }

    public func resolve(_ number: Int, reason: String, actor: String) throws(IncidentRegister.Refusal) {
        try cases.resolve(number, by: actor, reason: reason, at: world.time.now)
        answered(number, "resolved", reason, actor)
    }

    private func answered(_ number: Int, _ what: String, _ reason: String, _ actor: String) {
        guard let told = cases[number] else { preconditionFailure("it was answered just now") }
        journal(
            .corrected(
                venue: cases.scope(told.key), what: "incident \(number) \(told.key.code.rawValue) \(what)",
                reason: reason, actor: actor, at: world.time.now))
        carryOutCases()
        act()
    }

    // MARK: Channels and the watch outside

    public func channelDied(_ name: String, because reason: String) {
        health.deadChannels.insert(name)
        raise(
            Incident(
                code: .alertChannelDead, severity: .critical, venue: nil, subject: name,
                detail: "\(name) takes nothing: \(reason)", at: world.time.now))
    }

    public func channelLives(_ name: String) { health.deadChannels.remove(name) }

    /// The audit log is not what was written: nothing new is begun before a person has looked.
    public func auditBroke(_ detail: String) {
        note(.auditBroken, .pageNow, nil, detail)
        lower(to: .hold, because: "AUDIT_BROKEN: \(detail)")
    }

    /// It takes nothing more; the outbox has the rows, and a later start takes them over.
    public func auditStuck(_ detail: String) { note(.auditBroken, .critical, nil, detail) }

    /// A day is over: what it came to goes into the journal; what is not as it should be, to people.
    public func dayEnded(_ what: String, problems: [String]) {
        journal(.corrected(venue: "", what: what, at: world.time.now))
        for problem in problems { note(.dayEndIncomplete, .warning, nil, problem) }
        act()
    }

    // MARK: What is written down

    /// Everything around a case, copied out; formatting it is somebody else's time.
    public func dossier(_ number: Int) -> IncidentDossier? {
        guard let told = cases[number] else { return nil }
        let since = told.firstAt - IncidentDossier.reach
        return IncidentDossier(
            incident: told, scope: cases.scope(told.key), mode: engine.mode, modeReason: engine.modeReason,
            incidents: incidents.recent.filter { $0.at >= since }.map {
                .init(at: $0.at, text: "\($0.severity.name) \($0.code.rawValue) \(place($0)): \($0.detail)")
            },
            decisions: engine.trades.stories.suffix(100).filter { $0.decidedAt >= since }.map(decision),
            orders: engine.orders.live.prefix(100).compactMap { engine.orders[$0] }.map(order))
    }

    private func place(_ incident: Incident) -> String {
        cases.scope(IncidentCase.Key(incident))
    }

    private func decision(_ story: TradeStory) -> IncidentDossier.Line {
        let instrument = engine.policy.instruments[story.instrument.index]
        let parts = (story.legs + story.hedges).map { part in
            let kind = part.rung == nil ? "" : "hedge "
            return "\(kind)\(part.side == .buy ? "buy" : "sell") \(instrument.text(part.wanted)) at "
                + "\(engine.policy.venues[part.venue.index].name) within \(instrument.text(part.limit)), "
                + "filled \(instrument.text(part.filled))"
        }
        return .init(
            at: story.decidedAt,
            text: "trade \(story.number) \(instrument.symbol): " + parts.joined(separator: "; "))
    }

    private func order(_ record: OrderRecord) -> IncidentDossier.Line {
        let instrument = engine.policy.instruments[record.intent.instrument.index]
        let side = record.intent.side == .buy ? "buy" : "sell"
        return .init(
            at: record.changedAt,
            text: "\(record.intent.id) at \(engine.policy.venues[record.intent.venue.index].name): "
                + "\(record.state.name), \(side) \(instrument.text(record.intent.quantity)) "
                + "\(instrument.symbol), filled \(instrument.text(record.filled))")
    }
}
