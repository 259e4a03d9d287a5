/// A place in the chain: the record that stands there last.
public struct ChainHead: Hashable, Sendable {
    public var sequence: UInt64
    public var hash: Fingerprint

    public init(sequence: UInt64 = 0, hash: Fingerprint = .zero) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Before the first record.
    public static let genesis = ChainHead()
}

/// How a record lies in a store: a header that chains it to the one before, then the caller's bytes.
///
/// `version (1) · sequence (8, big-endian) · hash of the record before (32) · own hash (32) · payload`; the
/// own hash covers everything else. A flipped bit breaks a record's own hash, a missing or swapped record
/// breaks the next one's link, and the newest record is vouched for by the reserve file.
///
/// The envelope never changes; the version says how the payload is to be understood. A flipped version byte
/// therefore fails the hash, and one that passes it was written by a newer program.
public struct ChainedRecord: Hashable, Sendable {
    public static let version: UInt8 = 1
    /// Bytes a stored record has before its payload.
    public static let headerLength = 1 + 8 + 2 * Fingerprint.length

    public let sequence: UInt64
    public let previous: Fingerprint
    public let hash: Fingerprint

    /// What stored bytes turn out to be.
    public enum Reading: Hashable, Sendable {
        case sound(ChainedRecord)
        /// Written whole by a program newer than this one.
        case newer(UInt8)
        case unsound
    }

    public var head: ChainHead { ChainHead(sequence: sequence, hash: hash) }

    public static func read(_ stored: UnsafeRawBufferPointer, _ seal: Seal) -> Reading {
        guard stored.count >= headerLength else { return .unsound }
        let hash = Fingerprint(stored, at: 41)
        let found = seal(
            UnsafeRawBufferPointer(rebasing: stored[..<41]),
            UnsafeRawBufferPointer(rebasing: stored[headerLength...]))
        guard hash == found else { return .unsound }
        guard stored[0] == version else { return .newer(stored[0]) }
        return .sound(
            ChainedRecord(
                sequence: stored.integer(at: 1), previous: Fingerprint(stored, at: 9), hash: hash))
    }

    /// The stored form of `payload` chained behind `head`, and the new head.
    public static func chain(
        _ payload: [UInt8], behind head: ChainHead, _ seal: Seal
    ) -> (stored: [UInt8], head: ChainHead) {
        payload.withUnsafeBytes { store($0, sequence: head.sequence + 1, previous: head.hash, seal) }
    }

    static func store(
        _ payload: UnsafeRawBufferPointer, sequence: UInt64, previous: Fingerprint, _ seal: Seal
    ) -> (stored: [UInt8], head: ChainHead) {
        var stored: [UInt8] = []
        stored.reserveCapacity(headerLength + payload.count)
        stored.append(version)
        stored.append(bigEndian: sequence)
        stored.append(previous)
        let hash = stored.withUnsafeBytes { seal($0, payload) }
        stored.append(hash)
        stored.append(contentsOf: payload)
        return (stored, ChainHead(sequence: sequence, hash: hash))
    }

    /// The caller's bytes within a stored record.
    public static func payload(_ stored: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: stored[headerLength...])
    }

    /// The store's keys sort as their sequence numbers do.
    public static func key(_ sequence: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(8)
        key.append(bigEndian: sequence)
        return key
    }

    /// The sequence number in a key; `nil` for anything that is no key of ours.
    public static func sequence(ofKey key: UnsafeRawBufferPointer) -> UInt64? {
        key.count == 8 ? key.integer(at: 0) : nil
    }
}

/// A record together with the bytes that are stored for it.
public struct StoredRecord: Hashable, Sendable {
    public let record: ChainedRecord
    public let stored: [UInt8]

    public var sequence: UInt64 { record.sequence }
    public var payload: [UInt8] { Array(stored[ChainedRecord.headerLength...]) }

    public init(_ record: ChainedRecord, stored: [UInt8]) {
        self.record = record
        self.stored = stored
    }

    init(_ payload: [UInt8], behind head: ChainHead, _ seal: Seal) {
        let (stored, new) = ChainedRecord.chain(payload, behind: head, seal)
        self.init(ChainedRecord(sequence: new.sequence, previous: head.hash, hash: new.hash), stored: stored)
    }
}
