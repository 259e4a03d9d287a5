import Books
import Hedging
import Orders
import Strategies
import TradingModel

// A quote may fill at any moment, and its hedge is to wait for no disk then: as long as quotes rest, a
// warrant for their hedges stands, and the next one is durable before it is too old to be used.
extension TradingEngine {
    /// A warrant of this age is followed by the next.
    static let warrantAge = Warrant.life / 2

    /// Before a quote is sent, and whenever time has passed.
    mutating func warrantQuotes(_ index: Int, _ now: Moment) {
        let most = policy.hedge.quoteWarrants
        guard most > 0, mids[index] > .zero, hasQuotes(index) else { return }
        var (buys, sells) = (Quantity.zero, Quantity.zero)
        var wanted: [(venue: VenueID, side: Side)] = []
        for maker in makersOf[index] {
            for standing in quoting[maker].standing {
                guard let standing else { continue }
                let isSpot = margin(of: makers[maker].policy.quoteVenue) == nil
                guard isSpot, margin(of: standing.hedgeVenue) == nil else { return }
                let side = standing.quote.side.opposite
                if side == .buy { buys += standing.quote.most } else { sells += standing.quote.most }
                if !wanted.contains(where: { $0 == (standing.hedgeVenue, side) }) {
                    wanted.append((standing.hedgeVenue, side))
                }
            }
        }
        // What no venue took so far is hedged along.
        let quantity = max(buys, sells) + obligations[index].residual.magnitude
        let isCovered = warrants[index].contains { standing in
            standing.isForQuotes && standing.sent.isEmpty
                && now - standing.warrant.decidedAt < TradingEngine.warrantAge
                && standing.warrant.quantity >= quantity
                && wanted.prefix(Warrant.capacity).allSatisfy { side in
                    standing.warrant.legs.contains { $0.venue == side.venue && $0.side == side.side }
                }
        }
        if isCovered { return }
        let open = openSlots(index, now, withHeadroom: false).intersection(books[index].reference)
        var legs: [Warrant.Leg] = []
        for side in wanted { addHedges(from: side.venue, side.side, 1, index, open, &legs) }
        // Then, as far as there is room, for where the next attempt goes.
        for side in wanted { addHedges(from: side.venue, side.side, most, index, open, &legs) }
        replaceQuoteWarrants(index)
        guard warrants[index].count < StandingWarrant.most else { return }
        stand(newWarrant(legs, quantity, index, now), for: .quotes)
    }

    /// The newest that is durable stays: what is left of it can be used until the next one is.
    private mutating func replaceQuoteWarrants(_ index: Int) {
        let kept = warrants[index].last { $0.isForQuotes && $0.isDurable }?.warrant.name
        revoke(index) { $0.isForQuotes && $0.warrant.name != kept }
    }

    func hasQuotes(_ index: Int) -> Bool {
        makersOf[index].contains { quoting[$0].standing.contains { $0 != nil } }
    }
}
