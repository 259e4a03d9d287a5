import Books
import Hedging
import Orders
import Risk
import TradingModel

// What the store and the venues say about orders.
extension TradingEngine {
    mutating func durable(_ ids: [ClientOrderID], _ now: Moment) {
        let pairs = warrantsDurable(ids)
        for id in ids {
            guard let record = orders[id] else { continue }
            if record.amend == .decided { amendDurable(record, now) }
            guard record.state == .new else { continue }
            guard maySend(record.intent, now) else {
                // A late leg is never sent as new risk; its partner, if sent, is hedged.
                if record.intent.purpose == .open, now > record.intent.sendBefore {
                    stale(record.intent, now)
                }
                advance(id, .neverSent, now)
                continue
            }
            after(orders.apply(.transmitted, to: id, at: now), record, now)
            counters.ordersSent += 1
            tellSent(id, now)
            output.append(.transmit(record.intent))
        }
        followWarrants(of: pairs, now)
        evaluateOwners(of: ids, now)
    }

    /// Modes may have fallen while the row was written.
    func maySend(_ intent: OrderIntent, _ now: Moment) -> Bool {
        if planted(.sendLateLeg) { return true }
        guard now <= intent.sendBefore, !kills.forbids(intent) else { return false }
        if governor.mode == .killed, !(kills.flattensAll && intent.purpose.reducesRisk) { return false }
        guard intent.purpose == .open else { return true }
        return planted(.ignoreHold) || governor.mode < .hold && venues[intent.venue.index].safeReason == nil
    }

    /// Asked again when its turn on the wire has come: modes may have fallen, or its cancel overtaken it.
    public func mayStillGo(_ id: ClientOrderID, at now: Moment) -> Bool {
        guard let record = orders[id] else { return false }
        return record.cancel == .none && maySend(record.intent, now)
    }

    mutating func notDurable(_ ids: [ClientOrderID], _ reason: String, _ now: Moment) {
        for id in ids {
            if orders[id]?.amend == .decided {
                amendSettled(id, .neverSent, now)
            } else {
                advance(id, .neverSent, now)
            }
        }
        warrantsNotDurable(ids)
        alarm(.outboxUnavailable, .pageNow, nil, reason, now)
        lowerMode(to: .hold, reason: "OUTBOX_UNAVAILABLE: \(reason)", now)
    }

    mutating func placeAnswered(_ id: ClientOrderID, _ answer: PlaceAnswer, _ now: Moment) {
        guard let record = orders[id] else { return }
        switch answer {
        case .accepted(let venueOrderID):
            orders.named(id, venueOrderID: venueOrderID)
            counters.ordersAcked += 1
            if planted(.releaseReservationEarly) { reservations.release(id) }
            advance(id, .accepted, now)
        case .refused(let code, let message):
            // A quote that would have taken is refused by design.
            if !record.intent.isQuote {
                qualities[record.intent.venue.index].note(.refusal, at: now)
                ruleMemory.refusals.note(record.intent.venue.index, at: now)
                ruleWatch.isDue = true
            }
            alarm(
                .orderRefused, record.intent.isQuote ? .info : .warning, record.intent.venue,
                "\(id): \(code) \(message)", now)
            advance(id, .refused, now)
        case .ambiguous(let code):
            qualities[record.intent.venue.index].note(.unknownFate, at: now)
            alarm(.orderUnknown, .warning, record.intent.venue, "\(id): \(code)", now)
            advance(id, .ambiguous, now)
            lostAnswer(record.intent, now)
            if planted(.resendOnTimeout) { output.append(.transmit(record.intent)) }
        case .neverSent(let reason):
            alarm(.orderRefused, .warning, record.intent.venue, "\(id) never sent: \(reason)", now)
            if record.state == .sent || record.state == .new { advance(id, .neverSent, now) }
        }
        evaluate(record.intent.instrument.index, now)
    }

    /// A leg of unknown fate while the other has filled: whether a hedge is owed cannot be known until the
    /// venue tells, and that is a failure to hedge, not a delay.
    private mutating func lostAnswer(_ intent: OrderIntent, _ now: Moment) {
        let index = intent.instrument.index
        guard !obligations[index].open.isEmpty else { return }
        alarm(
            .hedgeFailure, .critical, intent.venue, about: symbols[index],
            "\(policy.instruments[index].symbol): the fate of \(intent.id) is unknown with "
                + "\(policy.instruments[index].text(obligations[index].owed)) owed", now)
    }

