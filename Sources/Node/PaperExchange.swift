import Books
import Engine
import TradingModel

/// Fills orders against the live books without sending a byte: immediate-or-cancel at the levels displayed
/// when the order arrives, the listing's taker fee, nothing rests. The same engine, outbox and ledger run as
/// in live trading.
struct PaperExchange {
    /// How long an order is on its way.
    let latency: Span
    /// Orders that are.
    var underWay: Set<ClientOrderID> = []
    private var nextOrder = 1
    private var nextTrade = 1
    /// Trade ids of different runs on one data directory must not collide.
    private let run: UInt16

    init(run: UInt16, latency: Span) {
        self.run = run
        self.latency = latency
    }

    /// What a venue would have told: one report per fill, then the end of the order.
    mutating func execute(_ order: OrderIntent, _ engine: TradingEngine, at now: Moment) -> [EngineEvent] {
        let venueOrderID = "paper-\(run)-\(nextOrder)"
        nextOrder += 1
        let listing = engine.policy.venues[order.venue.index].listings.first {
            $0.instrument.id == order.instrument
        }
        guard let listing, let book = engine.books[order.instrument.index].book(of: order.venue),
            book.isSynced
        else {
            return [.placeAnswered(order.id, .refused(code: "paper", message: "no proven book"))]
        }
        var events: [EngineEvent] = [.placeAnswered(order.id, .accepted(venueOrderID: venueOrderID))]
        let ladder = order.side == .buy ? book.asks : book.bids
        var left = order.quantity
        var depth = 0
        while left > .zero, depth < ladder.count {
            let level = ladder[depth]
            guard order.side == .buy ? level.price <= order.limit : level.price >= order.limit else { break }
            let piece = min(left, level.quantity)
            events.append(.filled(order.venue, fill(order, listing, venueOrderID, level.price, piece, now)))
            left -= piece
            depth += 1
        }
        let filled = order.quantity - left
        events.append(
            .reported(
                order.venue,
                OrderReport(
                    instrument: order.instrument, clientID: order.id, venueOrderID: venueOrderID,
                    side: order.side,
                    state: left == .zero ? .filled : .expired, filled: filled, quantity: order.quantity,
                    evidence: .stream, venueTime: now)))
        return events
    }

    private mutating func fill(
        _ order: OrderIntent, _ listing: Listing, _ venueOrderID: String, _ price: Price,
        _ quantity: Quantity,
        _ now: Moment
    ) -> FillReport {
        defer { nextTrade += 1 }
        let instrument = listing.instrument
        let takesBase = order.side == .buy && listing.buyFeeInBase
        let basis = takesBase ? instrument.baseAmount(quantity) : instrument.notional(price, quantity)
        return FillReport(
            instrument: order.instrument, clientID: order.id, venueOrderID: venueOrderID,
            tradeID: "paper-\(run)-\(nextTrade)", side: order.side, price: price, quantity: quantity,
            fee: listing.takerFee.of(basis), feeAsset: takesBase ? instrument.base : instrument.quote,
            isMaker: false,
            evidence: .stream, venueTime: now)
    }
}
