import TradingModel

/// Facts of the orders that the `executions` channel named once. Only its first message about an order
/// (`pending_new` or a snapshot) carries symbol, side and quantity; `new`, `filled` and `canceled` say
/// nothing but `order_id` and sums. Holds the newest orders only: older ones are the order queries' business.
struct KrakenOrderMemory: Sendable {
    struct Facts: Sendable {
        var instrument: InstrumentID
        var clientID: ClientOrderID?
        var side: Side
        var quantity: Quantity
        /// As far as the stream has told.
        var filled: Quantity
        /// Only when this very message states it.
        var limit: Price?
    }

    static let capacity = 4096
    private var facts: [String: Facts] = [:]
    /// Order ids by age; a ring once it is full.
    private var ids: [String] = []
    private var oldest = 0

    subscript(_ orderID: String) -> Facts? { facts[orderID] }

    var count: Int { facts.count }

    mutating func remember(_ orderID: String, _ new: Facts) {
        guard facts.updateValue(new, forKey: orderID) == nil else { return }
        if ids.count < KrakenOrderMemory.capacity {
            ids.append(orderID)
        } else {
            facts[ids[oldest]] = nil
            ids[oldest] = orderID
            oldest = (oldest + 1) % KrakenOrderMemory.capacity
        }
    }
}

/// Ids of somebody else's orders, the last so many.
struct KrakenStrangers: Sendable {
    static let capacity = 4096
    private var ids: Set<String> = []
    private var byAge: [String] = []
    private var oldest = 0

    func contains(_ orderID: String) -> Bool { ids.contains(orderID) }

    mutating func add(_ orderID: String) {
        guard ids.insert(orderID).inserted else { return }
        guard byAge.count == KrakenStrangers.capacity else { return byAge.append(orderID) }
        ids.remove(byAge[oldest])
        byAge[oldest] = orderID
        oldest = (oldest + 1) % KrakenStrangers.capacity
    }
}
