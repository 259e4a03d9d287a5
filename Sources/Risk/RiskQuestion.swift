import TradingModel

/// What the governor is asked about one order: the order and every number its rules need, gathered by the
/// engine in the same call, so that nothing can change between the question and the send.
public struct RiskQuestion: Hashable, Sendable {
    public var order: OrderIntent
    /// Whether the venue's book is proven now, and how old its last message is.
    public var bookProven: Bool
    public var bookAge: Span
    /// Best opposite price among the *other* proven venues (ask for a buy, bid for a sell); `nil` when there
    /// is none.
    public var referencePrice: Price?
    /// Spendable on the order's venue: quote for a buy, base for a sell, net of everything reserved.
    public var available: Amount
    /// What the order would reserve there.
    public var needed: Amount
    /// The base asset's departure from opening over all venues, in quote notional, if this and every live
    /// order filled in the worst way.
    public var worstPositionNotional: Amount
    /// The same summed over all instruments.
    public var worstExposureNotional: Amount
    public var notional: Amount
    /// Whether the order's venue would cancel what rests there if this node died.
    public var deadManArmed: Bool
    /// The lowest and highest mid price of the collar's window; `nil` when there was none.
    public var window: PriceRange?
    /// The window's prices are of the order's kind; a perpetual's leg is held by its partner's.
    public var isWindowOfItsKind: Bool
    /// The most aggressive limit of our own orders that may rest on the other side of this venue's book.
    public var ownOpposite: Price?

    public struct PriceRange: Hashable, Sendable {
        public var low: Price
        public var high: Price
        public init(low: Price, high: Price) {
            self.low = low
            self.high = high
        }
    }

    public init(
        order: OrderIntent, bookProven: Bool, bookAge: Span, referencePrice: Price?,
        available: Amount, needed: Amount, worstPositionNotional: Amount, worstExposureNotional: Amount,
        notional: Amount, deadManArmed: Bool, window: PriceRange? = nil, isWindowOfItsKind: Bool = true,
        ownOpposite: Price? = nil
    ) {
        self.isWindowOfItsKind = isWindowOfItsKind
        self.window = window
        self.ownOpposite = ownOpposite
        self.order = order
        self.bookProven = bookProven
        self.bookAge = bookAge
        self.referencePrice = referencePrice
        self.available = available
        self.needed = needed
        self.worstPositionNotional = worstPositionNotional
        self.worstExposureNotional = worstExposureNotional
        self.notional = notional
        self.deadManArmed = deadManArmed
    }
}