    mutating func reported(_ venue: VenueID, _ report: OrderReport, _ now: Moment) {
        meetWarranted(report.clientID, now)
        guard let id = report.clientID ?? orders.find(venue: venue, venueOrderID: report.venueOrderID),
            let before = orders[id]
        else {
            if report.state == .working { found(venue, report, now) }
            return
        }
        guard before.intent.venue == venue else { return }
        if orders.confirms(report, id) { amendSettled(id, .confirmed, now) }
        let effect = orders.report(report, of: id, at: now)
        if let state = orders[id]?.state, state != before.state { doubt(before, is: state.name, now) }
        after(effect, before, now)
        evaluate(before.intent.instrument.index, now)
    }

    mutating func filled(_ venue: VenueID, _ fill: FillReport, _ now: Moment) {
        let named = fill.clientID ?? orders.find(venue: venue, venueOrderID: fill.venueOrderID)
        meetWarranted(named, now)
        if fill.isForced, named == nil, margin(of: venue) != nil {
            foreignFill(venue, fill, now)
            return evaluate(fill.instrument.index, now)
        }
        // A stranger's fill is left to reconciliation, which looks when no order of ours is open there.
        guard let id = named, orders[id] != nil || adopt(fill, at: venue, now), let before = orders[id],
            before.intent.venue == venue
        else { return }
        if isDropped(fill, before) { return }
        takeBackForeign(fill, at: venue, now)
        let index = fill.instrument.index
        let instrument = policy.instruments[index]
        let notional = instrument.notional(fill.price, fill.quantity)
        switch orders.book(fill, venue: venue, of: id, notional: notional, at: now) {
        case .duplicate: counters.duplicateFills += 1
        case .foreign: return
        case .booked(let effect, let overfill):
            counters.fills += 1
            venues[venue.index].fills += 1
            let flows = FillFlows(fill, instrument)
            ledger.add(flows, venue, instrument)
            if planted(.ignoreFeeInLedger) { ledger.add(flows.fee, venue, flows.feeAsset) }
            let fee = flows.feeValue(
                instrument, at: fill.price, takerFee: policy.takerFee(venue, fill.instrument))
            counters.fees += fee
            output.append(
                .journal(
                    .filled(
                        fill, order: id, venue: policy.venues[venue.index].name, symbol: symbols[index])))
            meetFill(of: id, index, now)
            owe(
                instrument.quantity(ofBase: flows.netBase(instrument)), index, cause: venue,
                intent: id.intent, price: fill.price, deadline: timeToHedge(index, now), now)
            if before.intent.isQuote { quoteFilled(before, fill, now) }
            tellFill(id, fill.quantity, notional, fee, now)
            paid(fee, index, now)
            ruleMemory.booked(
                fill, before.intent, instrument, fee: fee, governor.limits.rules.day, at: now)
            ruleWatch.isDue = true
            releaseFollower(of: id)
            doubt(before, overfill: overfill, fill, now)
            after(effect, before, now)
        }
        evaluate(index, now)
    }

    /// Whether a planted defect loses this fill.
    private func isDropped(_ fill: FillReport, _ before: OrderRecord) -> Bool {
        (planted(.dropLateFill) && before.state.isTerminal)
            || (planted(.dropPartialFill) && fill.quantity < before.intent.quantity)
            || (planted(.ignoreOverfill) && before.filled + fill.quantity > before.most)
    }

    /// Fills that should not be: booked and hedged like any other, and the venue is not trusted further.
    private mutating func doubt(
        _ before: OrderRecord, overfill: Bool, _ fill: FillReport, _ now: Moment
    ) {
        let venue = before.intent.venue
        if overfill, !adopted.contains(before.intent.id) {
            let instrument = policy.instruments[fill.instrument.index]
            let filled = instrument.text(before.filled + fill.quantity)
            let detail = "\(before.intent.id) filled \(filled) of \(instrument.text(before.most))"
            alarm(.overfill, .critical, venue, about: "\(before.intent.id)", detail, now)
            setVenueMode(venue, true, "OVERFILL: \(detail)", "node", now)
        }
        doubt(before, is: "filled: trade \(fill.tradeID)", now)
    }

    /// An order that was proven not to be there is there after all. Some venues tell of the order before
    /// they tell of its fill.
    private mutating func doubt(_ before: OrderRecord, is what: String, _ now: Moment) {
        guard before.state == .absent || before.state == .rejected else { return }
        counters.ghostFills += 1
        let detail = "\(before.intent.id) was \(before.state.name) and is \(what)"
        alarm(.ghostFill, .pageNow, before.intent.venue, about: "\(before.intent.id)", detail, now)
        setVenueMode(before.intent.venue, true, "GHOST_FILL: \(detail)", "node", now)
    }

