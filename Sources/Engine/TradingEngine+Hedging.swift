import Books
import Hedging
import Orders
import Risk
import Routing
import TradingModel

// A fill becomes a hedge with a deadline.
extension TradingEngine {
    /// Cheap enough for every book message: the smallest hedge is refreshed on the timer.
    func needsHedging(_ index: Int) -> Bool {
        !obligations[index].open.isEmpty || obligations[index].residual.magnitude >= smallestHedges[index]
    }

    mutating func hedge(_ index: Int, _ now: Moment) {
        let flight = inFlight(index)
        smallestHedges[index] = smallestHedge(index)
        let smallest = smallestHedges[index]
        guard smallest.raw < .max, mayHedge(index) else { return reportLate(index, flight, now) }
        // What an earlier run may have sent on either side is found out first, but not without end, and not
        // without people's knowledge.
        if isPresuming(index) {
            if obligations[index].open.isEmpty, obligations[index].residual.magnitude >= smallest {
                let deadline = timeToHedge(index, now)
                awaken(index, cause: usualVenue(index), deadline: deadline, now)
            }
            return reportLate(index, flight, now)
        }
        if flight.isNone { obligations[index].settle(below: smallest, at: now) }
        let cause = obligations[index].open.first?.cause ?? usualVenue(index)
        // A residual has no deadline: it waits until some venue can take it.
        if flight.isNone, !reach(index, .failed, cause, now).0.isEmpty {
            awaken(index, cause: cause, deadline: awakeningDeadline(now), now)
        }
        reportLate(index, flight, now)
        if waits(index, flight, smallest) { return }
        // Each turn climbs one rung when nothing could be placed, until the ladder ends.
        for _ in HedgeRung.allCases {
            let move = ladders[index].decide(
                deviation: obligations[index].deviation, flight: inFlight(index), smallest: smallest,
                at: now)
            switch move {
            case .none:
                owedSince[index] = nil
                return
            case .giveUp:
                alarm(
                    .hedgeFailure, .pageNow, nil, about: symbols[index],
                    "\(policy.instruments[index].symbol): the ladder is exhausted, "
                        + "\(policy.instruments[index].text(obligations[index].deviation)) still open", now)
                lowerMode(to: .hold, reason: "HEDGE_FAILURE on \(policy.instruments[index].symbol)", now)
                rest(index, now)
            case .attempt(let owed, let quantity, let rung):
                if owedSince[index] == nil { owedSince[index] = now }
                let side = planted(.hedgeWrongSide) ? owed.opposite : owed
                if attempt(index, side, quantity, rung, cause, now) { return }
                ladders[index].attemptFailed(at: now, deadline: hedgeDeadline(index), policy: policy.hedge)
            }
        }
    }

    /// Signed base quantity that a fill at `price` leaves owed.
    mutating func owe(
        _ quantity: Quantity, _ index: Int, cause: VenueID, intent: UInt64, price: Price, deadline: Span,
        _ now: Moment
    ) {
        beginClimb(index)
        obligations[index].add(
            quantity, cause: cause, intent: intent, price: price, mark: mids[index], at: now,
            deadline: deadline)
    }

    /// The residual is owed from here on, if a venue takes it.
    mutating func awaken(_ index: Int, cause: VenueID, deadline: Span, _ now: Moment) {
        beginClimb(index)
        obligations[index].awaken(
            from: smallestHedges[index], cause: cause, mark: mids[index], at: now, deadline: deadline)
    }

    /// Before something is owed where nothing was: the last climb's end is no beginning for this one.
    private mutating func beginClimb(_ index: Int) {
        if obligations[index].open.isEmpty, !isHedging(index) { ladders[index].begin() }
    }

    /// Where what nobody remembers the cause of is hedged first: on spot, if it is listed anywhere.
    private func usualVenue(_ index: Int) -> VenueID {
        var slots = books[index].reference
        return books[index].tops[slots.popFirst() ?? 0].venue
    }

