import TradingModel

/// What the live orders of one instrument amount to: kept up to date order by order, so that nobody has to
/// look at all of them for a book message.
public struct LiveTally: Hashable, Sendable {
    private var buys: Int128 = 0
    private var sells: Int128 = 0
    private var idleBuys: Int128 = 0
    private var idleSells: Int128 = 0
    private var orders = 0
    private var quotes = 0
    private var hedges = 0
    private var presumed = 0

    /// What may still trade at worst, quotes and counted fills on their way included.
    public var pendingBuys: Quantity { Quantity(raw: Int64(clamping: buys)) }
    public var pendingSells: Quantity { Quantity(raw: Int64(clamping: sells)) }
    /// What may still trade. A quote is no trade before it fills, and whether what is only presumed was ever
    /// sent nobody knows: `isPresuming` says that.
    public var flyingBuys: Quantity { Quantity(raw: Int64(clamping: buys - idleBuys)) }
    public var flyingSells: Quantity { Quantity(raw: Int64(clamping: sells - idleSells)) }
    /// Quotes apart.
    public var hasTakers: Bool { orders > quotes }
    public var hasHedges: Bool { hedges > 0 }
    /// Hedges that an earlier run may have sent are not found out yet.
    public var isPresuming: Bool { presumed > 0 }

    /// Orders of unknown fate, and what they may trade: raw price × raw quantity at their first limits.
    public private(set) var unknown = 0
    public private(set) var unknownProduct: Int128 = 0

    fileprivate mutating func count(_ order: OrderWeight, _ sign: Int) {
        let pending = Int128(sign) * order.pending
        let isIdle = order.isQuote || order.isPresumed
        switch order.side {
        case .buy:
            buys += pending
            if isIdle { idleBuys += pending }
        case .sell:
            sells += pending
            if isIdle { idleSells += pending }
        }
        orders += sign
        if order.isQuote { quotes += sign }
        if order.isHedge { hedges += sign }
        if order.isPresumed { presumed += sign }
        if order.isUnknown {
            unknown += sign
            unknownProduct += pending * Int128(order.limit.raw)
        }
    }
}

/// What one order adds to the sums over the live ones: numbers alone, so that it costs little to hold what an
/// order was against what it is.
struct OrderWeight: Equatable {
    let id: ClientOrderID
    let venue: Int
    let instrument: Int
    let side: Side
    let mayRest: Bool
    let isQuote: Bool
    let isHedge: Bool
    let isPresumed: Bool
    let isInDoubt: Bool
    let isUnknown: Bool
    let mayFill: Bool
    let isSettled: Bool
    /// The first limit, whatever was amended since.
    let limit: Price
    let remaining: Int64
    /// What may still trade at worst, counted fills on their way included.
    let pending: Int128
    let terms: OrderTerms
    let moved: OrderTerms?

    // Borrowed, or each look would copy the record.
    init(_ record: borrowing OrderRecord) {
        id = record.intent.id
        venue = record.intent.venue.index
        instrument = record.intent.instrument.index
        side = record.intent.side
        mayRest = record.intent.timeInForce.mayRest
        isQuote = record.intent.isQuote
        isHedge = record.intent.purpose.reducesRisk
        isPresumed = record.intent.purpose == .presumed
        isInDoubt = record.isInDoubt
        isUnknown = record.state == .unknown
        mayFill = record.state.mayFill
        isSettled = record.isSettled
        limit = record.intent.limit
        remaining = record.remaining.raw
        pending = Int128(remaining) + Int128(record.fillsOutstanding.raw)
        terms = record.terms
        moved = record.pending
    }
}

/// Our orders that may stand in one venue's book of one instrument.
private struct RestingOrders {
    var orders = LiveOrders()
    /// The limits of either side, an order's two while it is being moved: price, and how many.
    var buys: [(price: Price, count: Int)] = []
    var sells: [(price: Price, count: Int)] = []

    mutating func count(_ order: OrderWeight, _ sign: Int) {
        count(order.side, order.terms.limit, sign)
        if let moved = order.moved { count(order.side, moved.limit, sign) }
    }

    private mutating func count(_ side: Side, _ limit: Price, _ sign: Int) {
        if side == .buy {
            RestingOrders.count(limit, sign, &buys)
        } else {
            RestingOrders.count(limit, sign, &sells)
        }
    }

    private static func count(_ price: Price, _ sign: Int, _ limits: inout [(price: Price, count: Int)]) {
        var (low, high) = (0, limits.count)
        while low < high {
            let middle = (low + high) / 2
            if limits[middle].price < price { low = middle + 1 } else { high = middle }
        }
        guard low < limits.count, limits[low].price == price else {
            return limits.insert((price, sign), at: low)
        }
        limits[low].count += sign
        if limits[low].count == 0 { limits.remove(at: low) }
    }
}

/// Sums over the orders that are not settled. Everything here has a place by its number, so that neither an
/// order nor a question looks for anything.
struct LiveTallies: Sendable {
    private struct VenueTally {
        /// Orders whose answer is outstanding or whose fate is unknown.
        var doubts = 0
        /// Orders that may still fill.
        var working = 0
        /// By instrument; as many as were ever needed.
        var resting: [RestingOrders] = []
    }

