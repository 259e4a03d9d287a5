import TradingModel

extension RowWriter {
    mutating func runbook(_ entry: RunbookRow) {
        byte(30)
        integer(Int64(clamping: entry.run))
        count(entry.index)
        text(entry.runbook)
        text(entry.target)
        text(entry.plan)
        integer(Int64(clamping: entry.parent))
        count(entry.parentStep)
        text(entry.line)
        integer(entry.at.nanoseconds)
    }
}

extension RowReader {
    mutating func runbook() throws(OutboxRecord.Fault) -> RunbookRow {
        RunbookRow(
            run: try natural(), index: try place(), runbook: try text(), target: try text(),
            plan: try text(), parent: try natural(), parentStep: try place(), line: try text(),
            at: try moment())
    }
}