    /// Applies an event of our own making and follows up.
    mutating func advance(_ id: ClientOrderID, _ event: OrderEvent, _ now: Moment) {
        guard let before = orders[id] else { return }
        after(orders.apply(event, to: id, at: now), before, now)
    }

    func stateRow(_ record: OrderRecord, _ now: Moment) -> Directive {
        .journal(.moved(record.intent.id, to: record.state, venueOrderID: record.venueOrderID, at: now))
    }

    /// What a change of state entails: rows, reservations, the hedge ladder, questions.
    private mutating func after(_ effect: OrderTable.Effect, _ before: OrderRecord, _ now: Moment) {
        guard let record = orders[before.intent.id] else { return }
        switch effect {
        case .none: break
        case .contradicted(let from, let to):
            alarm(
                .orderUnknown, .critical, record.intent.venue,
                "\(record.intent.id) was \(from.name) by the venue's own word and is \(to.name)", now)
            fallthrough
        case .changed:
            // A final state is written once its fills are all booked: until then a restart must ask again.
            if !record.state.isTerminal { output.append(stateRow(record, now)) }
            count(record)
        }
        if record.intent.timeInForce.mayRest { showOwn(record.intent.instrument.index, record.intent.venue) }
        if record.isSettled, !before.isSettled { settle(record, now) }
        // The venue's own word brought it back: it can fill again, and lays claim again.
        if record.state.mayFill, !before.state.mayFill { reserveAgain(record.intent.id) }
    }

    /// What of ours stands in a venue's book is nothing that we could take.
    mutating func showOwn(_ index: Int, _ venue: VenueID) {
        guard policy.ownOrdersShow else { return }
        // A story shows the books as they were.
        tellAfterwards()
        var levels: [OwnLevel] = []
        for id in orders.resting(venue, InstrumentID(index)) {
            guard let record = orders[id], record.state.mayFill, record.state != .new else { continue }
            // While it is being moved it may stand here or there.
            for terms in record.possible {
                let rest = terms.quantity - max(record.filled, record.reportedFilled)
                guard rest > .zero else { continue }
                levels.append(OwnLevel(side: record.intent.side, price: terms.limit, quantity: rest))
            }
        }
        books[index].setOwn(levels, at: venue)
    }

    private mutating func count(_ record: OrderRecord) {
        switch record.state {
        case .filled: counters.ordersFilled += 1
        case .canceled, .expired: counters.ordersCanceled += 1
        case .rejected: counters.ordersRejected += 1
        default: break
        }
    }

    private mutating func settle(_ record: OrderRecord, _ now: Moment) {
        output.append(stateRow(record, now))
        if !planted(.leakReservation) { reservations.release(record.intent.id) }
        inquiries[record.intent.id] = nil
        adopted.remove(record.intent.id)
        if record.intent.isQuote { return quoteEnded(record, now) }
        // It was not meant to fill.
        if TradingEngine.isCanary(record.intent) { return }
        if record.intent.purpose == .open {
            releaseFollower(of: record.intent.id)
            fillRatios[record.intent.instrument.index].note(record)
            cycled(record, now)
        }
        guard record.filled < record.intent.quantity else { return }
        let index = record.intent.instrument.index
        switch record.intent.purpose {
        case .open:
            // Where what it lacks is what is owed: the leg that filled may fall short too.
            let deviation = obligations[index].deviation
            guard deviation == .zero || (deviation > .zero) == (record.intent.side == .sell) else { return }
            shortVenue[index] = record.intent.venue
        case .hedge, .unwind:
            if record.intent.id.attempt == Flattening.attempt { return }
            ladders[index].legFailed(
                of: record.intent.id.intent, at: now, deadline: hedgeDeadline(index), policy: policy.hedge)
        case .presumed: break
        }
    }

    private mutating func evaluateOwners(of ids: [ClientOrderID], _ now: Moment) {
        for (number, id) in ids.enumerated() {
            guard let index = orders.instrument(of: id)?.index else { continue }
            var isSeen = false
            for earlier in ids[..<number] where orders.instrument(of: earlier)?.index == index {
                isSeen = true
            }
            if !isSeen { evaluate(index, now) }
        }
    }

    mutating func privateStream(_ venue: VenueID, _ isReady: Bool, _ reason: String, _ now: Moment) {
        venues[venue.index].isAccountReady = isReady
        // After a gap nothing is known until ledger and venue agree again.
        venues[venue.index].isReconciled = false
        voidEvidence(at: venue, now)
        if !isReady { qualities[venue.index].note(.streamLost, at: now) }
        if !isReady { alarm(.privateStreamLost, .critical, venue, reason, now) }
    }
}
