import TradingModel

/// An instrument of the generated market: the same at every venue, each of which adds its own filters.
public struct DoubleInstrument: Hashable, Sendable {
    public var base: String
    public var quote: String
    /// Where the market lives: it stays within a few percent of this. Quote units per base unit.
    public var referencePrice: Amount

    public init(base: String, quote: String, referencePrice: Amount) {
        self.base = base
        self.quote = quote
        self.referencePrice = referencePrice
    }

    /// `BTC-USDT`.
    public var symbol: String { base + "-" + quote }
}

/// A double whose accounts outlive its process: what `journal` was handed, `restore` reads back.
public protocol JournaledDouble: VenueDouble {
    /// Called synchronously, before any answer that depends on it can leave, with one or more
    /// newline-terminated lines. Set it after `restore`.
    var journal: (([UInt8]) -> Void)? { get set }
    /// Everything `journal` was ever handed, joined; a cut-off last line is ignored. Call once, on a fresh
    /// double made with the same account, before any input.
    func restore(from bytes: [UInt8]) throws(JournalFault)
}

/// A double that lives in a simulation: it can be made to do wrong, be looked into, and be slept beside.
public protocol SimulatedVenue: JournaledDouble, ScheduledDouble {
    /// What the venue itself is to do wrong.
    var mischief: VenueMischief { get }
    /// How often the house acts. Set it before the first `advance` for a world that is lean from the start.
    var pace: MarketPace { get set }
    /// Reads what the venue holds, item by item.
    var observer: VenueWitness { get }
    /// How often perpetuals pay funding, at multiples of it since 1970; eight hours at first. Zero at a spot
    /// venue, where setting it does nothing.
    var fundingInterval: Span { get set }
}

extension SimulatedVenue {
    public var fundingInterval: Span {
        get { .zero }
        set {}
    }
}

/// A double with a generated market behind it.
protocol ExchangeDouble: SimulatedVenue {
    var exchange: VirtualExchange { get }
    /// An order's id as the venue spells it.
    func spell(orderID: Int64) -> String
}

extension ExchangeDouble {
    public var journal: (([UInt8]) -> Void)? {
        get { exchange.journal }
        set { exchange.journal = newValue }
    }
    public func restore(from bytes: [UInt8]) throws(JournalFault) { try exchange.restore(from: bytes) }
    public var name: String { exchange.name }
    public var mischief: VenueMischief { exchange.mischief }
    public var pace: MarketPace {
        get { exchange.agents.first?.pace ?? .lively }
        set { for index in exchange.agents.indices { exchange.agents[index].pace = newValue } }
    }
    public var fundingInterval: Span {
        get { exchange.perpetual?.fundingInterval ?? .zero }
        set {
            precondition(newValue > .zero, "funding comes at some interval")
            exchange.perpetual?.fundingInterval = newValue
        }
    }
    public var observer: VenueWitness { VenueWitness(exchange) { self.spell(orderID: $0) } }
    public var truth: VenueTruth { exchange.truth { spell(orderID: $0) } }
    func spell(orderID: Int64) -> String { String(orderID) }
}

/// Which doubles exist, with the filters and fees the venues publish for the demo's instruments.
public enum DoubleCatalog {
    public static let spotVenues = ["binance-spot", "okx", "bybit", "kraken"]
    /// Segments of linear perpetuals: venues of their own, with accounts and keys of their own.
    public static let perpetualVenues = ["okx-swap", "bybit-linear"]
    public static let venues = spotVenues + perpetualVenues

    /// BTC-USDT at 60,000 and ETH-USDT at 3,000.
    public static let demoInstruments = [
        DoubleInstrument(base: "BTC", quote: "USDT", referencePrice: amount(60_000)),
        DoubleInstrument(base: "ETH", quote: "USDT", referencePrice: amount(3_000)),
    ]

    /// 5 BTC, 80 ETH and 400,000 USDT. Accounts for perpetuals hold what these are settled in, here the
    /// 400,000 USDT, and leave the rest out.
    public static func demoAccount(apiKey: String, secret: String, passphrase: String = "")
        -> DoubleAccountSpec
    {
        DoubleAccountSpec(
            apiKey: apiKey, secret: secret, passphrase: passphrase,
            funds: [("BTC", amount(5)), ("ETH", amount(80)), ("USDT", amount(400_000))])
    }

    /// `nil` for a venue that has no double. Doubles made with the same seed share one market.
    public static func make(
        venue: String, seed: UInt64, instruments: [DoubleInstrument], account: DoubleAccountSpec,
        start: Moment
    ) -> (any SimulatedVenue)? {
        make(venue: venue, seed: seed, instruments: instruments, accounts: [account], start: start)
    }

    /// The same with several accounts.
    public static func make(
        venue: String, seed: UInt64, instruments: [DoubleInstrument], accounts: [DoubleAccountSpec],
        start: Moment
    ) -> (any SimulatedVenue)? {
        make(
            venue: venue, seed: seed, instruments: instruments, accounts: accounts, start: start,
            withMarket: true)
    }

    /// `withMarket` false: books that only users move.
    static func make(
        venue: String, seed: UInt64, instruments: [DoubleInstrument], account: DoubleAccountSpec,
        start: Moment,
        withMarket: Bool
    ) -> (any SimulatedVenue)? {
        make(
            venue: venue, seed: seed, instruments: instruments, accounts: [account], start: start,
            withMarket: withMarket)
    }

    static func make(
        venue: String, seed: UInt64, instruments: [DoubleInstrument], accounts: [DoubleAccountSpec],
        start: Moment,
        withMarket: Bool
    ) -> (any SimulatedVenue)? {
        guard let rules = VenueTerms.rules(venue: venue) else { return nil }
        let exchange = VirtualExchange(
            name: venue, rules: rules, symbols: symbols(venue: venue, instruments), accounts: accounts,
            seed: seed,
            start: start, withMarket: withMarket)
        switch venue {
        case "binance-spot": return BinanceSpotDouble(exchange: exchange)
        case "okx": return OKXDouble(exchange: exchange, segment: .spot)
        case "okx-swap": return OKXDouble(exchange: exchange, segment: .swap)
        case "bybit": return BybitDouble(exchange: exchange, segment: .spot)
        case "bybit-linear": return BybitDouble(exchange: exchange, segment: .linear)
        case "kraken": return KrakenDouble(exchange: exchange)
        default: return nil
        }
    }

    /// The venue's own filters for these instruments.
    static func symbols(venue: String, _ instruments: [DoubleInstrument]) -> [SymbolRules] {
        instruments.enumerated().map { VenueFilters.rules(venue: venue, index: $0, instrument: $1) }
    }

    private static func amount(_ units: Int64) -> Amount {
        Amount(raw: Int128(units) * Int128(DecimalText.power(Amount.scale)))
    }
}
