import Books
import Orders
import TradingModel

/// When to ask again about an order that is silent, and what was said so far.
struct Look: Hashable, Sendable {
    var due: Moment
    var tries = 0
    /// Answers that the venue does not know the order, counted only once its request can no longer arrive.
    var absences = 0
    var isAsking = false
}

// Silence becomes a question; a timer never decides an order's fate.
extension TradingEngine {
    /// First question after a lost answer; then doubling up to `longestLook`.
    static let firstLook = Span.milliseconds(150)
    static let longestLook = Span.seconds(5)
    /// An IOC that is acknowledged and then silent for this long is asked about.
    static let patience = Span.milliseconds(400)
    /// A request older than this can no longer arrive: venues refuse stamps older than their receive window
    /// (5 s).
    static let arrivalLimit = Span.seconds(6)
    /// This many absences, each after `arrivalLimit`, prove that the venue never had the order.
    static let absencesNeeded = 2

    mutating func timer(_ now: Moment) {
        for id in orders.live { watch(id, now) }
        for index in policy.instruments.indices {
            askAgainForBooks(index, now)
            smallestHedges[index] = smallestHedge(index)
            evaluate(index, now)
        }
    }

    /// A snapshot that was asked for and never came is asked for again.
    private mutating func askAgainForBooks(_ index: Int, _ now: Moment) {
        for slot in books[index].books.indices {
            let venue = books[index].tops[slot].venue
            if let asked = books[index].books[slot].snapshotAskedAt, now - asked > .seconds(10) {
                books[index].snapshotFailed(venue)
            }
            guard books[index].books[slot].wantsSnapshot else { continue }
            books[index].snapshotRequested(venue, at: now)
            output.append(.resynchronise(venue, policy.instruments[index].id))
        }
    }

    private mutating func watch(_ id: ClientOrderID, _ now: Moment) {
        guard let record = orders[id] else { return }
        switch record.state {
        case .new, .sent:
            // The store and the transport always answer within their own deadlines. Rows of an earlier run
            // have nobody to answer for them: they are asked about like any unknown order.
            guard id.epoch != epoch else { return }
        case .acked, .partial: guard now - record.changedAt >= TradingEngine.patience else { return }
        case .unknown: break
        case .filled, .canceled, .expired, .rejected, .absent: break  // ended, fills outstanding
        }
        let wait = record.state == .unknown || record.state.isTerminal ? TradingEngine.firstLook : .zero
        var look = looks[id] ?? Look(due: record.changedAt + wait)
        defer { looks[id] = look }
        guard now >= look.due, !look.isAsking, venues[record.intent.venue.index].isAccountReady else {
            return
        }
        look.tries += 1
        let pause = min(TradingEngine.firstLook * (1 << Int64(min(look.tries, 6))), TradingEngine.longestLook)
        look.due = now + pause
        if record.state.isTerminal {
            output.append(.fetchFills(record.intent.venue, record.intent.instrument))
        } else {
            look.isAsking = true
            output.append(.query(reference(record), record.intent.venue))
        }
    }

    /// A switch that is no longer armed may have fired, and one that is armed again may have fired before:
    /// what rests there is asked about at once. That it is gone is only assumed; the answer decides.
    mutating func deadMan(_ venue: VenueID, _ isArmed: Bool, _ now: Moment) {
        guard venues[venue.index].isDeadManArmed != isArmed else { return }
        venues[venue.index].isDeadManArmed = isArmed
        for id in orders.live {
            guard let intent = orders[id]?.intent, intent.venue == venue, intent.timeInForce.mayRest else {
                continue
            }
            looks[id, default: Look(due: now)].due = now
            watch(id, now)
        }
    }

    mutating func queryAnswered(_ id: ClientOrderID, _ answer: QueryAnswer, _ now: Moment) {
        guard let record = orders[id] else { return }
        looks[id]?.isAsking = false
        switch answer {
        case .found(let report):
            looks[id]?.absences = 0
            reported(record.intent.venue, report, now)
            if let after = orders[id], after.fillsOutstanding > .zero {
                output.append(.fetchFills(record.intent.venue, record.intent.instrument))
            }
        case .absent:
            guard now - record.intent.decidedAt > TradingEngine.arrivalLimit else { return }
            // Its fills are looked for too before absence is believed.
            output.append(.fetchFills(record.intent.venue, record.intent.instrument))
            looks[id]?.absences += 1
            guard (looks[id]?.absences ?? 0) >= TradingEngine.absencesNeeded else { return }
            advance(id, .provenAbsent, now)
            evaluate(record.intent.instrument.index, now)
        case .ambiguous: return
        }
    }
}
