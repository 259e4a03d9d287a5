import Engine
import Orders
import TradingModel

extension RowLog {
    /// The node lowers its appetite by itself; only people set the target.
    func riskIndex(_ row: RiskIndexRow) {
        if row.actor == "node", row.after > row.before, !mayLoseRows {
            report?("L5", "the node raised its risk index from \(row.before) to \(row.after) in one step")
        }
        if row.after > row.target { report?("L5", "the risk index is \(row.after), beyond its target") }
    }

    /// Why this order must not be sent now; `nil` when it may. A kill holds from the moment it is given until
    /// the row that lifts it is durable.
    func killing(_ intent: OrderIntent, at now: Moment) -> String? {
        for block in ordered.blocks where block.at < now && ordered.covers(block.scope, intent) {
            if block.flattens, intent.purpose.reducesRisk { continue }
            // A strategy's hedges belong to nobody.
            return block.scope.text
        }
        return nil
    }

    /// It closes a position that owes nothing, as a kill or a planned HOLD asked for; that it only reduces is
    /// the venue's to say.
    func flattens(_ intent: OrderIntent) -> Bool {
        intent.purpose == .unwind && policy.venues[intent.venue.index].margin != nil
            && (plannedHold?.flattens == true || kills.flattens(intent.venue, intent.instrument))
    }
}
