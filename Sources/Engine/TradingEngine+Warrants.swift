import Books
import Hedging
import Orders
import Risk
import TradingModel

/// A warrant of this run, and what of it is left.
struct StandingWarrant: Hashable, Sendable {
    var warrant: Warrant
    /// The legs whose rows lie in the warrant's batch: once theirs is durable, so is the warrant's.
    var pair: [ClientOrderID]
    var isDurable = false
    var sent = WarrantLegs()
}

// Hedges that are made durable before the pair that may need them, so that they wait for no disk.
extension TradingEngine {
    /// Before both legs: an unmatched fill is most often hedged where the other leg fell short, and else
    /// wherever it is cheapest.
    mutating func warrantHedges(of legs: [OrderIntent], _ index: Int, _ now: Moment) {
        revoke(index)
        let instrument = policy.instruments[index]
        let isSpot = legs.allSatisfy { margin(of: $0.venue) == nil }
        guard policy.hedge.warrants > 0, isSpot, mids[index] > .zero else { return }
        var places: [Warrant.Leg] = []
        for leg in legs {
            for venue in hedgeVenues(leg, index, now).prefix(policy.hedge.warrants) {
                places.append(.init(number: UInt8(places.count), venue: venue, side: leg.side))
            }
        }
        let mid = mids[index].raw
        let reach = Int64(
            clamping: Int128(mid) * Int128(policy.hedge.unwindBound.raw) / Int128(Rate.one))
        var quantity = legs.map(\.quantity).max() ?? .zero
        // What no venue took so far is hedged along.
        quantity += obligations[index].residual.magnitude
        let warrant = Warrant(
            name: ClientOrderID(
                epoch: epoch, node: policy.node, strategy: 0, intent: takeIntent(now), leg: 0, attempt: 0),
            instrument: instrument.id, decidedAt: now, quantity: quantity,
            highestBuy: Price(raw: mid + reach), lowestSell: Price(raw: max(1, mid - reach)), legs: places)
        warrants[index] = StandingWarrant(warrant: warrant, pair: legs.map(\.id))
        if !planted(.warrantBeforeDurable) { journal(warrant) }
    }

    /// The leg's own venue, then others of spot that new risk may go to, the best price first.
    private func hedgeVenues(_ leg: OrderIntent, _ index: Int, _ now: Moment) -> [VenueID] {
        var tops: [VenueTop] = []
        var slots = openSlots(index, now, withHeadroom: false).intersection(books[index].reference)
        while let slot = slots.popFirst() {
            let top = books[index].tops[slot]
            if top.venue != leg.venue, leg.side == .buy ? top.hasAsk : top.hasBid { tops.append(top) }
        }
        tops.sort { a, b in
            leg.side == .buy
                ? (a.ask.price, a.venue.index) < (b.ask.price, b.venue.index)
                : (b.bid.price, a.venue.index) < (a.bid.price, b.venue.index)
        }
        return [leg.venue] + tops.map(\.venue)
    }

    private mutating func journal(_ warrant: Warrant) {
        var written = warrant
        if planted(.warrantTooSmall) { written.quantity = Quantity(raw: warrant.quantity.raw / 8) }
        output.append(
            .journal(
                .warranted(
                    written, symbol: policy.instruments[warrant.instrument.index].symbol,
                    venues: warrant.legs.map { policy.venues[$0.venue.index].name })))
    }

    mutating func warrantsDurable(with legs: [ClientOrderID]) {
        for index in warrants.indices where warrants[index]?.pair.contains(where: legs.contains) == true {
            warrants[index]?.isDurable = true
        }
    }

    mutating func warrantsNotDurable(with legs: [ClientOrderID]) {
        for index in warrants.indices where warrants[index]?.pair.contains(where: legs.contains) == true {
            revoke(index)
        }
    }

    // MARK: Sending

