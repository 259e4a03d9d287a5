import TradingModel

/// One instrument over all venues that list it: their books, their touches, and who is best. A message
/// touches its own venue's book and one line of the summary; nothing is allocated after construction.
///
/// Books live in *slots*, numbered in the order of the sources given to `init` (rising venue index).
public struct ConsolidatedBook: Sendable {
    /// A venue's part in the book.
    public struct Source: Hashable, Sendable {
        public var venue: VenueID
        public var proof: BookProof
        /// The subscribed depth.
        public var depth: Int
        public var takerFee: Rate
        /// Whether its prices are the instrument's own; a perpetual's differ from spot by its basis.
        public var isReference: Bool
        public init(
            venue: VenueID, proof: BookProof, depth: Int, takerFee: Rate, isReference: Bool = true
        ) {
            self.isReference = isReference
            self.venue = venue
            self.proof = proof
            self.depth = depth
            self.takerFee = takerFee
        }
    }

    public let instrument: Instrument
    public private(set) var books: [VenueBook]
    public private(set) var tops: [VenueTop]
    public private(set) var takerFees: [Rate]
    /// Below zero where a venue pays takers.
    public private(set) var lowestTakerFee: Rate
    /// Slots whose book is proved.
    public private(set) var synced = SlotSet()
    /// The synced slot with the highest bid, −1 when there is none; the lowest slot wins a tie.
    public private(set) var bestBidSlot = -1
    /// The synced slot with the lowest ask, −1 when there is none; the lowest slot wins a tie.
    public private(set) var bestAskSlot = -1
    @usableFromInline let slots: [Int8]
    /// By slot: our own resting orders there.
    public internal(set) var own: [[OwnLevel]]
    /// Slots among which the best bid and ask are sought: those of reference, or all where there is none.
    public let reference: SlotSet

    /// At most 64 sources, one per venue, in rising venue order.
    public init(_ instrument: Instrument, sources: [Source], capacity: Int = 2_048) {
        precondition(sources.count <= 64, "at most 64 venues")
        precondition(
            zip(sources, sources.dropFirst()).allSatisfy { $0.venue < $1.venue }, "rising venue order")
        self.instrument = instrument
        books = sources.map {
            VenueBook(
                BookRule(
                    proof: $0.proof, priceScale: instrument.priceScale,
                    quantityScale: instrument.quantityScale,
                    depth: $0.depth), capacity: capacity)
        }
        tops = sources.map { VenueTop(venue: $0.venue) }
        takerFees = sources.map(\.takerFee)
        lowestTakerFee = takerFees.min() ?? .zero
        own = sources.map { _ in [] }
        var reference = SlotSet()
        let hasReference = sources.contains(where: \.isReference)
        for (slot, source) in sources.enumerated() where source.isReference || !hasReference {
            reference.insert(slot)
        }
        self.reference = reference
        var slots = [Int8](repeating: -1, count: 64)
        for (slot, source) in sources.enumerated() {
            precondition((0..<64).contains(source.venue.index), "venue indices are below 64")
            slots[source.venue.index] = Int8(slot)
        }
        self.slots = slots
    }

    /// The slot of a venue, `nil` when it does not list the instrument.
    @inlinable public func slot(of venue: VenueID) -> Int? {
        guard slots.indices.contains(venue.index), slots[venue.index] >= 0 else { return nil }
        return Int(slots[venue.index])
    }

    public func book(of venue: VenueID) -> VenueBook? { slot(of: venue).map { books[$0] } }
    @inlinable public func top(of venue: VenueID) -> VenueTop? { slot(of: venue).map { tops[$0] } }

    /// The highest proved bid over all venues of reference, whatever its age.
    public var bestBid: VenueTop? { bestBidSlot < 0 ? nil : tops[bestBidSlot] }
    /// The lowest proved ask over all venues of reference, whatever its age.
    public var bestAsk: VenueTop? { bestAskSlot < 0 ? nil : tops[bestAskSlot] }

    /// Whether a venue's book is proved and its last proof no older than `maximumAge`.
    public func tradable(_ venue: VenueID, at now: Moment, maximumAge: Span) -> Bool {
        guard let slot = slot(of: venue) else { return false }
        return tops[slot].isSynced && tops[slot].age(at: now) <= maximumAge
    }

