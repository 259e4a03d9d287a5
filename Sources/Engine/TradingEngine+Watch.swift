import Books
import Orders
import Risk
import TradingModel

// Silence becomes a question; a timer never decides an order's fate (reliability §3.3).
extension TradingEngine {
    /// An IOC that is acknowledged and then silent for this long is asked about.
    static let patience = Span.milliseconds(400)
    /// A quote that rests is asked about this often: the stream could have lost its end.
    static let restPatience = Span.seconds(20)

    /// Live orders looked at in one beat: where there are more they take turns, so that a beat has a bound.
    static let watchedAtOnce = 512

    mutating func timer(_ now: Moment) {
        for id in orders.takeTurn(TradingEngine.watchedAtOnce) { watch(id, now) }
        dismissWarrants(now)
        memoryStart = max(memoryStart, orders.forget(at: now) + Checkpoint.clockTolerance)
        for index in policy.instruments.indices {
            askAgainForBooks(index, now)
            smallestHedges[index] = smallestHedge(index)
            // An opening answers news from a venue, never a clock: the same news decides the same again.
            if needsHedging(index) { hedge(index, now) }
            forgetShortVenue(index)
            revokeExpired(index, now)
            tendQuotes(index, mayPlace: false, now)
            warrantQuotes(index, now)
        }
        flatten(now)
        watchResiduals(now)
        watchMargin(now)
        watchLeads(now)
        watchPortfolio(now)
        lastBeat = now
        watchRules(now)
    }

    /// A snapshot that was asked for and never came is asked for again.
    private mutating func askAgainForBooks(_ index: Int, _ now: Moment) {
        for slot in books[index].books.indices {
            let venue = books[index].tops[slot].venue
            if let asked = books[index].books[slot].snapshotAskedAt,
                now - asked > TradingEngine.snapshotPatience
            {
                books[index].snapshotFailed(venue)
            }
            askForSnapshot(index, slot, venue, now)
        }
    }

    /// A snapshot that takes longer than this is asked for again.
    static let snapshotPatience = Span.seconds(4)

    private mutating func watch(_ id: ClientOrderID, _ now: Moment) {
        guard let record = orders[id] else { return }
        switch record.state {
        case .new, .sent:
            // The store and the transport always answer within their own deadlines. Rows of an earlier run
            // have nobody to answer for them: they are asked about like any unknown order.
            guard id.epoch != epoch else { return }
        case .acked, .partial:
            let patience = rests(record) ? TradingEngine.restPatience : TradingEngine.patience
            guard now - max(record.changedAt, restLooks[id] ?? .distantPast) >= patience else { return }
        case .unknown: break
        case .filled, .canceled, .expired, .rejected, .absent: break  // ended, fills outstanding
        }
        let wait = record.state == .unknown || record.state.isTerminal ? FateInquiry.firstPause : .zero
        // Nobody waited for what is only presumed before this run began to ask.
        let begin = record.intent.purpose == .presumed ? firstMoment : nil
        var inquiry =
            inquiries[id]
            ?? inquiry(at: record.intent.venue, max(record.changedAt, begin ?? record.changedAt), wait)
        defer { inquiries[id] = inquiry }
        // A resting order may be silent for as long as it likes.
        let rests = record.intent.timeInForce == .goodTillCanceled || record.intent.timeInForce == .postOnly
        if record.state == .unknown || !rests, let escalation = inquiry.escalation(at: now) {
            escalate(record, escalation, now)
        }
        if planted(.closeUnknownByTimer), record.state == .unknown, now - record.changedAt > .seconds(1) {
            return advance(id, .provenAbsent, now)
        }
        guard venues[record.intent.venue.index].isAccountReady,
            let question = inquiry.ask(sentBy: record.intent.sendBefore, at: now)
        else { return }
        let reference = reference(record)
        guard !record.state.isTerminal else {
            inquiry.answered(keepsEvidence: true)
            output.append(.fetchFills(record.intent.venue, record.intent.instrument))
            return
        }
        switch question {
        case .order:
            ruleMemory.messaged(record.intent, at: now)
            output.append(.query(reference, record.intent.venue))
        case .lists:
            ruleMemory.messaged(record.intent, at: now)
            output.append(.readLists(reference, record.intent.venue))
        case .cancel:
            orders.cancel(.requested, of: id)
            ruleMemory.canceled(record.intent, at: now)
            output.append(.cancel(reference, record.intent.venue))
        }
    }

    private mutating func escalate(
        _ record: OrderRecord, _ escalation: FateInquiry.Escalation, _ now: Moment
    ) {
        let venue = record.intent.venue
        let what = "\(record.intent.id) has been \(record.state.name) since \(record.changedAt.milliseconds)"
        switch escalation {
        case .tellPeople: alarm(.orderUnknown, .critical, venue, what, now)
        case .distrustVenue:
            alarm(.zombieOrder, .pageNow, venue, what, now)
            setVenueMode(venue, true, "ZOMBIE_ORDER: \(what)", "node", now)
        }
    }

    /// Whether nothing of ours can be moving this venue's balances, as far as is known. An order of an
    /// earlier run that the venue does not know may still be on its way there and keeps its reservation, but
    /// it has filled nothing: if it had, the comparison of ledger and venue would show it.
    public func isStill(_ venue: VenueID) -> Bool {
        orders.live.allSatisfy { id in
            guard let record = orders[id], record.intent.venue == venue else { return true }
            return isInDoubt(record) || rests(record)
        }
    }

