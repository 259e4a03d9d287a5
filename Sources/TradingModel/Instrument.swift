/// An asset by its common code: `BTC`, `USDT`. Venue spellings (`XBT`) are translated by the dialect.
/// `USD`, `USDT` and `USDC` are three assets.
public struct Asset: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let code: String
    public init(_ code: String) { self.code = code }
    public static func < (a: Asset, b: Asset) -> Bool { a.code < b.code }
    public var description: String { code }
}

/// Index of a venue in the node's configuration (0-based, at most 64 venues).
public struct VenueID: Hashable, Comparable, Sendable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
    @inlinable public static func < (a: VenueID, b: VenueID) -> Bool { a.index < b.index }
}

/// Index of a canonical instrument in the node's catalogue (0-based).
public struct InstrumentID: Hashable, Comparable, Sendable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
    @inlinable public static func < (a: InstrumentID, b: InstrumentID) -> Bool { a.index < b.index }
}

/// A canonical spot instrument, the same at every venue that lists it. Prices and quantities of all its
/// listings use its scales, so they compare as integers. `priceScale + quantityScale` ≤ 18.
///
/// What is reckoned with it for every order is inlined: a call would copy all of it, names included.
public struct Instrument: Hashable, Sendable {
    public let id: InstrumentID
    public let base: Asset
    public let quote: Asset
    public let priceScale: Int
    public let quantityScale: Int
    /// One raw price times one raw quantity, in raw amounts of the quote asset.
    @usableFromInline let unit: Int128

    public init(id: InstrumentID, base: Asset, quote: Asset, priceScale: Int, quantityScale: Int) {
        precondition(priceScale >= 0 && quantityScale >= 0 && priceScale + quantityScale <= Amount.scale)
        self.id = id
        self.base = base
        self.quote = quote
        self.priceScale = priceScale
        self.quantityScale = quantityScale
        unit = Int128(DecimalText.power(Amount.scale - priceScale - quantityScale))
    }

    /// The same with another number.
    public func numbered(_ id: InstrumentID) -> Instrument {
        Instrument(
            id: id, base: base, quote: quote, priceScale: priceScale, quantityScale: quantityScale)
    }

    /// `BTC-USDT`.
    public var symbol: String { base.code + "-" + quote.code }

    /// price × quantity in the quote asset, exact.
    @inlinable @inline(__always) public func notional(_ price: Price, _ quantity: Quantity) -> Amount {
        notional(product: Int128(price.raw) * Int128(quantity.raw))
    }

    /// A sum of products of raw prices and raw quantities in the quote asset, exact.
    @inlinable @inline(__always) public func notional(product: Int128) -> Amount {
        Amount(raw: product * unit)
    }

    /// A base quantity as an amount of the base asset, exact.
    @inlinable @inline(__always) public func baseAmount(_ quantity: Quantity) -> Amount {
        Amount(raw: Int128(quantity.raw) * Int128(DecimalText.power(Amount.scale - quantityScale)))
    }

    /// An amount of the base asset as a quantity, truncated towards zero at the instrument's scale.
    @inlinable @inline(__always) public func quantity(ofBase amount: Amount) -> Quantity {
        Quantity(raw: Int64(clamping: amount.raw / Int128(DecimalText.power(Amount.scale - quantityScale))))
    }

    public func text(_ price: Price) -> String { DecimalText.format(price.raw, scale: priceScale) }
    public func text(_ quantity: Quantity) -> String {
        DecimalText.format(quantity.raw, scale: quantityScale)
    }
}

/// What the orders of a listing trade.
public enum ListingKind: Hashable, Sendable {
    case spot
    /// A linear perpetual swap, settled in the quote asset. One contract is 10^−`contractDecimals` of the
    /// base asset; where a venue counts in base it is 0.
    case perpetual(contractDecimals: Int)
}

/// One instrument as one venue lists it: its spelling, its filters, its fees.
public struct Listing: Hashable, Sendable {
    public let venue: VenueID
    public let instrument: Instrument
    /// The venue's own symbol as its frames spell it: `BTCUSDT`, `BTC-USDT`, `BTC/USDT`.
    public let symbol: String
    public var tick: Price
    public var lot: Quantity
    public var minimumQuantity: Quantity
    public var maximumQuantity: Quantity
    public var minimumNotional: Amount
    public var takerFee: Rate
    public var makerFee: Rate
    /// Whether the venue takes its fee of a buy from the bought base asset (else from the quote asset).
    public var buyFeeInBase: Bool
    public let kind: ListingKind
    /// Decimals of a quantity as the venue spells it, in contracts where it counts in contracts: exact,
    /// because a contract is a power of ten of the base asset.
    public let wireScale: Int

    public init(
        venue: VenueID, instrument: Instrument, symbol: String, tick: Price, lot: Quantity,
        minimumQuantity: Quantity,
        maximumQuantity: Quantity, minimumNotional: Amount, takerFee: Rate, makerFee: Rate,
        buyFeeInBase: Bool, kind: ListingKind = .spot
    ) {
        precondition(tick.raw > 0 && lot.raw > 0, "tick and lot are positive")
        self.kind = kind
        wireScale =
            switch kind {
            case .spot: instrument.quantityScale
            case .perpetual(let decimals): instrument.quantityScale - decimals
            }
        precondition((0...Amount.scale).contains(wireScale), "a contract fits the instrument's scale")
        self.venue = venue
        self.instrument = instrument
        self.symbol = symbol
        self.tick = tick
        self.lot = lot
        self.minimumQuantity = minimumQuantity
        self.maximumQuantity = maximumQuantity
        self.minimumNotional = minimumNotional
        self.takerFee = takerFee
        self.makerFee = makerFee
        self.buyFeeInBase = buyFeeInBase
    }

    /// The same listing where its venue or its instrument has another number.
    public func moved(to venue: VenueID, as instrument: Instrument) -> Listing {
        Listing(
            venue: venue, instrument: instrument, symbol: symbol, tick: tick, lot: lot,
            minimumQuantity: minimumQuantity, maximumQuantity: maximumQuantity,
            minimumNotional: minimumNotional, takerFee: takerFee, makerFee: makerFee,
            buyFeeInBase: buyFeeInBase, kind: kind)
    }

    public var isPerpetual: Bool { kind != .spot }

    /// The smallest quantity this venue takes at `price`: the larger of its minimum quantity and its minimum
    /// notional, in whole lots.
    public func smallestOrder(at price: Price) -> Quantity {
        var needed = minimumQuantity.raw
        if minimumNotional.raw > 0, price.raw > 0 {
            let one = instrument.notional(price, Quantity(raw: 1)).raw
            needed = max(needed, Int64(clamping: (minimumNotional.raw + one - 1) / one))
        }
        return Quantity(raw: (needed + lot.raw - 1) / lot.raw * lot.raw)
    }
}
