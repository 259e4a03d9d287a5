import Engine
import Hedging
import Orders
import Strategies
import Testing
import TradingModel

extension Stage {
    /// Three venues; venue 0 is quoted, and nothing but quotes is opened. Their hedges are warranted at two
    /// venues a side.
    static func ofQuotes(recovery: [OutboxRecord] = []) -> Stage {
        Stage(venues: 3, recovery: recovery) {
            $0.takerTaker = []
            $0.makerTaker = [
                MakerTakerPolicy(
                    instrument: InstrumentID(0), quoteVenue: VenueID(0),
                    minimumEdge: Rate(hundredthsOfBasisPoint: 500),
                    quoteNotional: Amount(raw: 1_000 * 1_000_000_000_000_000_000), caution: 0)
            ]
            $0.hedge.quoteWarrants = 2
        }
    }

    /// Bid and ask rest at venue 0, to be hedged at venue 1, or else at venue 2.
    mutating func restQuotes() throws -> (bid: OrderIntent, ask: OrderIntent) {
        quote(2, bid: 99_95, ask: 100_15)
        quote(1, bid: 100_00, ask: 100_10)
        // Nothing rests before this.
        process(.deadMan(VenueID(0), isArmed: true))
        quote(0, bid: 99_00, ask: 101_00)
        var quotes: [OrderIntent] = []
        while let quote = persisted().first {
            durable([quote])
            accept(quote)
            quotes.append(quote)
        }
        return (
            try #require(quotes.first { $0.side == .buy }), try #require(quotes.first { $0.side == .sell })
        )
    }
}
