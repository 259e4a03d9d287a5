import TradingModel

/// What the live orders of one instrument amount to: kept up to date order by order, so that nobody has to
/// look at all of them for a book message.
public struct LiveTally: Hashable, Sendable {
    private var buys: Int128 = 0
    private var sells: Int128 = 0
    private var quotedBuys: Int128 = 0
    private var quotedSells: Int128 = 0
    private var orders = 0
    private var quotes = 0
    private var hedges = 0

    /// What may still trade at worst, quotes and counted fills on their way included.
    public var pendingBuys: Quantity { Quantity(raw: Int64(clamping: buys)) }
    public var pendingSells: Quantity { Quantity(raw: Int64(clamping: sells)) }
    /// Signed quantity that may still trade; a quote is no trade before it fills.
    public var inFlight: Quantity {
        Quantity(raw: Int64(clamping: buys - quotedBuys - sells + quotedSells))
    }
    /// Quotes apart.
    public var hasTakers: Bool { orders > quotes }
    public var hasHedges: Bool { hedges > 0 }

    fileprivate mutating func count(_ record: OrderRecord, _ sign: Int) {
        let pending = Int128(sign) * (Int128(record.remaining.raw) + Int128(record.fillsOutstanding.raw))
        let isQuote = record.intent.isQuote
        switch record.intent.side {
        case .buy:
            buys += pending
            if isQuote { quotedBuys += pending }
        case .sell:
            sells += pending
            if isQuote { quotedSells += pending }
        }
        orders += sign
        if isQuote { quotes += sign }
        if record.intent.purpose.reducesRisk { hedges += sign }
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
    private var resting: [BookKey: LiveOrders] = [:]

    func of(_ instrument: InstrumentID) -> LiveTally {
        instrument.index < instruments.count ? instruments[instrument.index] : LiveTally()
    }

    func doubts(at venue: VenueID) -> Int { venue.index < doubts.count ? doubts[venue.index] : 0 }

    func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        resting[BookKey(venue: venue.index, instrument: instrument.index)] ?? []
    }

    mutating func add(_ record: OrderRecord) {
        count(record, 1)
        guard record.intent.timeInForce.mayRest else { return }
        resting[key(record), default: []].insert(record.intent.id)
    }

    mutating func remove(_ record: OrderRecord) {
        count(record, -1)
        guard record.intent.timeInForce.mayRest else { return }
        let key = key(record)
        resting[key]?.remove(record.intent.id)
        if resting[key]?.isEmpty == true { resting[key] = nil }
    }

    /// The same order, changed.
    mutating func replace(_ old: OrderRecord, with new: OrderRecord) {
        count(old, -1)
        count(new, 1)
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

    /// Live orders that may stand in that book, in order of creation.
    public func resting(_ venue: VenueID, _ instrument: InstrumentID) -> LiveOrders {
        tallies.resting(venue, instrument)
    }
}
