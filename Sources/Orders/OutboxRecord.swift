import TradingModel

/// One durable fact. Venues and instruments are named, not numbered, so that a row outlives a change of
/// configuration.
public enum OutboxRecord: Hashable, Sendable {
    /// A start of the node on this data directory; ids of that run carry the epoch.
    case started(epoch: UInt16, at: Moment)
    /// The proven balance a venue's asset was opened with.
    case opened(venue: String, asset: Asset, amount: Amount)
    /// An order about to be sent. Durable before its first byte leaves.
    case intended(OrderIntent, venue: String, symbol: String)
    case moved(ClientOrderID, to: OrderState, venueOrderID: String, at: Moment)
    case filled(FillReport, order: ClientOrderID, venue: String, symbol: String)
    /// A difference between ledger and venue that was explained and taken over (transfer, funding, manual
    /// order).
    case adjusted(venue: String, asset: Asset, amount: Amount, reason: String)
    case mode(OperatingMode, reason: String, actor: String, at: Moment)

    /// First byte of every row; a reader refuses rows of a version it does not know.
    public static let version: UInt8 = 1

    public enum Fault: Error, Hashable, Sendable {
        case unknownVersion(UInt8)
        case malformed(String)
    }
}

extension OutboxRecord {
    public func encoded() -> [UInt8] {
        var row = RowWriter(version: OutboxRecord.version)
        switch self {
        case .started(let epoch, let at):
            row.byte(1)
            row.integer(Int64(epoch))
            row.integer(at.nanoseconds)
        case .opened(let venue, let asset, let amount):
            row.byte(2)
            row.text(venue)
            row.text(asset.code)
            row.wide(amount.raw)
        case .intended(let intent, let venue, let symbol):
            row.byte(3)
            row.text(venue)
            row.text(symbol)
            row.id(intent.id)
            row.byte(intent.side.rawValue)
            row.integer(intent.quantity.raw)
            row.integer(intent.limit.raw)
            row.byte(intent.timeInForce.rawValue)
            row.byte(intent.purpose.rawValue)
            row.integer(intent.decidedAt.nanoseconds)
            row.integer(intent.sendBefore.nanoseconds)
        case .moved(let id, let state, let venueOrderID, let at):
            row.byte(4)
            row.id(id)
            row.byte(state.rawValue)
            row.text(venueOrderID)
            row.integer(at.nanoseconds)
        case .filled(let fill, let order, let venue, let symbol):
            row.byte(5)
            row.text(venue)
            row.text(symbol)
            row.id(order)
            row.text(fill.venueOrderID)
            row.text(fill.tradeID)
            row.byte(fill.side.rawValue)
            row.integer(fill.price.raw)
            row.integer(fill.quantity.raw)
            row.wide(fill.fee.raw)
            row.text(fill.feeAsset.code)
            row.byte(fill.isMaker ? 1 : 0)
            row.integer(fill.venueTime.nanoseconds)
        case .adjusted(let venue, let asset, let amount, let reason):
            row.byte(6)
            row.text(venue)
            row.text(asset.code)
            row.wide(amount.raw)
            row.text(reason)
        case .mode(let mode, let reason, let actor, let at):
            row.byte(7)
            row.byte(mode.rawValue)
            row.text(reason)
            row.text(actor)
            row.integer(at.nanoseconds)
        }
        return row.bytes
    }

    /// Decodes a row. `lookup` turns names into this run's indices; a name it does not know is `malformed`,
    /// because a row that cannot be judged must stop the start.
    public init(
        _ bytes: [UInt8], venue lookupVenue: (String) -> VenueID?,
        instrument lookupInstrument: (String) -> InstrumentID?
    ) throws(Fault) {
        var row = RowReader(bytes)
        let version = try row.byte()
        guard version == OutboxRecord.version else { throw .unknownVersion(version) }
        func venue(_ name: String) throws(Fault) -> VenueID {
            guard let id = lookupVenue(name) else {
                throw .malformed("venue \(name) is not in the configuration")
            }
            return id
        }
        func instrument(_ symbol: String) throws(Fault) -> InstrumentID {
            guard let id = lookupInstrument(symbol) else {
                throw .malformed("instrument \(symbol) is not in the configuration")
            }
            return id
        }
        switch try row.byte() {
        case 1:
            self = .started(
                epoch: UInt16(truncatingIfNeeded: try row.integer()),
                at: Moment(nanoseconds: try row.integer()))
        case 2:
            self = .opened(
                venue: try row.text(), asset: Asset(try row.text()), amount: Amount(raw: try row.wide()))
        case 3:
            let name = try row.text()
            let symbol = try row.text()
            let id = try row.id()
            self = .intended(
                OrderIntent(
                    id: id, venue: try venue(name), instrument: try instrument(symbol), side: try row.side(),
                    quantity: Quantity(raw: try row.integer()), limit: Price(raw: try row.integer()),
                    timeInForce: try row.value(TimeInForce.self), purpose: try row.value(OrderPurpose.self),
                    decidedAt: Moment(nanoseconds: try row.integer()),
                    sendBefore: Moment(nanoseconds: try row.integer())),
                venue: name, symbol: symbol)
        case 4:
            self = .moved(
                try row.id(), to: try row.value(OrderState.self), venueOrderID: try row.text(),
                at: Moment(nanoseconds: try row.integer()))
        case 5:
            let name = try row.text()
            let symbol = try row.text()
            let order = try row.id()
            self = .filled(
                FillReport(
                    instrument: try instrument(symbol), clientID: order, venueOrderID: try row.text(),
                    tradeID: try row.text(), side: try row.side(), price: Price(raw: try row.integer()),
                    quantity: Quantity(raw: try row.integer()), fee: Amount(raw: try row.wide()),
                    feeAsset: Asset(try row.text()), isMaker: try row.byte() == 1, evidence: .stream,
                    venueTime: Moment(nanoseconds: try row.integer())),
                order: order, venue: name, symbol: symbol)
        case 6:
            self = .adjusted(
                venue: try row.text(), asset: Asset(try row.text()), amount: Amount(raw: try row.wide()),
                reason: try row.text())
        case 7:
            self = .mode(
                try row.value(OperatingMode.self), reason: try row.text(), actor: try row.text(),
                at: Moment(nanoseconds: try row.integer()))
        case let kind: throw .malformed("unknown kind \(kind)")
        }
        guard row.isAtEnd else { throw .malformed("trailing bytes") }
    }
}
