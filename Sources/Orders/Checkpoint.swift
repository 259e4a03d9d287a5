import TradingModel

/// What all rows up to one place amount to. A replay that begins with it ends where a replay from the first
/// row ends; one that meets it half-way must be in just this state.
public struct Checkpoint: Hashable, Sendable {
    public struct Account: Hashable, Sendable {
        public var venue: String
        public var asset: Asset
        public var opening: Amount
        public var change: Amount
        public init(venue: String, asset: Asset, opening: Amount, change: Amount) {
            self.venue = venue
            self.asset = asset
            self.opening = opening
            self.change = change
        }
    }

    /// An order that had not settled, or only just: its trades may still be told again.
    public struct Order: Hashable, Sendable {
        public var record: OrderRecord
        public var venue: String
        public var symbol: String
        public init(record: OrderRecord, venue: String, symbol: String) {
            self.record = record
            self.venue = venue
            self.symbol = symbol
        }
    }

    public struct Deviation: Hashable, Sendable {
        public var symbol: String
        public var quantity: Quantity
        public init(symbol: String, quantity: Quantity) {
            self.symbol = symbol
            self.quantity = quantity
        }
    }

    /// A trade that was no order of ours, told recently.
    public struct ForeignTrade: Hashable, Sendable {
        public var fill: FillReport
        public var venue: String
        public var symbol: String
        public init(fill: FillReport, venue: String, symbol: String) {
            self.fill = fill
            self.venue = venue
            self.symbol = symbol
        }
    }

    public struct SafeVenue: Hashable, Sendable {
        public var venue: String
        public var reason: String
        public init(venue: String, reason: String) {
            self.venue = venue
            self.reason = reason
        }
    }

    public var at: Moment
    public var epoch: UInt16
    public var mode: OperatingMode
    public var modeReason: String
    public var accounts: [Account]
    public var deviations: [Deviation]
    public var safeVenues: [SafeVenue]
    public var orders: [Order]
    public var foreign: [ForeignTrade]

    /// Venues' clocks may differ from ours by this much before that is an incident of its own.
    public static let clockTolerance = Span.seconds(60)

    public init(
        at: Moment, epoch: UInt16, mode: OperatingMode, modeReason: String, accounts: [Account],
        deviations: [Deviation], safeVenues: [SafeVenue], orders: [Order], foreign: [ForeignTrade]
    ) {
        self.at = at
        self.epoch = epoch
        self.mode = mode
        self.modeReason = modeReason
        self.accounts = accounts
        self.deviations = deviations
        self.safeVenues = safeVenues
        self.orders = orders
        self.foreign = foreign
    }
}

extension Checkpoint {
    func write(into row: inout RowWriter) {
        row.integer(at.nanoseconds)
        row.integer(Int64(epoch))
        row.byte(mode.rawValue)
        row.text(modeReason)
        row.count(accounts.count)
        for account in accounts {
            row.text(account.venue)
            row.text(account.asset.code)
            row.wide(account.opening.raw)
            row.wide(account.change.raw)
        }
        row.count(deviations.count)
        for deviation in deviations {
            row.text(deviation.symbol)
            row.integer(deviation.quantity.raw)
        }
        row.count(safeVenues.count)
        for safe in safeVenues {
            row.text(safe.venue)
            row.text(safe.reason)
        }
        row.count(orders.count)
        for order in orders { write(order, into: &row) }
        row.count(foreign.count)
        for trade in foreign {
            row.fill(trade.fill, order: .nobody, venue: trade.venue, symbol: trade.symbol)
        }
    }

    private func write(_ order: Order, into row: inout RowWriter) {
        let record = order.record
        row.intent(record.intent, venue: order.venue, symbol: order.symbol)
        row.byte(record.state.rawValue)
        row.integer(record.filled.raw)
        row.integer(record.reportedFilled.raw)
        row.text(record.venueOrderID)
        row.integer(record.changedAt.nanoseconds)
        row.wide(record.notional.raw)
        row.count(record.trades.count)
        for trade in record.trades { row.text(trade) }
        row.byte(record.amend.rawValue)
        row.terms(record.terms)
        row.count(record.pending == nil ? 0 : 1)
        if let pending = record.pending { row.terms(pending) }
        row.integer(record.most.raw)
    }

    init(_ row: inout RowReader, _ names: RowNames) throws(OutboxRecord.Fault) {
        at = try row.moment()
        epoch = UInt16(truncatingIfNeeded: try row.integer())
        mode = try row.value(OperatingMode.self)
        modeReason = try row.text()
        accounts = []
        for _ in 0..<(try row.count()) {
            accounts.append(
                Account(
                    venue: try row.text(), asset: Asset(try row.text()), opening: Amount(raw: try row.wide()),
                    change: Amount(raw: try row.wide())))
        }
        deviations = []
        for _ in 0..<(try row.count()) {
            deviations.append(Deviation(symbol: try row.text(), quantity: Quantity(raw: try row.integer())))
        }
        safeVenues = []
        for _ in 0..<(try row.count()) {
            safeVenues.append(SafeVenue(venue: try row.text(), reason: try row.text()))
        }
        orders = []
        for _ in 0..<(try row.count()) { orders.append(try Checkpoint.readOrder(&row, names)) }
        foreign = []
        for _ in 0..<(try row.count()) {
            let (fill, venue, symbol) = try row.foreignFill(names)
            foreign.append(ForeignTrade(fill: fill, venue: venue, symbol: symbol))
        }
    }

    private static func readOrder(_ row: inout RowReader, _ names: RowNames) throws(OutboxRecord.Fault)
        -> Order
    {
        let (intent, venue, symbol) = try row.intent(names)
        let state = try row.value(OrderState.self)
        let filled = Quantity(raw: try row.integer())
        let reported = Quantity(raw: try row.integer())
        let venueOrderID = try row.text()
        let changedAt = try row.moment()
        let notional = Amount(raw: try row.wide())
        var trades: [String] = []
        for _ in 0..<(try row.count()) { trades.append(try row.text()) }
        var record = OrderRecord(
            intent: intent, state: state, filled: filled, reportedFilled: reported,
            venueOrderID: venueOrderID, changedAt: changedAt, notional: notional, trades: trades)
        try readAmend(&row, into: &record)
        return Order(record: record, venue: venue, symbol: symbol)
    }

    private static func readAmend(
        _ row: inout RowReader, into record: inout OrderRecord
    ) throws(OutboxRecord.Fault) {
        record.amend = try row.value(AmendState.self)
        record.terms = try row.terms()
        if try row.count() > 0 { record.pending = try row.terms() }
        record.most = Quantity(raw: try row.integer())
    }
}
