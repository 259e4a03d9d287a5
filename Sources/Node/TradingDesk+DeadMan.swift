import Engine
import Orders
import TradingModel
import VenueKit

// What the desk has to do with the venues' dead-man switches; keeping them armed is the connectors' work.
extension TradingDesk {
    /// Before an orderly end: a switch that fired later would cancel what the next start placed. It stays
    /// armed where an order may still rest, because then canceling is what is wanted.
    func disarmDeadMen() async {
        await withTaskGroup(of: Void.self) { group in
            for connector in connectors where !mayHaveOrders(connector.venue) {
                group.addTask(executorPreference: lane) { await connector.disarmDeadMan() }
            }
        }
    }

    private func mayHaveOrders(_ venue: VenueID) -> Bool {
        engine.orders.live.contains { id in
            engine.orders[id].map { $0.intent.venue == venue && $0.state.mayFill } ?? false
        }
    }

    public nonisolated func deadMan(_ venue: VenueID, isArmed: Bool, at: Moment) {
        assumeIsolated { $0.handle(.deadMan(venue, isArmed: isArmed)) }
    }
}
