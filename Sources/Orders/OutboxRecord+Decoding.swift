import TradingModel

/// Turns the names in rows into this run's indices. A name that is not in the configuration is `malformed`:
/// a row that cannot be judged must stop the start.
public struct RowNames: Sendable {
    let venue: @Sendable (String) -> VenueID?
    let instrument: @Sendable (String) -> InstrumentID?

    public init(
        venue: @escaping @Sendable (String) -> VenueID?,
        instrument: @escaping @Sendable (String) -> InstrumentID?
    ) {
        self.venue = venue
        self.instrument = instrument
    }

    func venueID(_ name: String) throws(OutboxRecord.Fault) -> VenueID {
        guard let id = venue(name) else { throw .malformed("venue \(name) is not in the configuration") }
        return id
    }

    func instrumentID(_ symbol: String) throws(OutboxRecord.Fault) -> InstrumentID {
        guard let id = instrument(symbol) else {
            throw .malformed("instrument \(symbol) is not in the configuration")
        }
        return id
    }
}

extension OutboxRecord {
    /// Decodes a row of this version or the two before.
    public init(_ bytes: [UInt8], names: RowNames) throws(Fault) {
        var row = RowReader(bytes)
        let version = try row.byte()
        guard (OutboxRecord.oldestReadable...OutboxRecord.version).contains(version) else {
            throw .unknownVersion(version)
        }
        row.version = version
        self = try OutboxRecord.read(try row.byte(), &row, names)
        guard row.isAtEnd else { throw .malformed("trailing bytes") }
    }

    private static func read(_ kind: UInt8, _ row: inout RowReader, _ names: RowNames) throws(Fault)
        -> OutboxRecord
    {
        switch kind {
        case 1:
            return .started(epoch: UInt16(truncatingIfNeeded: try row.integer()), at: try row.moment())
        case 2:
            return .opened(
                venue: try row.text(), asset: Asset(try row.text()), amount: Amount(raw: try row.wide()))
        case 3:
            let (intent, venue, symbol) = try row.intent(names)
            return .intended(intent, venue: venue, symbol: symbol)
        case 4:
            return .moved(
                try row.id(), to: try row.value(OrderState.self), venueOrderID: try row.text(),
                at: try row.moment())
        case 5:
            let (fill, order, venue, symbol) = try row.fill(names)
            return .filled(fill, order: order, venue: venue, symbol: symbol)
        case 6:
            return .adjusted(
                venue: try row.text(), asset: Asset(try row.text()), amount: Amount(raw: try row.wide()),
                reason: try row.text())
        case 7:
            return .mode(
                try row.value(OperatingMode.self), reason: try row.text(), actor: try row.text(),
                at: try row.moment())
        case 8...12: return try readSince2(kind, &row, names)
        case 13:
            return .amended(
                try row.id(), to: try row.terms(), try row.value(AmendState.self), at: try row.moment())
        case 14 where row.version >= 4:
            let (warrant, symbol, venues) = try row.warrant(names)
            return .warranted(warrant, symbol: symbol, venues: venues)
        case 15 where row.version >= 4:
            return .revoked(try row.id(), sent: WarrantLegs(bits: try row.byte()))
        case 20 where row.version >= 4:
            let (block, isLifted) = try row.kill()
            return .killed(block, isLifted: isLifted)
        case 21 where row.version >= 4: return .riskIndex(try row.riskIndex())
        case 22 where row.version >= 4: return .rule(try RuleFact(&row))
        case 25 where row.version >= 4: return .health(try row.health())
        case 26 where row.version >= 4: return .configured(try row.configuration())
        case 30 where row.version >= 4: return .runbook(try row.runbook())
        case 31 where row.version >= 4: return .incident(try row.incident())
        case 32 where row.version >= 4:
            return .corrected(
                venue: try row.text(), what: try row.text(), reason: try row.text(), actor: try row.text(),
                at: try row.moment())
        default: throw .malformed("unknown kind \(kind)")
        }
    }

    private static func readSince2(_ kind: UInt8, _ row: inout RowReader, _ names: RowNames) throws(Fault)
        -> OutboxRecord
    {
        switch kind {
        case 8: return .corrected(venue: try row.text(), what: try row.text(), at: try row.moment())
        case 9:
            let (fill, venue, symbol) = try row.foreignFill(names)
            return .foreign(fill, venue: venue, symbol: symbol)
        case 10:
            return .venueMode(
                venue: try row.text(), isSafe: try row.byte() == 1, reason: try row.text(),
                actor: try row.text(), at: try row.moment())
        case 11: return .checkpoint(try Checkpoint(&row, names))
        default:
            return .strategy(
                name: try row.text(), isEnabled: try row.byte() == 1, reason: try row.text(),
                actor: try row.text(), at: try row.moment())
        }
    }
}

extension RowReader {
    mutating func terms() throws(OutboxRecord.Fault) -> OrderTerms {
        OrderTerms(quantity: Quantity(raw: try integer()), limit: Price(raw: try integer()))
    }

    mutating func warrant(_ names: RowNames) throws(OutboxRecord.Fault) -> (Warrant, String, [String]) {
        let symbol = try text()
        var warrant = Warrant(
            name: try id(), instrument: try names.instrumentID(symbol), decidedAt: try moment(),
            quantity: Quantity(raw: try integer()), highestBuy: Price(raw: try integer()),
            lowestSell: Price(raw: try integer()), legs: [])
        var venues: [String] = []
        for _ in 0..<(try count()) {
            let number = try byte()
            guard number < Warrant.capacity, !warrant.legs.contains(where: { $0.number == number }) else {
                throw .malformed("leg \(number) of a warrant")
            }
            let venue = try text()
            warrant.legs.append(.init(number: number, venue: try names.venueID(venue), side: try side()))
            venues.append(venue)
        }
        return (warrant, symbol, venues)
    }

    mutating func moment() throws(OutboxRecord.Fault) -> Moment { Moment(nanoseconds: try integer()) }

    mutating func intent(_ names: RowNames) throws(OutboxRecord.Fault) -> (OrderIntent, String, String) {
        let venue = try text()
        let symbol = try text()
        let id = try id()
        let intent = OrderIntent(
            id: id, venue: try names.venueID(venue), instrument: try names.instrumentID(symbol),
            side: try side(), quantity: Quantity(raw: try integer()), limit: Price(raw: try integer()),
            timeInForce: try value(TimeInForce.self), purpose: try value(OrderPurpose.self),
            decidedAt: try moment(), sendBefore: try moment(),
            decision: UInt64(bitPattern: try integer()))
        return (intent, venue, symbol)
    }

    mutating func fill(_ names: RowNames) throws(OutboxRecord.Fault)
        -> (FillReport, ClientOrderID, String, String)
    {
        let venue = try text()
        let symbol = try text()
        let order = try id()
        let fill = FillReport(
            instrument: try names.instrumentID(symbol), clientID: order, venueOrderID: try text(),
            tradeID: try text(), side: try side(), price: Price(raw: try integer()),
            quantity: Quantity(raw: try integer()), fee: Amount(raw: try wide()),
            feeAsset: Asset(try text()), isMaker: try byte() == 1, evidence: .stream,
            venueTime: try moment())
        return (fill, order, venue, symbol)
    }

    mutating func foreignFill(_ names: RowNames) throws(OutboxRecord.Fault) -> (FillReport, String, String) {
        var (fill, _, venue, symbol) = try fill(names)
        fill.clientID = nil
        return (fill, venue, symbol)
    }
}
