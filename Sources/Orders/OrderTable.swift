import TradingModel

/// Every order of this data directory that may still matter: all live ones, and ended ones for as long as a
/// late fill could name them. Applies evidence through `OrderLifecycle`; answers what changed.
public struct OrderTable: Sendable {
    private var records: [ClientOrderID: OrderRecord] = [:]
    /// Orders that are not settled, in order of creation.
    public private(set) var live: [ClientOrderID] = []
    /// Settled orders, oldest first, for bounded retention.
    private var settled: [ClientOrderID] = []
    /// Trades booked, as (venue, instrument, trade id): each once, whatever the channel.
    private var trades: Set<TradeKey> = []
    public let retention: Int

    struct TradeKey: Hashable, Sendable {
        var venue: Int
        var instrument: Int
        var tradeID: String
    }

    /// What evidence did.
    public enum Effect: Hashable, Sendable {
        case none
        case changed(from: OrderState, to: OrderState)
        /// As `changed`, but the venue contradicted its own proof.
        case contradicted(from: OrderState, to: OrderState)
    }

    public enum FillEffect: Hashable, Sendable {
        /// Already booked.
        case duplicate
        /// Booked; `overfill` when the order is now filled beyond its quantity.
        case booked(Effect, overfill: Bool)
        /// Names no order of ours.
        case foreign
    }

    public init(retention: Int = 100_000) { self.retention = retention }

    public subscript(_ id: ClientOrderID) -> OrderRecord? { records[id] }
    public var count: Int { records.count }
    public func isBooked(venue: VenueID, instrument: InstrumentID, tradeID: String) -> Bool {
        trades.contains(TradeKey(venue: venue.index, instrument: instrument.index, tradeID: tradeID))
    }

    public mutating func insert(_ intent: OrderIntent, at now: Moment) {
        precondition(records[intent.id] == nil, "a client order id is used once")
        records[intent.id] = OrderRecord(intent: intent, at: now)
        live.append(intent.id)
    }

    public mutating func apply(_ event: OrderEvent, to id: ClientOrderID, at now: Moment) -> Effect {
        guard var record = records[id] else { return .none }
        let effect = OrderTable.step(&record, event, at: now)
        records[id] = record
        retire(record)
        return effect
    }

    /// Notes the venue's own order id.
    public mutating func named(_ id: ClientOrderID, venueOrderID: String) {
        guard !venueOrderID.isEmpty, records[id]?.venueOrderID.isEmpty == true else { return }
        records[id]?.venueOrderID = venueOrderID
    }

    /// Applies a venue's report: its fill count first, then its state.
    public mutating func report(_ report: OrderReport, of id: ClientOrderID, at now: Moment) -> Effect {
        guard var record = records[id] else { return .none }
        if record.venueOrderID.isEmpty { record.venueOrderID = report.venueOrderID }
        record.reportedFilled = max(record.reportedFilled, report.filled)
        let event: OrderEvent =
            switch report.state {
            case .working: .accepted
            case .filled: .reportedFilled
            case .canceled: .reportedCanceled
            case .expired: .reportedExpired
            case .rejected: .refused
            }
        let effect = OrderTable.step(&record, event, at: now)
        records[id] = record
        retire(record)
        return effect
    }

    /// Books a fill once, whatever the order's state. The id is looked up by the caller (some trade histories
    /// carry only the venue's order id).
    public mutating func book(
        _ fill: FillReport, venue: VenueID, of id: ClientOrderID, notional: Amount, at now: Moment
    )
        -> FillEffect
    {
        guard var record = records[id] else { return .foreign }
        let key = TradeKey(venue: venue.index, instrument: fill.instrument.index, tradeID: fill.tradeID)
        guard trades.insert(key).inserted else { return .duplicate }
        record.filled += fill.quantity
        record.notional += notional
        if record.venueOrderID.isEmpty { record.venueOrderID = fill.venueOrderID }
        let complete = record.filled >= record.intent.quantity
        let effect = OrderTable.step(&record, complete ? .completed : .partFilled, at: now)
        records[id] = record
        retire(record)
        return .booked(effect, overfill: record.filled > record.intent.quantity)
    }

    /// The order of ours that a venue's order id names, newest first among those still in memory.
    public func find(venue: VenueID, venueOrderID: String) -> ClientOrderID? {
        guard !venueOrderID.isEmpty else { return nil }
        let matches: (ClientOrderID) -> Bool = { id in
            guard let record = records[id] else { return false }
            return record.intent.venue == venue && record.venueOrderID == venueOrderID
        }
        return live.last(where: matches) ?? settled.last(where: matches)
    }

    private static func step(_ record: inout OrderRecord, _ event: OrderEvent, at now: Moment) -> Effect {
        let old = record.state
        switch OrderLifecycle.transition(old, event) {
        case .stay: return .none
        case .impossible: preconditionFailure("\(event) cannot happen to an order that is \(old)")
        case .to(let new):
            record.state = new
            record.changedAt = now
            return .changed(from: old, to: new)
        case .surprising(let new):
            record.state = new
            record.changedAt = now
            return .contradicted(from: old, to: new)
        }
    }

    private mutating func retire(_ record: OrderRecord) {
        let id = record.intent.id
        guard record.isSettled else {
            if record.state.mayFill, !live.contains(id) { live.append(id) }  // a contradiction revived it
            return
        }
        guard let index = live.firstIndex(of: id) else { return }
        live.remove(at: index)
        settled.append(id)
        if settled.count > retention {
            let dropped = settled.prefix(settled.count / 4)
            for old in dropped where !live.contains(old) { records[old] = nil }
            settled.removeFirst(dropped.count)
        }
    }
}
