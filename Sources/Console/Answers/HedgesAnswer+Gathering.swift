import Control
import Engine
import Hedging
import TradingModel

extension HedgesAnswer {
    /// Outcomes and trades listed.
    static let most = 10

    static func gather(_ engine: TradingEngine, at now: Moment) -> HedgesAnswer {
        var answer = HedgesAnswer()
        answer.atNs = now.nanoseconds
        answer.deadlineNs = engine.policy.hedge.deadline.nanoseconds
        var outcomes: [(closed: Moment, outcome: Outcome)] = []
        for (index, queue) in engine.obligations.enumerated() {
            let instrument = engine.policy.instruments[index]
            answer.open += queue.open.map { Obligation($0, instrument, engine, now) }
            outcomes += queue.outcomes.suffix(most).map {
                ($0.opened + $0.took, Outcome($0, instrument, engine))
            }
        }
        answer.completed = outcomes.sorted { $0.closed > $1.closed }.prefix(most).map(\.outcome)
        answer.trades = engine.trades.stories.suffix(most).reversed().map { Trade($0, engine) }
        return answer
    }
}

extension HedgesAnswer.Obligation {
    init(_ owed: HedgeObligation, _ instrument: Instrument, _ engine: TradingEngine, _ now: Moment) {
        self.init()
        symbol = instrument.symbol
        quantity = instrument.text(owed.quantity)
        cause = engine.policy.venues[owed.cause.index].name
        trade = engine.trade(owed.intent)?.number
        ageNs = (now - owed.opened).nanoseconds
        leftNs = (owed.deadline - now).nanoseconds
        isLate = owed.isLate
        rung = engine.ladders[instrument.id.index].rung.name
    }
}

extension HedgesAnswer.Outcome {
    init(_ outcome: HedgeOutcome, _ instrument: Instrument, _ engine: TradingEngine) {
        self.init()
        let story = engine.trade(outcome.intent)
        symbol = instrument.symbol
        quantity = instrument.text(outcome.quantity)
        cause = engine.policy.venues[outcome.cause.index].name
        trade = story?.number
        openedNs = outcome.opened.nanoseconds
        tookNs = outcome.took.nanoseconds
        let filled = story?.hedges.filter { $0.filled > .zero }.compactMap(\.rung) ?? []
        rungs = Set(filled).sorted().map(\.name)
        let unit = instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw
        slippage = "\(Amount(raw: outcome.slippage * unit))"
        isLate = outcome.wasLate
    }
}

extension HedgesAnswer.Trade {
    init(_ story: TradeStory, _ engine: TradingEngine) {
        self.init()
        let index = story.instrument.index
        let instrument = engine.policy.instruments[index]
        number = story.number
        decidedNs = story.decidedAt.nanoseconds
        symbol = instrument.symbol
        quantity = instrument.text(story.quantity)
        buyVenue = engine.policy.venues[story.legs[0].venue.index].name
        sellVenue = engine.policy.venues[story.legs[1].venue.index].name
        grossBps = story.gross.basisPoints
        netBps = story.net.basisPoints
        hedges = story.hedges.count
        tookNs = story.took?.nanoseconds
        profit = "\(story.account(instrument, mark: engine.mids[index]).profit)"
    }
}

extension TradingEngine {
    /// The newest story of an intent's number, while it is kept.
    func trade(_ number: UInt64) -> TradeStory? {
        number == 0 ? nil : trades.stories.last { $0.number == number }
    }
}

extension HedgeRung {
    var name: String {
        switch self {
        case .reprice: "reprice"
        case .otherVenue: "other-venue"
        case .correlated: "correlated"
        case .unwind: "unwind"
        case .failed: "failed"
        }
    }
}
