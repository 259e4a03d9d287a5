import TradingModel

/// Every order of this data directory that may still matter: all live ones, and ended ones for as long as a
/// late fill could name them. Applies evidence through `OrderLifecycle`; answers what changed.
public struct OrderTable: Sendable {
    private(set) var records = ClientOrderMap<OrderRecord>()
    /// Orders that are not settled, in order of creation.
    public private(set) var live = LiveOrders()
    /// What they amount to.
    private(set) var tallies = LiveTallies()
    /// Settled orders in the order in which they settled, for bounded retention.
    private var settled: [Settled] = []
    /// Trades booked, as (venue, instrument, trade id): each once, whatever the channel.
    private var trades: Set<TradeKey> = []
    /// Those of `trades` that no order of ours is known to have made.
    private var foreign: [TradeKey: FillReport] = [:]
    private var byVenueOrderID: [VenueOrderKey: ClientOrderID] = [:]

    /// An ended order is remembered for this long: a fill told later than that names nobody.
    public static let memory = Span.seconds(26 * 3_600)
    /// Of those that ended earlier than `leastMemory` ago, no more than this many: a node that trades
    /// thousands of orders an hour needs no more memory than one that trades ten.
    public static let most = 10_000
    public static let leastMemory = Span.seconds(1_800)

    struct Settled: Hashable, Sendable {
        var id: ClientOrderID
        var at: Moment
    }

    struct VenueOrderKey: Hashable, Sendable {
        var venue: Int
        var venueOrderID: String
    }

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

    public init() {}

    /// Nothing is allocated for the next so many orders.
    public mutating func makeRoom(for orders: Int) {
        records.reserve(records.count + orders)
        live.reserve(live.count + orders)
        settled.reserveCapacity(settled.count + orders)
    }

    public subscript(_ id: ClientOrderID) -> OrderRecord? { records[id] }
    public var count: Int { records.count }
    /// `nil` where nobody knows the order.
    public func instrument(of id: ClientOrderID) -> InstrumentID? {
        records.place(of: id).map { records[at: $0].intent.instrument }
    }
    public func isBooked(venue: VenueID, instrument: InstrumentID, tradeID: String) -> Bool {
        trades.contains(TradeKey(venue: venue.index, instrument: instrument.index, tradeID: tradeID))
    }

    public mutating func insert(_ intent: OrderIntent, at now: Moment) {
        precondition(!records.contains(intent.id), "a client order id is used once")
        put(OrderRecord(intent: intent, at: now))
    }

    public mutating func apply(_ event: OrderEvent, to id: ClientOrderID, at now: Moment) -> Effect {
        guard let place = records.place(of: id) else { return .none }
        return change(place) { OrderTable.step(&$0, event, at: now) }
    }

    /// Puts back an order that a checkpoint held.
    public mutating func restore(_ record: OrderRecord) {
        precondition(!records.contains(record.intent.id), "a checkpoint starts from nothing")
        var record = record
        // Whoever waited for its answer is gone.
        if record.amend.isOpen { record.amend = .unknown }
        put(record)
        index(record)
        for trade in record.trades { trades.insert(key(record, trade)) }
        if record.isSettled { settled.append(Settled(id: record.intent.id, at: record.changedAt)) }
    }

    /// Notes the venue's own order id.
    public mutating func named(_ id: ClientOrderID, venueOrderID: String) {
        guard !venueOrderID.isEmpty, let place = records.place(of: id),
            records[at: place].venueOrderID.isEmpty
        else { return }
        records[at: place].venueOrderID = venueOrderID
        index(records[at: place])
    }

    /// Applies what happened to a cancel of this order; answers the state it led to.
    @discardableResult
    public mutating func cancel(_ event: CancelEvent, of id: ClientOrderID) -> CancelState {
        guard let place = records.place(of: id) else { return .none }
        guard let new = CancelLifecycle.transition(records[at: place].cancel, event) else {
            preconditionFailure("a cancel was \(event) that nobody requested")
        }
        records[at: place].cancel = new
        return new
    }

