import Books
import Routing
import TradingModel

/// Taker-taker arbitrage: where one venue's ask, fees included, is below another's bid, fees included, take
/// both.
public struct TakerTaker: Sendable {
    public private(set) var policy: TakerTakerPolicy
    private var quietUntil = Moment.distantPast
    /// Edges seen at or above the minimum, counted once per appearance.
    public private(set) var edgesSeen = 0
    private var present = false

    public init(policy: TakerTakerPolicy) { self.policy = policy }

    /// Other terms for the same instrument; what rests goes on resting.
    public mutating func adopt(_ policy: TakerTakerPolicy) { self.policy = policy }

    /// Whether an edge stands now; counts it when it is new. Cheap enough for every book message.
    ///
    /// - Parameters:
    ///   - tops: the consolidated book's touches.
    ///   - fees: its taker fees.
    public mutating func scan(_ tops: [VenueTop], _ fees: [Rate], among slots: SlotSet) -> Edge? {
        noted(EdgeScanner.best(tops, fees, buying: slots, selling: slots, minimum: policy.minimumEdge))
    }

    /// There can be no edge now: `scan` would find none.
    public mutating func sawNothing() { present = false }

    mutating func noted(_ edge: Edge?) -> Edge? {
        if edge != nil, !present { edgesSeen += 1 }
        present = edge != nil
        return edge
    }

    public func isResting(at now: Moment) -> Bool { now < quietUntil }

    /// A pair was sent: rest.
    public mutating func acted(at now: Moment) { quietUntil = now + policy.cooldown }

    /// Sizes an edge: by depth, notional, balances, lots and both venues' minimums. `nil` when nothing
    /// sendable is left.
    ///
    /// - Parameters:
    ///   - buyer: what the venue of its ask can take, `seller` what that of its bid can.
    ///   - sizeShare: how much of the configured size is to be used, in ten-thousandths.
    public func propose(
        _ edge: Edge, _ book: ConsolidatedBook, buyer: VenueCapacity, seller: VenueCapacity,
        sizeShare: Int64
    ) -> PairProposal? {
        let one = book.instrument.notional(edge.ask, Quantity(raw: 1))
        guard one > .zero else { return nil }
        let affordable = min(buyer.affordable, seller.affordable)
        let notional = policy.pairNotional.raw / 10_000 * Int128(sizeShare)
        let byNotional = Quantity(raw: Int64(clamping: notional / one.raw))
        let cap = min(
            min(min(affordable, edge.cap), byNotional),
            min(buyer.listing.maximumQuantity, seller.listing.maximumQuantity))
        // The share is of what stands there, not of what is wanted: a cap below it is reached in full.
        let part = Int128(policy.depthShare)
        let visible = Int64(clamping: (Int128(cap.raw) * 100 + part - 1) / part)
        let depth = EdgeScanner.depth(
            book, of: edge, minimum: edge.floor, limit: Quantity(raw: visible))
        let share = min(
            cap, Quantity(raw: Int64(Int128(depth.quantity.raw) * part / 100)))
        // Both legs trade the same quantity, so it must be whole in both venues' lots; lots are powers of ten
        // in practice, and a quantity that is whole in the coarser but not in the finer lot is refused here
        // rather than at the venue.
        let lot = max(buyer.listing.lot, seller.listing.lot)
        let quantity = share.rounded(downTo: lot)
        guard quantity > .zero, quantity.raw % min(buyer.listing.lot, seller.listing.lot).raw == 0 else {
            return nil
        }
        let buyLimit = TakerTaker.reach(depth.worstAsk, policy.slippage, .buy, tick: buyer.listing.tick)
        let sellLimit = TakerTaker.reach(depth.worstBid, policy.slippage, .sell, tick: seller.listing.tick)
        guard quantity >= buyer.listing.smallestOrder(at: edge.ask),
            quantity >= seller.listing.smallestOrder(at: sellLimit)
        else { return nil }
        return PairProposal(edge: edge, quantity: quantity, buyLimit: buyLimit, sellLimit: sellLimit)
    }

    /// A price moved by `slippage` to the taker's disadvantage, on the venue's tick.
    public static func reach(_ price: Price, _ slippage: Rate, _ side: Side, tick: Price) -> Price {
        let move = Int64(clamping: Int128(price.raw) * Int128(slippage.raw) / Int128(Rate.one))
        return Price(raw: side == .buy ? price.raw + move : price.raw - move).onTick(tick, side)
    }
}
