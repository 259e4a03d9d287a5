import Orders
import TradingModel

/// What the outbox says about the past: rebuilt row by row, before anything is connected. Starting and
/// recovering are the same path; a first start merely reads nothing.
public struct Recovery: Sendable {
    public private(set) var orders = OrderTable()
    public private(set) var ledger = PositionLedger()
    /// The epoch of the last run; this run's is one more.
    public private(set) var lastEpoch: UInt16 = 0
    public private(set) var mode: OperatingMode?
    public private(set) var modeReason = ""
    public private(set) var rows = 0
    /// Distinct fills booked, by instrument: the deviation they left.
    public private(set) var deviations: [Quantity]
    public private(set) var profit: Amount = .zero
    /// Fills are fetched from this moment on: before the oldest order that may still fill.
    public var fillsSince: Moment? {
        orders.live.compactMap { orders[$0]?.intent.decidedAt }.min().map { $0 - .seconds(60) }
    }

    private let policy: EnginePolicy

    public init(policy: EnginePolicy) {
        self.policy = policy
        deviations = policy.instruments.map { _ in .zero }
    }

    public mutating func replay(_ bytes: [UInt8]) throws(OutboxRecord.Fault) {
        let record = try OutboxRecord(
            bytes, venue: { name in policy.venues.firstIndex { $0.name == name }.map { VenueID($0) } },
            instrument: { symbol in policy.instruments.first { $0.symbol == symbol }?.id })
        rows += 1
        apply(record)
    }

    private mutating func apply(_ record: OutboxRecord) {
        switch record {
        case .started(let epoch, _): lastEpoch = max(lastEpoch, epoch)
        case .opened(let venue, let asset, let amount):
            if let id = venueID(venue) { ledger.open(id, asset, with: amount) }
        case .adjusted(let venue, let asset, let amount, _):
            if let id = venueID(venue) { ledger.add(amount, id, asset) }
        case .intended(let intent, _, _):
            if orders[intent.id] == nil { orders.insert(intent, at: intent.decidedAt) }
        case .moved(let id, let state, let venueOrderID, let at): move(id, state, venueOrderID, at)
        case .filled(let fill, let order, let venue, _):
            guard let id = venueID(venue) else { return }
            book(fill, order, id)
        case .mode(let mode, let reason, _, _):
            self.mode = mode
            modeReason = reason
        }
    }

    private func venueID(_ name: String) -> VenueID? {
        policy.venues.firstIndex { $0.name == name }.map { VenueID($0) }
    }

    private mutating func book(_ fill: FillReport, _ order: ClientOrderID, _ venue: VenueID) {
        let instrument = policy.instruments[fill.instrument.index]
        let notional = instrument.notional(fill.price, fill.quantity)
        guard
            case .booked = orders.book(fill, venue: venue, of: order, notional: notional, at: fill.venueTime)
        else {
            return
        }
        let flows = FillFlows(fill, instrument)
        ledger.add(flows.base, venue, instrument.base)
        ledger.add(flows.quote, venue, instrument.quote)
        ledger.add(-flows.fee, venue, flows.feeAsset)
        deviations[fill.instrument.index] += instrument.quantity(ofBase: flows.netBase(instrument))
    }

    /// Rows of states are history, not evidence: only what a venue proved ends an order here.
    private mutating func move(_ id: ClientOrderID, _ state: OrderState, _ venueOrderID: String, _ at: Moment)
    {
        guard let record = orders[id] else { return }
        orders.named(id, venueOrderID: venueOrderID)
        let event: OrderEvent? =
            switch state {
            case .new, .partial: nil
            case .sent: record.state == .new ? .transmitted : nil
            case .acked: .accepted
            case .unknown: .ambiguous
            case .filled: .reportedFilled
            case .canceled: .reportedCanceled
            case .expired: .reportedExpired
            case .rejected: .refused
            case .absent: .provenAbsent
            }
        if let event { _ = orders.apply(event, to: id, at: at) }
    }
}
