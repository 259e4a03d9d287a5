import Engine
import Orders
import TradingModel

// How the values within events are spelled: the writer's and the reader's half of each stand together.

extension TapeWriter {
    mutating func venue(_ value: VenueID) { count(value.index) }
    mutating func instrument(_ value: InstrumentID) { count(value.index) }
    mutating func id(_ value: ClientOrderID) {
        natural(value.high)
        natural(value.low)
    }
}

extension TapeReader {
    /// An index is no length, but is bounded like one: there are 64 venues and some hundred instruments.
    private mutating func place(_ most: UInt64) throws(TapeFault) -> Int {
        let value = try natural()
        guard value < most else { throw .malformed("an index of \(value)") }
        return Int(value)
    }

    mutating func venue() throws(TapeFault) -> VenueID { VenueID(try place(64)) }
    mutating func instrument() throws(TapeFault) -> InstrumentID { InstrumentID(try place(1 << 16)) }
    mutating func id() throws(TapeFault) -> ClientOrderID {
        guard let id = ClientOrderID(high: try natural(), low: try natural()) else {
            throw .malformed("a client order id")
        }
        return id
    }
}

// MARK: Orders

extension TapeWriter {
    mutating func reference(_ order: OrderReference) {
        id(order.id)
        instrument(order.instrument)
        byte(order.side.rawValue)
        text(order.venueOrderID)
    }

    mutating func amendment(_ amendment: Amendment) {
        reference(amendment.order)
        venue(amendment.venue)
        integer(amendment.terms.quantity.raw)
        integer(amendment.terms.limit.raw)
        moment(amendment.decidedAt)
        moment(amendment.sendBefore)
    }
}

extension TapeReader {
    mutating func reference() throws(TapeFault) -> OrderReference {
        OrderReference(
            id: try id(), instrument: try instrument(), side: try value(Side.self), venueOrderID: try text())
    }

    mutating func amendment() throws(TapeFault) -> Amendment {
        Amendment(
            order: try reference(), venue: try venue(),
            terms: OrderTerms(quantity: Quantity(raw: try integer()), limit: Price(raw: try integer())),
            decidedAt: try moment(), sendBefore: try moment())
    }
}

// MARK: Reports

extension TapeWriter {
    mutating func report(_ report: OrderReport) {
        instrument(report.instrument)
        optional(report.clientID) { $0.id($1) }
        text(report.venueOrderID)
        byte(report.side.rawValue)
        byte(TapeReader.states.firstIndex(of: report.state).map(UInt8.init) ?? .max)
        integer(report.filled.raw)
        integer(report.quantity.raw)
        optional(report.limit) { $0.integer($1.raw) }
        text(report.reason)
        byte(report.evidence.rawValue)
        moment(report.venueTime)
    }

    mutating func fill(_ fill: FillReport) {
        instrument(fill.instrument)
        optional(fill.clientID) { $0.id($1) }
        text(fill.venueOrderID)
        text(fill.tradeID)
        byte(fill.side.rawValue)
        integer(fill.price.raw)
        integer(fill.quantity.raw)
        wide(fill.fee.raw)
        text(fill.feeAsset.code)
        flag(fill.isMaker)
        flag(fill.isForced)
        byte(fill.evidence.rawValue)
        moment(fill.venueTime)
    }

    mutating func terms(_ terms: ContractTerms) {
        instrument(terms.instrument)
        optional(terms.markPrice) { $0.integer($1.raw) }
        optional(terms.fundingRate) { $0.integer($1.raw) }
        optional(terms.nextFunding) { $0.moment($1) }
    }

    mutating func funding(_ report: FundingReport) {
        instrument(report.instrument)
        text(report.id)
        wide(report.amount.raw)
        moment(report.venueTime)
    }
}

extension TapeReader {
    fileprivate static let states: [ReportedState] = [.working, .filled, .canceled, .expired, .rejected]

    mutating func report() throws(TapeFault) -> OrderReport {
        let (instrument, id, venueID) = (
            try instrument(), try optional { reader throws(TapeFault) in try reader.id() }, try text()
        )
        let (side, place) = (try value(Side.self), Int(try byte()))
        guard TapeReader.states.indices.contains(place) else { throw .malformed("an order's state") }
        return OrderReport(
            instrument: instrument, clientID: id, venueOrderID: venueID, side: side,
            state: TapeReader.states[place], filled: Quantity(raw: try integer()),
            quantity: Quantity(raw: try integer()),
            limit: try optional { reader throws(TapeFault) in Price(raw: try reader.integer()) },
            reason: try text(), evidence: try value(Evidence.self), venueTime: try moment())
    }

