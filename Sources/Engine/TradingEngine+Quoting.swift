import Books
import Hedging
import Orders
import Risk
import Routing
import Strategies
import TradingModel

/// A quote that was sent, and what has been set aside to hedge it.
struct StandingQuote: Hashable, Sendable {
    var id: ClientOrderID
    var claim: ClientOrderID
    var quote: Quote
    var hedgeVenue: VenueID
    /// Or last moved.
    var placedAt: Moment
    /// What it is being amended to.
    var next: NextQuote?
}

/// A quote that an amend leads to, and what of its hedge's claim goes beyond the standing quote's.
struct NextQuote: Hashable, Sendable {
    var quote: Quote
    var claim: ClientOrderID
    var hedgeVenue: VenueID
}

/// One maker strategy's quotes.
struct Quoting: Hashable, Sendable {
    /// By side: bid, ask.
    var standing: [StandingQuote?] = [nil, nil]
    /// By side: no new quote before this.
    var quietUntil: [Moment] = [.distantPast, .distantPast]

    static func place(_ side: Side) -> Int { side == .buy ? 0 : 1 }
}

// Quotes that rest: placed, followed, pulled.
extension TradingEngine {
    /// What is set aside there for hedges of quotes.
    public func standbyHeld(_ venue: VenueID, _ asset: Asset) -> Amount { standby.reserved(venue, asset) }

    /// - Parameter mayPlace: `false` where no news from a venue asks: then quotes are only pulled.
    mutating func tendQuotes(_ index: Int, mayPlace: Bool, _ now: Moment) {
        for maker in makersOf[index] {
            for side in [Side.buy, .sell] { tend(maker, side, index, mayPlace, now) }
        }
    }

    private mutating func tend(
        _ maker: Int, _ side: Side, _ index: Int, _ mayPlace: Bool, _ now: Moment
    ) {
        let place = Quoting.place(side)
        forgetEnded(maker, place)
        guard let standing = quoting[maker].standing[place] else {
            guard mayPlace, mayQuote(maker, place, index, now), let wanted = wanted(maker, side, index, now)
            else { return }
            return send(wanted, maker, index, now)
        }
        guard let record = orders[standing.id], record.state.mayFill, record.cancel == .none else { return }
        // What is not acknowledged yet is judged again when it is: a cancel could overtake it.
        guard record.state != .new, record.state != .sent else { return }
        // Looked at on the beat: a rule's verdict is no matter of one book message.
        if !mayPlace, isForbidden(record.intent, now) { return cancel(record) }
        let wanted = wanted(maker, side, index, now)
        let verdicts = record.possible.map {
            makers[maker].verdict(
                on: $0.limit, remaining: record.remaining, age: now - standing.placedAt, wanted: wanted)
        }
        if verdicts.contains(.pull) {
            quiet(maker, place, until: now + makers[maker].policy.life)
            return cancel(record)
        }
        guard verdicts.contains(.move) else { return }
        guard policy.venues[record.intent.venue.index].amends else { return cancel(record) }
        // One move at a time; and what would not be placed anew is not moved either.
        guard mayPlace, !record.amend.isOpen, mayQuote(maker, place, index, now), let wanted else { return }
        move(record, to: wanted, maker, index, now)
    }

    /// Whether new risk may rest now, as far as this instrument and this venue go.
    private func mayQuote(_ maker: Int, _ place: Int, _ index: Int, _ now: Moment) -> Bool {
        now >= quoting[maker].quietUntil[place] && obligations[index].open.isEmpty && !isHedging(index)
            && !hasDoubt(makers[maker].policy.quoteVenue)
    }

    /// Quotes go one at a time, each when the venue has answered for all before it: what a death or a lost
    /// answer leaves in doubt is then one quote a venue, and finding out uses up what the venue answers.
    private func hasDoubt(_ venue: VenueID) -> Bool { orders.doubts(at: venue) > 0 }

    private mutating func forgetEnded(_ maker: Int, _ place: Int) {
        guard let standing = quoting[maker].standing[place] else { return }
        if let record = orders[standing.id], !record.isSettled { return }
        standby.release(standing.claim)
        if let next = standing.next { standby.release(next.claim) }
        quoting[maker].standing[place] = nil
    }

    mutating func quiet(_ maker: Int, _ place: Int, until moment: Moment) {
        quoting[maker].quietUntil[place] = max(quoting[maker].quietUntil[place], moment)
    }

