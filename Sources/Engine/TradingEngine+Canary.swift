import Books
import Orders
import Risk
import TradingModel

/// What became of an order that a check of the node itself asked for.
public enum CanaryOrder: Hashable, Sendable {
    /// It is on its way, or has ended: its record tells.
    case sent(ClientOrderID)
    /// It cannot be tried now.
    case untried(String)
}

// A tiny order through everything that an order goes through: governor, outbox, signature, venue, private
// stream. Immediate-or-cancel and far from the market, so that it ends unfilled and rests nowhere; if it
// fills all the same, the fill is booked and hedged like any other.
extension TradingEngine {
    /// How far from the touch: beyond what a venue moves while an order is on its way, within what venues and
    /// rules take for a sane price.
    static let canaryDistance = Rate(hundredthsOfBasisPoint: 200 * 100)

    /// Of no strategy: limits of strategies, their counts and their throttles are not touched.
    static func isCanary(_ intent: OrderIntent) -> Bool {
        intent.purpose == .open && intent.id.strategy == 0 && intent.id.leg == UInt8.max
    }

    /// The last one at a venue in this run.
    public func canaryOrder(_ venue: VenueID) -> CanaryOrder? { canaryOrders[venue] }

    mutating func tryOrder(_ venue: VenueID, _ now: Moment) {
        canaryOrders[venue] = attempt(venue, now)
    }

    private mutating func attempt(_ venue: VenueID, _ now: Moment) -> CanaryOrder {
        guard governor.mode < .hold, !isDraining else { return .untried("the node is in \(mode.name)") }
        guard takesNewRisk(venue) else {
            return .untried("nothing may be opened there now")
        }
        // Its last units are for what is owed or earns.
        guard venues[venue.index].headroom > 1 else { return .untried("its rate budget is spent") }
        for index in policy.instruments.indices {
            guard let slot = books[index].slot(of: venue), openSlots(index, now).contains(slot),
                let order = canary(at: venue, slot, index, now)
            else { continue }
            guard mayGo(order, edge: TradingEngine.canaryDistance, now) else {
                return .untried("the governor refuses it (arbctl rules says which)")
            }
            submit([order], now)
            return .sent(order.id)
        }
        return .untried("no book with a balance for its least order")
    }

    /// The venue's least order, of the side that can be paid for.
    private mutating func canary(at venue: VenueID, _ slot: Int, _ index: Int, _ now: Moment) -> OrderIntent?
    {
        let instrument = policy.instruments[index]
        guard let listing = listing(venue, instrument.id), !listing.isPerpetual else { return nil }
        let top = books[index].tops[slot]
        guard top.hasBid, top.hasAsk else { return nil }
        for side in [Side.buy, .sell] {
            let touch = side == .buy ? top.bid.price.raw : top.ask.price.raw
            let away = Int64(Int128(touch) * Int128(TradingEngine.canaryDistance.raw) / Int128(Rate.one))
            let wanted = side == .buy ? touch - away : touch + away
            let limit = Price(raw: wanted / listing.tick.raw * listing.tick.raw)
            let quantity = listing.smallestOrder(at: limit)
            let needed =
                side == .buy ? instrument.notional(limit, quantity) : instrument.baseAmount(quantity)
            // The fee of a fill that nobody expects must be paid as well.
            guard limit.raw > 0,
                available(venue, side == .buy ? instrument.quote : instrument.base).raw
                    > needed.raw / 100 * 101
            else { continue }
            return OrderIntent(
                id: ClientOrderID(
                    epoch: epoch, node: policy.node, strategy: 0, intent: takeIntent(now), leg: .max,
                    attempt: 0),
                venue: venue, instrument: instrument.id, side: side, quantity: quantity, limit: limit,
                timeInForce: .immediateOrCancel, purpose: .open, decidedAt: now,
                sendBefore: now + TradingEngine.openWindow)
        }
        return nil
    }
}