    /// What a rung's bound is measured from: among perpetuals their own mid price, which may be a basis away
    /// from spot.
    ///
    /// Zero while there is no price.
    func anchor(_ index: Int, _ slots: SlotSet) -> Price {
        guard slots.intersection(books[index].reference).isEmpty else { return mids[index] }
        var rest = slots
        while let slot = rest.popFirst() {
            let top = books[index].tops[slot]
            if top.hasBid, top.hasAsk { return Price(raw: top.bid.price.raw / 2 + top.ask.price.raw / 2) }
        }
        return mids[index]
    }

    /// As far from the mid price as a bound lets an order go.
    func worst(_ side: Side, _ bound: Rate, from mid: Price) -> Price {
        let move = Int64(clamping: Int128(mid.raw) * Int128(bound.raw) / Int128(Rate.one))
        return Price(raw: side == .buy ? mid.raw + move : max(1, mid.raw - move))
    }

    /// Where what reduces may go: proved, fresh, with an account that answers, and not held by a kill.
    func readySlots(_ index: Int, _ now: Moment) -> SlotSet {
        var ready = SlotSet()
        var fresh = books[index].tradable(at: now, maximumAge: policy.limits.bookAge)
        while let slot = fresh.popFirst() {
            let venue = books[index].tops[slot].venue
            if venues[venue.index].isAccountReady, !kills.holds(venue) { ready.insert(slot) }
        }
        return ready
    }

    /// Once all is hedged, where a leg fell short is history.
    mutating func forgetShortVenue(_ index: Int) {
        if shortVenue[index] != nil, obligations[index].open.isEmpty, !hasLiveOrders(index) {
            shortVenue[index] = nil
        }
    }

    /// A residual that no venue can take yet waits for one: the ladder is for what has a deadline.
    private func waits(_ index: Int, _ flight: Flight, _ smallest: Quantity) -> Bool {
        flight.isNone && obligations[index].open.isEmpty
            && obligations[index].residual.magnitude >= smallest
    }

    /// The least quantity that every listed venue takes at today's price, so that a hedge can go anywhere;
    /// the largest number there is while there is no price.
    func smallestHedge(_ index: Int) -> Quantity {
        guard mids[index] > .zero else { return Quantity(raw: .max) }
        var least = Quantity.zero
        for venue in policy.venues.indices {
            guard let listing = listing(VenueID(venue), InstrumentID(index)) else { continue }
            least = max(least, listing.smallestOrder(at: mids[index]))
        }
        return least
    }

    /// What an earlier run left open is hedged as soon as any venue can take it; the ladder is not exhausted
    /// before the others have had time to become ready.
    private func awakeningDeadline(_ now: Moment) -> Span {
        let settled = venues.allSatisfy(\.isReconciled)
        guard let firstMoment, !settled, now - firstMoment < TradingEngine.startGrace else {
            return policy.hedge.deadline
        }
        return TradingEngine.startGrace
    }

    /// How long a start may take until its hedges count as late.
    static let startGrace = Span.seconds(10)

    /// Whether a hedge has been late for so long with no order under way and rungs untried: nothing is being
    /// done about it.
    public func neglectsHedge(_ index: Int, for span: Span, at now: Moment) -> Bool {
        guard let deadline = hedgeDeadline(index), now - deadline > span, mayHedge(index),
            !isPresuming(index), !hasLiveOrders(index)
        else { return false }
        let smallest = smallestHedges[index]
        return smallest.raw < .max && obligations[index].deviation.magnitude >= smallest
            && ladders[index].rung != .failed
    }

    func hedgeDeadline(_ index: Int) -> Moment? { obligations[index].open.first?.deadline }

    private mutating func reportLate(_ index: Int, _ flight: Flight, _ now: Moment) {
        holdIfStuck(index, flight, now)
        let late = obligations[index].markLate(at: now)
        guard late > 0 else { return }
        rest(index, now)
        alarm(
            .hedgeFailure, .critical, nil, about: symbols[index],
            "\(policy.instruments[index].symbol): \(late) hedge(s) late, "
                + "\(policy.instruments[index].text(obligations[index].owed)) owed, "
                + "\(policy.instruments[index].text(flight.buys)) bought and "
                + "\(policy.instruments[index].text(flight.sells)) sold in flight", now)
    }

