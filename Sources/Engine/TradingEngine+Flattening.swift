import Books
import Hedging
import Orders
import Risk
import Routing
import Strategies
import TradingModel

/// How the closing of one instrument's perpetuals goes on.
struct Flattening: Hashable, Sendable {
    var nextTry = Moment.distantPast
    /// Orders since the position last became smaller.
    var tries = 0
    /// By slot: the least that was left of its position.
    var least: [Int: Quantity] = [:]
    /// Looks in a row at which no order could be sent.
    var fruitless = 0

    /// A position that so many orders make no smaller is a person's to close: each costs a spread.
    static let mostTries = 60

    /// Stands in its orders' ids where a hedge's has its rung: no ladder climbs when one of them falls short.
    static let attempt: UInt8 = 0xFF
}

// What is owed is hedged under a kill or a planned HOLD that flattens; a position in a perpetual against spot
// owes nothing, and is closed besides: by orders that only reduce, a piece at a time. What a piece leaves on
// spot is owed with its fill and hedged like anything else, on spot first.
extension TradingEngine {
    /// Each word to flatten has its tries anew.
    mutating func beginFlattening() { flattenings = policy.instruments.map { _ in Flattening() } }

    mutating func flatten(_ now: Moment) {
        let isPlanned = plannedHold?.flattens == true
        guard isPlanned || !kills.blocks.isEmpty else { return }
        for index in policy.instruments.indices { flatten(index, isPlanned, now) }
    }

    /// A position in a perpetual is held that an order could close.
    public var holdsPerpetuals: Bool {
        policy.venues.indices.contains { place in
            let venue = VenueID(place)
            return policy.instruments.indices.contains { closable(venue, $0) != nil }
        }
    }

    /// The position, where it is one in a perpetual that an order could close.
    private func closable(_ venue: VenueID, _ index: Int) -> Quantity? {
        guard margin(of: venue) != nil, let listing = listing(venue, InstrumentID(index)) else { return nil }
        let held = position(venue, policy.instruments[index])
        return held.magnitude >= listing.smallestOrder(at: mids[index]) ? held : nil
    }

    private mutating func flatten(_ index: Int, _ isPlanned: Bool, _ now: Moment) {
        guard mayHedge(index), now >= flattenings[index].nextTry, obligations[index].open.isEmpty,
            !hasLiveOrders(index), !isPresuming(index)
        else { return }
        var slots = readySlots(index, now).subtracting(books[index].reference)
        while let slot = slots.popFirst() {
            let venue = books[index].tops[slot].venue
            guard isPlanned && !kills.holds(venue) || isFlattened(venue, index),
                let held = closable(venue, index)
            else { continue }
            if held.magnitude < flattenings[index].least[slot] ?? Quantity(raw: .max) {
                flattenings[index].least[slot] = held.magnitude
                flattenings[index].tries = 0
            }
            guard flattenings[index].tries < Flattening.mostTries else {
                return giveUpFlattening(index, venue, held, now)
            }
            flattenings[index].nextTry = now + policy.hedge.retryEvery
            if close(held, slot, index, now) {
                flattenings[index].tries += 1
                flattenings[index].fruitless = 0
                return
            }
            flattenings[index].fruitless += 1
            guard flattenings[index].fruitless == Flattening.mostTries else { continue }
            alarm(
                .hedgeFailure, .pageNow, venue, about: symbols[index],
                "\(policy.instruments[index].text(held)) \(policy.instruments[index].symbol) cannot be "
                    + "closed: its book or spot takes none of it; the node goes on trying", now)
        }
    }

    private func isFlattened(_ venue: VenueID, _ index: Int) -> Bool {
        kills.flattens(venue, InstrumentID(index))
            || strategiesOf[index].contains {
                strategies[$0].policy.basis?.perpetual == venue && kills.flattens(strategy: $0)
            }
    }

    /// One piece of a position; `false`: none can be closed now.
    private mutating func close(_ held: Quantity, _ slot: Int, _ index: Int, _ now: Moment) -> Bool {
        let side: Side = held.raw < 0 ? .buy : .sell
        // Spot must take it well within what its ladder will allow, or the perpetual would be opened again.
        let perpetual = SlotSet(bits: 1 << UInt64(slot))
        let (mid, spotMid) = (anchor(index, perpetual), anchor(index, books[index].reference))
        guard mid > .zero, spotMid > .zero else { return false }
        let own = worst(side, policy.hedge.unwindBound, from: mid)
        let other = worst(side.opposite, policy.hedge.repriceBound, from: spotMid)
        let wanted = min(held.magnitude, largestOrder(index, at: max(own, mid)))
        // No more than spot can take in turn.
        let spot = SmartOrderRouter.route(
            books[index], side: side.opposite, quantity: wanted, limit: other,
            among: readySlots(index, now).intersection(books[index].reference),
            capacities: capacities(index, side.opposite, other, now))
        guard let first = spot.legs.first else { return false }
        let plan = SmartOrderRouter.route(
            books[index], side: side, quantity: spot.legs.reduce(.zero) { $0 + $1.quantity }, limit: own,
            among: perpetual, capacities: capacities(index, side, own, now))
        guard let leg = plan.legs.first else { return false }
        let order = OrderIntent(
            id: ClientOrderID(
                epoch: epoch, node: policy.node, strategy: 0, intent: takeIntent(now), leg: 0,
                attempt: Flattening.attempt),
            venue: leg.venue, instrument: InstrumentID(index), side: side, quantity: leg.quantity,
            limit: leg.limit, timeInForce: .immediateOrCancel, purpose: .unwind, decidedAt: now,
            sendBefore: now + TradingEngine.hedgeWindow)
        guard isReduceOnly(order), mayGo(order, now) else { return false }
        shortVenue[index] = first.venue
        submit([order], now)
        return true
    }

    private mutating func giveUpFlattening(
        _ index: Int, _ venue: VenueID, _ held: Quantity, _ now: Moment
    ) {
        flattenings[index].nextTry = .distantFuture
        alarm(
            .hedgeFailure, .pageNow, venue, about: symbols[index],
            "\(policy.instruments[index].text(held)) \(policy.instruments[index].symbol) could not be closed "
                + "by \(Flattening.mostTries) orders in a row: close it at the venue", now)
    }
}
