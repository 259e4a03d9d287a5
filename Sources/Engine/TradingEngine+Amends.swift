import Books
import Orders
import Risk
import Strategies
import TradingModel

// Quotes that are moved in place, where cancels cost (Kraken: up to eight orders' worth for a young one).
extension TradingEngine {
    /// Asks for new terms. What the quote claimed, and what its hedge did, stays claimed until the venue has
    /// answered, and what the new terms take beyond that is claimed besides.
    mutating func move(_ record: OrderRecord, to quote: Quote, _ maker: Int, _ index: Int, _ now: Moment) {
        let place = Quoting.place(quote.side)
        let venue = record.intent.venue
        // Should its fate stay unknown it is canceled: there is room for both requests.
        guard venues[venue.index].headroom > 1, let standing = quoting[maker].standing[place] else { return }
        // Asked again in a while, whatever the governor says.
        quoting[maker].standing[place]?.placedAt = now
        let filled = max(record.filled, record.reportedFilled)
        let terms = OrderTerms(quantity: filled + quote.quantity, limit: quote.price)
        var order = record.intent.amended(to: terms)
        order.decidedAt = now
        order.sendBefore = now + TradingEngine.openWindow
        guard terms != record.terms, mayGo(order, edge: quote.net, amending: record, now) else { return }
        ruleMemory.messaged(order, at: now)
        orders.amend(record.intent.id, to: terms, at: now)
        if let after = orders[record.intent.id] { claimAgain(after) }
        claimHedge(quote, standing, maker, index)
        showOwn(index, venue)
        venues[venue.index].headroom -= 1
        decisions.add(
            order, venue: policy.venues[venue.index].name, symbol: policy.instruments[index].symbol)
        if planted(.amendBeforeDurable), let after = orders[record.intent.id] { amendDurable(after, now) }
        output.append(.persistAmend(amendment(record, terms, now)))
    }

    private func amendment(_ record: OrderRecord, _ terms: OrderTerms, _ decidedAt: Moment) -> Amendment {
        Amendment(
            order: reference(record), venue: record.intent.venue, terms: terms, decidedAt: decidedAt,
            sendBefore: decidedAt + TradingEngine.openWindow)
    }

    private mutating func claimHedge(_ quote: Quote, _ standing: StandingQuote, _ maker: Int, _ index: Int) {
        let old = standing.claim
        let claim = ClientOrderID(
            epoch: old.epoch, node: old.node, strategy: old.strategy, intent: old.intent, leg: old.leg,
            attempt: old.attempt &+ 1)
        let venue = books[index].tops[quote.hedgeSlot].venue
        let (asset, amount) = hedgeClaim(quote, quote.quantity, venue, index)
        standby.reserve(claim, venue, asset, max(.zero, amount - standby.held(by: old, venue, asset)))
        quoting[maker].standing[Quoting.place(quote.side)]?.next = NextQuote(
            quote: quote, claim: claim, hedgeVenue: venue)
    }

    // MARK: What store and venue say

    mutating func amendDurable(_ record: OrderRecord, _ now: Moment) {
        let id = record.intent.id
        guard let terms = record.pending, mayAmend(record, now) else {
            return amendSettled(id, .neverSent, now)
        }
        orders.amend(.transmitted, of: id)
        output.append(.amend(amendment(record, terms, record.amendedAt)))
    }

    /// Modes may have fallen, or a cancel been asked for, while the row was written.
    private func mayAmend(_ record: OrderRecord, _ now: Moment) -> Bool {
        record.cancel == .none && record.state.mayFill
            && now <= record.amendedAt + TradingEngine.openWindow
            && governor.mode < .hold && !kills.forbids(record.intent)
            && venues[record.intent.venue.index].safeReason == nil
    }

    /// Asked again when its turn on the wire has come.
    public func mayStillGo(_ amendment: Amendment, at now: Moment) -> Bool {
        guard let record = orders[amendment.order.id], record.amend == .sent else { return false }
        return record.amendedAt == amendment.decidedAt && mayAmend(record, now)
    }

