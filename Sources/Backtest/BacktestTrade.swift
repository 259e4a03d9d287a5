import Books
import Engine
import Hedging
import Node
import TradingModel

/// One trade for its reader: the book it was decided on, the edge before and after fees, the route, when each
/// stage was passed, and where the money went.
public struct BacktestTrade: Encodable, Sendable {
    public struct Row: Encodable, Sendable {
        public var price: String
        public var quantity: String
    }

    /// Where money went, in the quote asset: pnl = edge − slippage − hedging − fees + open.
    public struct Account: Encodable, Sendable {
        /// Bought and sold at the prices that were seen.
        public var edge = Money()
        /// How much worse than seen the opening legs filled.
        public var slippage = Money()
        /// How much worse than the missing leg was seen its hedges filled.
        public var hedging = Money()
        public var fees = Money()
        /// What stayed open, at the last mid price, beyond what was seen.
        public var open = Money()
        public var pnl = Money()

        mutating func add(_ account: TradeAccount) {
            edge += account.edge
            slippage += account.slippage
            hedging += account.hedging
            fees += account.fees
            open += account.open
            pnl += account.profit
        }
    }

    /// One order.
    public struct Leg: Encodable, Sendable {
        public var venue: String
        public var side: String
        /// `open`, or the rung of a hedge.
        public var purpose: String
        public var seen: String
        public var limit: String
        public var quantity: String
        public var filled: String
        /// Quote per base, exact notional over quantity; empty when nothing filled.
        public var average: String
        public var fee: Money
        /// After the trade's decision.
        @Explicit public var sentUs: Double?
        @Explicit public var filledUs: Double?
    }

    public var number: UInt64
    public var strategy: String
    public var symbol: String
    public var decidedNs: Int64
    public var quantity: String
    public var grossBps: Double
    public var netBps: Double
    public var asks: [Row]
    public var bids: [Row]
    public var legs: [Leg]
    public var hedges: [Leg]
    public var account = Account()
    /// From the first byte to the last fill.
    @Explicit public var tookUs: Double?

    init(_ story: TradeStory, _ policy: EnginePolicy, mark: Price) {
        let instrument = policy.instruments[story.instrument.index]
        func rows(_ levels: [Level]) -> [Row] {
            levels.map { Row(price: instrument.text($0.price), quantity: instrument.text($0.quantity)) }
        }
        number = story.number
        strategy = policy.strategyNames[story.strategy]
        symbol = instrument.symbol
        decidedNs = story.decidedAt.nanoseconds
        quantity = instrument.text(story.quantity)
        grossBps = story.gross.basisPoints
        netBps = story.net.basisPoints
        asks = rows(story.asks)
        bids = rows(story.bids)
        legs = story.legs.map { Leg($0, instrument, policy, since: story.decidedAt) }
        hedges = story.hedges.map { Leg($0, instrument, policy, since: story.decidedAt) }
        tookUs = story.took.map { Double($0.nanoseconds) / 1_000 }
        account.add(story.account(instrument, mark: mark))
    }
}

extension BacktestTrade.Leg {
    init(_ part: TradeStory.Part, _ instrument: Instrument, _ policy: EnginePolicy, since start: Moment) {
        venue = policy.venues[part.venue.index].name
        side = part.side == .buy ? "buy" : "sell"
        purpose = part.rung.map { "\($0)" } ?? "open"
        seen = instrument.text(part.seen.price)
        limit = instrument.text(part.limit)
        quantity = instrument.text(part.wanted)
        filled = instrument.text(part.filled)
        let one = instrument.notional(Price(raw: 1), Quantity(raw: 1)).raw
        average =
            part.filled > .zero
            ? instrument.text(
                Price(raw: Int64(clamping: part.notional.raw / one / Int128(part.filled.raw))))
            : ""
        fee = Money(part.fee)
        sentUs = part.sentAt.map { Double(($0 - start).nanoseconds) / 1_000 }
        filledUs = part.filledAt.map { Double(($0 - start).nanoseconds) / 1_000 }
    }
}
