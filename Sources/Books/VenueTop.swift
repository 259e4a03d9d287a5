import TradingModel

/// The touch of one venue's book, copied out of it after each change so that comparing venues reads a few
/// lines of memory.
public struct VenueTop: Hashable, Sendable {
    public var venue: VenueID
    /// `Level.none` when that side is empty, as both are while the book has no proof.
    public var bid: Level
    public var ask: Level
    /// When the last message arrived that proved the book.
    public var provedAt: Moment
    public var isSynced: Bool

    public init(venue: VenueID) {
        self.venue = venue
        bid = .none
        ask = .none
        provedAt = .distantPast
        isSynced = false
    }

    @inlinable public func age(at now: Moment) -> Span { now - provedAt }
    @inlinable public var hasBid: Bool { bid.quantity.raw > 0 }
    @inlinable public var hasAsk: Bool { ask.quantity.raw > 0 }
}

/// A set of up to 64 book slots of a `ConsolidatedBook`.
public struct SlotSet: Hashable, Sendable {
    public var bits: UInt64
    @inlinable public init(bits: UInt64 = 0) { self.bits = bits }
    @inlinable public var isEmpty: Bool { bits == 0 }
    @inlinable public var count: Int { bits.nonzeroBitCount }
    @inlinable public func contains(_ slot: Int) -> Bool { bits >> UInt64(slot) & 1 == 1 }
    @inlinable public mutating func insert(_ slot: Int) { bits |= 1 << UInt64(slot) }
    @inlinable public mutating func remove(_ slot: Int) { bits &= ~(1 << UInt64(slot)) }
    @inlinable public func intersection(_ other: SlotSet) -> SlotSet { SlotSet(bits: bits & other.bits) }
    @inlinable public func subtracting(_ other: SlotSet) -> SlotSet { SlotSet(bits: bits & ~other.bits) }
    @inlinable public func without(_ slot: Int) -> SlotSet { SlotSet(bits: bits & ~(1 << UInt64(slot))) }

    /// Takes out the lowest slot: `while let slot = rest.popFirst()` visits slots in rising order.
    @inlinable public mutating func popFirst() -> Int? {
        guard bits != 0 else { return nil }
        let slot = bits.trailingZeroBitCount
        bits &= bits &- 1
        return slot
    }
}
