import Books
import Hedging
import Orders
import Risk
import Routing
import Strategies
import TradingModel

// A book message becomes, or does not become, a pair of orders.
extension TradingEngine {
    /// The hot path: one decoded book message of one venue.
    public mutating func apply(book update: borrowing BookUpdate, of venue: VenueID, at now: Moment) {
        ruleWatch.now = now
        catchUp(to: now)
        let index = update.instrument.index
        guard let slot = books[index].slot(of: venue) else { return }
        let before = books[index].tops[slot]
        let outcome = books[index].apply(update, from: venue, at: now)
        noteTouch(index, slot, before, now)
        if case .lostProof(let loss) = outcome {
            qualities[venue.index].note(.bookProofLost, at: now)
            alarm(.bookProofLost, .warning, venue, "\(policy.instruments[index].symbol): \(loss.name)", now)
        }
        askForSnapshot(index, slot, venue, now)
        evaluate(index, now)
    }

    mutating func askForSnapshot(_ index: Int, _ slot: Int, _ venue: VenueID, _ now: Moment) {
        // A proved book, which is nearly every one, is not copied to be asked.
        guard !books[index].tops[slot].isSynced, books[index].wantsSnapshot(slot, at: now),
            resyncs[index][slot].mayAsk(at: now)
        else { return }
        books[index].snapshotRequested(venue, at: now)
        output.append(.resynchronise(venue, policy.instruments[index].id))
    }

    mutating func stream(_ venue: VenueID, _ instruments: [InstrumentID], _ isOpen: Bool, _ now: Moment) {
        for instrument in instruments where books[instrument.index].slot(of: venue) != nil {
            if isOpen {
                nextEpoch += 1
                books[instrument.index].connectionOpened(venue, epoch: nextEpoch, at: now)
            } else {
                books[instrument.index].connectionLost(venue)
                tendQuotes(instrument.index, mayPlace: false, now)
            }
        }
    }

    mutating func quarantined(
        _ venue: VenueID, _ instruments: [InstrumentID], _ reason: String, _ now: Moment
    ) {
        for instrument in instruments {
            guard let slot = books[instrument.index].slot(of: venue) else { continue }
            _ = books[instrument.index].quarantined(venue, reason: reason)
            askForSnapshot(instrument.index, slot, venue, now)
            tendQuotes(instrument.index, mayPlace: false, now)
        }
        alarm(.frameQuarantined, .warning, venue, reason, now)
    }

    /// What this instrument's books now call for: first what is owed, then what may be won.
    mutating func evaluate(_ index: Int, _ now: Moment) {
        let (bid, ask) = bestSlots(index, now)
        var touch: (bid: Price, ask: Price)?
        if bid >= 0, ask >= 0 {
            let (high, low) = (books[index].tops[bid].bid.price, books[index].tops[ask].ask.price)
            touch = (high, low)
            mids[index] = Price(raw: high.raw / 2 + low.raw / 2)
            priceWindows[index].note(mids[index], at: now)
        }
        if now >= nextThrottleLooks[index] { tendThrottles(index, now) }
        if needsHedging(index) { hedge(index, now) }
        // By place: to walk the array itself counts it up and down with every message.
        for place in strategiesOf[index].indices {
            let strategy = strategiesOf[index][place]
            if mayEarn(strategy, index, touch) {
                seek(strategy, index, now)
            } else {
                strategies[strategy].sawNothing()
            }
        }
        tendQuotes(index, mayPlace: true, now)
        revokeSettled(index)
    }

    /// Where the best bid and ask of reference stand; -1: nowhere. A venue whose book has stopped tells no
    /// price: a mid price between its and the market's would be nobody's, and bounds measured from it out of
    /// reach.
    private func bestSlots(_ index: Int, _ now: Moment) -> (bid: Int, ask: Int) {
        let best = (bid: books[index].bestBidSlot, ask: books[index].bestAskSlot)
        guard isStale(best.bid, index, now) || isStale(best.ask, index, now) else { return best }
        var found = (bid: -1, ask: -1)
        var rest = books[index].tradable(at: now, maximumAge: policy.limits.bookAge)
            .intersection(books[index].reference)
        while let slot = rest.popFirst() {
            let top = books[index].tops[slot]
            if top.hasBid, found.bid < 0 || top.bid.price > books[index].tops[found.bid].bid.price {
                found.bid = slot
            }
            if top.hasAsk, found.ask < 0 || top.ask.price < books[index].tops[found.ask].ask.price {
                found.ask = slot
            }
        }
        return found
    }

    private func isStale(_ slot: Int, _ index: Int, _ now: Moment) -> Bool {
        slot >= 0 && books[index].tops[slot].age(at: now) > policy.limits.bookAge
            && !planted(.staleBookTrades)
    }

