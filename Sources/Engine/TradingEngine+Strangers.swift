import Hedging
import Orders
import Risk
import TradingModel

// Orders and trades that no row explains, and venues that are not to be trusted for a while.
extension TradingEngine {
    /// A sweep of the venue's open orders found this one working.
    mutating func found(_ venue: VenueID, _ report: OrderReport, _ now: Moment) {
        let id = report.clientID ?? orders.find(venue: venue, venueOrderID: report.venueOrderID)
        meetWarranted(id, now)
        let verdict = FoundOrder(
            id, hasRow: id.map { orders[$0] != nil } ?? false, node: policy.node, epoch: epoch)
        switch verdict {
        case .known: reported(venue, report, now)
        case .zombie:
            guard let id else { preconditionFailure("a zombie has an id of ours") }
            adopt(id, of: report, at: venue, now)
        case .fromTheFuture: meetFuture(id, venue, now)
        case .ofNode(let node):
            alarm(
                .foreignOrder, .warning, venue,
                "open order \(report.venueOrderID) belongs to node \(node); left alone", now)
        case .foreign: meetForeign(venue, report, now)
        }
    }

    /// Its ids and ours must not meet: this run's epoch leaps past it.
    private mutating func meetFuture(_ id: ClientOrderID?, _ venue: VenueID, _ now: Moment) {
        guard let id, id.epoch >= epoch else { return }
        let detail =
            "\(id) is of epoch \(id.epoch) and this run of \(epoch): a second node, or an old directory"
        epoch = id.epoch &+ 1
        output.append(.journal(.started(epoch: epoch, at: now)))
        alarm(.dirtyStart, .pageNow, venue, detail, now)
        lowerMode(to: .safe, reason: "DIRTY_START: \(detail)", now)
    }

    private mutating func meetForeign(_ venue: VenueID, _ report: OrderReport, _ now: Moment) {
        alarm(
            .foreignOrder, .critical, venue,
            "open order \(report.venueOrderID) is not ours: \(policy.foreignOrders.rawValue)", now)
        if policy.foreignOrders == .cancel {
            output.append(
                .cancel(
                    OrderReference(
                        id: .nobody, instrument: report.instrument, side: report.side,
                        venueOrderID: report.venueOrderID), venue))
        }
        // Somebody else trades this account: its balance is not ours alone to reckon with.
        setVenueMode(venue, true, "a stranger's order is open on the account", "node", now)
    }

    /// Ours by id, without a row: the row was lost. It is written again before anything else, the order is
    /// canceled, and what it filled is ours to hedge.
    private mutating func adopt(
        _ id: ClientOrderID, of report: OrderReport, at venue: VenueID, _ now: Moment
    ) {
        let intent = OrderIntent(
            id: id, venue: venue, instrument: report.instrument, side: report.side,
            quantity: max(report.quantity, report.filled), limit: Price(raw: 1),
            timeInForce: .goodTillCanceled, purpose: .open, decidedAt: report.venueTime,
            sendBefore: report.venueTime)
        takeOver(intent, report.venueOrderID, now)
        reported(venue, report, now)
        if let record = orders[id] { cancel(record) }
    }

    private mutating func takeOver(_ intent: OrderIntent, _ venueOrderID: String, _ now: Moment) {
        let venue = intent.venue
        let name = policy.venues[venue.index].name
        counters.zombieOrders += 1
        orders.insert(intent, at: now)
        reserveAgain(intent.id)
        adopted.insert(intent.id)
        orders.named(intent.id, venueOrderID: venueOrderID)
        let detail = "order \(intent.id) is ours by its id and has no row: taken over"
        output.append(
            .journal(
                .intended(
                    intent, venue: name, symbol: policy.instruments[intent.instrument.index].symbol)))
        output.append(.journal(.corrected(venue: name, what: detail, at: now)))
        alarm(.zombieOrder, .critical, venue, detail, now)
        setVenueMode(venue, true, "ZOMBIE_ORDER: \(detail)", "node", now)
        advance(intent.id, .accepted, now)
    }

    /// A fill names an order of ours that has no row. Answers whether it was taken over.
    mutating func adopt(_ fill: FillReport, at venue: VenueID, _ now: Moment) -> Bool {
        guard let id = fill.clientID, id.node == policy.node, !isOldNews(fill) else { return false }
        meetFuture(id, venue, now)
        let intent = OrderIntent(
            id: id, venue: venue, instrument: fill.instrument, side: fill.side, quantity: fill.quantity,
            limit: fill.price, timeInForce: .immediateOrCancel, purpose: .open, decidedAt: fill.venueTime,
            sendBefore: fill.venueTime)
        takeOver(intent, fill.venueOrderID, now)
        return true
    }

