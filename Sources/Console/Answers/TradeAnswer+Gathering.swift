import Control
import Engine
import Hedging
import TradingModel

extension TradeAnswer {
    static func gather(_ engine: TradingEngine, _ number: UInt64) throws(ControlFault) -> TradeAnswer {
        guard let story = engine.trade(number) else {
            throw ControlFault(
                .unknownTrade, "no trade \(number) is remembered",
                remedy: "the last \(TradeLog.capacity / 4 * 3) are; arbctl hedges lists the newest")
        }
        let index = story.instrument.index
        let instrument = engine.policy.instruments[index]
        var answer = TradeAnswer()
        answer.number = story.number
        answer.strategy = engine.policy.strategyNames[story.strategy]
        answer.symbol = instrument.symbol
        answer.quoteAsset = instrument.quote.code
        answer.decidedNs = story.decidedAt.nanoseconds
        answer.quantity = instrument.text(story.quantity)
        answer.grossBps = story.gross.basisPoints
        answer.netBps = story.net.basisPoints
        answer.asks = story.asks.map { BookLevel($0, instrument) }
        answer.bids = story.bids.map { BookLevel($0, instrument) }
        let names = engine.policy.venues.map(\.name)
        func leg(_ part: TradeStory.Part) -> Leg {
            Leg(part, instrument, names[part.venue.index], since: story.decidedAt)
        }
        answer.legs = story.legs.map(leg)
        answer.hedges = story.hedges.map(leg)
        answer.account = Account(story.account(instrument, mark: engine.mids[index]))
        answer.mark = instrument.text(engine.mids[index])
        answer.tookNs = story.took?.nanoseconds
        return answer
    }
}

extension TradeAnswer.Leg {
    init(_ part: TradeStory.Part, _ instrument: Instrument, _ venue: String, since start: Moment) {
        self.init()
        self.venue = venue
        side = part.side.name
        rung = part.rung?.name
        seen = BookLevel(part.seen, instrument)
        limit = instrument.text(part.limit)
        wanted = instrument.text(part.wanted)
        filled = instrument.text(part.filled)
        let one = instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw
        average =
            part.filled > .zero
            ? instrument.text(Price(raw: Int64(clamping: part.notional.raw / one / Int128(part.filled.raw))))
            : nil
        fee = "\(part.fee)"
        decidedAfterNs = (part.decidedAt - start).nanoseconds
        sentAfterNs = part.sentAt.map { ($0 - start).nanoseconds }
        filledAfterNs = part.filledAt.map { ($0 - start).nanoseconds }
    }
}

extension TradeAnswer.Account {
    init(_ account: TradeAccount) {
        self.init()
        edge = "\(account.edge)"
        slippage = "\(account.slippage)"
        hedging = "\(account.hedging)"
        fees = "\(account.fees)"
        open = "\(account.open)"
        profit = "\(account.profit)"
    }
}
