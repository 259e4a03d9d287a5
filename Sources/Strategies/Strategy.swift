import Books
import Routing
import TradingModel

/// What a strategy may see when it decides. It proposes; it never sends.
public struct StrategyView {
    public var book: ConsolidatedBook
    /// Slots whose books are proved, fresh and whose venue may trade now.
    public var tradable: SlotSet
    /// By slot: what each side of each venue can afford.
    public var buying: [VenueCapacity?]
    public var selling: [VenueCapacity?]
    /// How much of its configured size it should use, in ten-thousandths.
    public var sizeShare: Int64
    public var now: Moment

    public init(
        book: ConsolidatedBook, tradable: SlotSet, buying: [VenueCapacity?], selling: [VenueCapacity?],
        sizeShare: Int64 = 10_000, now: Moment
    ) {
        self.sizeShare = sizeShare
        self.book = book
        self.tradable = tradable
        self.buying = buying
        self.selling = selling
        self.now = now
    }
}

/// Two legs that belong together: both are judged and reserved before either is sent.
public struct PairProposal: Hashable, Sendable {
    public var edge: Edge
    public var quantity: Quantity
    public var buyLimit: Price
    public var sellLimit: Price

    /// The side of which less is on offer within its limit. Reads the books down to there: asked only where
    /// the legs go out in turn.
    public func scarcerSide(_ book: ConsolidatedBook) -> Side {
        let offered = EdgeScanner.offered(book, .buy, edge.buySlot, within: buyLimit)
        let wanted = EdgeScanner.offered(book, .sell, edge.sellSlot, within: sellLimit)
        return offered < wanted ? .buy : .sell
    }
}

/// When the two legs of a pair go out.
public enum LegOrder: String, Hashable, Sendable, CaseIterable {
    /// Both at once, in one durable batch.
    case together
    /// The side with less on offer first; the other one follows its fill as a hedge, on balance that was
    /// claimed before.
    case scarcerFirst = "scarcer-first"
}