    /// Notes a trade that no order of ours made, so that it is accounted for once; `false` when it is known.
    public mutating func noteForeign(_ fill: FillReport, venue: VenueID) -> Bool {
        let key = TradeKey(venue: venue.index, instrument: fill.instrument.index, tradeID: fill.tradeID)
        guard trades.insert(key).inserted else { return false }
        foreign[key] = fill
        return true
    }

    /// A trade of ours whose order is not remembered; `false`: it is known.
    public mutating func noteLate(_ fill: FillReport, venue: VenueID) -> Bool {
        trades.insert(
            TradeKey(venue: venue.index, instrument: fill.instrument.index, tradeID: fill.tradeID)
        ).inserted
    }

    /// An order of ours claims a trade that was taken for a stranger's: answers the fill as it was accounted
    /// for, which the caller must take back, and forgets it.
    public mutating func reclaim(_ fill: FillReport, venue: VenueID) -> FillReport? {
        let key = TradeKey(venue: venue.index, instrument: fill.instrument.index, tradeID: fill.tradeID)
        guard let wrong = foreign.removeValue(forKey: key) else { return nil }
        trades.remove(key)
        return wrong
    }

    /// Applies a venue's report: its fill count first, then its state.
    public mutating func report(_ report: OrderReport, of id: ClientOrderID, at now: Moment) -> Effect {
        named(id, venueOrderID: report.venueOrderID)
        guard let place = records.place(of: id) else { return .none }
        let event: OrderEvent =
            switch report.state {
            case .working: .accepted
            case .filled: .reportedFilled
            case .canceled: .reportedCanceled
            case .expired: .reportedExpired
            case .rejected: .refused
            }
        return change(place) { record in
            record.reportedFilled = max(record.reportedFilled, report.filled)
            return OrderTable.step(&record, event, at: now)
        }
    }

    /// Books a fill once, whatever the order's state. The id is looked up by the caller (some trade histories
    /// carry only the venue's order id).
    public mutating func book(
        _ fill: FillReport, venue: VenueID, of id: ClientOrderID, notional: Amount, at now: Moment
    )
        -> FillEffect
    {
        named(id, venueOrderID: fill.venueOrderID)
        guard let place = records.place(of: id) else { return .foreign }
        let key = TradeKey(venue: venue.index, instrument: fill.instrument.index, tradeID: fill.tradeID)
        guard trades.insert(key).inserted || planted(.doubleApplyFill) else { return .duplicate }
        return change(place) { record in
            record.filled += fill.quantity
            record.notional += notional
            record.trades.append(fill.tradeID)
            let complete = record.filled >= record.quantity
            let effect = OrderTable.step(&record, complete ? .completed : .partFilled, at: now)
            return .booked(effect, overfill: record.filled > record.most)
        }
    }

    /// The order of ours that a venue's order id names.
    public func find(venue: VenueID, venueOrderID: String) -> ClientOrderID? {
        guard !venueOrderID.isEmpty else { return nil }
        return byVenueOrderID[VenueOrderKey(venue: venue.index, venueOrderID: venueOrderID)]
    }

    /// What a checkpoint writes down, by id: orders that have not settled before `horizon`.
    public func orders(settledSince horizon: Moment) -> [OrderRecord] {
        let recent = settled.reversed().prefix { $0.at >= horizon }.compactMap { records[$0.id] }
            .filter(\.isSettled)
        return (live.compactMap { records[$0] } + recent).sorted { $0.intent.id < $1.intent.id }
    }

    /// Whether an order settled at `venue` since `horizon`: what it filled may not all be known yet.
    public func hasSettled(at venue: VenueID, since horizon: Moment) -> Bool {
        settled.reversed().prefix { $0.at >= horizon }
            .contains { records[$0.id]?.intent.venue == venue }
    }