    /// A quote in the book moves no balance before it fills, and a fill shows.
    private func rests(_ record: OrderRecord) -> Bool {
        record.intent.isQuote && record.intent.id.epoch == epoch && record.cancel == .none
            && (record.state == .acked || record.state == .partial) && record.fillsOutstanding == .zero
            // Its venue says that it rests no more.
            && record.amend != .orderUnknown
    }

    private func isInDoubt(_ record: OrderRecord) -> Bool {
        record.intent.id.epoch != epoch && record.filled == .zero && record.reportedFilled == .zero
            && inquiries[record.intent.id]?.isUnknownToVenue == true
    }

    /// Whether a trade that names nobody may be that of an order in doubt.
    public func mayBeOurs(_ fill: FillReport, at venue: VenueID) -> Bool {
        orders.live.contains { id in
            guard let intent = orders[id]?.intent, intent.venue == venue else { return false }
            return intent.instrument == fill.instrument && intent.side == fill.side
                && fill.venueTime >= intent.decidedAt - Checkpoint.clockTolerance
        }
    }

    private func inquiry(at venue: VenueID, _ openedAt: Moment, _ pause: Span) -> FateInquiry {
        let policy = policy.venues[venue.index]
        return FateInquiry(
            openedAt: openedAt, firstLookAfter: pause, absenceAfter: policy.absenceAfter,
            isDear: policy.questionsAreDear)
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
            var asked = inquiries[id] ?? inquiry(at: venue, now, .zero)
            asked.hurry(at: now)
            inquiries[id] = asked
            watch(id, now)
        }
    }

    mutating func queryAnswered(_ id: ClientOrderID, _ answer: QueryAnswer, _ now: Moment) {
        guard let record = orders[id] else { return }
        switch answer {
        case .found(let report):
            inquiries[id]?.answered(keepsEvidence: false)
            if report.state == .working, rests(record) {
                inquiries[id] = nil
                restLooks[id] = now
            }
            reported(record.intent.venue, report, now)
            guard let after = orders[id] else { return }
            if after.fillsOutstanding > .zero {
                output.append(.fetchFills(record.intent.venue, record.intent.instrument))
            }
            // It was to be canceled and works on: the cancel was lost, or refused in passing. Or it rests
            // since an earlier run, and nobody in this one owns it. Or an amend did not find it.
            if report.state == .working,
                after.cancel != .none || id.epoch != epoch || after.amend == .orderUnknown
            {
                cancel(after)
            }
        case .absent:
            if planted(.trustNotFound) { return advance(id, .provenAbsent, now) }
            inquiries[id]?.absentByOrder(sentBy: record.intent.sendBefore, at: now)
            believeAbsence(id, now)
        case .ambiguous: inquiries[id]?.answered(keepsEvidence: true)
        }
    }

    mutating func listsRead(_ id: ClientOrderID, _ isWhole: Bool, _ showsIt: Bool, _ now: Moment) {
        guard isWhole else {
            inquiries[id]?.answered(keepsEvidence: true)
            return
        }
        if showsIt {
            inquiries[id]?.answered(keepsEvidence: false)
        } else {
            inquiries[id]?.absentFromLists(at: now)
        }
        believeAbsence(id, now)
    }

    mutating func cancelAnswered(_ id: ClientOrderID, _ answer: CancelAnswer, _ now: Moment) {
        guard let record = orders[id], record.cancel != .none else { return }
        switch answer {
        case .accepted:
            orders.cancel(.accepted, of: id)
            inquiries[id]?.answered(keepsEvidence: false)
        case .unknownOrder:
            orders.cancel(.orderUnknown, of: id)
            inquiries[id]?.cancelFoundNothing(at: now)
        case .refused:
            orders.cancel(.refused, of: id)
            inquiries[id]?.answered(keepsEvidence: true)
        case .ambiguous(let code):
            orders.cancel(.ambiguous, of: id)
            inquiries[id]?.answered(keepsEvidence: true)
            alarm(.orderUnknown, .warning, record.intent.venue, "cancel of \(id): \(code)", now)
        }
        believeAbsence(id, now)
    }

    private mutating func believeAbsence(_ id: ClientOrderID, _ now: Moment) {
        guard let record = orders[id], !record.state.isTerminal, inquiries[id]?.provesAbsence == true else {
            return
        }
        let hasFilled = record.filled > .zero || record.reportedFilled > .zero
        if record.state == .unknown, hasFilled {
            // It was there, and its venue has forgotten it, as venues do days after an order's end. What it
            // filled that nobody told of shows where ledger and venue are compared.
            alarm(
                .orderUnknown, .warning, record.intent.venue,
                "\(id) filled in part, and its venue knows it no more: taken as ended", now)
            advance(id, .reportedCanceled, now)
        } else {
            advance(id, .provenAbsent, now)
            // Acknowledged and now nowhere: that is doubt first, and must be proven once more.
            if orders[id]?.state == .unknown { inquiries[id]?.voidEvidence() }
        }
        evaluate(record.intent.instrument.index, now)
    }

    /// What was not seen during a gap of the private stream may have been missed: it is asked about anew.
    mutating func voidEvidence(at venue: VenueID, _ now: Moment) {
        for id in orders.live where orders[id]?.intent.venue == venue {
            inquiries[id]?.voidEvidence()
            inquiries[id]?.hurry(at: now)
        }
    }
}
