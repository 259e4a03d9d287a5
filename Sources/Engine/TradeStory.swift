import Books
import Hedging
import TradingModel

/// One pair from the books it was decided on to the last hedge it needed: what people ask about a trade
/// afterwards. Money is in the quote asset.
public struct TradeStory: Hashable, Sendable {
    /// What was traded on one side at one venue.
    public struct Part: Hashable, Sendable {
        public var venue: VenueID
        public var side: Side
        /// The level seen when it was decided.
        public var seen: Level
        public var limit: Price
        public var wanted: Quantity
        public var filled = Quantity.zero
        public var notional = Amount.zero
        /// A fee taken in base is valued at its fill's price.
        public var fee = Amount.zero
        public var decidedAt: Moment
        /// Durable and on its way; `nil` when it never was.
        public var sentAt: Moment?
        public var filledAt: Moment?
        /// Of a hedge.
        public var rung: HedgeRung?
        var id: ClientOrderID

        /// How much worse than the level seen the fills were; negative when better.
        public func slippage(in instrument: Instrument, against price: Price) -> Amount {
            let atSeen = instrument.notional(price, filled)
            return side == .buy ? notional - atSeen : atSeen - notional
        }
    }

    /// Of its orders' ids.
    public let number: UInt64
    /// Index of the strategy.
    public let strategy: Int
    public let instrument: InstrumentID
    public let decidedAt: Moment
    public let quantity: Quantity
    /// Between the two touches, before and after both venues' fees.
    public let gross: Rate
    public let net: Rate
    /// The levels on offer where it bought and sold, from the touch outwards.
    public let asks: [Level]
    public let bids: [Level]
    /// The opening legs: the buy, then the sell.
    public internal(set) var legs: [Part]
    public internal(set) var hedges: [Part] = []

    /// How many levels of each book are kept.
    public static let depth = 5
}

/// Where the money of a trade went. `profit` is the sum of the others with their signs: edge − slippage −
/// hedging − fees + open.
public struct TradeAccount: Hashable, Sendable {
    /// What was bought and sold at the prices that were seen.
    public var edge = Amount.zero
    /// How much worse than seen the opening legs filled.
    public var slippage = Amount.zero
    /// How much worse than the missing leg was seen its hedges filled: what being late or short cost.
    public var hedging = Amount.zero
    public var fees = Amount.zero
    /// What is bought and not sold, or the other way round, at the price given, beyond what was seen.
    public var open = Amount.zero
    public var profit: Amount { edge - slippage - hedging - fees + open }
}

extension TradeStory {
    /// - Parameter mark: values what the trade left open.
    public func account(_ instrument: Instrument, mark: Price) -> TradeAccount {
        let (ask, bid) = (legs[0].seen.price, legs[1].seen.price)
        var account = TradeAccount()
        var (bought, sold) = (Quantity.zero, Quantity.zero)
        for part in legs + hedges {
            let worse = part.slippage(in: instrument, against: part.side == .buy ? ask : bid)
            if part.rung == nil { account.slippage += worse } else { account.hedging += worse }
            account.fees += part.fee
            if part.side == .buy { bought += part.filled } else { sold += part.filled }
        }
        let matched = min(bought, sold)
        account.edge = instrument.notional(bid, matched) - instrument.notional(ask, matched)
        let left = bought - sold
        let seen = left > .zero ? ask : bid
        account.open = instrument.notional(mark, left) - instrument.notional(seen, left)
        return account
    }

    /// From the first byte of an opening leg until the last fill; `nil` while there is none.
    public var took: Span? {
        let parts = legs + hedges
        guard let first = parts.compactMap(\.sentAt).min(), let last = parts.compactMap(\.filledAt).max()
        else { return nil }
        return last - first
    }
}

/// The last trades' stories, oldest first, bounded.
public struct TradeLog: Sendable {
    public private(set) var stories: [TradeStory] = []
    /// All that ever began.
    public private(set) var begun = 0
    /// Kept besides the last one.
    public static let capacity = 1_024
    /// An order of a trade older than this many is looked for no more.
    private static let reach = 64

    init() { stories.reserveCapacity(TradeLog.capacity) }

    mutating func begin(_ story: TradeStory) {
        if stories.count >= TradeLog.capacity { stories.removeFirst(TradeLog.capacity / 4) }
        stories.append(story)
        begun += 1
    }

    /// Hedges of what this trade left owed.
    mutating func hedging(_ number: UInt64, _ parts: [TradeStory.Part]) {
        for index in recent.reversed() where stories[index].number == number {
            stories[index].hedges += parts
            return
        }
    }

    /// Whatever happened to one of a trade's orders.
    mutating func note(_ id: ClientOrderID, _ change: (inout TradeStory.Part) -> Void) {
        for index in recent.reversed() {
            if id.intent == stories[index].number {
                if let leg = stories[index].legs.firstIndex(where: { $0.id == id }) {
                    change(&stories[index].legs[leg])
                }
                return
            }
            if let hedge = stories[index].hedges.firstIndex(where: { $0.id == id }) {
                change(&stories[index].hedges[hedge])
                return
            }
        }
    }

    private var recent: Range<Int> { max(0, stories.count - TradeLog.reach)..<stories.count }
}
