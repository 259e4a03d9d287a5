import Books
import Hedging
import Orders
import Risk
import TradingModel

/// A warrant of this run, and what of it is left.
struct StandingWarrant: Hashable, Sendable {
    enum Reason: Hashable, Sendable {
        /// Written with a pair's legs.
        case pair
        /// Written behind it: the pair's second, or in place of legs that were used.
        case again
        /// For what rests, as long as it rests.
        case quotes
    }

    var warrant: Warrant
    var reason: Reason
    /// Its row is; the store tells so by the warrant's name.
    var isDurable = false
    var sent = WarrantLegs()

    var isForQuotes: Bool { reason == .quotes }

    /// For one instrument: two of the pair, two of quotes, and those that stand in for used legs. Beyond, a
    /// hedge waits for a row of its own.
    static let most = 6
}

// Hedges that are made durable before the pair that may need them, so that they wait for no disk.
extension TradingEngine {
    /// Before both legs: an unmatched fill is most often hedged where the other leg fell short, and else
    /// wherever it is cheapest.
    mutating func warrantHedges(of legs: [OrderIntent], _ index: Int, _ now: Moment) {
        revoke(index) { !$0.isForQuotes }
        let isSpot = legs.allSatisfy { margin(of: $0.venue) == nil }
        guard policy.hedge.warrants > 0, isSpot, mids[index] > .zero else { return }
        var places: [Warrant.Leg] = []
        places.reserveCapacity(legs.count * policy.hedge.warrants)
        let open = openSlots(index, now, withHeadroom: false).intersection(books[index].reference)
        for leg in legs {
            addHedges(from: leg.venue, leg.side, policy.hedge.warrants, index, open, &places)
        }
        var quantity = legs.reduce(Quantity.zero) { max($0, $1.quantity) }
        // What no venue took so far is hedged along.
        quantity += obligations[index].residual.magnitude
        stand(newWarrant(places, quantity, index, now), for: .pair)
    }

    /// Its limits are the last rung's.
    mutating func newWarrant(
        _ legs: [Warrant.Leg], _ quantity: Quantity, _ index: Int, _ now: Moment
    ) -> Warrant {
        Warrant(
            name: warrantName(now), instrument: policy.instruments[index].id, decidedAt: now,
            quantity: quantity, highestBuy: worst(.buy, policy.hedge.unwindBound, from: mids[index]),
            lowestSell: worst(.sell, policy.hedge.unwindBound, from: mids[index]), legs: legs)
    }

    private mutating func warrantName(_ now: Moment) -> ClientOrderID {
        ClientOrderID(
            epoch: epoch, node: policy.node, strategy: 0, intent: takeIntent(now), leg: 0, attempt: 0
        ).warrant
    }

    /// A leg that fills in pieces calls for a hedge with each, most often where the first piece's went. Once
    /// the legs are on their way, further orders become durable, two at each side's first place: the legs
    /// wait for no more than before.
    mutating func followWarrants(of instruments: [Int], _ now: Moment) {
        for index in instruments {
            guard var second = warrants[index].first(where: { $0.reason == .pair })?.warrant,
                warrants[index].count < StandingWarrant.most
            else { continue }
            second.legs = [Side.buy, .sell].flatMap { side in
                let places = second.legs.filter { $0.side == side }
                return (places.prefix(1) + places).prefix(Warrant.capacity / 2)
            }
            for number in second.legs.indices { second.legs[number].number = UInt8(number) }
            standIn(second, index, now)
        }
    }

    /// The same once more, decided now.
    private mutating func standIn(_ warrant: Warrant, _ index: Int, _ now: Moment) {
        var next = warrant
        next.name = warrantName(now)
        next.decidedAt = now
        stand(next, for: .again)
    }

    mutating func stand(_ warrant: Warrant, for reason: StandingWarrant.Reason) {
        warrants[warrant.instrument.index].append(
            StandingWarrant(
                warrant: warrant, reason: reason, isDurable: planted(.warrantBeforeDurable)))
        if !planted(.warrantBeforeDurable) { journal(warrant) }
    }

    /// The next attempt may want the same venues: while the venues still answer this one, what stands in for
    /// the legs it took becomes durable.
    mutating func renewWarrants(for orders: [OrderIntent], _ index: Int, _ now: Moment) {
        for standing in warrants[index] {
            let used = orders.compactMap { order in
                standing.warrant.legs.first { standing.warrant.id(of: $0) == order.id }
            }
            guard !used.isEmpty, warrants[index].count < StandingWarrant.most else { continue }
            if standing.isForQuotes, hasQuotes(index) {
                warrantQuotes(index, now)
                continue
            }
            var rest = standing.warrant
            rest.legs = used
            standIn(rest, index, now)
        }
    }

