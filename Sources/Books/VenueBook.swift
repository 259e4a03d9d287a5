import TradingModel

/// One venue's book of one instrument with its integrity machine: a book is either proved, message by
/// message, or it is empty. Whatever breaks the proof empties both sides in the same call, so nothing can be
/// traded on levels that nobody vouches for.
public struct VenueBook: Sendable {
    public let rule: BookRule
    public internal(set) var bids: Ladder
    public internal(set) var asks: Ladder
    /// Whether the levels are proved to be the venue's. `false` implies that both ladders are empty.
    public internal(set) var isSynced = false
    /// Whether a connection is open; messages outside one are ignored.
    public private(set) var isConnected = false
    private var connectedAt = Moment.distantPast
    /// The connection the levels came from; the connector counts connections.
    public private(set) var epoch: UInt64 = 0
    /// When the last message arrived that proved the book.
    public internal(set) var provedAt = Moment.distantPast
    /// The venue's stamp on that message, `.distantPast` when it sends none.
    public internal(set) var venueTime = Moment.distantPast
    /// Why the book has no proof; `nil` while it is synced or has never lost one.
    public private(set) var loss: ProofLoss?
    public internal(set) var counters = BookCounters()
    /// When a snapshot was asked for that has not come yet.
    public private(set) var snapshotAskedAt: Moment?

    /// The venue's id of the last message in the book, −1 when it has none.
    public internal(set) var lastSequence: Int64 = -1
    var pending = PendingDeltas()
    var checksum: BookChecksum
    /// Set while a loss waits for its resync, so that first syncs are not counted as such.
    private var mustResync = false

    public init(_ rule: BookRule, capacity: Int = 2_048) {
        self.rule = rule
        bids = Ladder(.buy, capacity: capacity, keepsSpelling: rule.keepsSpelling)
        asks = Ladder(.sell, capacity: capacity, keepsSpelling: rule.keepsSpelling)
        checksum = BookChecksum(priceScale: rule.priceScale, quantityScale: rule.quantityScale)
    }

    /// Whether somebody should ask the venue for a snapshot now (over REST or by subscribing again). Turns
    /// false with `snapshotRequested` and true again when the request failed or its snapshot did not help.
    /// Binance's book waits a moment for the first delta, which shows that the stream flows; where a market
    /// stands still none may come for long.
    public func wantsSnapshot(at now: Moment) -> Bool {
        guard isConnected, !isSynced, snapshotAskedAt == nil else { return false }
        return rule.proof != .spanningIDs || !pending.isEmpty || now - connectedAt > VenueBook.firstDeltaWait
    }

    /// How long a book that starts from a snapshot of its own waits for the stream's first message.
    public static let firstDeltaWait = Span.seconds(1)

    /// How long ago the last proving message came.
    @inlinable public func age(at now: Moment) -> Span { now - provedAt }

    /// A connection opened. Where the stream itself brings the snapshot, it counts as asked for.
    public mutating func connectionOpened(epoch: UInt64, at now: Moment) {
        forgetProof()
        pending.removeAll()
        self.epoch = epoch
        isConnected = true
        connectedAt = now
        snapshotAskedAt = rule.proof == .spanningIDs ? nil : now
    }

    public mutating func connectionLost() {
        forgetProof()
        pending.removeAll()
        isConnected = false
        snapshotAskedAt = nil
        loss = .connectionLost
    }

    /// A frame that belonged to this book, or might have, was set aside.
    public mutating func quarantined(_ reason: String) -> BookOutcome {
        counters.quarantined += 1
        return lost(.quarantined(reason))
    }

    public mutating func snapshotRequested(at now: Moment) { snapshotAskedAt = now }

    /// The request ended without a usable snapshot: `wantsSnapshot` may turn true again.
    public mutating func snapshotFailed() { snapshotAskedAt = nil }

    /// Applies one decoded message that arrived at `now`.
    public mutating func apply(_ update: BookUpdate, at now: Moment) -> BookOutcome {
        if update.kind == .snapshot { counters.snapshots += 1 } else { counters.deltas += 1 }
        guard isConnected else { return .ignored(.offline) }
        switch rule.proof {
        case .spanningIDs: return applySpanning(update, now)
        case .previousLink: return applyLinked(update, now)
        case .consecutive: return applyConsecutive(update, now)
        case .checksum: return applyChecksummed(update, now)
        }
    }
}

extension VenueBook {
    /// Best bid at or above best ask: no matching engine shows that, so a message is missing or wrong.
    var isCrossed: Bool { !bids.isEmpty && !asks.isEmpty && bids.best.price >= asks.best.price }

    mutating func replaceLevels(_ update: BookUpdate) {
        bids.replace(with: update.bids)
        asks.replace(with: update.asks)
    }

    mutating func changeLevels(_ update: BookUpdate) {
        bids.apply(update.bids)
        asks.apply(update.asks)
    }

    /// The message proved the book.
    mutating func proved(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        if isCrossed, !planted(.acceptCrossedBook) {
            counters.crossed += 1
            return lost(.crossed)
        }
        provedAt = now
        venueTime = update.venueTime
        guard !isSynced || update.kind == .snapshot else { return .applied }
        if mustResync { counters.resyncs += 1 }
        mustResync = false
        isSynced = true
        snapshotAskedAt = nil
        loss = nil
        return .synced
    }

    /// The proof is gone: no liquidity from here on, and a snapshot is wanted.
    mutating func lost(_ reason: ProofLoss) -> BookOutcome {
        switch reason {
        case .gap: counters.gaps += 1
        case .checksumMismatch: counters.checksumsFailed += 1
        default: break
        }
        // While a Binance book waits, its ids still judge whatever snapshot is under way against what was
        // buffered; where the stream brings the snapshot, the message that failed may have been it.
        if isSynced || rule.proof != .spanningIDs {
            snapshotAskedAt = nil
            pending.removeAll()
        }
        forgetProof()
        loss = reason
        return .lostProof(reason)
    }

    /// The snapshot that was asked for has come, whether it helps or not.
    mutating func snapshotArrived() { snapshotAskedAt = nil }

    private mutating func forgetProof() {
        if isSynced { mustResync = true }
        isSynced = false
        lastSequence = -1
        bids.removeAll()
        asks.removeAll()
    }
}