    /// An approved hedge under the warrant's id for its venue and side, if one is left that covers it; taken.
    mutating func underWarrant(_ order: OrderIntent, _ index: Int, _ now: Moment) -> OrderIntent? {
        guard let standing = warrants[index], standing.isDurable,
            now - standing.warrant.decidedAt <= Warrant.life,
            standing.warrant.covers(order.side, order.terms),
            let leg = standing.warrant.legs.first(where: {
                $0.venue == order.venue && $0.side == order.side && !standing.sent.contains($0)
            })
        else { return nil }
        var order = order
        order.id = standing.warrant.id(of: leg)
        order.sendBefore = min(order.sendBefore, standing.warrant.sendBefore)
        guard maySend(order, now) else { return nil }
        warrants[index]?.sent.insert(leg)
        if planted(.warrantBeforeDurable) { journal(standing.warrant) }
        return order
    }

    func isWarranted(_ order: OrderIntent, _ index: Int) -> Bool {
        warrants[index]?.warrant.name == order.id.leg(0)
    }

    /// Its warrant is durable: its own row says what was sent and nothing waits for it.
    mutating func sendAtOnce(_ order: OrderIntent, _ now: Moment) {
        let intent = admit(order, now)
        output.append(
            .journal(
                .intended(
                    intent, venue: policy.venues[intent.venue.index].name,
                    symbol: policy.instruments[intent.instrument.index].symbol)))
        advance(intent.id, .transmitted, now)
        counters.ordersSent += 1
        trades.note(intent.id) { $0.sentAt = now }
        output.append(.transmit(intent))
    }

    // MARK: The end

    /// All is hedged and nothing is under way: what is left will not be needed.
    mutating func revokeSettled(_ index: Int) {
        guard warrants[index] != nil, obligations[index].open.isEmpty, !hasLiveOrders(index) else { return }
        revoke(index)
    }

    mutating func revokeExpired(_ index: Int, _ now: Moment) {
        guard let standing = warrants[index], now - standing.warrant.decidedAt > Warrant.life else { return }
        revoke(index)
    }

    private mutating func revoke(_ index: Int) {
        guard let standing = warrants[index] else { return }
        warrants[index] = nil
        output.append(.journal(.revoked(standing.warrant.name, sent: standing.sent)))
    }

    /// A checkpoint holds no warrants: what is left of those that stand is written again behind it.
    mutating func repeatWarrants() {
        for case let standing? in warrants {
            var rest = standing.warrant
            rest.legs.removeAll { standing.sent.contains($0) }
            journal(rest)
        }
    }

    // MARK: A start

    /// The last run may have sent any of these just before its end: they are orders of unknown fate.
    mutating func beginWarrants(after book: WarrantBook) {
        warrants = policy.instruments.map { _ in nil }
        guard !planted(.warrantNotRecovered) else { return }
        for warrant in book.warrants {
            for order in warrant.legs.map(warrant.most) where orders[order.id] == nil {
                orders.insert(order, at: warrant.decidedAt)
            }
            // So that the rows say so too, to this history's next reader.
            output.append(.journal(.revoked(warrant.name, sent: WarrantLegs(warrant.legs))))
        }
    }

    /// Whether hedges that an earlier run may have sent are not found out yet. They may have closed what is
    /// owed, on either side: to hedge meanwhile would be a guess.
    func isPresuming(_ index: Int) -> Bool { orders.tally(InstrumentID(index)).isPresuming }

    /// From a fill until its hedge must be complete. While it is being found out what the last run sent,
    /// people are told at once, and the time runs from when that can be known.
    mutating func timeToHedge(_ index: Int, _ now: Moment) -> Span {
        guard isPresuming(index) else { return policy.hedge.deadline }
        alarm(
            .hedgeFailure, .critical, nil,
            "\(policy.instruments[index].symbol): hedges wait until it is known which of them the last run "
                + "has sent", now)
        return TradingEngine.presumingTime + policy.hedge.deadline
    }

    /// As long as a request may be on its way, two looks after that, and their answers.
    static let presumingTime =
        Warrant.sendWindow + FateInquiry.arrivalLimit + FateInquiry.restBetweenAbsences + .seconds(3)
}