    /// The quote the strategy would have now; `nil` also where modes, venues or guards forbid any.
    private func wanted(_ maker: Int, _ side: Side, _ index: Int, _ now: Moment) -> Quote? {
        let policy = makers[maker].policy
        guard governor.mode < .hold || planted(.ignoreHold), !isDraining, storeHealth == .good,
            mayOpen(strategies.count + maker, index, now), takesNewRisk(policy.quoteVenue),
            // What fills could not be hedged.
            !isPresuming(index),
            let slot = books[index].slot(of: policy.quoteVenue)
        else { return nil }
        let slots = openSlots(index, now, withHeadroom: false)
            .intersection(allowed[strategies.count + maker])
        guard slots.contains(slot) else { return nil }
        let mid = mids[index]
        // What this very quote has set aside is its own.
        let own = quoting[maker].standing[Quoting.place(side)]
        let view = StrategyView(
            book: books[index], tradable: slots, buying: capacities(index, .buy, mid, now, besides: own),
            selling: capacities(index, .sell, mid, now, besides: own),
            sizeShare: sizeShare(
                strategies.count + maker, index, policy.quoteVenue, policy.quoteVenue, now), now: now)
        let unrest = Int128((unrest(index, now) ?? .zero).raw) * Int128(policy.caution) / 100
        return makers[maker].quote(side, at: slot, view) { hedge in
            Rate(raw: Int64(clamping: unrest)) + riskEdge
                + qualities[books[index].tops[hedge].venue.index].penalty(at: now)
                + leads[index].pending(hedge, side.opposite, at: now)
        }
    }

    private mutating func send(_ quote: Quote, _ maker: Int, _ index: Int, _ now: Moment) {
        let policy = makers[maker].policy
        let place = Quoting.place(quote.side)
        // A quote must be canceled some day: there is room for both requests.
        guard venues[policy.quoteVenue.index].headroom > 1 else { return }
        quiet(maker, place, until: now + policy.life)
        let intent = takeIntent(now)
        func id(_ leg: UInt8) -> ClientOrderID {
            ClientOrderID(
                epoch: epoch, node: self.policy.node, strategy: UInt16(strategies.count + maker + 1),
                intent: intent, leg: leg, attempt: 0)
        }
        let order = OrderIntent(
            id: id(0), venue: policy.quoteVenue, instrument: self.policy.instruments[index].id,
            side: quote.side, quantity: quote.quantity, limit: quote.price, timeInForce: .postOnly,
            purpose: .open, decidedAt: now, sendBefore: now + TradingEngine.openWindow)
        guard mayGo(order, edge: quote.net, now) else { return }
        let hedgeVenue = books[index].tops[quote.hedgeSlot].venue
        let (asset, amount) = hedgeClaim(quote, quote.quantity, hedgeVenue, index)
        standby.reserve(id(1), hedgeVenue, asset, amount)
        quoting[maker].standing[place] = StandingQuote(
            id: order.id, claim: id(1), quote: quote, hedgeVenue: hedgeVenue, placedAt: now)
        warrantQuotes(index, now)
        submit([order], now)
    }

    /// What hedging so much of a quote takes at its venue: base to sell, or quote to buy with, with a percent
    /// for the fee and for a price that has moved; of a perpetual its margin.
    func hedgeClaim(_ quote: Quote, _ quantity: Quantity, _ venue: VenueID, _ index: Int) -> (
        Asset, Amount
    ) {
        let instrument = policy.instruments[index]
        var cost = instrument.notional(quote.hedge, quantity)
        if let rule = margin(of: venue) {
            let fee = listing(venue, instrument.id)?.takerFee ?? .zero
            cost = rule.initial(cost) + fee.of(cost)
        } else if quote.side == .buy {
            return (instrument.base, instrument.baseAmount(quantity))
        }
        return (instrument.quote, Amount(raw: cost.raw / 100 * 101))
    }

    mutating func quoteEnded(_ record: OrderRecord, _ now: Moment) {
        restLooks[record.intent.id] = nil
        if record.filled > .zero { cycled(record, now) }
        let index = record.intent.instrument.index
        for maker in makersOf[index] { for place in 0..<2 { forgetEnded(maker, place) } }
    }

    /// A quote was filled, in part or whole: what was set aside for it goes to its hedge, which
    /// is first tried where it was meant to be.
    mutating func quoteFilled(_ record: OrderRecord, _ fill: FillReport, _ now: Moment) {
        for maker in quoting.indices {
            for place in 0..<2 {
                guard let standing = quoting[maker].standing[place], standing.id == record.intent.id else {
                    continue
                }
                let index = record.intent.instrument.index
                shrinkClaims(standing, record, by: fill.quantity, index)
                let (shown, terms) = met(standing, record, at: fill.price)
                shortVenue[index] = shown.hedgeVenue
                quiet(maker, place, until: now + makers[maker].policy.cooldown)
                if record.filled == .zero { tell(shown, record.intent.amended(to: terms), maker, index) }
                return
            }
        }
    }
}