    /// - Parameter touch: the best prices of reference; `nil` while a side has none.
    private func mayEarn(_ strategy: Int, _ index: Int, _ touch: (bid: Price, ask: Price)?) -> Bool {
        guard isBoundByTouch[strategy] else { return true }
        guard let touch else { return false }
        return EdgeScanner.mayEarn(
            strategies[strategy].policy.minimumEdge, bid: touch.bid, ask: touch.ask,
            fee: books[index].lowestTakerFee)
    }

    private mutating func seek(_ strategy: Int, _ index: Int, _ now: Moment) {
        let slots = openSlots(index, now).intersection(allowed[strategy])
        guard let edge = scan(strategy, index, slots) else { return }
        // An edge beyond the collar is a wrong price somewhere, and nobody can tell where.
        guard edge.net <= policy.limits.priceCollar else { return }
        guard governor.mode < .hold || planted(.ignoreHold), !isDraining, storeHealth == .good,
            !strategies[strategy].isResting(at: now), mayOpen(strategy, index, now),
            obligations[index].open.isEmpty, !hasLiveOrders(index), !isPresuming(index)
        else { return }
        guard edge.net >= demandedEdge(strategy, index, edge, now) else { return }
        guard let buyer = capacity(index, edge.buySlot, .buy, edge.ask, now),
            let seller = capacity(index, edge.sellSlot, .sell, edge.bid, now),
            let proposal = strategies[strategy].propose(
                edge, books[index], buyer: buyer, seller: seller,
                // What leads out of a perpetual is no appetite for risk: the less there is of it, the more it
                // is wanted.
                sizeShare: closes(strategy, buyer: edge.buyVenue, seller: edge.sellVenue, index)
                    ? 10_000 : sizeShare(strategy, index, edge.buyVenue, edge.sellVenue, now))
        else { return }
        let decision = fingerprint(of: edge, strategy, index)
        guard !signals.contains(decision) || planted(.forgetFingerprint) else {
            counters.repeatedSignals += 1
            strategies[strategy].acted(at: now)
            return
        }
        open(proposal, decision, strategy, index, now)
    }

    private mutating func scan(_ strategy: Int, _ index: Int, _ slots: SlotSet) -> Edge? {
        guard let basis = strategies[strategy].policy.basis else {
            return strategies[strategy].scan(books[index].tops, books[index].takerFees, among: slots)
        }
        let slot = books[index].slot(of: basis.perpetual)
        return strategies[strategy].scanBasis(
            books[index], basis, buying: funded(.buy, index, slots), selling: funded(.sell, index, slots),
            slots,
            BasisView(
                position: position(basis.perpetual, policy.instruments[index]),
                fundingRate: slot.flatMap { terms[index][$0]?.fundingRate } ?? .zero,
                isPressed: venues[basis.perpetual.index].isPressed))
    }

    /// Slots of spot that can pay for, or deliver, the least a venue takes: the best price is of no use where
    /// nothing is left to trade with.
    private func funded(_ side: Side, _ index: Int, _ slots: SlotSet) -> SlotSet {
        let instrument = policy.instruments[index]
        var result = SlotSet()
        var rest = books[index].reference.intersection(slots)
        while let slot = rest.popFirst() {
            let top = books[index].tops[slot]
            guard let listing = listing(top.venue, instrument.id) else { continue }
            let price = side == .buy ? top.ask.price : top.bid.price
            let least = listing.smallestOrder(at: price)
            let needed = side == .buy ? instrument.notional(price, least) : instrument.baseAmount(least)
            if available(top.venue, side == .buy ? instrument.quote : instrument.base) >= needed {
                result.insert(slot)
            }
        }
        return result
    }

    /// What makes a signal this signal, whatever the time and however often it is looked at: the strategy,
    /// both venues, their touches and the messages that showed them.
    private func fingerprint(of edge: Edge, _ strategy: Int, _ index: Int) -> UInt64 {
        var print = signalStarts[strategy]
        // As the venues show it: our own orders come and go without news.
        let asks = books[index].books[edge.buySlot].asks.best
        add(edge.buyVenue, asks, books[index].books[edge.buySlot].lastSequence, &print)
        let bids = books[index].books[edge.sellSlot].bids.best
        add(edge.sellVenue, bids, books[index].books[edge.sellSlot].lastSequence, &print)
        return print.value
    }

    private func add(_ venue: VenueID, _ touch: Level, _ sequence: Int64, _ print: inout Fingerprint) {
        print.add(policy.venues[venue.index].name)
        print.add(touch.price.raw)
        print.add(touch.quantity.raw)
        print.add(sequence)
    }

