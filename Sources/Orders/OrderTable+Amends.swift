import TradingModel

// Amends: an order with two terms until the venue has said which are its own.
extension OrderTable {
    /// A move to new terms, decided; until it is settled the worst of both counts.
    public mutating func amend(_ id: ClientOrderID, to terms: OrderTerms, at now: Moment) {
        step(.requested, id) { record in
            record.pending = terms
            record.amendedAt = now
            record.most = max(record.most, terms.quantity)
        }
    }

    /// Applies what happened to the amend of this order; answers the state it led to.
    @discardableResult
    public mutating func amend(_ event: AmendEvent, of id: ClientOrderID) -> AmendState {
        precondition(event != .requested, "an amend is requested with its terms")
        return step(event, id) { record in
            switch record.amend {
            case .accepted: OrderTable.take(&record)
            case .refused, .none: record.pending = nil
            case .decided, .sent, .unknown, .orderUnknown: break
            }
        }
    }

    /// Whether a report's terms can only be those of the amend under way: they are new to this order.
    public func confirms(_ report: OrderReport, _ id: ClientOrderID) -> Bool {
        guard let record = records[id], record.amend == .sent || record.amend == .unknown,
            let pending = record.pending, let limit = report.limit, report.state == .working
        else { return false }
        let stated = OrderTerms(quantity: report.quantity, limit: limit)
        // Moved back to terms of before, an old report would look like the news.
        return stated == pending && stated != record.terms && !record.former.contains(stated)
    }

    /// What a row of an earlier run says of an amend. Without an answer's row its fate is unknown.
    public mutating func replay(_ state: AmendState, of id: ClientOrderID, to terms: OrderTerms) {
        guard let place = records.place(of: id) else { return }
        change(place) { record in
            switch state {
            case .none, .orderUnknown: return
            case .decided, .sent, .unknown:
                if let open = record.pending, open != terms { OrderTable.fold(open, into: &record) }
                record.pending = terms
                record.amend = .unknown
            case .accepted:
                record.terms = terms
                record.pending = nil
                record.amend = .accepted
            case .refused:
                // Of the one that is open; a second copy of a row changes nothing.
                guard record.pending == terms else { return }
                record.pending = nil
                record.amend = .refused
            }
            record.most = max(record.most, terms.quantity)
        }
    }

    @discardableResult
    private mutating func step(
        _ event: AmendEvent, _ id: ClientOrderID, _ change: (inout OrderRecord) -> Void
    ) -> AmendState {
        guard let place = records.place(of: id) else { return .none }
        let old = records[at: place].amend
        guard let new = AmendLifecycle.transition(old, event) else {
            preconditionFailure("an amend that is \(old) was \(event)")
        }
        self.change(place) { record in
            record.amend = new
            change(&record)
        }
        return new
    }

    private static func take(_ record: inout OrderRecord) {
        guard let pending = record.pending else { return }
        record.former.append(record.terms)
        // Reports are not older than a few moves: a move waits for as long as a quote lives.
        if record.former.count > 16 { record.former.removeFirst() }
        record.terms = pending
        record.pending = nil
    }

    /// The answer's row is missing: either terms may have been the order's since.
    private static func fold(_ open: OrderTerms, into record: inout OrderRecord) {
        let buys = record.intent.side == .buy
        record.terms = OrderTerms(
            quantity: max(record.terms.quantity, open.quantity),
            limit: buys ? max(record.terms.limit, open.limit) : min(record.terms.limit, open.limit))
    }
}