    /// A trade that no order of ours made moved the balance: the ledger follows, with its reason, and no new
    /// risk goes there until a person has looked. Nothing is hedged for it on spot, where a person may have
    /// bought something; but an account of perpetuals is the node's alone, and whatever moves its position
    /// leaves what it was held against unhedged: liquidation, deleveraging, a hand that closed it.
    mutating func foreignFill(_ venue: VenueID, _ fill: FillReport, _ now: Moment) {
        guard !isOldNews(fill) else { return }
        // Some venues' histories name no order: it may be a hedge of the last run's, which is asked after.
        if mayBeWarranted(fill, at: venue) { return wakeWarrants(fill.instrument.index, now) }
        guard orders.noteForeign(fill, venue: venue) else { return }
        wakeWarrants(fill.instrument.index, now)
        let instrument = policy.instruments[fill.instrument.index]
        counters.foreignFills += 1
        ledger.add(FillFlows(fill, instrument), venue, instrument)
        if margin(of: venue) != nil || planted(.adoptForeignSilently) { owe(fill, 1, venue, now) }
        output.append(
            .journal(
                .foreign(fill, venue: policy.venues[venue.index].name, symbol: instrument.symbol)))
        let detail =
            "trade \(fill.tradeID) of order \(fill.venueOrderID) is not ours: "
            + "\(instrument.text(fill.quantity)) \(instrument.symbol)"
        alarm(.foreignOrder, .critical, venue, detail, now)
        setVenueMode(venue, true, detail, "node", now)
    }

    private mutating func owe(_ fill: FillReport, _ sign: Int64, _ venue: VenueID, _ now: Moment) {
        let index = fill.instrument.index
        let moved = policy.instruments[index].quantity(
            ofBase: FillFlows(fill, policy.instruments[index]).netBase(policy.instruments[index]))
        owe(
            sign > 0 ? moved : -moved, index, cause: venue, intent: 0, price: fill.price,
            deadline: policy.hedge.deadline, now)
    }

    /// Whether its order may be one that settled so long ago that it is forgotten.
    private func isOldNews(_ fill: FillReport) -> Bool { fill.venueTime < memoryStart }

    /// An order of ours claims a trade that was taken for a stranger's: that accounting is taken back.
    mutating func takeBackForeign(_ fill: FillReport, at venue: VenueID, _ now: Moment) {
        guard let wrong = orders.reclaim(fill, venue: venue) else { return }
        let instrument = policy.instruments[wrong.instrument.index]
        ledger.add(FillFlows(wrong, instrument), times: -1, venue, instrument)
        if margin(of: venue) != nil { owe(wrong, -1, venue, now) }
    }

    mutating func corrected(_ venue: VenueID, _ what: String, _ now: Moment) {
        output.append(
            .journal(.corrected(venue: policy.venues[venue.index].name, what: what, at: now)))
        alarm(.ledgerDrift, .warning, venue, "put right: \(what)", now)
    }

    mutating func setVenueMode(
        _ venue: VenueID, _ isSafe: Bool, _ reason: String, _ actor: String, _ now: Moment
    ) {
        guard (venues[venue.index].safeReason != nil) != isSafe else { return }
        venues[venue.index].safeReason = isSafe ? reason : nil
        output.append(
            .journal(
                .venueMode(
                    venue: policy.venues[venue.index].name, isSafe: isSafe, reason: reason, actor: actor,
                    at: now)))
        alarm(.venueSafeMode, isSafe ? .critical : .info, venue, "\(isSafe ? "in" : "out"): \(reason)", now)
        if isSafe { cancelAll(at: venue) }
    }
}

// The store's health and its checkpoints.
extension TradingEngine {
    mutating func storeChanged(_ health: StoreHealth, _ now: Moment) {
        guard health != storeHealth else { return }
        let was = storeHealth
        storeHealth = health
        switch health {
        case .good: break
        case .slow: alarm(.outboxSlow, .critical, nil, "a batch is overdue: no new risk meanwhile", now)
        case .low(let detail):
            if case .low = was { return }
            alarm(.diskLow, .pageNow, nil, detail, now)
            lowerMode(to: .hold, reason: "DISK_LOW: \(detail)", now)
        }
    }

    mutating func writeCheckpoint(_ now: Moment) {
        output.append(
            .journal(
                .checkpoint(
                    Checkpoint(
                        policy: policy, at: now, epoch: epoch, mode: mode, modeReason: modeReason,
                        ledger: ledger, deviations: obligations.map(\.deviation),
                        safeVenues: venues.map(\.safeReason), orders: orders))))
        repeatFundingMarks()
        repeatGovernance(now)
        repeatConfiguration()
        repeatWarrants()
        repeatRuleRows(now)
        // A checkpoint holds no strategies: what is disabled is written again behind it.
        for (index, name) in policy.strategyNames.enumerated() {
            guard let reason = loopGuards[index].reason else { continue }
            output.append(
                .journal(
                    .strategy(name: name, isEnabled: false, reason: reason, actor: "node", at: now)))
        }
    }
}