    /// Slots where new risk may go: proved, fresh, reconciled, within the rate budget.
    ///
    /// - Parameter withHeadroom: `false` for what stands already and needs no request.
    func openSlots(_ index: Int, _ now: Moment, withHeadroom: Bool = true) -> SlotSet {
        var result = SlotSet()
        var synced = books[index].synced
        while let slot = synced.popFirst() {
            guard books[index].tops[slot].age(at: now) <= policy.limits.bookAge || planted(.staleBookTrades)
            else { continue }
            let venue = books[index].tops[slot].venue
            if takesNewRisk(venue), !withHeadroom || venues[venue.index].headroom > 0 {
                result.insert(slot)
            }
        }
        return result
    }

    /// Quotes apart: they may rest for hours.
    func hasLiveOrders(_ index: Int) -> Bool { orders.tally(InstrumentID(index)).hasTakers }

    /// Whether a hedge is under way or of unknown fate. Late fills may have closed its obligation by other
    /// means, and then what it does is still to come.
    func isHedging(_ index: Int) -> Bool { orders.tally(InstrumentID(index)).hasHedges }

    /// Two-phase: both legs are judged and reserved, then both are made durable in one batch; neither goes
    /// alone.
    private mutating func open(
        _ proposal: PairProposal, _ decision: UInt64, _ strategy: Int, _ index: Int, _ now: Moment
    ) {
        let intent = takeIntent(now)
        func leg(_ number: UInt8, _ venue: VenueID, _ side: Side, _ limit: Price) -> OrderIntent {
            OrderIntent(
                id: ClientOrderID(
                    epoch: epoch, node: policy.node, strategy: UInt16(strategy + 1), intent: intent,
                    leg: number,
                    attempt: 0),
                venue: venue, instrument: policy.instruments[index].id, side: side,
                quantity: proposal.quantity,
                limit: limit, timeInForce: .immediateOrCancel, purpose: .open, decidedAt: now,
                sendBefore: now + TradingEngine.openWindow, decision: decision)
        }
        let legs = [
            leg(0, proposal.edge.buyVenue, .buy, proposal.buyLimit),
            leg(1, proposal.edge.sellVenue, .sell, proposal.sellLimit),
        ]
        strategies[strategy].acted(at: now)
        let closes = closes(
            strategy, buyer: proposal.edge.buyVenue, seller: proposal.edge.sellVenue, index)
        for (number, leg) in legs.enumerated()
        where !mayGo(leg, edge: proposal.edge.net, closes: closes, followsPartner: number > 0, now) { return }
        counters.pairs += 1
        signals.remember(decision)
        tellAfterwards()
        untold = UntoldPair(
            proposal: proposal, legs: legs, strategy: strategy, instrument: index, decidedAt: now,
            sentAt: (nil, nil))
        warrantHedges(of: legs, index, now)
        switch strategies[strategy].policy.legOrder {
        case .together: submit(legs, now)
        case .scarcerFirst: submitInTurn(legs, scarcer: proposal.scarcerSide(books[index]), index, now)
        }
    }

    /// Whether a pair reduces the perpetual's position: it need not earn.
    private func closes(_ strategy: Int, buyer: VenueID, seller: VenueID, _ index: Int) -> Bool {
        guard let basis = strategies[strategy].policy.basis,
            buyer == basis.perpetual || seller == basis.perpetual
        else { return false }
        let held = position(basis.perpetual, policy.instruments[index])
        return buyer == basis.perpetual ? held.raw < 0 : held.raw > 0
    }

    /// Counts on, and never behind the milliseconds since 2020: ids do not repeat even where the directory is
    /// an older copy of itself, which no count that lies in it can tell. 40 bits last until 2054.
    mutating func takeIntent(_ now: Moment) -> UInt64 {
        let clock = UInt64(max(0, now.milliseconds - TradingEngine.idEpoch))
        let number = max(nextIntent, clock)
        nextIntent = planted(.reuseClientID) ? nextIntent % 8 + 1 : number + 1
        return planted(.reuseClientID) ? nextIntent : number
    }

    /// 2020-01-01T00:00:00Z in milliseconds since 1970.
    private static let idEpoch: Int64 = 1_577_836_800_000

    /// Approved orders: into the table, reserved, on their way to the store.
    mutating func submit(_ intents: [OrderIntent], _ now: Moment) {
        var admitted: [OrderIntent] = []
        for intent in intents { admitted.append(admit(intent, now)) }
        output.append(.persist(admitted))
        guard planted(.sendBeforeDurable) else { return }
        for intent in admitted { output.append(.transmit(intent)) }
    }

    /// From here on it counts, whatever becomes of it.
    mutating func admit(_ order: OrderIntent, _ now: Moment) -> OrderIntent {
        var intent = order
        intent.reduceOnly = isReduceOnly(intent)
        let (asset, amount) = claim(intent)
        orders.insert(intent, at: now)
        ruleMemory.ordered(intent, at: now)
        reservations.reserve(intent.id, intent.venue, asset, amount)
        venues[intent.venue.index].headroom -= 1
        venues[intent.venue.index].orders += 1
        counters.ordersNew += 1
        undigested.append(intent)
        return intent
    }
}