    mutating func fill() throws(TapeFault) -> FillReport {
        var fill = FillReport(
            instrument: try instrument(),
            clientID: try optional { reader throws(TapeFault) in try reader.id() },
            venueOrderID: try text(), tradeID: try text(), side: try value(Side.self),
            price: Price(raw: try integer()), quantity: Quantity(raw: try integer()),
            fee: Amount(raw: try wide()), feeAsset: Asset(try text()), isMaker: try flag(),
            evidence: .stream, venueTime: .distantPast)
        fill.isForced = try flag()
        fill.evidence = try value(Evidence.self)
        fill.venueTime = try moment()
        return fill
    }

    mutating func terms() throws(TapeFault) -> ContractTerms {
        ContractTerms(
            instrument: try instrument(),
            markPrice: try optional { reader throws(TapeFault) in Price(raw: try reader.integer()) },
            fundingRate: try optional { reader throws(TapeFault) in Rate(raw: try reader.integer()) },
            nextFunding: try optional { reader throws(TapeFault) in try reader.moment() })
    }

    mutating func funding() throws(TapeFault) -> FundingReport {
        FundingReport(
            instrument: try instrument(), id: try text(), amount: Amount(raw: try wide()),
            venueTime: try moment())
    }
}

// MARK: Answers

/// The four kinds of answer share their outcomes: each is spelled as one number and what it says.
private struct Outcome {
    var kind: UInt8
    var code = ""
    var message = ""

    static let (good, unknown, refused, ambiguous, neverSent) = (
        UInt8(0), UInt8(1), UInt8(2), UInt8(3), UInt8(4)
    )
}

extension TapeWriter {
    private mutating func outcome(_ kind: UInt8, _ code: String = "", _ message: String = "") {
        byte(kind)
        text(code)
        text(message)
    }

    mutating func answer(_ answer: PlaceAnswer) {
        switch answer {
        case .accepted(let id): outcome(Outcome.good, id)
        case .refused(let code, let message): outcome(Outcome.refused, code, message)
        case .ambiguous(let code): outcome(Outcome.ambiguous, code)
        case .neverSent(let why): outcome(Outcome.neverSent, why)
        }
    }

    mutating func answer(_ answer: CancelAnswer) {
        switch answer {
        case .accepted: outcome(Outcome.good)
        case .unknownOrder: outcome(Outcome.unknown)
        case .refused(let code, let message): outcome(Outcome.refused, code, message)
        case .ambiguous(let code): outcome(Outcome.ambiguous, code)
        }
    }

    mutating func answer(_ answer: AmendAnswer) {
        switch answer {
        case .amended: outcome(Outcome.good)
        case .unknownOrder: outcome(Outcome.unknown)
        case .refused(let code, let message): outcome(Outcome.refused, code, message)
        case .ambiguous(let code): outcome(Outcome.ambiguous, code)
        case .neverSent(let why): outcome(Outcome.neverSent, why)
        }
    }

    mutating func answer(_ answer: QueryAnswer) {
        switch answer {
        case .found(let report):
            outcome(Outcome.good)
            self.report(report)
        case .absent: outcome(Outcome.unknown)
        case .ambiguous(let code): outcome(Outcome.ambiguous, code)
        }
    }
}

extension TapeReader {
    private mutating func outcome() throws(TapeFault) -> Outcome {
        Outcome(kind: try byte(), code: try text(), message: try text())
    }

    mutating func placeAnswer() throws(TapeFault) -> PlaceAnswer {
        let outcome = try outcome()
        switch outcome.kind {
        case Outcome.good: return .accepted(venueOrderID: outcome.code)
        case Outcome.refused: return .refused(code: outcome.code, message: outcome.message)
        case Outcome.ambiguous: return .ambiguous(code: outcome.code)
        case Outcome.neverSent: return .neverSent(outcome.code)
        default: throw .malformed("an answer of \(outcome.kind)")
        }
    }

    mutating func cancelAnswer() throws(TapeFault) -> CancelAnswer {
        let outcome = try outcome()
        switch outcome.kind {
        case Outcome.good: return .accepted
        case Outcome.unknown: return .unknownOrder
        case Outcome.refused: return .refused(code: outcome.code, message: outcome.message)
        case Outcome.ambiguous: return .ambiguous(code: outcome.code)
        default: throw .malformed("an answer of \(outcome.kind)")
        }
    }

    mutating func amendAnswer() throws(TapeFault) -> AmendAnswer {
        let outcome = try outcome()
        switch outcome.kind {
        case Outcome.good: return .amended
        case Outcome.unknown: return .unknownOrder
        case Outcome.refused: return .refused(code: outcome.code, message: outcome.message)
        case Outcome.ambiguous: return .ambiguous(code: outcome.code)
        case Outcome.neverSent: return .neverSent(outcome.code)
        default: throw .malformed("an answer of \(outcome.kind)")
        }
    }

    mutating func queryAnswer() throws(TapeFault) -> QueryAnswer {
        let outcome = try outcome()
        switch outcome.kind {
        case Outcome.good: return .found(try report())
        case Outcome.unknown: return .absent
        case Outcome.ambiguous: return .ambiguous(code: outcome.code)
        default: throw .malformed("an answer of \(outcome.kind)")
        }
    }
}
