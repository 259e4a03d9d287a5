import Books
import Hedging
import Orders
import Risk
import Routing
import TradingModel

// The numbers the governor and the router need, gathered in the same call that acts on them.
extension TradingEngine {
    /// What an order lays claim to: the quote it may cost with its fee, or the base it may deliver; of a
    /// perpetual its margin.
    func claim(_ intent: OrderIntent) -> (Asset, Amount) {
        let instrument = policy.instruments[intent.instrument.index]
        if let rule = margin(of: intent.venue) { return (instrument.quote, marginClaim(intent, rule)) }
        switch intent.side {
        case .buy:
            let notional = instrument.notional(intent.limit, intent.quantity)
            let place = listingPlace(intent.venue, intent.instrument)
            let fee = place.map { policy.venues[intent.venue.index].listings[$0].takerFee } ?? .zero
            return (instrument.quote, notional + fee.of(notional))
        case .sell: return (instrument.base, instrument.baseAmount(intent.quantity))
        }
    }

    mutating func reserveAgain(_ id: ClientOrderID) {
        guard let record = orders[id], record.state.mayFill, !reservations.holds(id) else { return }
        let (asset, amount) = worstClaim(record)
        reservations.reserve(id, record.intent.venue, asset, amount)
    }

    /// The larger claim of the terms that the venue may hold.
    private func worstClaim(_ record: OrderRecord) -> (Asset, Amount) {
        var worst = claim(record.intent.amended(to: record.terms))
        if let pending = record.pending {
            worst.1 = max(worst.1, claim(record.intent.amended(to: pending)).1)
        }
        return worst
    }

    /// Its terms are others now, or may be.
    mutating func claimAgain(_ record: OrderRecord) {
        let id = record.intent.id
        guard reservations.holds(id) else { return }
        let (asset, amount) = worstClaim(record)
        reservations.release(id)
        reservations.reserve(id, record.intent.venue, asset, amount)
    }

    func available(_ venue: VenueID, _ asset: Asset) -> Amount { max(.zero, unclaimed(venue, asset)) }

    /// Less than nothing where more is claimed than there is.
    private func unclaimed(_ venue: VenueID, _ asset: Asset) -> Amount {
        let held =
            margin(of: venue).map { freeMargin(venue, asset, $0) } ?? ledger.balance(venue, asset)
        return held - reservations.reserved(venue, asset) - standby.reserved(venue, asset)
    }

    /// By slot: what each venue can afford on one side at about `price`.
    ///
    /// - Parameter own: a quote whose own claims do not count against it.
    func capacities(
        _ index: Int, _ side: Side, _ price: Price, _ now: Moment, besides own: StandingQuote? = nil
    ) -> [VenueCapacity?] {
        books[index].tops.indices.map { capacity(index, $0, side, price, now, besides: own) }
    }

    /// What one slot's venue can afford; `nil` where it can take nothing.
    func capacity(
        _ index: Int, _ slot: Int, _ side: Side, _ price: Price, _ now: Moment,
        besides own: StandingQuote? = nil
    ) -> VenueCapacity? {
        let venue = books[index].tops[slot].venue
        guard let listing = listing(venue, InstrumentID(index)) else { return nil }
        func available(_ asset: Asset) -> Amount {
            let free = unclaimed(venue, asset)
            guard let own else { return max(.zero, free) }
            return max(
                .zero,
                free + reservations.held(by: own.id, venue, asset)
                    + standby.held(by: own.claim, venue, asset))
        }
        var penalty = qualities[venue.index].penalty(at: now)
        if listing.isPerpetual {
            penalty = penalty + fundingPenalty(index, slot, side)
            let free = available(listing.instrument.quote)
            return VenueCapacity(
                listing: listing,
                affordable: affordable(venue, listing, side, price, free, besides: own?.id), penalty: penalty)
        }
        switch side {
        case .sell:
            return VenueCapacity(
                listing: listing,
                affordable: listing.instrument.quantity(ofBase: available(listing.instrument.base)),
                penalty: penalty)
        case .buy:
            let one = listing.instrument.notional(price, Quantity(raw: 1))
            guard one > .zero else { return nil }
            // One percent is left for the fee and for the limit's slippage beyond `price`.
            let spendable = Int128(available(listing.instrument.quote).raw) / 101 * 100
            return VenueCapacity(
                listing: listing, affordable: Quantity(raw: Int64(clamping: spendable / one.raw)),
                penalty: penalty)
        }
    }