    mutating func amendAnswered(_ amendment: Amendment, _ answer: AmendAnswer, _ now: Moment) {
        let id = amendment.order.id
        // The stream may have settled it, and another been decided since.
        guard let record = orders[id], record.amendedAt == amendment.decidedAt else { return }
        let venue = record.intent.venue
        switch answer {
        case .amended: amendSettled(id, .accepted, now)
        case .neverSent(let reason):
            alarm(.orderRefused, .info, venue, "amend of \(id) never sent: \(reason)", now)
            if record.amend == .sent { amendSettled(id, .neverSent, now) }
        case .refused(let code, let message):
            // A quote that would have taken is refused by design.
            alarm(.orderRefused, .info, venue, "amend of \(id): \(code) \(message)", now)
            amendSettled(id, .refused, now)
        case .unknownOrder: orders.amend(.orderUnknown, of: id)
        case .ambiguous(let code):
            qualities[venue.index].note(.unknownFate, at: now)
            alarm(.orderUnknown, .warning, venue, "amend of \(id): \(code)", now)
            guard orders.amend(.ambiguous, of: id) == .unknown, let after = orders[id] else { break }
            // Which terms it has is not guessed: it goes.
            cancel(after)
        }
        evaluate(record.intent.instrument.index, now)
    }

    /// One of the two terms is the order's: the other's claims go.
    mutating func amendSettled(_ id: ClientOrderID, _ event: AmendEvent, _ now: Moment) {
        guard let before = orders[id] else { return }
        let state = orders.amend(event, of: id)
        guard let terms = before.pending, let after = orders[id] else { return }
        output.append(.journal(.amended(id, to: terms, state, at: now)))
        if state == .accepted { counters.ordersAmended += 1 }
        claimAgain(after)
        settleHedgeClaim(after, isNew: state == .accepted)
        showOwn(after.intent.instrument.index, after.intent.venue)
    }

    private mutating func settleHedgeClaim(_ record: OrderRecord, isNew: Bool) {
        for maker in quoting.indices {
            for place in 0..<2 {
                guard var standing = quoting[maker].standing[place], standing.id == record.intent.id,
                    let next = standing.next
                else { continue }
                standby.release(next.claim)
                standing.next = nil
                if isNew {
                    standby.release(standing.claim)
                    standing.claim = next.claim
                    standing.quote = next.quote
                    standing.hedgeVenue = next.hedgeVenue
                    let (asset, amount) = hedgeClaim(
                        next.quote, record.remaining, next.hedgeVenue, record.intent.instrument.index)
                    standby.reserve(next.claim, next.hedgeVenue, asset, amount)
                }
                quoting[maker].standing[place] = standing
            }
        }
    }

    // MARK: Fills

    /// What a fill took from the quote needs no claim any more: its hedge takes it over.
    mutating func shrinkClaims(
        _ standing: StandingQuote, _ record: OrderRecord, by quantity: Quantity, _ index: Int
    ) {
        func rest(_ terms: OrderTerms) -> Quantity {
            max(.zero, terms.quantity - record.filled - quantity)
        }
        let (asset, amount) = hedgeClaim(
            standing.quote, rest(record.terms), standing.hedgeVenue, index)
        standby.shrink(standing.claim, to: amount)
        guard let next = standing.next, let pending = record.pending else { return }
        let (wanted, needed) = hedgeClaim(next.quote, rest(pending), next.hedgeVenue, index)
        let shared = wanted == asset && next.hedgeVenue == standing.hedgeVenue ? amount : .zero
        standby.shrink(next.claim, to: max(.zero, needed - shared))
    }

    /// The quote that a fill at `price` met, where there are two that it may have been.
    func met(_ standing: StandingQuote, _ record: OrderRecord, at price: Price) -> (
        StandingQuote, OrderTerms
    ) {
        guard let next = standing.next, let pending = record.pending, price == pending.limit,
            price != record.terms.limit
        else { return (standing, record.terms) }
        var shown = standing
        shown.quote = next.quote
        shown.hedgeVenue = next.hedgeVenue
        return (shown, pending)
    }
}
