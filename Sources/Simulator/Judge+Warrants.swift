import Orders
import SimulatedWorld
import TradingModel

// Hedges that leave before their own rows are durable: a warrant's row must cover them.
extension RowLog {
    /// The order that a durable row stands for: its own, or that of a warrant.
    func covered(_ id: ClientOrderID) -> OrderIntent? { intents[id] ?? warrants[id] }

    func revoked(_ name: ClientOrderID, _ sent: WarrantLegs) {
        for number in 0..<UInt8(Warrant.capacity) {
            let leg = Warrant.Leg(number: number, venue: VenueID(0), side: .buy)
            if !sent.contains(leg) { warrants[name.leg(number)] = nil }
        }
    }

    func judgeUse(_ intent: OrderIntent, of most: OrderIntent) {
        if intent.purpose == .open {
            report?("S2", "\(intent.id) was warranted and is taken for an order without a row")
        }
        if intent.venue != most.venue || intent.side != most.side || !RowLog.covers(most, intent.terms) {
            report?("S2", "\(intent.id) goes beyond its warrant")
        }
    }

    private static func covers(_ most: OrderIntent, _ terms: OrderTerms) -> Bool {
        let isWithin = most.side == .buy ? terms.limit <= most.limit : terms.limit >= most.limit
        return isWithin && terms.quantity <= most.quantity
    }

    /// Whether the order that a venue holds is within its warrant, where no row of its own is durable yet.
    func isWarranted(_ id: ClientOrderID, _ order: VenueTruth.Order, instrument: Instrument) -> Bool {
        guard terms[id] == nil, let most = warrants[id] else { return false }
        let unit = DecimalText.power(SymbolRules.scale - instrument.priceScale)
        let bound = most.limit.raw * unit
        let isWithin = most.side == .buy ? order.price.raw <= bound : order.price.raw >= bound
        return isWithin && order.side == most.side && order.quantity <= instrument.baseAmount(most.quantity)
    }
}
