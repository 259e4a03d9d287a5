/// How the node came to know a fact.
public enum Evidence: UInt8, Sendable { case answer, stream, query }

/// What a venue says an order is.
public enum ReportedState: Hashable, Sendable {
    case working
    case filled
    case canceled
    case expired
    /// Proven refused: the venue holds no order.
    case rejected
}

/// A venue's word on one order, from an answer, a private stream or a query.
public struct OrderReport: Hashable, Sendable {
    public var instrument: InstrumentID
    /// `nil` when the order carries an id that is not ours (a foreign order).
    public var clientID: ClientOrderID?
    public var venueOrderID: String
    public var side: Side
    public var state: ReportedState
    /// Total filled so far, as the venue counts it.
    public var filled: Quantity
    public var quantity: Quantity
    /// `nil` where the message did not state it.
    public var limit: Price?
    public var reason: String
    public var evidence: Evidence
    public var venueTime: Moment

    public init(
        instrument: InstrumentID, clientID: ClientOrderID?, venueOrderID: String, side: Side,
        state: ReportedState, filled: Quantity, quantity: Quantity, limit: Price? = nil,
        reason: String = "", evidence: Evidence, venueTime: Moment
    ) {
        self.limit = limit
        self.instrument = instrument
        self.clientID = clientID
        self.venueOrderID = venueOrderID
        self.side = side
        self.state = state
        self.filled = filled
        self.quantity = quantity
        self.reason = reason
        self.evidence = evidence
        self.venueTime = venueTime
    }
}

/// One execution. `(venue, instrument, tradeID)` identifies it for ever: however often it is told, it is
/// booked once.
public struct FillReport: Hashable, Sendable {
    public var instrument: InstrumentID
    /// `nil` when the venue did not say (some trade histories) or the order is not ours.
    public var clientID: ClientOrderID?
    public var venueOrderID: String
    public var tradeID: String
    public var side: Side
    public var price: Price
    public var quantity: Quantity
    /// Positive is a cost, negative a rebate.
    public var fee: Amount
    public var feeAsset: Asset
    public var isMaker: Bool
    /// The venue closed a position of ours: liquidation or deleveraging. Not written to the outbox.
    public var isForced = false
    public var evidence: Evidence
    public var venueTime: Moment

    public init(
        instrument: InstrumentID, clientID: ClientOrderID?, venueOrderID: String, tradeID: String, side: Side,
        price: Price, quantity: Quantity, fee: Amount, feeAsset: Asset, isMaker: Bool, evidence: Evidence,
        venueTime: Moment
    ) {
        self.instrument = instrument
        self.clientID = clientID
        self.venueOrderID = venueOrderID
        self.tradeID = tradeID
        self.side = side
        self.price = price
        self.quantity = quantity
        self.fee = fee
        self.feeAsset = feeAsset
        self.isMaker = isMaker
        self.evidence = evidence
        self.venueTime = venueTime
    }
}

public struct BalanceReport: Hashable, Sendable {
    public var asset: Asset
    /// Free and locked together.
    public var total: Amount
    public var available: Amount
    public init(asset: Asset, total: Amount, available: Amount) {
        self.asset = asset
        self.total = total
        self.available = available
    }
}

/// An open position in a perpetual, as the venue tells it.
public struct PositionReport: Hashable, Sendable {
    public var instrument: InstrumentID
    /// Signed base quantity.
    public var quantity: Quantity
    /// Signed: quantity × average entry price, in the quote asset.
    public var entryCost: Amount
    public init(instrument: InstrumentID, quantity: Quantity, entryCost: Amount) {
        self.instrument = instrument
        self.quantity = quantity
        self.entryCost = entryCost
    }
}

/// One funding payment of a perpetual: booked once, by its id.
public struct FundingReport: Hashable, Sendable {
    public var instrument: InstrumentID
    public var id: String
    /// In the quote asset; positive was received, negative paid.
    public var amount: Amount
    public var venueTime: Moment
    public init(instrument: InstrumentID, id: String, amount: Amount, venueTime: Moment) {
        self.instrument = instrument
        self.id = id
        self.amount = amount
        self.venueTime = venueTime
    }
}

/// What a venue publishes about a perpetual besides its book; fields that a message did not carry are `nil`.
public struct ContractTerms: Hashable, Sendable {
    public var instrument: InstrumentID
    /// Margin and unrealised profit are reckoned at this price.
    public var markPrice: Price?
    /// When the mark price was told; set by whom it was told.
    public var markedAt: Moment?
    /// Of the next payment; longs pay it to shorts when positive.
    public var fundingRate: Rate?
    public var nextFunding: Moment?
    public init(
        instrument: InstrumentID, markPrice: Price? = nil, fundingRate: Rate? = nil,
        nextFunding: Moment? = nil
    ) {
        self.instrument = instrument
        self.markPrice = markPrice
        self.fundingRate = fundingRate
        self.nextFunding = nextFunding
    }

    /// Takes over what a newer message says.
    public mutating func update(_ newer: ContractTerms) {
        if let price = newer.markPrice { markPrice = price }
        if let rate = newer.fundingRate { fundingRate = rate }
        if let moment = newer.nextFunding { nextFunding = moment }
    }
}

/// What is known after an attempt to place an order. Anything that proves neither acceptance nor refusal is
/// `ambiguous`, and only evidence from the venue ends that (DESIGN §4).
public enum PlaceAnswer: Hashable, Sendable {
    case accepted(venueOrderID: String)
    case refused(code: String, message: String)
    case ambiguous(code: String)
    /// Not one byte left this machine.
    case neverSent(String)
}

public enum CancelAnswer: Hashable, Sendable {
    case accepted
    /// The venue knows no such working order: it has ended, how must be asked.
    case unknownOrder
    case refused(code: String, message: String)
    case ambiguous(code: String)
}

/// What is known after an attempt to amend an order.
public enum AmendAnswer: Hashable, Sendable {
    case amended
    /// Proven: the order stands as it did.
    case refused(code: String, message: String)
    /// The venue knows no such working order: it has ended, how must be asked.
    case unknownOrder
    case ambiguous(code: String)
    /// Not one byte left this machine.
    case neverSent(String)
}

/// The answer to a query by client id.
public enum QueryAnswer: Hashable, Sendable {
    case found(OrderReport)
    /// The venue's order endpoint says it has never seen this id.
    case absent
    case ambiguous(code: String)

    /// The code where a list does not show the order and may go on.
    public static let listGoesOn = "more-closed-orders"
}
