import TradingModel

// The rules by which each venue lets a reader prove its copy (`VenueBook.apply` dispatches here).

extension VenueBook {
    /// Binance spot (binance-spot-api-docs, "How to manage a local order book correctly"): deltas name the
    /// ids `U…u` they cover and are buffered until a REST snapshot with `lastUpdateId` can be joined to them.
    mutating func applySpanning(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        if update.kind == .snapshot { return joinSnapshot(update, now) }
        guard update.lastSequence >= 0, update.firstSequence <= update.lastSequence else {
            return lost(.unproven)
        }
        guard isSynced else {
            pending.append(update)
            return .buffered
        }
        if update.lastSequence <= lastSequence {
            counters.duplicates += 1
            return .ignored(update.lastSequence == lastSequence ? .duplicate : .stale)
        }
        counters.sequencesChecked += 1
        guard update.firstSequence <= lastSequence &+ 1 || planted(.trustGappedBook) else {
            let outcome = lost(.gap)
            pending.append(update)  // the next snapshot may join right here
            return outcome
        }
        changeLevels(update)
        lastSequence = update.lastSequence
        return proved(update, now)
    }

    /// A snapshot whose id is at least the first buffered `U` − 1 joins; buffered deltas it contains are
    /// dropped, the rest must follow without a hole.
    private mutating func joinSnapshot(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        snapshotArrived()
        guard update.lastSequence >= 0 else { return lost(.unproven) }
        if isSynced && update.lastSequence <= lastSequence {
            counters.duplicates += 1
            return .ignored(.stale)
        }
        if let first = pending.messages.first, first.first > update.lastSequence &+ 1 {
            return lost(.snapshotTooOld)
        }
        replaceLevels(update)
        lastSequence = update.lastSequence
        for (index, message) in pending.messages.enumerated() where message.last > lastSequence {
            counters.sequencesChecked += 1
            guard message.first <= lastSequence &+ 1 else {
                pending.dropFirst(index)
                return lost(.gap)
            }
            pending.apply(message, bids: &bids, asks: &asks)
            lastSequence = message.last
        }
        pending.removeAll()
        return proved(update, now)
    }

    /// OKX `books`: a snapshot, then messages whose `prevSeqId` is the last `seqId`. `seqId` equal to
    /// `prevSeqId` is a keep-alive, a smaller one a reset after maintenance: both continue the chain. Before
    /// the ids existed each message carried a CRC-32; where one is present (retired ones are 0) it is
    /// verified as well.
    mutating func applyLinked(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        let isChained = update.lastSequence >= 0
        let expected = update.checksum ?? 0
        guard isChained || expected != 0 else { return lost(.unproven) }
        if update.kind == .snapshot {
            snapshotArrived()
            replaceLevels(update)
        } else {
            guard isSynced else { return .ignored(.awaitingSnapshot) }
            if isChained {
                // A chain that began with a checksum alone has no id to link to.
                if lastSequence >= 0 {
                    if update.previousSequence != lastSequence, !planted(.trustGappedBook) {
                        guard update.lastSequence != lastSequence else {
                            counters.duplicates += 1
                            return .ignored(.duplicate)
                        }
                        counters.sequencesChecked += 1
                        return lost(.gap)
                    }
                    counters.sequencesChecked += 1
                } else if expected == 0 {
                    return lost(.unproven)
                }
            }
            changeLevels(update)
        }
        if isChained { lastSequence = update.lastSequence }
        if expected != 0 {
            counters.checksumsChecked += 1
            guard checksum.okx(bids: bids, asks: asks) == expected else { return lost(.checksumMismatch) }
        }
        return proved(update, now)
    }

    /// Bybit v5 (`v5/websocket/public/orderbook`): any snapshot replaces the book, `u` = 1 is one whatever it
    /// is called (the service restarted), and each delta's `u` follows the last by one.
    mutating func applyConsecutive(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        guard update.lastSequence >= 0 else { return lost(.unproven) }
        if update.kind == .snapshot || update.lastSequence == 1 {
            if isSynced && update.kind == .delta && lastSequence == 1 {
                counters.duplicates += 1
                return .ignored(.duplicate)
            }
            snapshotArrived()
            replaceLevels(update)
            lastSequence = update.lastSequence
            return proved(update, now)
        }
        guard isSynced else { return .ignored(.awaitingSnapshot) }
        if update.lastSequence == lastSequence {
            counters.duplicates += 1
            provedAt = now  // Bybit repeats `u` when nothing changed: the book is current
            return .ignored(.duplicate)
        }
        // A late copy of an old message is harmless; a far step back is a restart whose snapshot went
        // missing.
        if update.lastSequence < lastSequence && lastSequence &- update.lastSequence < VenueBook.lateCopies {
            counters.duplicates += 1
            return .ignored(.stale)
        }
        counters.sequencesChecked += 1
        guard update.lastSequence == lastSequence &+ 1 || planted(.trustGappedBook) else { return lost(.gap) }
        changeLevels(update)
        lastSequence = update.lastSequence
        return proved(update, now)
    }

    /// How far back an id may lie and still be taken for a late copy.
    private static var lateCopies: Int64 { 1_000 }

    /// Kraken v2 `book`: apply every level, cut to the subscribed depth, compare the CRC-32 of the top ten.
    mutating func applyChecksummed(_ update: BookUpdate, _ now: Moment) -> BookOutcome {
        guard let expected = update.checksum else { return lost(.unproven) }
        if update.kind == .snapshot {
            snapshotArrived()
            replaceLevels(update)
        } else {
            guard isSynced else { return .ignored(.awaitingSnapshot) }
            changeLevels(update)
        }
        bids.truncate(to: rule.depth)
        asks.truncate(to: rule.depth)
        counters.checksumsChecked += 1
        if planted(.skipChecksum) { return proved(update, now) }
        guard checksum.kraken(bids: bids, asks: asks) == expected else { return lost(.checksumMismatch) }
        return proved(update, now)
    }
}
