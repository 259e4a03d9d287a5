import Books
import TradingModel

/// A profitable crossing of two venues' touches after both taker fees.
public struct Edge: Hashable, Sendable {
    public var buyVenue: VenueID
    public var sellVenue: VenueID
    public var buySlot: Int
    public var sellSlot: Int
    public var ask: Price
    public var bid: Price
    /// (net bid − net ask) ÷ net ask.
    public var net: Rate
    /// What it must earn, for whoever looks at it deeper in the books, and how much of it may be done.
    public var floor: Rate
    public var cap = Quantity(raw: .max)
    public var surplus: Rate { Rate(raw: net.raw - floor.raw) }

    public init(
        buyVenue: VenueID, sellVenue: VenueID, buySlot: Int, sellSlot: Int, ask: Price, bid: Price, net: Rate,
        floor: Rate = .zero
    ) {
        self.floor = floor
        self.buyVenue = buyVenue
        self.sellVenue = sellVenue
        self.buySlot = buySlot
        self.sellSlot = sellSlot
        self.ask = ask
        self.bid = bid
        self.net = net
    }
}

/// How much of an edge the visible depth supports, and how far each leg has to reach for it.
public struct EdgeDepth: Hashable, Sendable {
    public var quantity: Quantity
    /// Price of the deepest level used on each side.
    public var worstAsk: Price
    public var worstBid: Price
}

public enum EdgeScanner {
    /// The best edge among the venues in `slots` (proved and fresh), or `nil` when none is at least
    /// `minimum`. The cheapest net ask and the dearest net bid make it: no pair can beat them.
    public static func best(_ book: ConsolidatedBook, among slots: SlotSet, minimum: Rate) -> Edge? {
        best(book, buying: slots, selling: slots, minimum: minimum)
    }

    /// The same where only some venues may be bought from and only some sold to. A negative `minimum` lets a
    /// pair lose that much: it closes a position that has earned it.
    public static func best(
        _ book: ConsolidatedBook, buying: SlotSet, selling: SlotSet, minimum: Rate
    ) -> Edge? {
        best(book.tops, book.takerFees, buying: buying, selling: selling, minimum: minimum)
    }

    /// The same from a book's touches and fees, which is all that it takes: this is asked after every
    /// message, and handing out a book costs more than the answer.
    public static func best(
        _ tops: [VenueTop], _ fees: [Rate], buying: SlotSet, selling: SlotSet, minimum: Rate
    ) -> Edge? {
        var buySlot = -1
        var sellSlot = -1
        var netAsk = Int128.max
        var netBid = Int128.min
        var rest = buying
        while let slot = rest.popFirst() {
            guard tops[slot].hasAsk else { continue }
            let net = ConsolidatedBook.net(.buy, tops[slot].ask.price, fees[slot])
            if net < netAsk {
                netAsk = net
                buySlot = slot
            }
        }
        rest = selling
        while let slot = rest.popFirst() {
            guard tops[slot].hasBid else { continue }
            let net = ConsolidatedBook.net(.sell, tops[slot].bid.price, fees[slot])
            if net > netBid {
                netBid = net
                sellSlot = slot
            }
        }
        guard buySlot >= 0, sellSlot >= 0, buySlot != sellSlot, netAsk > 0, earns(netBid, netAsk, minimum),
            reaches(minimum, netBid, over: netAsk)
        else { return nil }
        let net = rate(netBid, over: netAsk)
        return Edge(
            buyVenue: tops[buySlot].venue, sellVenue: tops[sellSlot].venue, buySlot: buySlot,
            sellSlot: sellSlot, ask: tops[buySlot].ask.price, bid: tops[sellSlot].bid.price, net: net,
            floor: minimum)
    }

    /// Whether any pair could be an edge of at least `minimum`, zero or more, where no venue bids above
    /// `bid`, asks below `ask` or takes less than `fee`: two products tell that nearly always nothing is to
    /// be sought.
    public static func mayEarn(_ minimum: Rate, bid: Price, ask: Price, fee: Rate) -> Bool {
        let (netBid, netAsk) = (
            ConsolidatedBook.net(.sell, bid, fee), ConsolidatedBook.net(.buy, ask, fee)
        )
        return netAsk <= 0 || earns(netBid, netAsk, minimum) && reaches(minimum, netBid, over: netAsk)
    }

    /// Arbitrage must gain something, whatever is asked of it.
    private static func earns(_ netBid: Int128, _ netAsk: Int128, _ minimum: Rate) -> Bool {
        minimum < .zero || netBid > netAsk
    }

    /// Walks both ladders while the next piece still earns `minimum`, up to `limit`.
    public static func depth(_ book: ConsolidatedBook, of edge: Edge, minimum: Rate, limit: Quantity)
        -> EdgeDepth
    {
        var result = EdgeDepth(quantity: .zero, worstAsk: edge.ask, worstBid: edge.bid)
        var (askDepth, bidDepth) = (0, 0)
        var ask = book.level(.buy, edge.buySlot, 0)
        var bid = book.level(.sell, edge.sellSlot, 0)
        while let offer = ask, let demand = bid, result.quantity < limit {
            let netAsk = book.netPrice(.buy, edge.buySlot, offer.price)
            let netBid = book.netPrice(.sell, edge.sellSlot, demand.price)
            guard earns(netBid, netAsk, minimum), reaches(minimum, netBid, over: netAsk) else { break }
            let piece = min(min(offer.quantity, demand.quantity), limit - result.quantity)
            result.quantity += piece
            result.worstAsk = offer.price
            result.worstBid = demand.price
            ask?.quantity -= piece
            bid?.quantity -= piece
            if ask?.quantity == .zero {
                askDepth += 1
                ask = book.level(.buy, edge.buySlot, askDepth)
            }
            if bid?.quantity == .zero {
                bidDepth += 1
                bid = book.level(.sell, edge.sellSlot, bidDepth)
            }
        }
        return result
    }

    /// What a taker of `side` finds at one venue within a limit.
    public static func offered(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, within limit: Price
    ) -> Quantity {
        var sum: Int64 = 0
        book.withLevels(side, slot, from: 0, atMost: book.depth(side, slot)) { level in
            guard side == .buy ? level.price <= limit : level.price >= limit else { return false }
            sum = Int64(clamping: Int128(sum) + Int128(level.quantity.raw))
            return true
        }
        return Quantity(raw: sum)
    }

    /// Whether `rate` is at least `minimum`, without the division; `ask` must be positive.
    static func reaches(_ minimum: Rate, _ bid: Int128, over ask: Int128) -> Bool {
        let gain = (bid - ask) * Int128(Rate.one)
        // Quotients are cut towards zero: below it the next lower one is what must be exceeded.
        return minimum > .zero
            ? gain >= Int128(minimum.raw) * ask : gain > (Int128(minimum.raw) - 1) * ask
    }

    /// The edge between two net prices (`ConsolidatedBook.netPrice`) over the ask; negative is a loss.
    public static func rate(_ bid: Int128, over ask: Int128) -> Rate {
        Rate(raw: Int64(clamping: (bid - ask) * Int128(Rate.one) / ask))
    }
}
