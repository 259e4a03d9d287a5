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
    public internal(set) var amend = AmendState.none
    /// The terms the venue took last; the intent's until one was amended.
    public internal(set) var terms: OrderTerms
    /// New terms that the venue may hold instead.
    public internal(set) var pending: OrderTerms?
    /// When the last amend was decided: an answer that is not that one's changes nothing.
    public internal(set) var amendedAt = Moment.distantPast
    /// Terms of before, newest last: what a report states of them is old news.
    var former: [OrderTerms] = []
    /// The largest quantity it ever stood for, what had filled included.
    public internal(set) var most: Quantity
    /// Trade ids of the booked fills, each once.
    public internal(set) var trades: [String] = []

    public init(intent: OrderIntent, at now: Moment) {
        self.intent = intent
        terms = intent.terms
        most = intent.quantity
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
        terms = intent.terms
        most = intent.quantity
        self.state = state
        self.filled = filled
        self.reportedFilled = reportedFilled
        self.venueOrderID = venueOrderID
        self.changedAt = changedAt
        self.notional = notional
        self.trades = trades
    }

    /// The terms that the venue may hold: more than one while an amend is under way or its fate unknown.
    public var possible: [OrderTerms] { pending.map { [terms, $0] } ?? [terms] }

    /// What it may fill in all, at worst.
    public var quantity: Quantity { max(terms.quantity, pending?.quantity ?? .zero) }

    /// What may still fill, at worst.
    public var remaining: Quantity {
        // Amended to less than had filled meanwhile, it has ended: nothing remains.
        state.mayFill ? max(.zero, quantity - max(filled, reportedFilled)) : .zero
    }

    /// Fills the venue has counted and not yet told one by one.
    public var fillsOutstanding: Quantity { max(.zero, reportedFilled - filled) }

    /// Ended, and every fill the venue counted is booked: its reservation can go.
    public var isSettled: Bool { state.isTerminal && fillsOutstanding == .zero }
}