    /// Trades of strangers since `horizon`, by the venue's time, each with its venue.
    public func foreignTrades(since horizon: Moment) -> [(venue: VenueID, fill: FillReport)] {
        foreign.filter { $0.value.venueTime >= horizon }.map { (VenueID($0.key.venue), $0.value) }
            .sorted { ($0.venue.index, $0.fill.tradeID) < ($1.venue.index, $1.fill.tradeID) }
    }

    /// Forgets what is older than `memory`, and what is too much. Answers since when all is remembered.
    public mutating func forget(at now: Moment) -> Moment {
        let horizon = now - OrderTable.memory
        // Some at a time, not one by one.
        let excess = settled.count - OrderTable.most
        guard excess > OrderTable.most / 8 else {
            forget(settledBefore: horizon)
            return horizon
        }
        let newest = min(settled[excess].at, now - OrderTable.leastMemory)
        forget(settledBefore: max(horizon, newest))
        return max(horizon, newest)
    }

    /// Forgets what settled before `horizon`.
    public mutating func forget(settledBefore horizon: Moment) {
        for (key, fill) in foreign where fill.venueTime < horizon {
            foreign[key] = nil
            trades.remove(key)
        }
        let count = settled.prefix { $0.at < horizon }.count
        guard count > 0 else { return }
        for old in settled.prefix(count) {
            // A contradiction may have revived it since.
            guard let record = records[old.id], record.isSettled else { continue }
            for trade in record.trades { trades.remove(key(record, trade)) }
            byVenueOrderID[
                VenueOrderKey(venue: record.intent.venue.index, venueOrderID: record.venueOrderID)] = nil
            records[old.id] = nil
        }
        settled.removeFirst(count)
    }

    private mutating func index(_ record: OrderRecord) {
        guard !record.venueOrderID.isEmpty else { return }
        byVenueOrderID[
            VenueOrderKey(venue: record.intent.venue.index, venueOrderID: record.venueOrderID)] =
            record.intent.id
    }

    private func key(_ record: OrderRecord, _ trade: String) -> TradeKey {
        TradeKey(
            venue: record.intent.venue.index, instrument: record.intent.instrument.index, tradeID: trade)
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

    /// The next live orders in turn, at most so many: all of them while they are no more.
    public mutating func takeTurn(_ most: Int) -> [ClientOrderID] { live.takeTurn(most) }

    /// How many of each are remembered, by name.
    public var census: [String: Int] {
        [
            "orders": records.count, "live_orders": live.count, "settled_orders": settled.count,
            "trades": trades.count, "foreign_trades": foreign.count, "venue_order_ids": byVenueOrderID.count,
        ]
    }

    /// Takes an order that was not there, or as it is now.
    private mutating func put(_ record: OrderRecord) {
        if let place = records.place(of: record.intent.id) { return change(place) { $0 = record } }
        follow(records.insert(record, record.intent.id), from: nil)
    }

    /// Changes an order where it lies: whatever happens to one goes through here, so that the live ones and
    /// what they amount to are never another's.
    mutating func change<Answer>(_ place: Int, _ change: (inout OrderRecord) -> Answer) -> Answer {
        let before = OrderWeight(records[at: place])
        let answer = change(&records[at: place])
        follow(place, from: before)
        return answer
    }

    /// - Parameter before: what it weighed until now; `nil` where it was not there.
    private mutating func follow(_ place: Int, from before: OrderWeight?) {
        let now = OrderWeight(records[at: place])
        let wasLive = before.map { !$0.isSettled } ?? false
        guard !now.isSettled else {
            guard wasLive, let before else { return }
            tallies.remove(before)
            live.remove(now.id)
            settled.append(Settled(id: now.id, at: records[at: place].changedAt))
            return
        }
        if wasLive, let before { return tallies.replace(before, with: now) }
        tallies.add(now)
        live.insert(now.id)
        // A contradiction revived it: it will settle again, and must then stand among the settled once.
        guard before != nil, let old = settled.lastIndex(where: { $0.id == now.id }) else { return }
        settled.remove(at: old)
    }
}
