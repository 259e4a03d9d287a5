/// One order leg's identity for life, 128 bits, spelled as 32 lower-case hex digits: every venue here takes
/// that.
///
/// Layout, high to low: epoch 16, node 16, strategy 16, intent 40, leg 8, attempt 8, checksum 24. The epoch
/// counts starts of the node on one data directory, so ids never repeat across restarts; the checksum tells
/// our ids from a stranger's. It names its owner, so an order found at a venue without a row is still ours to
/// judge.
public struct ClientOrderID: Hashable, Comparable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(epoch: UInt16, node: UInt16, strategy: UInt16, intent: UInt64, leg: UInt8, attempt: UInt8) {
        precondition(intent < 1 << 40, "intent numbers are 40 bits")
        high = UInt64(epoch) << 48 | UInt64(node) << 32 | UInt64(strategy) << 16 | intent >> 24
        let body = (intent & 0xFF_FFFF) << 40 | UInt64(leg) << 32 | UInt64(attempt) << 24
        low = body | ClientOrderID.seal(high, body)
    }

    /// Stands where an order's id is needed and there is none.
    public static let nobody = ClientOrderID(epoch: 0, node: 0, strategy: 0, intent: 0, leg: 0, attempt: 0)

    /// `nil` unless `text` is 32 hex digits whose checksum is ours.
    public init?(_ text: some StringProtocol) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for byte in text.utf8 {
            guard count < 32, let digit = ClientOrderID.digit(byte) else { return nil }
            if count < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
            count += 1
        }
        guard count == 32 else { return nil }
        self.init(high: high, low: low)
    }

    /// The id with these 128 bits; `nil` unless the checksum is ours.
    public init?(high: UInt64, low: UInt64) {
        guard low & 0xFF_FFFF == ClientOrderID.seal(high, low & ~0xFF_FFFF) else { return nil }
        self.high = high
        self.low = low
    }

    public var epoch: UInt16 { UInt16(truncatingIfNeeded: high >> 48) }
    public var node: UInt16 { UInt16(truncatingIfNeeded: high >> 32) }
    public var strategy: UInt16 { UInt16(truncatingIfNeeded: high >> 16) }
    public var intent: UInt64 { (high & 0xFFFF) << 24 | low >> 40 }
    public var leg: UInt8 { UInt8(truncatingIfNeeded: low >> 32) }
    public var attempt: UInt8 { UInt8(truncatingIfNeeded: low >> 24) }

    public static func < (a: ClientOrderID, b: ClientOrderID) -> Bool { (a.high, a.low) < (b.high, b.low) }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }

    /// 24 bits of a multiplicative hash: enough to tell a foreign 32-hex id from ours.
    private static func seal(_ high: UInt64, _ body: UInt64) -> UInt64 {
        var mixed = (high ^ 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD
        mixed ^= mixed >> 33
        mixed = (mixed ^ body) &* 0xC4CE_B9FE_1A85_EC53
        return mixed >> 40
    }
}

extension ClientOrderID: CustomStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: ClientOrderID.length) { buffer in
            if let place = buffer.baseAddress { spell(place) }
            return ClientOrderID.length
        }
    }

    /// Digits of one.
    public static let length = 32

    /// Writes the `length` digits that `description` consists of.
    public func spell(_ place: UnsafeMutablePointer<UInt8>) {
        let words = UnsafeMutableRawPointer(place)
        func store(_ half: UInt64, at offset: Int) {
            words.storeBytes(
                of: ClientOrderID.digits(half).bigEndian, toByteOffset: offset, as: UInt64.self)
        }
        store(high >> 32, at: 0)
        store(high & 0xFFFF_FFFF, at: 8)
        store(low >> 32, at: 16)
        store(low & 0xFFFF_FFFF, at: 24)
    }

    /// The digits of 32 bits, the first one highest.
    private static func digits(_ word: UInt64) -> UInt64 {
        // Each half moves apart until every digit has a byte of its own.
        var spread = word & 0xFFFF | (word & 0xFFFF_0000) << 16
        spread = spread & 0x0000_00FF_0000_00FF | (spread & 0x0000_FF00_0000_FF00) << 8
        spread = spread & 0x000F_000F_000F_000F | (spread & 0x00F0_00F0_00F0_00F0) << 4
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }
}

public enum TimeInForce: UInt8, Sendable, CaseIterable {
    /// Fill what is there now at the limit or better, cancel the rest.
    case immediateOrCancel
    case goodTillCanceled
    case fillOrKill
    /// Rest or be refused; never take.
    case postOnly

    /// Whether an order may stay in the book after its arrival.
    @inlinable public var mayRest: Bool { self == .goodTillCanceled || self == .postOnly }
}

/// Why an order exists; the governor lets hedges and unwinds through where new risk is held.
public enum OrderPurpose: UInt8, Sendable, CaseIterable {
    case open, hedge, unwind
    /// A hedge that an earlier run was warranted to send and may have sent just before its end: its terms are
    /// the most that it can be.
    case presumed
    @inlinable public var reducesRisk: Bool { self != .open }
}

/// A limit order as decided, before any venue has seen it.
public struct OrderIntent: Hashable, Sendable {
    public var id: ClientOrderID
    public var venue: VenueID
    public var instrument: InstrumentID
    public var side: Side
    public var quantity: Quantity
    public var limit: Price
    public var timeInForce: TimeInForce
    public var purpose: OrderPurpose
    public var decidedAt: Moment
    /// Of a hedge: when the news came that called for it, a fill or the end of the order that should have
    /// matched one. Not written to the outbox.
    public var owedSince: Moment?
    /// At a perpetual: the venue is to refuse what would enlarge the position instead of reducing it. Not
    /// written to the outbox.
    public var reduceOnly = false
    /// Not sent after this moment: a late leg is never new risk.
    public var sendBefore: Moment
    /// Fingerprint of the signal that caused it: one signal opens once, across restarts. 0 for what answers
    /// no signal (hedges, unwinds).
    public var decision: UInt64

    /// It rests until somebody takes it or it is canceled, and counts as no trade before.
    @inlinable public var isQuote: Bool { purpose == .open && timeInForce == .postOnly }

    public init(
        id: ClientOrderID, venue: VenueID, instrument: InstrumentID, side: Side, quantity: Quantity,
        limit: Price,
        timeInForce: TimeInForce, purpose: OrderPurpose, decidedAt: Moment, sendBefore: Moment,
        decision: UInt64 = 0, owedSince: Moment? = nil
    ) {
        self.owedSince = owedSince
        self.id = id
        self.venue = venue
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.limit = limit
        self.timeInForce = timeInForce
        self.purpose = purpose
        self.decidedAt = decidedAt
        self.sendBefore = sendBefore
        self.decision = decision
    }
}

/// Enough to name an order to its venue.
public struct OrderReference: Hashable, Sendable {
    public var id: ClientOrderID
    public var instrument: InstrumentID
    public var side: Side
    /// When the venue told it; empty otherwise.
    public var venueOrderID: String
    /// Somebody else's order, or nobody knows yet whose: only the venue's id names it, and an answer about it
    /// says whose it is.
    public var isStranger: Bool { id == .nobody }

    public init(id: ClientOrderID, instrument: InstrumentID, side: Side, venueOrderID: String = "") {
        self.id = id
        self.instrument = instrument
        self.side = side
        self.venueOrderID = venueOrderID
    }
}
