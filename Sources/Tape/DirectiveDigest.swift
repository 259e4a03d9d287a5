import Engine
import Orders
import TradingModel

/// Tells two lists of directives apart: rows byte for byte as they are written, orders field by field,
/// incidents word by word.
enum DirectiveDigest {
    /// - Parameter scratch: room that is used again.
    static func of(_ directives: [Directive], _ scratch: inout TapeWriter) -> UInt64 {
        var print = Fingerprint()
        for directive in directives {
            scratch.directive(directive)
            for byte in scratch.bytes { print.add(byte: byte) }
            scratch.clear()
        }
        return print.value
    }
}

extension TapeWriter {
    fileprivate mutating func directive(_ directive: Directive) {
        switch directive {
        case .journal(let record):
            byte(1)
            block(record.encoded())
        case .persist(let intents):
            byte(2)
            list(intents) { $0.intent($1) }
        case .persistLoosening(let number, let record):
            byte(3)
            natural(number)
            block(record.encoded())
        case .transmit(let intent):
            byte(4)
            self.intent(intent)
        case .persistAmend(let amendment):
            byte(5)
            self.amendment(amendment)
        case .amend(let amendment):
            byte(6)
            self.amendment(amendment)
        case .cancel(let order, let venue): asking(7, order, venue)
        case .query(let order, let venue): asking(8, order, venue)
        case .readLists(let order, let venue): asking(9, order, venue)
        case .fetchFills(let venue, let instrument): asking(10, venue, instrument)
        case .resynchronise(let venue, let instrument): asking(11, venue, instrument)
        case .alarm(let incident):
            byte(12)
            text(incident.code.rawValue)
            text("\(incident.severity)")
            optional(incident.venue) { $0.venue($1) }
            text(incident.subject)
            text(incident.detail)
            moment(incident.at)
        }
    }

    private mutating func asking(_ kind: UInt8, _ order: OrderReference, _ venue: VenueID) {
        byte(kind)
        reference(order)
        self.venue(venue)
    }

    private mutating func asking(_ kind: UInt8, _ venue: VenueID, _ instrument: InstrumentID) {
        byte(kind)
        self.venue(venue)
        self.instrument(instrument)
    }

    private mutating func intent(_ intent: OrderIntent) {
        id(intent.id)
        venue(intent.venue)
        instrument(intent.instrument)
        byte(intent.side.rawValue)
        integer(intent.quantity.raw)
        integer(intent.limit.raw)
        byte(intent.timeInForce.rawValue)
        byte(intent.purpose.rawValue)
        moment(intent.decidedAt)
        optional(intent.owedSince) { $0.moment($1) }
        flag(intent.reduceOnly)
        moment(intent.sendBefore)
        natural(intent.decision)
    }
}
