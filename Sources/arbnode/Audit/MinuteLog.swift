import Audit
import Engine
import Orders
import Tape
import TradingModel

/// What happened in a stretch of a tape, in lines for people: what was told, what was decided.
struct MinuteLog {
    struct Line: Encodable {
        var at: String
        var subject: String
        var text: String
    }

    private(set) var lines: [Line] = []

    mutating func note(_ entry: TapeEntry, _ rerun: Rerun, _ engine: TradingEngine) {
        guard case .decided = entry else { return }
        for directive in rerun.directives { note(directive, rerun.now, engine) }
    }

    private mutating func note(_ directive: Directive, _ now: Moment, _ engine: TradingEngine) {
        let policy = engine.policy
        func row(_ record: OutboxRecord) {
            let line = RowLine(record, policy.instruments)
            add(now, line?.subject ?? "row", line.map { $0.place + " " + $0.text } ?? "\(record)")
        }
        switch directive {
        case .journal(.checkpoint): add(now, "checkpoint", "")
        case .journal(let record), .persistLoosening(_, let record): row(record)
        case .persist(let intents):
            for intent in intents {
                row(
                    .intended(
                        intent, venue: policy.venues[intent.venue.index].name,
                        symbol: policy.instruments[intent.instrument.index].symbol))
            }
        case .transmit(let intent): add(now, "send", "\(intent.id) to \(name(intent.venue, policy))")
        case .persistAmend(let amendment): add(now, "amend", "\(amendment.order.id) decided")
        case .amend(let amendment):
            add(now, "send", "an amend of \(amendment.order.id) to \(name(amendment.venue, policy))")
        case .cancel(let order, let venue): add(now, "cancel", "\(order.id) at \(name(venue, policy))")
        case .query(let order, let venue): add(now, "ask", "\(name(venue, policy)) for \(order.id)")
        case .readLists(let order, let venue):
            add(now, "ask", "\(name(venue, policy)) for its lists, for \(order.id)")
        case .fetchFills(let venue, _): add(now, "ask", "\(name(venue, policy)) for its trades")
        case .resynchronise(let venue, let instrument):
            add(now, "resync", "\(name(venue, policy)) \(policy.instruments[instrument.index].symbol)")
        case .alarm(let incident):
            let place = incident.venue.map { name($0, policy) + " " } ?? ""
            add(now, incident.code.rawValue, place + incident.detail)
        }
    }

    private func name(_ venue: VenueID, _ policy: EnginePolicy) -> String { policy.venues[venue.index].name }

    private mutating func add(_ now: Moment, _ subject: String, _ text: String) {
        lines.append(Line(at: UTCTime.text(now), subject: subject, text: text))
    }
}
