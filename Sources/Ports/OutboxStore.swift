/// The durable, ordered store under the outbox. It blocks, so only the `OutboxKeeper` on the store lane may
/// call it.
///
/// A record is opaque here (`Orders.OutboxRecord` encodes it). Records are chained by the store: each carries
/// its sequence number, the hash of the record before it and a CRC; the head is mirrored in a second fsynced
/// file.
public protocol OutboxStore: AnyObject, Sendable {
    /// Appends all records in one synced batch: when it returns they survive a power cut. Answers the last
    /// sequence number.
    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64
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