    /// The slots whose books are proved and fresh.
    public func tradable(at now: Moment, maximumAge: Span) -> SlotSet {
        var fresh = SlotSet()
        var rest = synced
        while let slot = rest.popFirst() {
            if tops[slot].age(at: now) <= maximumAge || planted(.staleBookTrades) { fresh.insert(slot) }
        }
        return fresh
    }

    /// A venue's fee schedule changed.
    public mutating func setTakerFee(_ fee: Rate, of venue: VenueID) {
        guard let slot = slot(of: venue) else { return }
        takerFees[slot] = fee
        lowestTakerFee = takerFees.min() ?? .zero
    }
}

// Every change goes through one of these, so that the summary follows.
extension ConsolidatedBook {
    /// Applies one decoded message of a venue that lists the instrument.
    public mutating func apply(_ update: BookUpdate, from venue: VenueID, at now: Moment) -> BookOutcome {
        let slot = mustSlot(of: venue)
        let outcome = books[slot].apply(update, at: now)
        refresh(slot)
        return outcome
    }

    public mutating func connectionOpened(_ venue: VenueID, epoch: UInt64, at now: Moment) {
        let slot = mustSlot(of: venue)
        books[slot].connectionOpened(epoch: epoch, at: now)
        refresh(slot)
    }

    public mutating func connectionLost(_ venue: VenueID) {
        let slot = mustSlot(of: venue)
        books[slot].connectionLost()
        refresh(slot)
    }

    /// `reason` is the dialect's (`QuarantineReason.rawValue`).
    @discardableResult
    public mutating func quarantined(_ venue: VenueID, reason: String) -> BookOutcome {
        let slot = mustSlot(of: venue)
        let outcome = books[slot].quarantined(reason)
        refresh(slot)
        return outcome
    }

    /// Asked after every message: here, because a book that is handed out is copied.
    public func wantsSnapshot(_ slot: Int, at now: Moment) -> Bool {
        !books[slot].isSynced && books[slot].wantsSnapshot(at: now)
    }

    public mutating func snapshotRequested(_ venue: VenueID, at now: Moment) {
        books[mustSlot(of: venue)].snapshotRequested(at: now)
    }

    public mutating func snapshotFailed(_ venue: VenueID) { books[mustSlot(of: venue)].snapshotFailed() }

    private func mustSlot(of venue: VenueID) -> Int {
        guard let slot = slot(of: venue) else { preconditionFailure("a venue that lists the instrument") }
        return slot
    }

    mutating func refresh(_ slot: Int) {
        let isSynced = books[slot].isSynced
        tops[slot].isSynced = isSynced
        tops[slot].provedAt = books[slot].provedAt
        let bid = own[slot].isEmpty ? books[slot].bids.best : othersLevel(.sell, slot, 0) ?? Level.none
        let ask = own[slot].isEmpty ? books[slot].asks.best : othersLevel(.buy, slot, 0) ?? Level.none
        if isSynced { synced.insert(slot) } else { synced.remove(slot) }
        if bid != tops[slot].bid {
            tops[slot].bid = bid
            refreshBestBid(slot)
        }
        if ask != tops[slot].ask {
            tops[slot].ask = ask
            refreshBestAsk(slot)
        }
    }

    private mutating func refreshBestBid(_ slot: Int) {
        guard reference.contains(slot) else { return }
        if bestBidSlot >= 0, bestBidSlot != slot {
            guard tops[slot].hasBid else { return }
            let (mine, best) = (tops[slot].bid.price, tops[bestBidSlot].bid.price)
            if mine > best || (mine == best && slot < bestBidSlot) { bestBidSlot = slot }
            return
        }
        bestBidSlot = -1
        for other in tops.indices where tops[other].hasBid && reference.contains(other) {
            if bestBidSlot < 0 || tops[other].bid.price > tops[bestBidSlot].bid.price { bestBidSlot = other }
        }
    }

    private mutating func refreshBestAsk(_ slot: Int) {
        guard reference.contains(slot) else { return }
        if bestAskSlot >= 0, bestAskSlot != slot {
            guard tops[slot].hasAsk else { return }
            let (mine, best) = (tops[slot].ask.price, tops[bestAskSlot].ask.price)
            if mine < best || (mine == best && slot < bestAskSlot) { bestAskSlot = slot }
            return
        }
        bestAskSlot = -1
        for other in tops.indices where tops[other].hasAsk && reference.contains(other) {
            if bestAskSlot < 0 || tops[other].ask.price < tops[bestAskSlot].ask.price { bestAskSlot = other }
        }
    }
}
