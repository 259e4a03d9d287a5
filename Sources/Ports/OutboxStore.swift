/// The durable, ordered store under the outbox. It blocks, so only the `OutboxKeeper` on the store lane may
/// call it.
///
/// A record is opaque here (`Orders.OutboxRecord` encodes it). Records are chained by the store: each carries
/// its sequence number, the hash of the record before it and a CRC; the head is mirrored in a second fsynced
/// file.
/// What opening the store found.
public struct OutboxOpening: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case intact
        /// From the reserve file; nothing acknowledged is missing.
        case repaired(String)
        /// Acknowledged rows are, or may be, missing or altered: a DIRTY_START.
        case damaged(String)
    }
    public var condition: Condition
    /// How often this directory was opened, this time included.
    public var openings: UInt64
    public var rows: UInt64

    public init(condition: Condition, openings: UInt64, rows: UInt64) {
        self.condition = condition
        self.openings = openings
        self.rows = rows
    }
}

public protocol OutboxStore: AnyObject, Sendable {
    var opening: OutboxOpening { get }
    /// Appends all records in one synced batch: when it returns they survive a power cut. Answers the last
    /// sequence number.
    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64
    /// The reserve path for hedges when the store is slow, full or failed.
    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64
    /// Forgets every record before `sequence`, a checkpoint row.
    func discard(before sequence: UInt64) throws(OutboxFault)
    /// Every record in order, from the first. Throws when the chain is broken.
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws
    /// Flushes and closes; further calls throw.
    func close()
}

public enum OutboxFault: Error, Hashable, Sendable {
    /// The disk refused (full, read-only, I/O error): nothing was appended, nothing may be sent.
    case unavailable(String)
    /// The chain does not verify: a record is missing, altered or out of order at `sequence`.
    case corrupted(sequence: UInt64, detail: String)
    /// The store ends before the mirrored head says it should: acknowledged records are missing.
    case truncated(head: UInt64, found: UInt64)
    /// Another process holds this directory.
    case inUse(String)
}
