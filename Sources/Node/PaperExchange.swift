import Books
import Engine
import TradingModel

/// Fills orders against the live books without sending a byte: immediate-or-cancel at the levels displayed
/// when the order arrives, for the listing's taker fee; a post-only order rests until the book crosses its
/// limit, and fills there, at its own price and for the maker fee, up to what crosses. The same engine,
/// outbox and ledger run as in live trading.
struct PaperExchange {
    private struct Resting {
        var order: OrderIntent
        var venueOrderID: String
        var filled = Quantity.zero
    }

    /// How long an order is on its way.
    let latency: Span
    /// Orders that are.
    var underWay: Set<ClientOrderID> = []
    private var resting: [Resting] = []
    private var nextOrder = 1
    private var nextTrade = 1
    /// Trade ids of different runs on one data directory must not collide.
    private let run: UInt16

    init(run: UInt16, latency: Span) {
        self.run = run
        self.latency = latency
    }

    /// What a venue would have told: one report per fill, then the end of the order, if it has ended.
    mutating func execute(_ order: OrderIntent, _ engine: TradingEngine, at now: Moment) -> [EngineEvent] {
        let venueOrderID = "paper-\(run)-\(nextOrder)"
        nextOrder += 1
        guard let (listing, ladder) = PaperExchange.opposite(order, engine) else {
            return [.placeAnswered(order.id, .refused(code: "paper", message: "no proven book"))]
        }
        if order.timeInForce == .postOnly {
            guard PaperExchange.crossing(order, ladder) == .zero else {
                return [.placeAnswered(order.id, .refused(code: "paper", message: "it would have taken"))]
            }
            resting.append(Resting(order: order, venueOrderID: venueOrderID))
            return [.placeAnswered(order.id, .accepted(venueOrderID: venueOrderID))]
        }
        var events: [EngineEvent] = [.placeAnswered(order.id, .accepted(venueOrderID: venueOrderID))]
        var left = order.quantity
        var depth = 0
        while left > .zero, depth < ladder.count {
            let level = ladder[depth]
            guard order.side == .buy ? level.price <= order.limit : level.price >= order.limit else { break }
            let piece = min(left, level.quantity)
            events.append(
                .filled(order.venue, fill(order, listing, venueOrderID, level.price, piece, false, now)))
            left -= piece
            depth += 1
        }
        let filled = order.quantity - left
        events.append(
            report(order, venueOrderID, left == .zero ? .filled : .expired, filled: filled, now))
        return events
    }

    /// A venue's book has changed: what it crosses fills.
    mutating func meet(_ venue: VenueID, _ instrument: InstrumentID, _ engine: TradingEngine, at now: Moment)
        -> [EngineEvent]
    {
        var events: [EngineEvent] = []
        for index in resting.indices.reversed() {
            let order = resting[index].order
            guard order.venue == venue, order.instrument == instrument,
                let (listing, ladder) = PaperExchange.opposite(order, engine)
            else { continue }
            let piece = min(
                PaperExchange.crossing(order, ladder), order.quantity - resting[index].filled)
            guard piece > .zero else { continue }
            resting[index].filled += piece
            let rest = resting[index]
            events.append(
                .filled(venue, fill(order, listing, rest.venueOrderID, order.limit, piece, true, now)))
            let isWhole = rest.filled == order.quantity
            events.append(
                report(order, rest.venueOrderID, isWhole ? .filled : .working, filled: rest.filled, now))
            if isWhole { resting.remove(at: index) }
        }
        return events
    }

    /// Takes a resting order out; `nil` when it does not rest.
    mutating func cancel(_ id: ClientOrderID, at now: Moment) -> EngineEvent? {
        guard let index = resting.firstIndex(where: { $0.order.id == id }) else { return nil }
        let rest = resting.remove(at: index)
        return report(rest.order, rest.venueOrderID, .canceled, filled: rest.filled, now)
    }

    /// New terms for a resting order, all at once or not at all.
    mutating func amend(_ amendment: Amendment, _ engine: TradingEngine) -> AmendAnswer {
        guard let index = resting.firstIndex(where: { $0.order.id == amendment.order.id }) else {
            return .unknownOrder
        }
        let order = resting[index].order.amended(to: amendment.terms)
        guard order.quantity > resting[index].filled else {
            return .refused(code: "paper", message: "as much has filled")
        }
        guard let (_, ladder) = PaperExchange.opposite(order, engine) else {
            return .refused(code: "paper", message: "no proven book")
        }
        guard PaperExchange.crossing(order, ladder) == .zero else {
            return .refused(code: "paper", message: "it would have taken")
        }
        resting[index].order = order
        return .amended
    }

    /// What rests is remembered: what did not fill when it arrived, and does not rest, never was.
    func query(_ id: ClientOrderID, at now: Moment) -> QueryAnswer {
        if underWay.contains(id) { return .ambiguous(code: "under way") }
        guard let rest = resting.first(where: { $0.order.id == id }) else { return .absent }
        return .found(
            PaperExchange.report(rest.order, rest.venueOrderID, .working, filled: rest.filled, now))
    }

    private static func opposite(_ order: OrderIntent, _ engine: TradingEngine) -> (Listing, Ladder)? {
        guard let listing = engine.listing(order.venue, order.instrument),
            let book = engine.books[order.instrument.index].book(of: order.venue),
            book.isSynced
        else { return nil }
        return (listing, order.side == .buy ? book.asks : book.bids)
    }

    /// How much of the book an order at its limit would take.
    private static func crossing(_ order: OrderIntent, _ ladder: Ladder) -> Quantity {
        guard !ladder.isEmpty else { return .zero }
        let best = ladder.best.price
        let crosses = order.side == .buy ? best <= order.limit : best >= order.limit
        return crosses ? ladder.quantity(atOrBetterThan: order.limit) : .zero
    }

    private func report(
        _ order: OrderIntent, _ venueOrderID: String, _ state: ReportedState, filled: Quantity, _ now: Moment
    ) -> EngineEvent {
        .reported(order.venue, PaperExchange.report(order, venueOrderID, state, filled: filled, now))
    }

    static func report(
        _ order: OrderIntent, _ venueOrderID: String, _ state: ReportedState, filled: Quantity, _ now: Moment
    ) -> OrderReport {
        OrderReport(
            instrument: order.instrument, clientID: order.id, venueOrderID: venueOrderID, side: order.side,
            state: state, filled: filled, quantity: order.quantity, evidence: .stream, venueTime: now)
    }

    private mutating func fill(
        _ order: OrderIntent, _ listing: Listing, _ venueOrderID: String, _ price: Price,
        _ quantity: Quantity, _ isMaker: Bool, _ now: Moment
    ) -> FillReport {
        defer { nextTrade += 1 }
        let instrument = listing.instrument
        let takesBase = order.side == .buy && listing.buyFeeInBase
        let basis = takesBase ? instrument.baseAmount(quantity) : instrument.notional(price, quantity)
        let rate = isMaker ? listing.makerFee : listing.takerFee
        return FillReport(
            instrument: order.instrument, clientID: order.id, venueOrderID: venueOrderID,
            tradeID: "paper-\(run)-\(nextTrade)", side: order.side, price: price, quantity: quantity,
            fee: rate.of(basis), feeAsset: takesBase ? instrument.base : instrument.quote,
            isMaker: isMaker, evidence: .stream, venueTime: now)
    }
}
