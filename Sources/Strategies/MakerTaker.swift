import Books
import Routing
import TradingModel

/// A quote worth having now.
public struct Quote: Hashable, Sendable {
    public var side: Side
    public var price: Price
    /// The most generous price that may stand: half of the edge is left there. In between a quote stays, so
    /// that every tick of the hedge's price does not move it.
    public var bound: Price
    public var quantity: Quantity
    /// What may stand at most: more could not be hedged.
    public var most: Quantity
    /// Where a fill is hedged, and the price that counts there.
    public var hedgeSlot: Int
    public var hedge: Price
    /// Between quote and hedge, before and after fees.
    public var gross: Rate
    public var net: Rate
}

/// Maker-taker: a bid where a fill can be sold at another venue for more, fees, the price's unrest and a
/// margin included; an ask where it can be bought for less. The quote follows the hedge's price.
public struct MakerTaker: Sendable {
    public private(set) var policy: MakerTakerPolicy

    public init(policy: MakerTakerPolicy) { self.policy = policy }

    /// Other terms for the same instrument and venue.
    public mutating func adopt(_ policy: MakerTakerPolicy) { self.policy = policy }

    /// - Parameters:
    ///   - slot: of the quoting venue.
    ///   - unrest: by how much the edge must be larger than its minimum: the caution's part of the recent
    ///     range, the hedging venue's recent faults, and where its quote is about to move.
    /// - Returns: `nil` where no quote is worth having or none is possible.
    public func quote(_ side: Side, at slot: Int, _ view: StrategyView, unrest: (Int) -> Rate) -> Quote? {
        let quoting = side == .buy ? view.buying : view.selling
        let hedging = side == .buy ? view.selling : view.buying
        guard policy.sides.contains(side), let own = quoting[slot] else { return nil }
        var best: Quote?
        var rest = view.tradable.without(slot)
        while let other = rest.popFirst() {
            guard let capacity = hedging[other],
                let found = quote(side, slot, own, other, capacity, view, unrest(other))
            else { continue }
            let isBetter =
                best.map { side == .buy ? found.price > $0.price : found.price < $0.price } ?? true
            if isBetter { best = found }
        }
        return best
    }

    private func quote(
        _ side: Side, _ slot: Int, _ own: VenueCapacity, _ other: Int, _ hedge: VenueCapacity,
        _ view: StrategyView, _ unrest: Rate
    ) -> Quote? {
        let instrument = view.book.instrument
        guard let touch = view.book.level(side.opposite, other, 0) else { return nil }
        let one = instrument.notional(touch.price, Quantity(raw: 1))
        guard one > .zero else { return nil }
        let notional = policy.quoteNotional.raw / 10_000 * Int128(view.sizeShare)
        let lot = max(own.listing.lot, hedge.listing.lot)
        let most = min(
            min(own.affordable, hedge.affordable),
            min(own.listing.maximumQuantity, hedge.listing.maximumQuantity))
        let wanted = min(most, Quantity(raw: Int64(clamping: notional / one.raw))).rounded(downTo: lot)
        guard wanted > .zero, wanted.raw % min(own.listing.lot, hedge.listing.lot).raw == 0,
            let price = price(of: wanted, side.opposite, other, view.book)
        else { return nil }
        let edge = policy.minimumEdge + unrest
        let half = Rate(raw: policy.minimumEdge.raw / 2) + unrest
        guard let place = level(side, price, edge, own.listing, hedge.listing, slot, view.book),
            let bound = level(side, price, half, own.listing, hedge.listing, slot, view.book),
            place.raw > 0, wanted >= own.listing.smallestOrder(at: place),
            wanted >= hedge.listing.smallestOrder(at: price)
        else { return nil }
        // What of ours rests there is nothing that we could hedge with.
        let offered = EdgeScanner.offered(view.book, side.opposite, other, within: price)
        let shown = Int128(offered.raw) * Int128(policy.depthShare) / 100
        let hedgeable = min(hedge.affordable, Quantity(raw: Int64(clamping: shown)))
        let (low, high) = side == .buy ? (place, price) : (price, place)
        let gross = Int128(high.raw - low.raw) * Int128(Rate.one) / Int128(low.raw)
        let fees = own.listing.makerFee + hedge.listing.takerFee
        return Quote(
            side: side, price: place, bound: bound, quantity: wanted, most: hedgeable, hedgeSlot: other,
            hedge: price, gross: Rate(raw: Int64(clamping: gross)),
            net: Rate(raw: Int64(clamping: gross) - fees.raw))
    }

    /// The price down to which a taker must go for a quantity, when only a share of what stands there may be
    /// counted on.
    private func price(of quantity: Quantity, _ side: Side, _ slot: Int, _ book: ConsolidatedBook) -> Price? {
        let needed = Int64(
            clamping: (Int128(quantity.raw) * 100 + Int128(policy.depthShare) - 1) / Int128(policy.depthShare)
        )
        var (held, found) = (Int64(0), Price?.none)
        book.withLevels(side, slot, from: 0, atMost: 50) { level in
            held = held.addingReportingOverflow(level.quantity.raw).partialValue
            if held >= needed { found = level.price }
            return held < needed
        }
        return found
    }

    /// The quote's price that leaves `edge`, on the tick, and not so far that it would take.
    private func level(
        _ side: Side, _ hedge: Price, _ edge: Rate, _ own: Listing, _ other: Listing, _ slot: Int,
        _ book: ConsolidatedBook
    ) -> Price? {
        let one = Int128(Rate.one)
        let tick = own.tick.raw
        switch side {
        case .buy:
            let worth = Int128(hedge.raw) * (one - Int128(other.takerFee.raw)) * one
            let price = worth / ((one + Int128(own.makerFee.raw)) * (one + Int128(edge.raw)))
            let raw = Price(raw: Int64(clamping: price)).onTick(own.tick, side).raw
            let cap = book.tops[slot].hasAsk ? book.tops[slot].ask.price.raw - tick : raw
            return min(raw, cap) > 0 ? Price(raw: min(raw, cap)) : nil
        case .sell:
            guard own.makerFee.raw < Rate.one else { return nil }
            let cost = Int128(hedge.raw) * (one + Int128(other.takerFee.raw)) * (one + Int128(edge.raw))
            let price = cost / one / (one - Int128(own.makerFee.raw)) + 1
            let raw = Price(raw: Int64(clamping: price)).onTick(own.tick, side).raw
            let floor = book.tops[slot].hasBid ? book.tops[slot].bid.price.raw + tick : raw
            return Price(raw: max(raw, floor))
        }
    }
}

// What becomes of a quote that stands.
extension MakerTaker {
    public enum Verdict: Hashable, Sendable {
        case keep
        /// It stands where it should not: away with it, now.
        case pull
        /// It could be better placed.
        case move
    }

    /// - Parameters:
    ///   - remaining: what of it may still fill.
    ///   - age: since it was placed.
    ///   - wanted: `quote`, now.
    public func verdict(on price: Price, remaining: Quantity, age: Span, wanted: Quote?) -> Verdict {
        guard let wanted else { return .pull }
        let isBeyond = wanted.side == .buy ? price > wanted.bound : price < wanted.bound
        if isBeyond || remaining > wanted.most { return .pull }
        let away = wanted.side == .buy ? wanted.price.raw - price.raw : price.raw - wanted.price.raw
        let isFar = Int128(away) * Int128(Rate.one) > Int128(price.raw) * Int128(policy.tolerance.raw)
        return isFar && age >= policy.life ? .move : .keep
    }
}
