import SimulatedWorld
import TradingModel

/// One venue's truth as the observer follows it, item by item.
struct VenueLedger {
    let double: any SimulatedVenue
    let observer: VenueWitness
    let opening: [VenueTruth.Balance]
    private(set) var seenChanges = 0
    private(set) var seenExecutions = 0
    /// By client id: the venue's ids of the node's orders there.
    private(set) var orders: [String: Set<String>] = [:]
    private(set) var nodeFills = 0
    private(set) var nodeOrders = 0
    /// Signed base quantity that the node's own orders traded, by symbol, fees in base taken off.
    private(set) var deviations: [String: Amount] = [:]

    init(_ double: any SimulatedVenue) {
        self.double = double
        observer = double.observer
        opening = observer.balances
    }

    /// The same of each zombie, an order in the node's name that the simulation planted. Its fills are the
    /// node's to hedge where it can know them: a trade history that names nobody (Binance, Kraken) may be all
    /// it sees.
    private(set) var zombies: [String: (symbol: String, moved: Amount)] = [:]

    /// Orders and executions since the last call.
    mutating func news() -> (orders: [VenueTruth.Order], executions: [VenueTruth.Execution]) {
        guard observer.changeCount > seenChanges || observer.executionCount > seenExecutions else {
            return ([], [])
        }
        let changed = observer.changedOrders(from: seenChanges)
        let executed = observer.executions(from: seenExecutions)
        seenChanges = observer.changeCount
        seenExecutions = observer.executionCount
        for order in changed where order.isNodeNamed && !order.isForeign {
            if orders[order.clientID, default: []].insert(order.venueOrderID).inserted { nodeOrders += 1 }
        }
        let isPerpetual = WorldPlan.perpetuals.contains(double.name)
        for fill in executed where !fill.wasForeign || fill.isNodeNamed || isPerpetual {
            let scale = Int128(DecimalText.power(Amount.scale - 8))
            var base = Amount(raw: Int128(fill.quantity.raw) * scale)
            if fill.side == .sell { base = -base }
            if fill.symbol.hasPrefix(fill.feeAsset + "-") { base -= fill.fee }
            // Whatever moves a perpetual's position is the node's to hedge.
            if fill.wasForeign, isPerpetual, !fill.isNodeNamed {
                deviations[fill.symbol, default: .zero] += base
                continue
            }
            if fill.wasForeign {
                zombies[fill.clientID, default: (fill.symbol, .zero)].moved += base
                continue
            }
            nodeFills += 1
            deviations[fill.symbol, default: .zero] += base
        }
        return (changed, executed)
    }
}
