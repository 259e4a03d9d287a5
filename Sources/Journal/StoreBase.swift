/// What a store says of itself, in the row before the first: where its chain begins and how often its
/// directory was opened. It is a record with sequence number 0, sealed like any other.
public struct StoreBase: Hashable, Sendable {
    /// The last record that was discarded; the genesis if none was.
    public var base: ChainHead
    public var openings: UInt64

    public init(base: ChainHead, openings: UInt64) {
        self.base = base
        self.openings = openings
    }

    public func stored(_ seal: Seal) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(bigEndian: base.sequence)
        payload.append(bigEndian: openings)
        return payload.withUnsafeBytes {
            ChainedRecord.store($0, sequence: 0, previous: base.hash, seal).stored
        }
    }

    /// `nil` if the record is sound but holds something else.
    init?(_ record: ChainedRecord, payload: UnsafeRawBufferPointer) {
        guard record.sequence == 0, payload.count == 16 else { return nil }
        base = ChainHead(sequence: payload.integer(at: 0), hash: record.previous)
        openings = payload.integer(at: 8)
    }
}
