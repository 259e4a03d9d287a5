/// The chain as a running node extends it: where it stands, what the store still lacks, where the ring goes
/// on. It decides; writing is the shell's.
public struct OutboxChain: Sendable {
    public let seal: Seal
    public private(set) var head: ChainHead
    public private(set) var base: ChainHead
    /// Records that are in the ring, or on their way there, and not known to be in the store for good.
    public private(set) var pending: [StoredRecord] = []
    /// Up to here the store was given every record, durably or not.
    public private(set) var writtenThrough: UInt64
    private var cursor: RingCursor
    var superblock: Superblock

    /// A write to the reserve file.
    public struct ReserveWrite: Sendable {
        public let offset: Int
        public let bytes: [UInt8]
    }

    /// What an append comes to: the frame for the ring (twice, if it is the only place), and the new head.
    public struct Plan: Sendable {
        public let writes: [ReserveWrite]
        public let last: UInt64
    }

    init(_ seal: @escaping Seal, head: ChainHead, superblock: Superblock, cursor: RingCursor) {
        self.seal = seal
        self.head = head
        writtenThrough = head.sequence
        base = superblock.base
        self.superblock = superblock
        self.cursor = cursor
    }

    public var openings: UInt64 { superblock.openings }

    /// Up to here the store holds every record.
    public var storedHead: ChainHead {
        pending.first.map { ChainHead(sequence: $0.sequence - 1, hash: $0.record.previous) } ?? head
    }

    /// Chains `payloads` behind the head. They are pending from now on, whatever becomes of the writes: what
    /// is on a disk after a failed write is not known.
    ///
    /// In two copies one rotten block loses nothing while the reserve file alone holds a row for good. `nil`
    /// if the ring has no room; then nothing has changed.
    public mutating func extend(_ payloads: [[UInt8]], copies: Int) -> Plan? {
        var head = head
        var records: [StoredRecord] = []
        records.reserveCapacity(payloads.count)
        for payload in payloads {
            let record = StoredRecord(payload, behind: head, seal)
            records.append(record)
            head = record.record.head
        }
        var writes: [ReserveWrite] = []
        let blocks = RingFrame.blocks(for: records, cursor.geometry)
        var cursor = cursor
        for _ in 0..<copies {
            guard let place = cursor.take(blocks, last: head.sequence) else { return nil }
            let bytes = RingFrame.encode(
                records, serial: place.serial, firstBlock: place.firstBlock, cursor.geometry, seal)
            let offset = cursor.geometry.offset(ofRingBlock: place.firstBlock)
            // Copies side by side go out as one write.
            if let last = writes.last, last.offset + last.bytes.count == offset {
                writes[writes.count - 1] = ReserveWrite(offset: last.offset, bytes: last.bytes + bytes)
            } else {
                writes.append(ReserveWrite(offset: offset, bytes: bytes))
            }
        }
        self.cursor = cursor
        self.head = head
        pending += records
        return Plan(writes: writes, last: head.sequence)
    }

    /// Records the store was not given yet.
    public var unwritten: [StoredRecord] {
        let count = pending.reversed().prefix { $0.sequence > writtenThrough }.count
        return Array(pending.suffix(count))
    }

    /// Half of the ring holds rows that the store is not known to hold for good.
    public var isRingHalfFull: Bool { cursor.taken * 2 >= cursor.geometry.ringBlocks }

    /// The store was given every record up to `sequence`.
    public mutating func wrote(through sequence: UInt64) { writtenThrough = max(writtenThrough, sequence) }

    /// The store holds every record up to `sequence`, durably.
    public mutating func stored(through sequence: UInt64) {
        wrote(through: sequence)
        let count = pending.prefix { $0.sequence <= sequence }.count
        pending.removeFirst(count)
        cursor.release(through: sequence)
    }

    /// Moves the base in memory and answers the two superblocks to write, each synced before the next; `nil`
    /// if there is nothing to discard.
    public mutating func moveBase(to base: ChainHead) -> [ReserveWrite]? {
        guard base.sequence > self.base.sequence else { return nil }
        precondition(base.sequence <= storedHead.sequence, "only what the store holds is discarded")
        self.base = base
        superblock.base = base
        // The ring no longer vouches for what lies below the floor: rows that it holds alone stay above.
        superblock.floor = storedHead
        return superblockWrites()
    }

    /// The store's row before the first.
    public var storeBase: StoreBase { StoreBase(base: base, openings: superblock.openings) }

    /// The superblock in both its places; each write has to be durable before the next begins.
    public mutating func superblockWrites() -> [ReserveWrite] {
        (0..<2).map { _ in
            superblock.generation += 1
            let slot = Int(superblock.generation & 1)
            return ReserveWrite(
                offset: slot * cursor.geometry.blockLength, bytes: superblock.encoded(cursor.geometry, seal))
        }
    }
}