    /// - Parameter standing: the order as it stands, where `order` is what it is to become: its own claims do
    ///   not count against it, and what remains of it does not count twice.
    func question(_ order: OrderIntent, _ now: Moment, amending standing: OrderRecord? = nil)
        -> RiskQuestion
    {
        let index = order.instrument.index
        let instrument = policy.instruments[index]
        let top = books[index].top(of: order.venue)
        let (asset, needed) = claim(order)
        let own = standing.map { reservations.held(by: $0.intent.id, order.venue, asset) } ?? .zero
        var adding = order
        if let standing {
            adding.quantity =
                max(standing.remaining, order.quantity - max(standing.filled, standing.reportedFilled))
                + standing.fillsOutstanding
        }
        return RiskQuestion(
            order: order, bookProven: top?.isSynced ?? false,
            bookAge: top.map { $0.age(at: now) } ?? .seconds(86_400),
            referencePrice: referencePrice(order.venue, index, order.side, now),
            available: max(.zero, unclaimed(order.venue, asset) + own), needed: needed,
            worstPositionNotional: worstNotional(index, adding: adding),
            worstExposureNotional: exposureNotional(adding: adding),
            notional: instrument.notional(order.limit, order.quantity),
            deadManArmed: venues[order.venue.index].isDeadManArmed,
            window: priceWindows[index].range(at: now).map { .init(low: $0.low, high: $0.high) },
            // The window is of spot prices: a perpetual's leg is held by its partner's.
            isWindowOfItsKind: margin(of: order.venue) == nil,
            ownOpposite: ownOpposite(order))
    }

    /// Of our orders that may rest on the other side of the same venue's book, the limit that meets first.
    private func ownOpposite(_ order: OrderIntent) -> Price? {
        orders.nearestLimit(order.side.opposite, order.venue, order.instrument)
    }

    /// The best price the *other* proven venues show on the side this order would take.
    func referencePrice(_ venue: VenueID, _ index: Int, _ side: Side, _ now: Moment) -> Price? {
        // Against venues of its own kind, whose prices are no basis away; a perpetual that is alone is held
        // against its mark, which the venue makes of other venues' prices.
        let own = books[index].slot(of: venue)
        let (synced, reference) = (books[index].synced, books[index].reference)
        let others = own.map { synced.without($0) } ?? synced
        let isSpot = own.map { reference.contains($0) } ?? true
        let kin = isSpot ? others.intersection(reference) : others.subtracting(reference)
        if kin.isEmpty, !isSpot, let own, let mark = freshMark(index, own, now) { return mark }
        var best: Price?
        var rest = kin.isEmpty ? others : kin
        while let slot = rest.popFirst() {
            let top = books[index].tops[slot]
            guard top.venue != venue, top.age(at: now) <= policy.limits.bookAge else { continue }
            switch side {
            case .buy: if top.hasAsk, best.map({ top.ask.price < $0 }) ?? true { best = top.ask.price }
            case .sell: if top.hasBid, best.map({ top.bid.price > $0 }) ?? true { best = top.bid.price }
            }
        }
        return best
    }

    /// The largest departure from opening if live orders, and `order`, filled on one side only.
    func worstNotional(_ index: Int, adding order: OrderIntent?) -> Amount {
        let deviation = obligations[index].deviation
        let tally = orders.tally(InstrumentID(index))
        var buys = tally.pendingBuys
        var sells = tally.pendingSells
        // An order that is to become `order` is counted as that.
        if let order, let standing = orders.standing(order.id) {
            if standing.side == .buy { buys -= standing.pending } else { sells -= standing.pending }
        }
        if let order { if order.side == .buy { buys += order.quantity } else { sells += order.quantity } }
        let worst = max((deviation + buys).magnitude, (deviation - sells).magnitude)
        let price = mids[index] > .zero ? mids[index] : (order?.limit ?? .zero)
        return policy.instruments[index].notional(price, worst)
    }

    private func exposureNotional(adding order: OrderIntent) -> Amount {
        var sum = Amount.zero
        for index in policy.instruments.indices {
            sum += worstNotional(index, adding: order.instrument.index == index ? order : nil)
        }
        return sum
    }

    /// Base quantity that live orders may still trade, counted fills on their way included.
    func inFlight(_ index: Int) -> Flight {
        guard planted(.countQuoteAsHedge) || planted(.forgetUnknownExposure) else {
            let tally = orders.tally(InstrumentID(index))
            return Flight(buys: tally.flyingBuys, sells: tally.flyingSells)
        }
        return miscountedFlight(index)
    }

    /// Only as a planted defect.
    private func miscountedFlight(_ index: Int) -> Flight {
        var sum = Flight.none
        for id in orders.live {
            guard let record = orders[id], record.intent.instrument.index == index else { continue }
            // A quote is no trade before it fills.
            if record.intent.isQuote, !planted(.countQuoteAsHedge) { continue }
            // Nor what may never have been sent; while there is any, nothing is hedged.
            if record.intent.purpose == .presumed { continue }
            if planted(.forgetUnknownExposure), record.state == .unknown { continue }
            let pending = record.remaining + record.fillsOutstanding
            if record.intent.side == .buy { sum.buys += pending } else { sum.sells += pending }
        }
        return sum
    }
}