    /// Something has been owed for long and nothing can be done about it: an order of unknown fate may have
    /// closed it already, and to hedge on a guess could open as much again. A person must know, and look.
    private mutating func holdIfStuck(_ index: Int, _ flight: Flight, _ now: Moment) {
        guard !flight.isNone || isPresuming(index), let deadline = hedgeDeadline(index),
            now - deadline > TradingEngine.stuckPatience, mode < .hold
        else { return }
        let symbol = policy.instruments[index].symbol
        lowerMode(to: .hold, reason: "HEDGE_FAILURE on \(symbol): an order of unknown fate", now)
    }

    /// How long a hedge may be overdue before the node holds: most lost answers are found out by then.
    public static let stuckPatience = Span.seconds(5)

    /// Routes one attempt on one rung; `false` when nothing could be placed there.
    private mutating func attempt(
        _ index: Int, _ side: Side, _ quantity: Quantity, _ rung: HedgeRung, _ cause: VenueID, _ now: Moment
    ) -> Bool {
        let (slots, bound) = reach(index, rung, cause, now)
        guard !slots.isEmpty else { return false }
        let anchor = anchor(index, slots)
        let worst = worst(side, bound, from: anchor)
        // What is owed may be more than one order may trade: then it goes in pieces, each as soon as it may.
        let quantity = min(quantity, largestOrder(index, at: max(worst, anchor)))
        let plan = SmartOrderRouter.route(
            books[index], side: side, quantity: quantity, limit: worst, among: slots,
            capacities: capacities(index, side, worst, now))
        tellDegraded(plan, index, quantity, rung, now)
        let intent = takeIntent(now)
        var intents: [OrderIntent] = []
        for (number, leg) in plan.legs.enumerated() {
            guard let listing = listing(leg.venue, policy.instruments[index].id) else { continue }
            guard let limit = hedgeLimit(leg, listing, side, worst, index, now) else {
                clearWay(leg, side, index)
                continue
            }
            let order = OrderIntent(
                id: ClientOrderID(
                    epoch: epoch, node: policy.node, strategy: 0, intent: intent, leg: UInt8(number & 0xFF),
                    attempt: rung.rawValue),
                venue: leg.venue, instrument: policy.instruments[index].id, side: side,
                quantity: leg.quantity,
                limit: limit, timeInForce: .immediateOrCancel,
                purpose: rung == .unwind ? .unwind : .hedge,
                decidedAt: now, sendBefore: now + TradingEngine.hedgeWindow, owedSince: owedSince[index])
            guard mayGo(order, now) else { continue }
            intents.append(underWarrant(order, index, now) ?? order)
        }
        guard !intents.isEmpty else { return false }
        let waiting = intents.filter { !isWarranted($0, index) }
        if !waiting.isEmpty { submit(waiting, now) }
        owedSince[index] = nil
        if rung == .correlated { tellFallback(intents, index, now) }
        tellHedges(intents, of: obligations[index].open.first?.intent ?? 0, rung, now)
        let warranted = intents.filter { isWarranted($0, index) }
        for order in warranted { sendAtOnce(order, now) }
        renewWarrants(for: warranted, index, now)
        if planted(.hedgeTwice) { hedgeAgain(intents, now) }
        return true
    }

    /// The most that one order may trade at this price.
    func largestOrder(_ index: Int, at price: Price) -> Quantity {
        let unit = policy.instruments[index].notional(price, Quantity(raw: 1)).raw
        let most = Int64(clamping: governor.limits.orderNotional.raw / max(1, unit))
        return min(Quantity(raw: most), governor.limits.orderQuantity[index])
    }

    private mutating func tellFallback(_ intents: [OrderIntent], _ index: Int, _ now: Moment) {
        let instrument = policy.instruments[index]
        let parts = intents.map { "\(instrument.text($0.quantity)) at \(policy.venues[$0.venue.index].name)" }
        alarm(
            .fallbackHedgeUsed, .warning, nil,
            "\(instrument.symbol): no venue of the same kind took the hedge; "
                + parts.joined(separator: ", ") + ": the basis stays open", now)
    }

