import TradingModel

/// What rules remember of the past: counted flows, profit, lockouts, recent terms. Fed by the engine as
/// things happen and by recovery as it reads them again, with the same calls, so that a restart finds what
/// the last run knew.
public struct RuleMemories: Hashable, Sendable {
    /// By venue.
    public var venueOrders: FlowMeters
    public var venueCancels: FlowMeters
    public var venueMessages: FlowMeters
    public var refusals: FlowMeters
    public var venueFills: FlowMeters
    /// By strategy.
    public var strategyOrders: FlowMeters
    public var strategyCancels: FlowMeters
    public var strategyMessages: FlowMeters
    /// Raw amounts of the quote asset.
    public var fees = FlowMeters(1)
    /// By strategy, then by instrument for what no strategy of this run did.
    public var books: [ProfitBook]
    public var lockouts = Lockouts()
    /// The day's highest profit, and which day that is.
    public private(set) var highest = Amount.zero
    public private(set) var highestDay = Int64.min
    /// By instrument: the highest profit of what is open now.
    public var openHighest: [Amount]
    /// By instrument: the strategy whose opening last filled; its hedges are that one's.
    public var opener: [Int?]
    private let strategies: Int
    /// The last openings' terms, and when they passed.
    private var recent = [Terms?](repeating: nil, count: 16)
    private var next = 0

    private struct Terms: Hashable {
        var venue: Int
        var symbol: Int
        var side: Side
        var price: Price
        var quantity: Quantity
        var at: Moment
    }

    public init(venues: Int, strategies: Int, instruments: Int) {
        venueOrders = FlowMeters(venues)
        venueCancels = FlowMeters(venues)
        venueMessages = FlowMeters(venues)
        refusals = FlowMeters(venues)
        venueFills = FlowMeters(venues)
        strategyOrders = FlowMeters(strategies)
        strategyCancels = FlowMeters(strategies)
        strategyMessages = FlowMeters(strategies)
        books = [ProfitBook](repeating: ProfitBook(), count: strategies + instruments)
        opener = [Int?](repeating: nil, count: instruments)
        openHighest = [Amount](repeating: .zero, count: instruments)
        self.strategies = strategies
    }

    /// An order is on its way.
    public mutating func ordered(_ order: OrderIntent, at now: Moment) {
        venueOrders.note(order.venue.index, at: now)
        venueMessages.note(order.venue.index, at: now)
        if let strategy = strategy(of: order) {
            strategyOrders.note(strategy, at: now)
            strategyMessages.note(strategy, at: now)
        }
        guard order.purpose == .open else { return }
        recent[next] = Terms(
            venue: order.venue.index, symbol: order.instrument.index, side: order.side, price: order.limit,
            quantity: order.quantity, at: now)
        next = (next + 1) % recent.count
    }

    public mutating func canceled(_ order: OrderIntent, at now: Moment) {
        venueCancels.note(order.venue.index, at: now)
        messaged(order, at: now)
        if let strategy = strategy(of: order) { strategyCancels.note(strategy, at: now) }
    }

    /// An amend or a question.
    public mutating func messaged(_ order: OrderIntent, at now: Moment) {
        venueMessages.note(order.venue.index, at: now)
        if let strategy = strategy(of: order) { strategyMessages.note(strategy, at: now) }
    }

    /// - Parameters:
    ///   - quantity: signed, net of a fee taken in base.
    ///   - fee: in the quote asset; `feeProduct` the same in raw price × raw quantity.
    public mutating func filled(
        _ order: OrderIntent, _ quantity: Quantity, at price: Price, fee: Amount, feeProduct: Int128,
        day: Int64, _ now: Moment
    ) {
        venueFills.note(order.venue.index, at: now)
        fees.note(0, fee.raw, at: now)
        let symbol = order.instrument.index
        if order.purpose == .open, let strategy = strategy(of: order) { opener[symbol] = strategy }
        let owner = strategy(of: order) ?? opener[symbol]
        let index = owner ?? strategies + symbol
        books[index].filled(quantity.raw, at: price.raw, fee: feeProduct, day: day, now)
    }

    /// How long ago an opening with the same terms passed; `nil`: not among the last ones.
    public func sinceSame(_ order: OrderIntent, at now: Moment) -> Span? {
        var latest: Moment?
        for terms in recent {
            guard let terms, terms.venue == order.venue.index, terms.symbol == order.instrument.index,
                terms.side == order.side, terms.price == order.limit, terms.quantity == order.quantity
            else { continue }
            latest = max(latest ?? terms.at, terms.at)
        }
        return latest.map { now - $0 }
    }

    /// The day's highest profit so far, this one included.
    public mutating func note(profit: Amount, day: Int64) -> Amount {
        if day != highestDay {
            highestDay = day
            highest = .zero
        }
        highest = max(highest, profit)
        return highest
    }

    /// As a row of before remembers it.
    public mutating func restore(highest: Amount, day: Int64) {
        if day > highestDay {
            (self.highest, highestDay) = (highest, day)
        } else if day == highestDay {
            self.highest = max(self.highest, highest)
        }
    }

    private func strategy(of order: OrderIntent) -> Int? {
        let index = Int(order.id.strategy) - 1
        return index >= 0 && index < strategies ? index : nil
    }
}
