/// One batch in the ring of a reserve file: consecutive records, whole blocks, sealed as one. A torn or
/// rotten
/// frame fails its seal and counts as not written.
struct RingFrame {
    static let magic = Array("arbring".utf8)
    private static let magicNumber = magic.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    static let version: UInt8 = 1
    static let headerLength = 48 + Fingerprint.length

    let serial: UInt64
    let firstBlock: Int
    let blocks: Int
    let records: [StoredRecord]

    enum Reading {
        case sound(RingFrame)
        case newer(UInt8)
        /// No frame begins in this block.
        case none
    }

    static func blocks(for records: [StoredRecord], _ geometry: ReserveGeometry) -> Int {
        let length = records.reduce(headerLength) { $0 + 4 + $1.stored.count }
        return (length + geometry.blockLength - 1) / geometry.blockLength
    }

    /// The bytes of a frame that begins in `firstBlock`, padded to whole blocks.
    static func encode(
        _ records: [StoredRecord], serial: UInt64, firstBlock: Int, _ geometry: ReserveGeometry, _ seal: Seal
    ) -> [UInt8] {
        precondition(!records.isEmpty, "a frame holds records")
        let blocks = RingFrame.blocks(for: records, geometry)
        var front = magic
        front.reserveCapacity(blocks * geometry.blockLength)
        front.append(version)
        front.append(bigEndian: serial)
        front.append(bigEndian: records[0].sequence)
        front.append(bigEndian: records[records.count - 1].sequence)
        front.append(bigEndian: UInt32(blocks))
        front.append(bigEndian: UInt32(records.count))
        front.append(bigEndian: UInt32(records.reduce(0) { $0 + 4 + $1.stored.count }))
        front.append(bigEndian: UInt32(firstBlock))
        var body: [UInt8] = []
        body.reserveCapacity(blocks * geometry.blockLength)
        for record in records {
            body.append(bigEndian: UInt32(record.stored.count))
            body += record.stored
        }
        let hash = front.withUnsafeBytes { front in body.withUnsafeBytes { seal(front, $0) } }
        front.append(hash)
        front += body
        front += repeatElement(0, count: blocks * geometry.blockLength - front.count)
        return front
    }

    /// Reads the frame that begins in ring block `firstBlock` of a whole file's bytes.
    static func read(
        _ file: UnsafeRawBufferPointer, firstBlock: Int, _ geometry: ReserveGeometry, _ seal: Seal
    ) -> Reading {
        let start = geometry.offset(ofRingBlock: firstBlock)
        guard file.count >= start + geometry.blockLength else { return .none }
        let rest = UnsafeRawBufferPointer(rebasing: file[start...])
        // Every block of a file is asked: one comparison of numbers.
        let word: UInt64 = rest.integer(at: 0)
        guard word >> 8 == magicNumber else { return .none }
        let blocks: UInt32 = rest.integer(at: 32)
        let length: UInt32 = rest.integer(at: 40)
        let place: UInt32 = rest.integer(at: 44)
        let end = headerLength + Int(length)
        guard Int(place) == firstBlock, firstBlock + Int(blocks) <= geometry.ringBlocks,
            end <= Int(blocks) * geometry.blockLength, end <= rest.count
        else { return .none }
        let body = UnsafeRawBufferPointer(rebasing: rest[headerLength..<end])
        guard seal(UnsafeRawBufferPointer(rebasing: rest[..<48]), body) == Fingerprint(rest, at: 48) else {
            return .none
        }
        guard rest[7] == version else { return .newer(rest[7]) }
        let rows: UInt32 = rest.integer(at: 36)
        guard let records = records(body, count: Int(rows), seal) else { return .none }
        return .sound(
            RingFrame(
                serial: rest.integer(at: 8), firstBlock: firstBlock, blocks: Int(blocks), records: records))
    }

    private static func records(
        _ body: UnsafeRawBufferPointer, count: Int, _ seal: Seal
    ) -> [StoredRecord]? {
        var records: [StoredRecord] = []
        var offset = 0
        while offset + 4 <= body.count {
            let length: UInt32 = body.integer(at: offset)
            let end = offset + 4 + Int(length)
            guard end <= body.count else { return nil }
            let stored = UnsafeRawBufferPointer(rebasing: body[(offset + 4)..<end])
            guard case .sound(let record) = ChainedRecord.read(stored, seal) else { return nil }
            records.append(StoredRecord(record, stored: Array(stored)))
            offset = end
        }
        return records.count == count && count > 0 ? records : nil
    }
}