    /// The limit is the rung's bound, not the level seen: the price may move while the order travels. But it
    /// stays within the governor's collar, which looks at the other venues: where they differ, the bound may
    /// lie beyond it. And it stays before our own quotes. `nil` when the level seen does not.
    private func hedgeLimit(
        _ leg: RouteLeg, _ listing: Listing, _ side: Side, _ worst: Price, _ index: Int, _ now: Moment
    ) -> Price? {
        let tick = listing.tick
        let collar = referencePrice(leg.venue, index, side, now).map { governor.collar(around: $0, side) }
        let own = orders.nearestLimit(side.opposite, leg.venue, InstrumentID(index))
        switch side {
        case .buy:
            let limit = min(worst, collar ?? worst, own.map { Price(raw: $0.raw - tick.raw) } ?? worst)
                .onTick(tick, side)
            return limit >= leg.limit ? limit : nil
        case .sell:
            let limit = max(worst, collar ?? worst, own.map { Price(raw: $0.raw + tick.raw) } ?? worst)
                .onTick(tick, side)
            return limit <= leg.limit ? limit : nil
        }
    }

    /// Quotes of ours that stand before what a hedge would take: they go, and the hedge is tried again.
    private mutating func clearWay(_ leg: RouteLeg, _ side: Side, _ index: Int) {
        for id in orders.resting(leg.venue, InstrumentID(index)) {
            guard let record = orders[id], record.intent.side != side, record.cancel == .none,
                record.state.mayFill, record.state != .new, record.state != .sent
            else { continue }
            let stands = record.possible.contains {
                side == .buy ? $0.limit <= leg.limit : $0.limit >= leg.limit
            }
            if stands { cancel(record) }
        }
    }

    /// Only as a planted defect: the same hedge once more, under new ids.
    private mutating func hedgeAgain(_ intents: [OrderIntent], _ now: Moment) {
        let number = takeIntent(now)
        submit(
            intents.map { intent in
                var again = intent
                again.id = ClientOrderID(
                    epoch: epoch, node: policy.node, strategy: 0, intent: number, leg: intent.id.leg,
                    attempt: intent.id.attempt)
                return again
            }, now)
    }

    /// Where a rung may trade and how far from the mid price. A venue that is being reconciled is left to it
    /// while others can take the hedge; the later rungs go wherever an account is.
    private func reach(_ index: Int, _ rung: HedgeRung, _ cause: VenueID, _ now: Moment) -> (SlotSet, Rate) {
        var ready = readySlots(index, now)
        var (settled, rest) = (SlotSet(), ready)
        while let slot = rest.popFirst() {
            if venues[books[index].tops[slot].venue.index].isReconciled { settled.insert(slot) }
        }
        if rung < .unwind, !settled.isEmpty { ready = settled }
        // Spot is hedged with spot and a perpetual with perpetuals, until that has failed.
        let owner = shortVenue[index] ?? cause
        let isSpot = books[index].slot(of: owner).map { books[index].reference.contains($0) } ?? true
        let kin = ready.intersection(books[index].reference)
        let own = isSpot ? kin : ready.subtracting(kin)
        func only(_ venue: VenueID) -> SlotSet {
            guard let slot = books[index].slot(of: venue), ready.contains(slot) else { return SlotSet() }
            return SlotSet(bits: 1 << UInt64(slot))
        }
        switch rung {
        case .reprice:
            guard let venue = shortVenue[index] else { return (own, policy.hedge.repriceBound) }
            return (only(venue), policy.hedge.repriceBound)
        case .otherVenue:
            guard let venue = shortVenue[index], let slot = books[index].slot(of: venue) else {
                return (own, policy.hedge.otherVenueBound)
            }
            return (own.without(slot), policy.hedge.otherVenueBound)
        case .correlated: return (ready.subtracting(own), policy.hedge.correlatedBound)
        case .unwind: return (only(cause), policy.hedge.unwindBound)
        case .failed: return (ready, policy.hedge.unwindBound)
        }
    }
}
