import TradingModel

extension RowWriter {
    mutating func incident(_ row: IncidentRow) {
        byte(31)
        integer(Int64(clamping: row.number))
        for word in [row.code, row.venue, row.subject] { text(word) }
        byte(row.severity.rawValue)
        byte(row.state)
        integer(Int64(clamping: row.count))
        for moment in [row.firstAt, row.lastAt, row.waitsSince] { integer(moment.nanoseconds) }
        text(row.detail)
        integer(row.at.nanoseconds)
    }
}

extension RowReader {
    mutating func incident() throws(OutboxRecord.Fault) -> IncidentRow {
        IncidentRow(
            number: try natural(), code: try text(), venue: try text(), subject: try text(),
            severity: try value(Severity.self), state: try byte(), count: try natural(),
            firstAt: try moment(), lastAt: try moment(), waitsSince: try moment(), detail: try text(),
            at: try moment())
    }
}
