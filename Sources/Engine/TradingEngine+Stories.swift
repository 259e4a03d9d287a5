import Books
import Hedging
import Orders
import Routing
import Strategies
import TradingModel

// What trades were decided on, and what became of them.
extension TradingEngine {
    func story(of pair: UntoldPair) -> TradeStory {
        let (edge, index) = (pair.proposal.edge, pair.instrument)
        let gross = Int128(edge.bid.raw - edge.ask.raw) * Int128(Rate.one) / Int128(max(1, edge.ask.raw))
        return TradeStory(
            number: pair.legs[0].id.intent, strategy: pair.strategy, instrument: pair.legs[0].instrument,
            decidedAt: pair.decidedAt, quantity: pair.proposal.quantity,
            gross: Rate(raw: Int64(clamping: gross)), net: edge.net,
            asks: offered(.buy, index, edge.buySlot), bids: offered(.sell, index, edge.sellSlot),
            legs: [part(pair, 0, pair.sentAt.buy), part(pair, 1, pair.sentAt.sell)])
    }

    private func part(_ pair: UntoldPair, _ number: Int, _ sentAt: Moment?) -> TradeStory.Part {
        let (leg, index) = (pair.legs[number], pair.instrument)
        let seen = books[index].level(leg.side, slot(of: leg, index), 0)
        var part = part(leg, seen, nil, pair.decidedAt)
        part.sentAt = sentAt
        return part
    }

    /// A quote began to fill: a trade, with the hedge that was meant for it as its other leg.
    mutating func tell(_ standing: StandingQuote, _ intent: OrderIntent, _ maker: Int, _ index: Int) {
        let quote = standing.quote
        var own = part(intent, Level(price: intent.limit, quantity: intent.quantity), nil, intent.decidedAt)
        own.sentAt = intent.decidedAt
        var other = own
        other.venue = standing.hedgeVenue
        other.side = quote.side.opposite
        other.seen = Level(price: quote.hedge, quantity: quote.quantity)
        other.limit = quote.hedge
        other.id = standing.claim
        other.sentAt = nil
        let slot = slot(of: intent, index)
        let bid = quote.side == .buy
        trades.begin(
            TradeStory(
                number: intent.id.intent, strategy: strategies.count + maker, instrument: intent.instrument,
                decidedAt: intent.decidedAt, quantity: intent.quantity, gross: quote.gross, net: quote.net,
                asks: offered(.buy, index, bid ? slot : quote.hedgeSlot),
                bids: offered(.sell, index, bid ? quote.hedgeSlot : slot),
                legs: bid ? [own, other] : [other, own]))
    }

    mutating func tellHedges(_ intents: [OrderIntent], of trade: UInt64, _ rung: HedgeRung, _ now: Moment) {
        guard let index = intents.first?.instrument.index, trade > 0 else { return }
        let parts = intents.map { part($0, books[index].level($0.side, slot(of: $0, index), 0), rung, now) }
        trades.hedging(trade, parts)
    }

    mutating func tellFill(
        _ id: ClientOrderID, _ quantity: Quantity, _ notional: Amount, _ fee: Amount, _ now: Moment
    ) {
        trades.note(id) { part in
            part.filled += quantity
            part.notional += notional
            part.fee += fee
            part.filledAt = now
        }
    }

    private func part(_ intent: OrderIntent, _ seen: Level?, _ rung: HedgeRung?, _ now: Moment)
        -> TradeStory.Part
    {
        TradeStory.Part(
            venue: intent.venue, side: intent.side, seen: seen ?? .none, limit: intent.limit,
            wanted: intent.quantity, decidedAt: now, rung: rung, id: intent.id)
    }

    private func slot(of intent: OrderIntent, _ index: Int) -> Int {
        guard let slot = books[index].slot(of: intent.venue) else {
            preconditionFailure("an order's venue lists its instrument")
        }
        return slot
    }

    private func offered(_ side: Side, _ index: Int, _ slot: Int) -> [Level] {
        var levels: [Level] = []
        levels.reserveCapacity(TradeStory.depth)
        books[index].withLevels(side, slot, from: 0, atMost: TradeStory.depth) {
            levels.append($0)
            return true
        }
        return levels
    }
}
