import Hedging
import Orders
import Risk
import TradingModel

// What the store and the venues say about orders.
extension TradingEngine {
    mutating func durable(_ ids: [ClientOrderID], _ now: Moment) {
        for id in ids {
            guard let record = orders[id], record.state == .new else { continue }
            guard now <= record.intent.sendBefore, governor.mode != .killed else {
                // A late leg is never sent as new risk; its partner, if sent, is hedged.
                advance(id, .neverSent, now)
                continue
            }
            advance(id, .transmitted, now)
            counters.ordersSent += 1
            output.append(.transmit(record.intent))
        }
        evaluateOwners(of: ids, now)
    }

    mutating func notDurable(_ ids: [ClientOrderID], _ reason: String, _ now: Moment) {
        for id in ids { advance(id, .neverSent, now) }
        alarm(.outboxUnavailable, .pageNow, nil, reason, now)
        lowerMode(to: .hold, reason: "OUTBOX_UNAVAILABLE: \(reason)", now)
    }

    mutating func placeAnswered(_ id: ClientOrderID, _ answer: PlaceAnswer, _ now: Moment) {
        guard let record = orders[id] else { return }
        switch answer {
        case .accepted(let venueOrderID):
            orders.named(id, venueOrderID: venueOrderID)
            counters.ordersAcked += 1
            advance(id, .accepted, now)
        case .refused(let code, let message):
            alarm(.orderRefused, .warning, record.intent.venue, "\(id): \(code) \(message)", now)
            advance(id, .refused, now)
        case .ambiguous(let code):
            alarm(.orderUnknown, .warning, record.intent.venue, "\(id): \(code)", now)
            advance(id, .ambiguous, now)
        case .neverSent(let reason):
            alarm(.orderRefused, .warning, record.intent.venue, "\(id) never sent: \(reason)", now)
            if record.state == .sent || record.state == .new { advance(id, .neverSent, now) }
        }
        evaluate(record.intent.instrument.index, now)
    }

    mutating func reported(_ venue: VenueID, _ report: OrderReport, _ now: Moment) {
        guard let id = report.clientID ?? orders.find(venue: venue, venueOrderID: report.venueOrderID),
            let before = orders[id]
        else {
            if report.state == .working {
                alarm(
                    .foreignOrder, .warning, venue,
                    "order \(report.venueOrderID) is not ours and was left alone", now)
            }
            return
        }
        guard before.intent.venue == venue else { return }
        let effect = orders.report(report, of: id, at: now)
        after(effect, before, now)
        evaluate(before.intent.instrument.index, now)
    }

    mutating func filled(_ venue: VenueID, _ fill: FillReport, _ now: Moment) {
        guard let id = fill.clientID ?? orders.find(venue: venue, venueOrderID: fill.venueOrderID),
            let before = orders[id], before.intent.venue == venue
        else { return }  // a stranger's fill: the balance check will find what it moved
        let index = fill.instrument.index
        let instrument = policy.instruments[index]
        let notional = instrument.notional(fill.price, fill.quantity)
        switch orders.book(fill, venue: venue, of: id, notional: notional, at: now) {
        case .duplicate: counters.duplicateFills += 1
        case .foreign: return
        case .booked(let effect, let overfill):
            counters.fills += 1
            let flows = FillFlows(fill, instrument)
            ledger.add(flows.base, venue, instrument.base)
            ledger.add(flows.quote, venue, instrument.quote)
            ledger.add(-flows.fee, venue, flows.feeAsset)
            counters.fees +=
                flows.feeAsset == instrument.base
                ? instrument.notional(fill.price, instrument.quantity(ofBase: flows.fee)) : flows.fee
            output.append(
                .journal(
                    .filled(
                        fill, order: id, venue: policy.venues[venue.index].name, symbol: instrument.symbol)))
            obligations[index].add(
                instrument.quantity(ofBase: flows.netBase(instrument)), cause: venue, intent: id.intent,
                at: now,
                deadline: policy.hedge.deadline)
            if overfill {
                alarm(
                    .overfill, .critical, venue,
                    "\(id) filled \(instrument.text(orders[id]?.filled ?? .zero))", now)
            }
            after(effect, before, now)
        }
        evaluate(index, now)
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
        if record.isSettled, !before.isSettled { settle(record, now) }
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
        reservations.release(record.intent.id)
        looks[record.intent.id] = nil
        guard record.filled < record.intent.quantity else { return }
        let index = record.intent.instrument.index
        switch record.intent.purpose {
        case .open: shortVenue[index] = record.intent.venue
        case .hedge, .unwind:
            ladders[index].attemptFailed(at: now, deadline: hedgeDeadline(index), policy: policy.hedge)
        }
    }

    private mutating func evaluateOwners(of ids: [ClientOrderID], _ now: Moment) {
        var seen: [Int] = []
        for id in ids {
            guard let index = orders[id]?.intent.instrument.index, !seen.contains(index) else { continue }
            seen.append(index)
            evaluate(index, now)
        }
    }

    mutating func privateStream(_ venue: VenueID, _ isReady: Bool, _ reason: String, _ now: Moment) {
        venues[venue.index].isAccountReady = isReady
        // After a gap nothing is known until ledger and venue agree again.
        venues[venue.index].isReconciled = false
        if !isReady { alarm(.privateStreamLost, .critical, venue, reason, now) }
    }
}
