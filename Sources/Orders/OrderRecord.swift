import TradingModel

/// One order as the node knows it.
public struct OrderRecord: Hashable, Sendable {
    public let intent: OrderIntent
    public internal(set) var state: OrderState
    /// Sum of the distinct fills booked.
    public internal(set) var filled: Quantity
    /// What the venue says is filled, when it said more than the fills booked so far.
    public internal(set) var reportedFilled: Quantity
    public internal(set) var venueOrderID: String
    public internal(set) var changedAt: Moment
    /// Notional of the booked fills, in the quote asset.
    public internal(set) var notional: Amount
    public internal(set) var cancel = CancelState.none
    /// Trade ids of the booked fills, each once.
    public internal(set) var trades: [String] = []

    public init(intent: OrderIntent, at now: Moment) {
        self.intent = intent
        state = .new
        filled = .zero
        reportedFilled = .zero
        venueOrderID = ""
        changedAt = now
        notional = .zero
    }

    /// The order as a checkpoint holds it.
    public init(
        intent: OrderIntent, state: OrderState, filled: Quantity, reportedFilled: Quantity,
        venueOrderID: String, changedAt: Moment, notional: Amount, trades: [String]
    ) {
        self.intent = intent
        self.state = state
        self.filled = filled
        self.reportedFilled = reportedFilled
        self.venueOrderID = venueOrderID
        self.changedAt = changedAt
        self.notional = notional
        self.trades = trades
    }

    /// What may still fill.
    public var remaining: Quantity { state.mayFill ? intent.quantity - max(filled, reportedFilled) : .zero }

    /// Fills the venue has counted and not yet told one by one.
    public var fillsOutstanding: Quantity { max(.zero, reportedFilled - filled) }

    /// Ended, and every fill the venue counted is booked: its reservation can go.
    public var isSettled: Bool { state.isTerminal && fillsOutstanding == .zero }
}
