import Engine
import Watch

// What there is of everything that comes and goes.
extension TradingDesk {
    /// How many of each are remembered now, by name.
    public var census: [String: Int] {
        var census = engine.census
        census["queued_rows"] = queue.rows.count
        census["queued_hedges"] = queue.hedges.count
        census["cases"] = cases.cases.count
        census["incident_kinds"] = incidents.lines.count
        census["recent_incidents"] = incidents.recent.count
        census["checkpoints"] = checkpoints.count
        return census
    }
}
