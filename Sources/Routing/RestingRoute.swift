import Books
import TradingModel

// Routes of orders that rest instead of taking (urgency: none).
extension SmartOrderRouter {
    /// Splits one side over venues by what a fill would cost as maker, all in: each leg rests at the limit,
    /// or as near to it as it can without taking, one tick before the other side's touch. Lots, minimums and
    /// caps are kept as in `route`, and the split is the cheapest there is.
    ///
    /// What rests may never fill: the plan says where it would be cheapest, not that it happens.
    ///
    /// - Parameters:
    ///   - capacities: by book slot; `nil` keeps the venue out.
    ///   - limit: the worst price any leg may rest at (before fees).
    public static func restingRoute(
        _ book: ConsolidatedBook, side: Side, quantity: Quantity, limit: Price, among slots: SlotSet,
        capacities: [VenueCapacity?]
    ) -> RoutePlan {
        let makers = capacities.map { $0.map { $0.asMaker } }
        // To the split, a place to rest is a level that takes whatever comes, at the maker's fee.
        var places = ConsolidatedBook(
            book.instrument,
            sources: book.tops.indices.map { slot in
                ConsolidatedBook.Source(
                    venue: book.tops[slot].venue, proof: .spanningIDs, depth: 1,
                    takerFee: makers[slot]?.listing.takerFee ?? .zero)
            }, capacity: 4)
        var open = SlotSet()
        for slot in book.tops.indices where slots.contains(slot) {
            guard let maker = makers[slot], let price = restingPrice(book, side, slot, limit, maker.listing)
            else { continue }
            places.offer(side, price, quantity, at: book.tops[slot].venue)
            open.insert(slot)
        }
        return route(places, side: side, quantity: quantity, limit: limit, among: open, capacities: makers)
    }

    /// On the tick, not beyond the limit, and not so far that it would take; `nil` where there is no such
    /// price.
    static func restingPrice(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, _ limit: Price, _ listing: Listing
    ) -> Price? {
        let tick = listing.tick.raw
        let touch = book.level(side, slot, 0)?.price.raw
        switch side {
        case .buy:
            let price = min(limit.raw, touch.map { $0 - tick } ?? limit.raw)
            let placed = Price(raw: price).onTick(listing.tick, side)
            return placed > .zero ? placed : nil
        case .sell:
            let price = max(limit.raw, touch.map { $0 + tick } ?? limit.raw)
            return Price(raw: price).onTick(listing.tick, side)
        }
    }
}

extension VenueCapacity {
    /// The same where what fills pays as maker.
    fileprivate var asMaker: VenueCapacity {
        var maker = self
        maker.listing.takerFee = listing.makerFee
        return maker
    }
}

extension ConsolidatedBook {
    /// Shows one level that `side` would take.
    fileprivate mutating func offer(_ side: Side, _ price: Price, _ quantity: Quantity, at venue: VenueID) {
        connectionOpened(venue, epoch: 1, at: .distantPast)
        var update = BookUpdate(instrument: instrument.id, kind: .snapshot)
        update.lastSequence = 1
        let level = [LevelChange(price: price, quantity: quantity)]
        switch side {
        case .buy: update.asks = level
        case .sell: update.bids = level
        }
        _ = apply(update, from: venue, at: .distantPast)
    }
}
