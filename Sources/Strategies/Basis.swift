import Books
import Routing
import TradingModel

/// Spot against perpetual: when the perpetual is dearer than spot by enough to pay both ways' fees, sell it
/// and buy spot; close when the two have come together. Meanwhile the short side collects funding. Where the
/// perpetual is the cheaper one, the other way round, if that is allowed.
public struct BasisTerms: Hashable, Sendable {
    /// The venue whose perpetual it is.
    public var perpetual: VenueID
    /// The pair that closes needs at least this net edge; it pays two fees again, so it is usually negative.
    public var exit: Rate
    /// Largest notional of the position, in the quote asset.
    public var positionNotional: Amount
    /// Funding payments that are counted on when a position is entered.
    public var payments: Int64
    public var directions: Directions

    public enum Directions: String, Hashable, Sendable, CaseIterable {
        /// Spot is bought and the perpetual sold.
        case shortPerpetual = "short-perpetual"
        case both
    }

    /// What closing may lose when margin runs out: a liquidation loses more.
    public static let pressedExit = Rate(hundredthsOfBasisPoint: -20_000)

    public init(
        perpetual: VenueID, exit: Rate, positionNotional: Amount, payments: Int64 = 0,
        directions: Directions = .shortPerpetual
    ) {
        self.perpetual = perpetual
        self.exit = exit
        self.positionNotional = positionNotional
        self.payments = payments
        self.directions = directions
    }
}

/// Where a basis position stands.
public struct BasisView: Hashable, Sendable {
    /// Of the perpetual, signed.
    public var position: Quantity
    /// Of the next payment; longs pay it to shorts when positive.
    public var fundingRate: Rate
    /// The account's margin is running out: the position is given up at almost any price.
    public var isPressed: Bool

    public init(position: Quantity, fundingRate: Rate, isPressed: Bool = false) {
        self.isPressed = isPressed
        self.position = position
        self.fundingRate = fundingRate
    }
}

extension TakerTaker {
    /// The better of the two pairs that would make the position larger or smaller, with what it must earn and
    /// how much of it may be done.
    ///
    /// - Parameters:
    ///   - buying: slots of spot that can pay; `selling`: that can deliver.
    ///   - slots: where new risk may go; among them the perpetual's.
    public mutating func scanBasis(
        _ book: ConsolidatedBook, _ terms: BasisTerms, buying: SlotSet, selling: SlotSet, _ slots: SlotSet,
        _ view: BasisView
    ) -> Edge? {
        guard let slot = book.slot(of: terms.perpetual), slots.contains(slot) else { return noted(nil) }
        let perpetual = SlotSet(bits: 1 << UInt64(slot))
        var best: Edge?
        for side in [Side.sell, .buy] {
            guard let (floor, cap) = bound(side, terms, book, slot, view), cap > .zero else { continue }
            let found =
                side == .sell
                ? EdgeScanner.best(book, buying: buying, selling: perpetual, minimum: floor)
                : EdgeScanner.best(book, buying: perpetual, selling: selling, minimum: floor)
            guard var edge = found else { continue }
            edge.cap = cap
            if best.map({ edge.surplus > $0.surplus }) ?? true { best = edge }
        }
        return noted(best)
    }

    /// What a pair must earn that trades the perpetual on this side, and how much of it may be done; `nil`
    /// when it may not be done at all.
    private func bound(
        _ side: Side, _ terms: BasisTerms, _ book: ConsolidatedBook, _ slot: Int, _ view: BasisView
    ) -> (floor: Rate, cap: Quantity)? {
        let closes = side == .sell ? view.position.raw > 0 : view.position.raw < 0
        // What holding is expected to bring closing must make up for: it was counted on to enter.
        let carry = view.fundingRate.raw * terms.payments * (side == .sell ? 1 : -1)
        if closes {
            let floor = view.isPressed ? BasisTerms.pressedExit.raw : terms.exit.raw + max(0, -carry)
            return (Rate(raw: floor), view.position.magnitude)
        }
        if view.isPressed { return nil }
        if side == .buy, terms.directions != .both { return nil }
        let price = side == .sell ? book.tops[slot].bid.price : book.tops[slot].ask.price
        let one = book.instrument.notional(price, Quantity(raw: 1))
        guard one > .zero else { return nil }
        let most = Quantity(raw: Int64(clamping: terms.positionNotional.raw / one.raw))
        return (Rate(raw: policy.minimumEdge.raw - carry), most - view.position.magnitude)
    }
}
