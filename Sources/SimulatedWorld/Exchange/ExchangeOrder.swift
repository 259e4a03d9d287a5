import TradingModel

/// Why a venue refuses an order or a cancel, before any venue's wording and code.
enum Refusal: Error, Hashable, Sendable {
    case unknownSymbol
    case tickSize, lotSize, quantityTooSmall, quantityTooLarge, notionalTooSmall, priceOutOfRange
    case insufficientBalance
    case duplicateClientID
    case wouldTake
    case noLiquidity
    case unknownOrder
    /// The order is known and has ended.
    case orderEnded
    /// The symbol does not trade for the time being.
    case halted
    case tooManyOpenOrders
    /// A reduce-only order without a position.
    case nothingToReduce
    /// A reduce-only order that would add to the position.
    case sameDirection
    /// A reduce-only order behind others that close the whole position.
    case reductionsFull
}

/// What a user asks for. `quantity` is base; a market buy may give `quoteBudget` instead.
struct OrderRequest: Hashable, Sendable {
    enum Kind: String, Sendable { case limit, market }

    var symbol: Int
    var side: Side
    var kind: Kind = .limit
    var timeInForce: TimeInForce = .goodTillCanceled
    var price: Price = .zero
    var quantity: Quantity = .zero
    var quoteBudget: Amount?
    /// Empty when the user gave none.
    var clientID = ""
    /// Perpetuals: may only make the position smaller.
    var isReduceOnly = false
    /// Perpetuals: the venue's own order, taking a position away.
    var isLiquidation = false
}

/// An order as the venue holds it.
struct ExchangeOrder: Hashable, Sendable {
    enum State: String, Sendable {
        case open
        case filled
        /// By its owner.
        case canceled
        /// By the venue: the rest of an IOC, a FOK that could not fill, a post-only that would take,
        /// self-trade.
        case expired
    }

    let id: Int64
    let account: Int
    /// Its price and quantity may be amended.
    var request: OrderRequest
    var state: State = .open
    /// Why the venue ended it; empty otherwise.
    var endReason = EndReason.none
    var filled: Quantity = .zero
    /// Σ price × quantity of its fills.
    var filledQuote: Amount = .zero
    /// Fees paid so far; each in its own asset, at most two.
    var fees: [AssetAmount] = []
    let createdAt: Moment
    var updatedAt: Moment

    enum EndReason: String, Sendable {
        case none, user, timeInForce, wouldTake, selfTrade, noLiquidity
        /// By the venue unasked: maintenance, a delisting, a decision of its own.
        case venue
        /// By the venue's risk engine.
        case liquidation
        /// A reduce-only order that no longer had anything to reduce.
        case reduceOnly
    }

    var remaining: Quantity { request.quantity - filled }
    var isOpen: Bool { state == .open }
    /// Average fill price in 10^-18 quote units, rounded down; zero without a fill.
    var averagePrice: Amount {
        filled.raw == 0
            ? .zero
            : Amount(raw: filledQuote.raw * Int128(DecimalText.power(SymbolRules.scale)) / Int128(filled.raw))
    }
}

struct AssetAmount: Hashable, Sendable {
    var asset: String
    var amount: Amount
}

/// One fill of a user's order, with its own view of fee and role.
struct Execution: Hashable, Sendable {
    let tradeID: Int64
    let orderID: Int64
    let account: Int
    let symbol: Int
    let clientID: String
    let side: Side
    let price: Price
    let quantity: Quantity
    let notional: Amount
    let fee: Amount
    let feeAsset: String
    let isMaker: Bool
    let at: Moment
    /// Perpetuals: what it did to the position.
    var effect: PositionEffect?
}

/// A public trade print of the venue.
struct TradePrint: Hashable, Sendable {
    let tradeID: Int64
    let symbol: Int
    let price: Price
    let quantity: Quantity
    let takerSide: Side
    let at: Moment
}

/// Something that happened to a user's order, in order of occurrence; private streams are told of these.
struct OrderEvent: Sendable {
    enum Kind: Sendable {
        case accepted
        case executed(Execution)
        case amended
        /// Canceled or expired: see the order's state and reason.
        case ended
    }
    let kind: Kind
    /// As it stood after this event.
    let order: ExchangeOrder
    /// The owner's balances of the two assets involved after this event.
    let balances: [AssetBalance]
    let at: Moment
}

struct AssetBalance: Hashable, Sendable {
    let asset: String
    let total: Amount
    let held: Amount
    var available: Amount { total - held }
}
