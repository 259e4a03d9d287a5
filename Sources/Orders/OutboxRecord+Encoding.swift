import TradingModel

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
            row.intent(intent, venue: venue, symbol: symbol)
        case .moved(let id, let state, let venueOrderID, let at):
            row.byte(4)
            row.id(id)
            row.byte(state.rawValue)
            row.text(venueOrderID)
            row.integer(at.nanoseconds)
        case .filled(let fill, let order, let venue, let symbol):
            row.byte(5)
            row.fill(fill, order: order, venue: venue, symbol: symbol)
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
        case .corrected(let venue, let what, let reason, let actor, let at):
            row.corrected(venue, what, reason, actor)
            row.integer(at.nanoseconds)
        case .foreign(let fill, let venue, let symbol):
            row.byte(9)
            row.fill(fill, order: .nobody, venue: venue, symbol: symbol)
        case .venueMode(let venue, let isSafe, let reason, let actor, let at):
            row.byte(10)
            row.text(venue)
            row.byte(isSafe ? 1 : 0)
            row.text(reason)
            row.text(actor)
            row.integer(at.nanoseconds)
        case .checkpoint(let checkpoint):
            row.byte(11)
            checkpoint.write(into: &row)
        case .strategy(let name, let isEnabled, let reason, let actor, let at):
            row.byte(12)
            row.text(name)
            row.byte(isEnabled ? 1 : 0)
            row.text(reason)
            row.text(actor)
            row.integer(at.nanoseconds)
        case .amended, .warranted, .revoked, .killed, .riskIndex, .rule, .health, .configured, .runbook,
            .incident:
            writeSince3(into: &row)
        }
        return row.bytes
    }

    private func writeSince3(into row: inout RowWriter) {
        switch self {
        case .amended(let id, let terms, let state, let at): row.amended(id, terms, state, at)
        case .killed(let block, let isLifted): row.kill(block, isLifted: isLifted)
        case .riskIndex(let change): row.riskIndex(change)
        case .health(let health): row.health(health)
        case .configured(let fact): row.configuration(fact)
        case .rule(let fact):
            row.byte(22)
            fact.write(into: &row)
        case .runbook(let entry): row.runbook(entry)
        case .incident(let told): row.incident(told)
        case .warranted(let warrant, let symbol, let venues):
            row.byte(14)
            row.warrant(warrant, symbol: symbol, venues: venues)
        case .revoked(let name, let sent):
            row.byte(15)
            row.id(name)
            row.byte(sent.bits)
        default: preconditionFailure("a kind of rows that is older")
        }
    }
}

extension OutboxRecord {
    /// A row as version 3 wrote it, for tests of upgrades; rows of kinds that it did not know stay as they
    /// are, because a node of that version would not have written them.
    public static func asVersion3(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 2, bytes[0] == 4, (1...13).contains(bytes[1]) else { return bytes }
        return [3] + bytes[1...]
    }
}

extension RowWriter {
    mutating func terms(_ terms: OrderTerms) {
        integer(terms.quantity.raw)
        integer(terms.limit.raw)
    }

    mutating func amended(_ id: ClientOrderID, _ terms: OrderTerms, _ state: AmendState, _ at: Moment) {
        byte(13)
        self.id(id)
        self.terms(terms)
        byte(state.rawValue)
        integer(at.nanoseconds)
    }

    mutating func warrant(_ warrant: Warrant, symbol: String, venues: [String]) {
        text(symbol)
        id(warrant.name)
        integer(warrant.decidedAt.nanoseconds)
        integer(warrant.quantity.raw)
        integer(warrant.highestBuy.raw)
        integer(warrant.lowestSell.raw)
        count(warrant.legs.count)
        for (leg, venue) in zip(warrant.legs, venues) {
            byte(leg.number)
            text(venue)
            byte(leg.side.rawValue)
        }
    }

    mutating func intent(_ intent: OrderIntent, venue: String, symbol: String) {
        text(venue)
        text(symbol)
        id(intent.id)
        byte(intent.side.rawValue)
        integer(intent.quantity.raw)
        integer(intent.limit.raw)
        byte(intent.timeInForce.rawValue)
        byte(intent.purpose.rawValue)
        integer(intent.decidedAt.nanoseconds)
        integer(intent.sendBefore.nanoseconds)
        integer(Int64(bitPattern: intent.decision))
    }

    mutating func fill(_ fill: FillReport, order: ClientOrderID, venue: String, symbol: String) {
        text(venue)
        text(symbol)
        id(order)
        text(fill.venueOrderID)
        text(fill.tradeID)
        byte(fill.side.rawValue)
        integer(fill.price.raw)
        integer(fill.quantity.raw)
        wide(fill.fee.raw)
        text(fill.feeAsset.code)
        byte(fill.isMaker ? 1 : 0)
        integer(fill.venueTime.nanoseconds)
    }
}
