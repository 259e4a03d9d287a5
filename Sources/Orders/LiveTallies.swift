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
    /// Signed quantity that may still trade. A quote is no trade before it fills, and whether what is only
    /// presumed was ever sent nobody knows: `isPresuming` says that.
    public var inFlight: Quantity {
        Quantity(raw: Int64(clamping: buys - idleBuys - sells + idleSells))
    }
    /// Quotes apart.
    public var hasTakers: Bool { orders > quotes }
    public var hasHedges: Bool { hedges > 0 }
    /// Hedges that an earlier run may have sent are not found out yet.
    public var isPresuming: Bool { presumed > 0 }

    fileprivate mutating func count(_ record: OrderRecord, _ sign: Int) {
        let pending = Int128(sign) * (Int128(record.remaining.raw) + Int128(record.fillsOutstanding.raw))
        let isQuote = record.intent.isQuote
        let isIdle = isQuote || record.intent.purpose == .presumed
        switch record.intent.side {
        case .buy:
            buys += pending
            if isIdle { idleBuys += pending }
        case .sell:
            sells += pending
            if isIdle { idleSells += pending }
        }
        orders += sign
        if isQuote { quotes += sign }
        if record.intent.purpose.reducesRisk { hedges += sign }
        if record.intent.purpose == .presumed { presumed += sign }
    }
}

/// Our orders that may stand in one venue's book of one instrument.
private struct RestingOrders {
    var orders = LiveOrders()
    /// The limits of either side, an order's two while it is being moved: price, and how many.
    var buys: [(price: Price, count: Int)] = []
    var sells: [(price: Price, count: Int)] = []

    mutating func count(_ record: OrderRecord, _ sign: Int) {
        for terms in record.possible {
            if record.intent.side == .buy {
                RestingOrders.count(terms.limit, sign, &buys)
            } else {
                RestingOrders.count(terms.limit, sign, &sells)
            }
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

/// Sums over the orders that are not settled.
struct LiveTallies: Sendable {
    private struct BookKey: Hashable {
        var venue: Int
        var instrument: Int
    }

    /// By instrument; as many as were ever needed.
    private var instruments: [LiveTally] = []
    /// By venue: orders whose answer is outstanding or whose fate is unknown.
    private var doubts: [Int] = []
    private var resting: [BookKey: RestingOrders] = [:]

    func of(_ instrument: InstrumentID) -> LiveTally {
        instrument.index < instruments.count ? instruments[instrument.index] : LiveTally()
    }

    func doubts(at venue: VenueID) -> Int { venue.index < doubts.count ? doubts[venue.index] : 0 }

    func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        resting[BookKey(venue: venue.index, instrument: instrument.index)]?.orders ?? []
    }

    /// The highest limit of our bids there, or the lowest of our asks.
    func nearest(_ side: Side, _ venue: VenueID, _ instrument: InstrumentID) -> Price? {
        let book = resting[BookKey(venue: venue.index, instrument: instrument.index)]
        return side == .buy ? book?.buys.last?.price : book?.sells.first?.price
    }

    mutating func add(_ record: OrderRecord) {
        count(record, 1)
        guard record.intent.timeInForce.mayRest else { return }
        resting[key(record), default: RestingOrders()].orders.insert(record.intent.id)
        resting[key(record)]?.count(record, 1)
    }

    mutating func remove(_ record: OrderRecord) {
        count(record, -1)
        guard record.intent.timeInForce.mayRest else { return }
        let key = key(record)
        resting[key]?.count(record, -1)
        resting[key]?.orders.remove(record.intent.id)
        if resting[key]?.orders.isEmpty == true { resting[key] = nil }
    }

    /// The same order, changed.
    mutating func replace(_ old: OrderRecord, with new: OrderRecord) {
        count(old, -1)
        count(new, 1)
        guard new.intent.timeInForce.mayRest, old.terms != new.terms || old.pending != new.pending else {
            return
        }
        let key = key(new)
        resting[key]?.count(old, -1)
        resting[key]?.count(new, 1)
    }

    private func key(_ record: OrderRecord) -> BookKey {
        BookKey(venue: record.intent.venue.index, instrument: record.intent.instrument.index)
    }

    private mutating func count(_ record: OrderRecord, _ sign: Int) {
        let (instrument, venue) = (record.intent.instrument.index, record.intent.venue.index)
        while instruments.count <= instrument { instruments.append(LiveTally()) }
        while doubts.count <= venue { doubts.append(0) }
        instruments[instrument].count(record, sign)
        if record.isInDoubt { doubts[venue] += sign }
    }
}

extension OrderRecord {
    /// The venue has not answered for it, or for its move, or what it answered says nothing.
    public var isInDoubt: Bool {
        state == .new || state == .sent || state == .unknown || amend.isOpen
    }
}

extension OrderTable {
    /// What the instrument's live orders amount to.
    public func tally(_ instrument: InstrumentID) -> LiveTally { tallies.of(instrument) }

    /// Live orders at a venue whose answer is outstanding or whose fate is unknown.
    public func doubts(at venue: VenueID) -> Int { tallies.doubts(at: venue) }

    /// The limit of our live orders on one side of that book that a taker of ours would meet first.
    public func nearestLimit(_ side: Side, _ venue: VenueID, _ instrument: InstrumentID) -> Price? {
        tallies.nearest(side, venue, instrument)
    }

    /// Live orders that may stand in that book, in order of creation.
    public func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        tallies.resting(venue, instrument)
    }
}
