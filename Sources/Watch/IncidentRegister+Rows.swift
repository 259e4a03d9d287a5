import TradingModel

// Cases outlive the process: what nobody has closed is open after a restart, and its time goes on.
extension IncidentRegister {
    /// Where a case stands, to be written down; `nil`: there is none.
    public func row(_ number: Int, at now: Moment) -> IncidentRow? {
        guard let told = self[number] else { return nil }
        return IncidentRow(
            number: UInt64(told.number), code: told.key.code.rawValue,
            venue: told.key.venue.map { venueNames[$0.index] } ?? "", subject: told.key.subject,
            severity: told.severity, state: told.state.rawValue, count: UInt64(told.count),
            firstAt: told.firstAt, lastAt: told.lastAt, waitsSince: told.waitsSince, detail: told.detail,
            at: now)
    }

    /// Rows of all that is open, for behind a checkpoint: it holds no cases.
    public func openRows(at now: Moment) -> [IncidentRow] {
        cases.filter(\.isOpen).compactMap { row($0.number, at: now) }
    }

    /// The open cases of earlier runs.
    /// - Parameter last: the highest number that any of them had.
    public mutating func restore(_ rows: [IncidentRow], last: UInt64, at now: Moment) {
        precondition(cases.isEmpty, "what was open before is known before anything happens")
        let open = rows.sorted { $0.number < $1.number }.compactMap(restored)
        cases = open.suffix(IncidentRegister.capacity)
        for index in cases.indices { cases[index].write("the node was started anew", at: now) }
        nextNumber = Int(clamping: last) + 1
    }

    private func restored(_ row: IncidentRow) -> IncidentCase? {
        guard let code = IncidentCode(rawValue: row.code), let state = IncidentState(rawValue: row.state),
            state != .resolved
        else { return nil }
        let venue = venueNames.firstIndex(of: row.venue).map { VenueID($0) }
        // Of a venue that is not the node's any more.
        guard row.venue.isEmpty || venue != nil else { return nil }
        var incident = Incident(
            code: code, severity: row.severity, venue: venue, detail: row.detail, at: row.firstAt)
        incident.subject = row.subject
        var restored = IncidentCase(number: Int(clamping: row.number), incident)
        restored.state = state
        restored.count = Int(clamping: row.count)
        restored.lastAt = row.lastAt
        restored.waitsSince = row.waitsSince
        restored.toldAt = row.at
        restored.write("opened", row.detail, at: row.firstAt)
        return restored
    }
}
