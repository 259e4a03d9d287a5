public enum Side: UInt8, Sendable, CaseIterable {
    case buy, sell
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
}

/// One absolute level of a book message: quantity 0 removes the level.
public struct LevelChange: Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity
    /// Decimals the venue spelled in the price text and in the quantity text; checksummed by some venues.
    public var priceDecimals: UInt8
    public var quantityDecimals: UInt8
    @inlinable public init(
        price: Price, quantity: Quantity, priceDecimals: UInt8 = 0, quantityDecimals: UInt8 = 0
    ) {
        self.price = price
        self.quantity = quantity
        self.priceDecimals = priceDecimals
        self.quantityDecimals = quantityDecimals
    }
}

/// A decoded book message in the venue's own terms of proof; which fields are set depends on the venue.
/// One value is reused for every frame: `reset` keeps the capacity of its arrays, so decoding allocates
/// nothing.
public struct BookUpdate: Sendable {
    public enum Kind: UInt8, Sendable { case snapshot, delta }

    public var instrument: InstrumentID
    public var kind: Kind
    public var bids: [LevelChange]
    public var asks: [LevelChange]
    /// First id covered (Binance `U`); −1 when the venue has none.
    public var firstSequence: Int64
    /// Last id covered (Binance `u` / `lastUpdateId`, OKX `seqId`, Bybit `u`); −1 when the venue has none.
    public var lastSequence: Int64
    /// The predecessor's id (OKX `prevSeqId`); `BookUpdate.none` when absent (OKX itself uses −1 on
    /// snapshots).
    public var previousSequence: Int64
    /// The venue's checksum of the book after this message (Kraken unsigned, OKX legacy signed, both as 32
    /// bits).
    public var checksum: UInt32?
    /// The venue's own stamp; `.distantPast` when it sends none.
    public var venueTime: Moment

    @inlinable public static var none: Int64 { .min }

    public init(instrument: InstrumentID = InstrumentID(0), kind: Kind = .delta) {
        self.instrument = instrument
        self.kind = kind
        bids = []
        asks = []
        firstSequence = -1
        lastSequence = -1
        previousSequence = BookUpdate.none
        checksum = nil
        venueTime = .distantPast
    }

    public mutating func reset(instrument: InstrumentID, kind: Kind) {
        self.instrument = instrument
        self.kind = kind
        bids.removeAll(keepingCapacity: true)
        asks.removeAll(keepingCapacity: true)
        firstSequence = -1
        lastSequence = -1
        previousSequence = BookUpdate.none
        checksum = nil
        venueTime = .distantPast
    }
}

/// A public trade print.
public struct PublicTrade: Hashable, Sendable {
    public var instrument: InstrumentID
    public var price: Price
    public var quantity: Quantity
    /// The aggressor.
    public var side: Side
    public var venueTime: Moment
    public init(instrument: InstrumentID, price: Price, quantity: Quantity, side: Side, venueTime: Moment) {
        self.instrument = instrument
        self.price = price
        self.quantity = quantity
        self.side = side
        self.venueTime = venueTime
    }
}

/// How a venue lets a reader prove that its copy of the book is the venue's (`field/venue-facts.md` §4c).
public enum BookProof: String, Sendable, CaseIterable {
    /// Binance spot: REST snapshot joined with deltas by `U`/`u` ids.
    case spanningIDs = "spanning-ids"
    /// OKX: each message names its predecessor (`prevSeqId`); legacy frames carry a CRC32 of the top 25
    /// instead.
    case previousLink = "previous-link"
    /// Bybit v5: stream snapshot, then deltas whose `u` rises by one; `u` = 1 replaces the book.
    case consecutive = "consecutive"
    /// Kraken v2: CRC32 of the top ten after every message, book truncated to the subscribed depth.
    case checksum = "checksum"
}
