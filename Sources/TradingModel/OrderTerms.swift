/// What of an order can be amended: its limit, and its quantity, what has filled included.
public struct OrderTerms: Hashable, Sendable {
    public var quantity: Quantity
    public var limit: Price
    public init(quantity: Quantity, limit: Price) {
        self.quantity = quantity
        self.limit = limit
    }
}

extension OrderIntent {
    public var terms: OrderTerms { OrderTerms(quantity: quantity, limit: limit) }

    /// The same order with other terms.
    public func amended(to terms: OrderTerms) -> OrderIntent {
        var other = self
        other.quantity = terms.quantity
        other.limit = terms.limit
        return other
    }
}

/// New terms for an order that rests, as decided.
public struct Amendment: Hashable, Sendable {
    public var order: OrderReference
    public var venue: VenueID
    public var terms: OrderTerms
    public var decidedAt: Moment
    /// Not sent after this moment: the order stands as it did, and what is wanted is decided anew.
    public var sendBefore: Moment
    public init(
        order: OrderReference, venue: VenueID, terms: OrderTerms, decidedAt: Moment, sendBefore: Moment
    ) {
        self.order = order
        self.venue = venue
        self.terms = terms
        self.decidedAt = decidedAt
        self.sendBefore = sendBefore
    }
}
