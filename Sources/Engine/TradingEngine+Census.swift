import Hedging
import Orders
import Risk

// What there is of everything that comes and goes: a node that runs for months must not collect any of it.
extension TradingEngine {
    /// How many of each are remembered now, by name.
    public var census: [String: Int] {
        var census = orders.census
        census["inquiries"] = inquiries.count
        census["rest_looks"] = restLooks.count
        census["adopted_orders"] = adopted.count
        census["reservations"] = reservations.count
        census["standby_claims"] = standby.count
        census["stories"] = trades.stories.count
        census["open_obligations"] = obligations.reduce(0) { $0 + $1.open.count }
        census["hedge_outcomes"] = obligations.reduce(0) { $0 + $1.outcomes.count }
        census["ledger_accounts"] = ledger.accounts.count
        return census
    }
}