    /// A venue itself, then others of spot that new risk may go to, the best price first: `most` in all, each
    /// once, and no more than a warrant holds.
    func addHedges(
        from first: VenueID, _ side: Side, _ most: Int, _ index: Int, _ open: SlotSet,
        _ places: inout [Warrant.Leg]
    ) {
        func add(_ venue: VenueID) {
            guard places.count < Warrant.capacity,
                !places.contains(where: { $0.venue == venue && $0.side == side })
            else { return }
            places.append(.init(number: UInt8(places.count), venue: venue, side: side))
        }
        add(first)
        var rest = open
        for _ in 1..<max(1, most) {
            var best: (slot: Int, price: Int64)?
            var slots = rest
            while let slot = slots.popFirst() {
                let top = books[index].tops[slot]
                guard top.venue != first, side == .buy ? top.hasAsk : top.hasBid else { continue }
                // Less is better on either side; of equals the first venue.
                let price = side == .buy ? top.ask.price.raw : -top.bid.price.raw
                if let best, (best.price, books[index].tops[best.slot].venue) <= (price, top.venue) {
                    continue
                }
                best = (slot, price)
            }
            guard let best else { return }
            add(books[index].tops[best.slot].venue)
            rest = rest.without(best.slot)
        }
    }

    private mutating func journal(_ warrant: Warrant) {
        var written = warrant
        if planted(.warrantTooSmall) { written.quantity = Quantity(raw: warrant.quantity.raw / 8) }
        output.append(
            .journal(
                .warranted(
                    written, symbol: symbols[warrant.instrument.index],
                    venues: warrant.legs.map { policy.venues[$0.venue.index].name })))
    }

    /// Answers the instruments of which a pair's warrant has become durable: its second goes behind the legs.
    mutating func warrantsDurable(_ names: [ClientOrderID]) -> [Int] {
        var pairs: [Int] = []
        for index in warrants.indices {
            for place in warrants[index].indices where names.contains(warrants[index][place].warrant.name) {
                let standing = warrants[index][place]
                if standing.reason == .pair, !standing.isDurable { pairs.append(index) }
                warrants[index][place].isDurable = true
            }
        }
        return pairs
    }

    mutating func warrantsNotDurable(_ names: [ClientOrderID]) {
        for index in warrants.indices {
            revoke(index) { names.contains($0.warrant.name) }
        }
    }

    // MARK: Sending

    /// An approved hedge under a warrant's id for its venue and side, if one is left that covers it; taken.
    mutating func underWarrant(_ order: OrderIntent, _ index: Int, _ now: Moment) -> OrderIntent? {
        for (place, standing) in warrants[index].enumerated() {
            guard standing.isDurable, now - standing.warrant.decidedAt <= Warrant.life,
                standing.warrant.covers(order.side, order.terms),
                let leg = standing.warrant.legs.first(where: {
                    $0.venue == order.venue && $0.side == order.side && !standing.sent.contains($0)
                })
            else { continue }
            var order = order
            order.id = standing.warrant.id(of: leg)
            order.sendBefore = min(order.sendBefore, standing.warrant.sendBefore)
            guard maySend(order, now) else { return nil }
            warrants[index][place].sent.insert(leg)
            if planted(.warrantBeforeDurable) { journal(standing.warrant) }
            return order
        }
        return nil
    }

    func isWarranted(_ order: OrderIntent, _ index: Int) -> Bool {
        warrants[index].contains { $0.warrant.name == order.id.warrant }
    }

    /// Its warrant is durable: its own row says what was sent and nothing waits for it.
    mutating func sendAtOnce(_ order: OrderIntent, _ now: Moment) {
        let intent = admit(order, now)
        output.append(
            .journal(
                .intended(
                    intent, venue: policy.venues[intent.venue.index].name,
                    symbol: symbols[intent.instrument.index])))
        advance(intent.id, .transmitted, now)
        counters.ordersSent += 1
        trades.note(intent.id) { $0.sentAt = now }
        output.append(.transmit(intent))
    }

    // MARK: The end

    /// All is hedged and nothing is under way: what is left will not be needed, but for quotes that rest.
    mutating func revokeSettled(_ index: Int) {
        guard !warrants[index].isEmpty, obligations[index].open.isEmpty, !hasLiveOrders(index) else { return }
        let hasQuotes = hasQuotes(index)
        guard warrants[index].contains(where: { !hasQuotes || !$0.isForQuotes }) else { return }
        revoke(index) { !hasQuotes || !$0.isForQuotes }
    }

    mutating func revokeExpired(_ index: Int, _ now: Moment) {
        guard !warrants[index].isEmpty else { return }
        revoke(index) { now - $0.warrant.decidedAt > Warrant.life }
    }

    mutating func revoke(_ index: Int, where isOver: (StandingWarrant) -> Bool) {
        for standing in warrants[index] where isOver(standing) {
            output.append(.journal(.revoked(standing.warrant.name, sent: standing.sent)))
        }
        warrants[index].removeAll(where: isOver)
    }

    /// A checkpoint holds no warrants: what is left of those that stand is written again behind it.
    mutating func repeatWarrants() {
        for warrant in dormantWarrants { journal(warrant) }
        for standing in warrants.joined() {
            var rest = standing.warrant
            rest.legs.removeAll { standing.sent.contains($0) }
            journal(rest)
        }
    }
}