    /// By instrument; as many as were ever needed, and so by venue and by strategy.
    private var instruments: [LiveTally] = []
    private var venues: [VenueTally] = []
    /// By number of the strategy in ids, then by instrument: raw price × raw quantity that remains.
    private var bound: [[Int128]] = []
    private(set) var working = 0

    func of(_ instrument: InstrumentID) -> LiveTally {
        instrument.index < instruments.count ? instruments[instrument.index] : LiveTally()
    }

    func doubts(at venue: VenueID) -> Int { venue.index < venues.count ? venues[venue.index].doubts : 0 }
    func working(at venue: VenueID) -> Int { venue.index < venues.count ? venues[venue.index].working : 0 }

    func bound(_ strategy: Int, _ instrument: InstrumentID) -> Int128 {
        guard strategy < bound.count, instrument.index < bound[strategy].count else { return 0 }
        return bound[strategy][instrument.index]
    }

    func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        isKept(venue, instrument) ? venues[venue.index].resting[instrument.index].orders : []
    }

    /// The highest limit of our bids there, or the lowest of our asks.
    func nearest(_ side: Side, _ venue: VenueID, _ instrument: InstrumentID) -> Price? {
        guard isKept(venue, instrument) else { return nil }
        return side == .buy
            ? venues[venue.index].resting[instrument.index].buys.last?.price
            : venues[venue.index].resting[instrument.index].sells.first?.price
    }

    private func isKept(_ venue: VenueID, _ instrument: InstrumentID) -> Bool {
        venue.index < venues.count && instrument.index < venues[venue.index].resting.count
    }

    mutating func add(_ order: OrderWeight) {
        count(order, 1)
        guard order.mayRest else { return }
        while venues[order.venue].resting.count <= order.instrument {
            venues[order.venue].resting.append(RestingOrders())
        }
        venues[order.venue].resting[order.instrument].orders.insert(order.id)
        venues[order.venue].resting[order.instrument].count(order, 1)
    }

    mutating func remove(_ order: OrderWeight) {
        count(order, -1)
        guard order.mayRest else { return }
        venues[order.venue].resting[order.instrument].count(order, -1)
        venues[order.venue].resting[order.instrument].orders.remove(order.id)
    }

    /// The same order, changed.
    mutating func replace(_ old: OrderWeight, with new: OrderWeight) {
        guard old != new else { return }
        count(old, -1)
        count(new, 1)
        guard new.mayRest, old.terms != new.terms || old.moved != new.moved else { return }
        venues[new.venue].resting[new.instrument].count(old, -1)
        venues[new.venue].resting[new.instrument].count(new, 1)
    }

    private mutating func count(_ order: OrderWeight, _ sign: Int) {
        while instruments.count <= order.instrument { instruments.append(LiveTally()) }
        while venues.count <= order.venue { venues.append(VenueTally()) }
        instruments[order.instrument].count(order, sign)
        if order.isInDoubt { venues[order.venue].doubts += sign }
        if order.mayFill {
            venues[order.venue].working += sign
            working += sign
        }
        let strategy = Int(order.id.strategy)
        guard strategy > 0 else { return }
        while bound.count <= strategy { bound.append([]) }
        while bound[strategy].count <= order.instrument { bound[strategy].append(0) }
        bound[strategy][order.instrument] +=
            Int128(sign) * Int128(order.limit.raw) * Int128(order.remaining)
    }
}

extension OrderRecord {
    /// The venue has not answered for it, or for its move, or what it answered says nothing.
    public var isInDoubt: Bool {
        state == .new || state == .sent || state == .unknown || amend.isOpen
    }
}

/// One live order in numbers.
public struct StandingOrder: Hashable, Sendable {
    public var side: Side
    /// The first limit, whatever was amended since.
    public var limit: Price
    public var remaining: Quantity
    /// What may still trade at worst, counted fills on their way included.
    public var pending: Quantity
}

extension OrderTable {
    /// `nil` unless the order is live.
    public func standing(_ id: ClientOrderID) -> StandingOrder? {
        guard let place = records.place(of: id), !records[at: place].isSettled else { return nil }
        let remaining = records[at: place].remaining
        return StandingOrder(
            side: records[at: place].intent.side, limit: records[at: place].intent.limit,
            remaining: remaining, pending: remaining + records[at: place].fillsOutstanding)
    }

    /// What the instrument's live orders amount to.
    public func tally(_ instrument: InstrumentID) -> LiveTally { tallies.of(instrument) }

    /// Live orders at a venue whose answer is outstanding or whose fate is unknown.
    public func doubts(at venue: VenueID) -> Int { tallies.doubts(at: venue) }

    /// Live orders that may still fill, at all venues or at one.
    public var working: Int { tallies.working }
    public func working(at venue: VenueID) -> Int { tallies.working(at: venue) }

    /// What remains of a strategy's live orders in one instrument: raw price × raw quantity at their first
    /// limits.
    ///
    /// - Parameter strategy: its number in the orders' ids; 0, which hedges have, is not summed.
    public func bound(strategy: Int, _ instrument: InstrumentID) -> Int128 {
        tallies.bound(strategy, instrument)
    }

    /// The limit of our live orders on one side of that book that a taker of ours would meet first.
    public func nearestLimit(_ side: Side, _ venue: VenueID, _ instrument: InstrumentID) -> Price? {
        tallies.nearest(side, venue, instrument)
    }

    /// Live orders that may stand in that book, in order of creation.
    public func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        tallies.resting(venue, instrument)
    }
}
