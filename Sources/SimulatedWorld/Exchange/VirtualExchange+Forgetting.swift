import TradingModel

// Venues do not tell of orders for ever, and a double that runs for days must not keep them all.
extension VirtualExchange {
    /// Forgets orders that ended before `horizon`, with their executions. A `VenueWitness` that goes on from
    /// an earlier index must not be in use.
    func forget(endedBefore horizon: Moment) {
        let old = Set(orders.values.filter { !$0.isOpen && $0.updatedAt < horizon }.map(\.id))
        guard !old.isEmpty else { return }
        for id in old {
            orders[id] = nil
            holds[id] = nil
        }
        byClientID = byClientID.filter { !old.contains($0.value) }
        arrival.removeAll { old.contains($0) }
        changes.removeAll { old.contains($0) }
        let count = executions.count
        executions.removeAll { old.contains($0.orderID) }
        forgottenFills += count - executions.count
        executionsByOrder = [:]
        for (index, fill) in executions.enumerated() {
            executionsByOrder[fill.orderID, default: []].append(index)
        }
    }
}

extension SimulatedVenue {
    /// Forgets orders that ended before `horizon`, with their executions; `observer` must not be read from an
    /// index of before. What the venue is not asked for any more only.
    public func forget(endedBefore horizon: Moment) {
        (self as? any ExchangeDouble)?.exchange.forget(endedBefore: horizon)
    }
}
