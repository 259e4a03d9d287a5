/// The durable, ordered store under the outbox. It blocks, so only the `OutboxKeeper` on the store lane may
/// call it; `appendReserve` alone may be called from another thread.
///
/// A record is opaque here (`Orders.OutboxRecord` encodes it). Records are chained by the store: each carries
/// its sequence number and the hash of the record before it, and the newest batches lie a second time in a
/// preallocated reserve file beside the store, where they become durable first.
public protocol OutboxStore: AnyObject, Sendable {
    /// What opening the store found.
    var opening: OutboxOpening { get }
    /// How much room is left under the store. Asks the file system.
    var space: OutboxSpace { get }
    /// Appends all records in one batch: when it returns they survive a power cut, in the reserve file.
    /// Answers the last sequence number. After a failed write the store takes nothing more until the next
    /// opening.
    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64
    /// Hands the store itself what was appended; no order waits for that.
    func absorb() throws(OutboxFault)
    /// Makes what was appended survive a power cut in the store as well; for a quiet moment.
    func settle() throws(OutboxFault)
    /// The way for hedges when the store is slow, full or failed: durable in the reserve file alone, which is
    /// preallocated, so that a full disk does not matter.
    ///
    /// The rows are folded into the store as soon as it takes writes again, at the latest at the next
    /// opening. May be called from another thread while `append` blocks. Throws `.unavailable` when the
    /// reserve file has no room for rows that the store does not hold yet.
    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64
    /// Every record in order, from the oldest that was not discarded. Throws when the chain is broken.
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws
    /// Forgets every record before `sequence` (that of a checkpoint row), durably: the place is kept as the
    /// base of the chain, then the rows are deleted. Numbers already discarded, or beyond the newest record's
    /// successor, change nothing.
    func discard(before sequence: UInt64) throws(OutboxFault)
    /// Flushes and closes; further calls throw.
    func close()
}

/// What opening the store found.
public struct OutboxOpening: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case intact
        /// Rows came back from the reserve file; nothing acknowledged is missing.
        case repaired(String)
        /// Acknowledged rows are, or may be, missing or altered: a DIRTY_START. The text says what, where,
        /// and
        /// how much was salvaged; the damaged files are kept beside the store.
        case damaged(String)
    }

    public var condition: Condition
    /// How often this directory was opened, this time included.
    public var openings: UInt64
    /// Rows that `readAll` will hand over.
    public var rows: UInt64

    public init(condition: Condition, openings: UInt64, rows: UInt64) {
        self.condition = condition
        self.openings = openings
        self.rows = rows
    }
}

/// How much room the store has.
public enum OutboxSpace: Hashable, Sendable {
    case ample
    /// Below the soft mark: time to stop taking risk.
    case low
    /// Below the low-water mark: `append` refuses, `appendReserve` works.
    case exhausted
}

public enum OutboxFault: Error, Hashable, Sendable {
    /// The disk refused (full, read-only, I/O error), or a newer program wrote here: nothing was appended,
    /// nothing may be sent.
    case unavailable(String)
    /// The disk is below its mark: nothing was tried, and the store is as sound as before.
    case full(String)
    /// The chain does not verify: a record is missing, altered or out of order at `sequence`.
    case corrupted(sequence: UInt64, detail: String)
    /// The store ends before its head: acknowledged records are missing.
    case truncated(head: UInt64, found: UInt64)
    /// Another process holds this directory.
    case inUse(String)
}

extension OutboxFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unavailable(let why), .full(let why), .inUse(let why): why
        case .corrupted(let sequence, let detail): "record \(sequence) does not verify: \(detail)"
        case .truncated(let head, let found):
            "it ends at record \(found), and record \(head) was acknowledged"
        }
    }
}
