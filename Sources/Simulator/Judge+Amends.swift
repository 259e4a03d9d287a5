import Engine
import Orders
import SimulatedWorld
import TradingModel

// What is asked of an order that is moved in place.
extension Judge {
    /// As of a new order: durable first, and nothing new rests in HOLD.
    func amends(_ host: String, _ body: [UInt8]) {
        guard let id = Judge.clientID(in: "", body), let intent = log.intents[id],
            let terms = log.terms[id]?.last
        else { return fail("S2", "an amend without a durable order went to \(host)") }
        let fields = String(decoding: body, as: UTF8.self).split(separator: "&")
        func field(_ name: String) -> String? {
            fields.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
        }
        let instrument = policy.instruments[intent.instrument.index]
        if field("order_qty") != instrument.text(terms.quantity)
            || field("limit_price") != instrument.text(terms.limit)
        {
            fail("S2", "\(id) was to be amended at \(host) before its row was durable")
        }
        if field("post_only") != "true" { fail("S5", "\(id) was to be amended so that it may take") }
        if let at = log.amendedAt[id], simulation.now > at + TradingEngine.openWindow {
            fail("S5", "\(id) was amended after its time")
        }
        guard !log.mayLoseRows else { return }
        if log.mode >= .hold { fail("S5", "\(id) is amended at \(host) in mode \(log.mode.name)") }
        if log.safeVenues.contains(host) {
            fail("S5", "\(id) is amended at \(host), which is in SAFE_MODE")
        }
    }
}

extension RowLog {
    /// The largest quantity that an order's rows name.
    func most(_ id: ClientOrderID) -> Quantity {
        terms[id]?.map(\.quantity).max() ?? warrants[id]?.quantity ?? .zero
    }

    /// Whether the terms that a venue holds stand in a durable row. What only reduces a position the venue
    /// cuts down to it (`ReduceOnly`): somebody else may have traded there since (seed 3840).
    func stands(_ id: ClientOrderID, _ order: VenueTruth.Order, instrument: Instrument) -> Bool {
        let unit = DecimalText.power(SymbolRules.scale - instrument.priceScale)
        return terms[id]?.contains { told in
            let quantity = instrument.baseAmount(told.quantity)
            return (quantity == order.quantity || order.isReduceOnly && order.quantity < quantity)
                && told.limit.raw * unit == order.price.raw
        } ?? false
    }
}
