import TradingModel

/// Facts of the orders that the `executions` channel named once, by the venue's order id. Only its first
/// message about an order (`pending_new` or a snapshot) carries symbol, side and quantity; `new`, `filled`
/// and `canceled` say nothing but `order_id` and sums. Holds the newest orders only: older ones are the order
/// queries' business.
struct KrakenMemory<Facts: Sendable>: Sendable {
    static var capacity: Int { 4_096 }
    private var facts: [String: Facts] = [:]
    /// Order ids by age; a ring once it is full.
    private var ids: [String] = []
    private var oldest = 0

    subscript(_ orderID: String) -> Facts? { facts[orderID] }

    var count: Int { facts.count }

    mutating func remember(_ orderID: String, _ new: Facts) {
        // Room for all of them from the first on: a node that runs for days grows no further.
        if ids.isEmpty {
            ids.reserveCapacity(Self.capacity)
            facts.reserveCapacity(Self.capacity)
        }
        guard facts.updateValue(new, forKey: orderID) == nil else { return }
        guard ids.count == Self.capacity else { return ids.append(orderID) }
        facts[ids[oldest]] = nil
        ids[oldest] = orderID
        oldest = (oldest + 1) % Self.capacity
    }
}

struct KrakenOrderFacts: Sendable {
    var instrument: InstrumentID
    var clientID: ClientOrderID?
    var side: Side
    var quantity: Quantity
    /// As far as the stream has told.
    var filled: Quantity
    /// Only when this very message states it.
    var limit: Price?
}

typealias KrakenOrderMemory = KrakenMemory<KrakenOrderFacts>
/// Orders of instruments that are not traded here: that they are is all to be known of them.
typealias KrakenStrangers = KrakenMemory<Void>
