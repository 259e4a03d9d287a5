import TradingModel

/// One market as a double lists it: its instrument and the venue's filters. Every double counts prices and
/// quantities in 10^-8 (`SymbolRules.scale`), finer than any tick or lot here.
public struct SymbolRules: Hashable, Sendable {
    public static let scale = 8

    public let instrument: Instrument
    public var tick: Price
    public var lot: Quantity
    public var minimumQuantity: Quantity
    public var maximumQuantity: Quantity
    /// In the quote asset; zero when the venue has none.
    public var minimumNotional: Amount
    /// Where the generated market lives.
    public var referencePrice: Price
    /// Base units of one contract, where a venue counts in contracts; a power of ten.
    public var contractSize = Quantity(raw: DecimalText.power(SymbolRules.scale))

    public init(
        instrument: Instrument, tick: Price, lot: Quantity, minimumQuantity: Quantity,
        maximumQuantity: Quantity,
        minimumNotional: Amount, referencePrice: Price
    ) {
        precondition(tick.raw > 0 && lot.raw > 0, "tick and lot are positive")
        self.instrument = instrument
        self.tick = tick
        self.lot = lot
        self.minimumQuantity = minimumQuantity
        self.maximumQuantity = maximumQuantity
        self.minimumNotional = minimumNotional
        self.referencePrice = referencePrice
    }

    /// Prices beyond a hundred times the reference are refused: no venue takes any number, and no product of
    /// two numbers a client sends may overflow.
    var maximumPrice: Price {
        let (hundredfold, overflow) = referencePrice.raw.multipliedReportingOverflow(by: 100)
        return Price(raw: overflow ? .max : hundredfold / tick.raw * tick.raw)
    }

    /// `BTC-USDT`, whatever the venue's spelling.
    var symbol: String { instrument.symbol }
    var base: String { instrument.base.code }
    var quote: String { instrument.quote.code }
    /// Decimals of the tick, as venues print prices.
    var priceDecimals: Int { SymbolRules.decimals(tick.raw) }
    /// Decimals of the lot, as venues print quantities.
    var quantityDecimals: Int { SymbolRules.decimals(lot.raw) }

    private static func decimals(_ step: Int64) -> Int {
        var step = step
        var decimals = scale
        while decimals > 0, step % 10 == 0 {
            step /= 10
            decimals -= 1
        }
        return decimals
    }
}

/// What distinguishes one venue's matching and bookkeeping from another's: data, not code.
struct ExchangeRules: Sendable {
    enum FeeAsset: Sendable {
        /// The asset the trade brings in (Binance, OKX, Bybit).
        case received
        /// Always the quote asset (Kraken).
        case quote
    }
    enum ClientIDScope: Sendable {
        /// A client id may be used again once its order has ended (Binance).
        case openOrders
        /// A client id is spent for ever (OKX, Bybit).
        case forever
        /// The venue does not look at it.
        case none
    }
    enum SelfTrade: Sendable { case allow, expireTaker, expireMaker }
    enum PostOnlyRefusal: Sendable {
        /// The order is refused and never exists (Binance −2010).
        case reject
        /// The order is accepted and at once canceled (OKX, Bybit, Kraken).
        case cancel
    }

    var takerFee: Rate
    var makerFee: Rate
    var feeAsset: FeeAsset = .received
    /// Fees are cut to this many decimals, so that the wire can spell them exactly.
    var feeDecimals = 8
    var clientIDScope: ClientIDScope = .forever
    var selfTrade: SelfTrade = .expireTaker
    var postOnlyRefusal: PostOnlyRefusal = .cancel
    /// Whether the venue names orders whose owner did not (Binance).
    var namesEveryOrder = false
    /// What makes it an exchange of perpetuals; `nil`: spot.
    var perpetual: PerpetualTerms?

    /// `rate` of `amount`, cut towards zero at `feeDecimals`.
    func fee(_ rate: Rate, of amount: Amount) -> Amount {
        let unit = Int128(DecimalText.power(Amount.scale - feeDecimals))
        return Amount(raw: amount.raw * Int128(rate.raw) / Int128(Rate.one) / unit * unit)
    }
}
