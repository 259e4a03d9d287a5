/// How a record lies in the store: a header that chains it to the one before, then the caller's bytes.
///
/// `version (1) · sequence (8, big-endian) · hash of the record before (32) · own hash (32) · payload`; the
/// own hash is SHA-256 over everything else. A flipped bit breaks a record's own hash, a missing or swapped
/// record breaks the next one's link, and the newest record is vouched for by the head mirror.
struct ChainedRecord {
    static let version: UInt8 = 1
    static let headerLength = 1 + 8 + 32 + 32
    /// The link of the first record.
    static let genesis = [UInt8](repeating: 0, count: 32)

    let sequence: UInt64
    let previous: [UInt8]
    let hash: [UInt8]
    let payload: [UInt8]

    /// Chains `payload` behind the record whose hash is `previous`.
    init(sequence: UInt64, previous: [UInt8], payload: [UInt8]) {
        self.sequence = sequence
        self.previous = previous
        self.payload = payload
        hash = ChainedRecord.seal(sequence: sequence, previous: previous, payload: payload)
    }

    /// Reads a stored record back; `nil` if it is not what was written.
    init?(stored bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= ChainedRecord.headerLength, bytes[0] == ChainedRecord.version else { return nil }
        sequence = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        previous = Array(bytes[9..<41])
        hash = Array(bytes[41..<73])
        payload = Array(bytes[73...])
        guard hash == ChainedRecord.seal(sequence: sequence, previous: previous, payload: payload) else {
            return nil
        }
    }

    var stored: [UInt8] {
        ChainedRecord.front(sequence: sequence, previous: previous) + hash + payload
    }

    /// The store's keys sort as their sequence numbers do.
    static func key(_ sequence: UInt64) -> [UInt8] { withUnsafeBytes(of: sequence.bigEndian) { Array($0) } }

    private static func front(sequence: UInt64, previous: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(version)
        bytes += key(sequence)
        bytes += previous
        return bytes
    }

    private static func seal(sequence: UInt64, previous: [UInt8], payload: [UInt8]) -> [UInt8] {
        Digest.sha256(front(sequence: sequence, previous: previous) + payload)
    }
}

/// The newest record's place in the chain.
struct ChainHead: Equatable, Sendable {
    var sequence: UInt64 = 0
    var hash: [UInt8] = ChainedRecord.genesis
}
