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
    public var now: Moment

    public init(
        book: ConsolidatedBook, tradable: SlotSet, buying: [VenueCapacity?], selling: [VenueCapacity?],
        now: Moment
    ) {
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
}
