import Books
import Risk
import Routing
import TradingModel

// What would be done, without doing it.
extension TradingEngine {
    /// Where this quantity would go now: the venues that new risk may go to, with their balances, minimums
    /// and penalties as they are.
    ///
    /// - Parameters:
    ///   - limit: `nil`: the governor's collar around the other side's best price, or, where it is to rest,
    ///     the best price of its own side.
    ///   - rests: a post-only route.
    /// - Returns: `nil` while the books have no price to start from.
    public func wouldRoute(
        _ instrument: InstrumentID, _ side: Side, _ quantity: Quantity, limit: Price?, rests: Bool,
        at now: Moment
    ) -> (plan: RoutePlan, limit: Price)? {
        let book = books[instrument.index]
        let (ask, bid) = (book.bestAsk?.ask, book.bestBid?.bid)
        let (taken, own) = side == .buy ? (ask, bid) : (bid, ask)
        guard let start = rests ? own : taken else { return nil }
        let worst = limit ?? (rests ? start.price : governor.collar(around: start.price, side))
        let slots = openSlots(instrument.index, now)
        let capacities = capacities(instrument.index, side, worst, now)
        let plan =
            rests
            ? SmartOrderRouter.restingRoute(
                book, side: side, quantity: quantity, limit: worst, among: slots, capacities: capacities)
            : SmartOrderRouter.route(
                book, side: side, quantity: quantity, limit: worst, among: slots, capacities: capacities)
        return (plan, worst)
    }
}
