import Books
import Orders
import Risk
import Routing
import TradingModel

// Perpetuals: positions instead of balances, margin instead of money. A segment of perpetuals is a
// venue of its own: the position is its balance of the base asset, and its quote is counted at cost, so that
// the ledger, the obligations and profit need to know nothing of it.
extension TradingEngine {
    func margin(of venue: VenueID) -> MarginRule? { policy.venues[venue.index].margin }

    /// Signed base quantity held at a venue of perpetuals.
    func position(_ venue: VenueID, _ instrument: Instrument) -> Quantity {
        instrument.quantity(ofBase: ledger.balance(venue, instrument.base))
    }

    /// What an order would reduce of the position there; what other orders on its side are about to reduce is
    /// theirs.
    private func reducible(
        _ venue: VenueID, _ instrument: Instrument, _ side: Side, besides own: ClientOrderID?
    ) -> Quantity {
        let held = position(venue, instrument)
        let against = side == .buy ? held.raw < 0 : held.raw > 0
        guard against else { return .zero }
        var left = held.magnitude
        for id in orders.live {
            guard id != own, let other = orders[id], other.intent.venue == venue,
                other.intent.side == side, other.intent.instrument == instrument.id
            else { continue }
            left -= other.remaining + other.fillsOutstanding
        }
        return max(.zero, left)
    }

    /// Whether the order can only make the position there smaller: the venue is then told to see to it.
    func isReduceOnly(_ intent: OrderIntent) -> Bool {
        guard margin(of: intent.venue) != nil else { return false }
        let instrument = policy.instruments[intent.instrument.index]
        return intent.quantity <= reducible(intent.venue, instrument, intent.side, besides: intent.id)
    }

    /// The margin and fee of what the order opens. What it reduces sets more free than it costs, and must be
    /// possible just when there is no margin left.
    func marginClaim(_ intent: OrderIntent, _ rule: MarginRule) -> Amount {
        let instrument = policy.instruments[intent.instrument.index]
        let fee = listing(intent.venue, intent.instrument)?.takerFee ?? .zero
        let reduces = reducible(intent.venue, instrument, intent.side, besides: intent.id)
        let opens = instrument.notional(intent.limit, max(.zero, intent.quantity - reduces))
        return rule.initial(opens) + fee.of(opens)
    }

    /// Equity at the mark less the margin of what is open.
    func freeMargin(_ venue: VenueID, _ asset: Asset, _ rule: MarginRule) -> Amount {
        var free = ledger.balance(venue, asset)
        for listing in policy.venues[venue.index].listings where listing.instrument.quote == asset {
            let instrument = listing.instrument
            let held = position(venue, instrument)
            guard held != .zero else { continue }
            let mark = markPrice(venue, instrument.id.index, of: held)
            // A position without a price may have cost everything.
            guard mark > .zero else { return .zero }
            free += instrument.notional(mark, held)
            free -= rule.initial(instrument.notional(mark, held.magnitude))
        }
        return free
    }

    /// Times the rule's leverage: beyond the first bound people are told, beyond the second positions are
    /// given up. Against a short of three times the equity the price has then risen by 14 and by 23 percent.
    static let thinMargin: Int64 = 2
    static let pressedMargin: Int64 = 4

    /// Positions as a multiple of equity, in whole multiples of what may be opened; `nil` while nothing is
    /// open or no price is known.
    private func strain(_ venue: VenueID, _ rule: MarginRule) -> Int64? {
        var worth = Amount.zero
        var equity = Amount.zero
        var quotes: [Asset] = []
        for listing in policy.venues[venue.index].listings {
            let instrument = listing.instrument
            guard ledger.isOpen(venue, instrument.quote) else { return nil }
            if !quotes.contains(instrument.quote) {
                quotes.append(instrument.quote)
                equity += ledger.balance(venue, instrument.quote)
            }
            let held = position(venue, instrument)
            guard held != .zero else { continue }
            let mark = markPrice(venue, instrument.id.index, of: held)
            guard mark > .zero else { return nil }
            equity += instrument.notional(mark, held)
            worth += instrument.notional(mark, held.magnitude)
        }
        guard worth > .zero else { return nil }
        guard equity > .zero else { return .max }
        return Int64(clamping: worth.raw / Int128(rule.leverage) / max(1, equity.raw))
    }

    /// Told once, until it is well again.
    mutating func watchMargin(_ now: Moment) {
        for (index, venue) in policy.venues.enumerated() {
            guard let rule = venue.margin else { continue }
            let strain = strain(VenueID(index), rule) ?? 0
            venues[index].isPressed = strain >= TradingEngine.pressedMargin
            let isThin = strain >= TradingEngine.thinMargin
            if isThin, !venues[index].isMarginThin {
                alarm(
                    .marginLow, .pageNow, VenueID(index),
                    "the positions have grown beyond \(TradingEngine.thinMargin * rule.leverage) times the "
                        + "equity: add margin, or close", now)
            }
            venues[index].isMarginThin = isThin
        }
    }

    /// What a position is reckoned at. Where the venue has told no mark for a while, the worse of its last
    /// and the spot price: a price that stands still would hide that margin runs out.
    private func markPrice(_ venue: VenueID, _ index: Int, of held: Quantity) -> Price {
        guard let slot = books[index].slot(of: venue), let mark = terms[index][slot]?.markPrice else {
            return mids[index]
        }
        guard freshMark(index, slot, ruleWatch.now) == nil, mids[index] > .zero else { return mark }
        return held.raw > 0 ? min(mark, mids[index]) : max(mark, mids[index])
    }

    /// The venue's mark price, if it was told of late.
    func freshMark(_ index: Int, _ slot: Int, _ now: Moment) -> Price? {
        guard let known = terms[index][slot], let at = known.markedAt, now - at <= policy.limits.bookAge
        else {
            return nil
        }
        return known.markPrice
    }

    /// What the venue's margin lets an order on this side be.
    func affordable(
        _ venue: VenueID, _ listing: Listing, _ side: Side, _ price: Price, _ free: Amount,
        besides own: ClientOrderID?
    ) -> Quantity {
        guard let rule = margin(of: venue) else { return .zero }
        let instrument = listing.instrument
        let one = instrument.notional(price, Quantity(raw: 1))
        guard one > .zero else { return .zero }
        let cost = rule.initial(one) + listing.takerFee.of(one)
        // One percent is left for the limit's slippage beyond `price`.
        let spendable = max(Int128(0), free.raw) / 101 * 100
        return reducible(venue, instrument, side, besides: own)
            + Quantity(raw: Int64(clamping: spendable / max(1, cost.raw)))
    }

    /// What holding a position through the next payment would cost: longs pay a positive rate, shorts a
    /// negative one. What it would bring is left out: it may have changed by then.
    func fundingPenalty(_ index: Int, _ slot: Int, _ side: Side) -> Rate {
        guard let rate = terms[index][slot]?.fundingRate else { return .zero }
        return max(.zero, side == .buy ? rate : Rate(raw: -rate.raw))
    }

    mutating func contract(_ venue: VenueID, _ news: ContractTerms, _ now: Moment) {
        let index = news.instrument.index
        guard let slot = books[index].slot(of: venue) else { return }
        if terms[index][slot] == nil { terms[index][slot] = ContractTerms(instrument: news.instrument) }
        terms[index][slot]?.update(news)
        if news.markPrice != nil { terms[index][slot]?.markedAt = now }
    }
}
