import Journal

/// The one file of a simulated store: batches in order, each whole or void, as a log that is replayed at
/// every
/// opening.
///
/// A batch: length (4) · its seal (32) · operations; an operation: key (8) · length (4) · stored record, or
/// the highest possible key and, in place of the length, how far to delete (8).
enum StoreLog {
    private static let deletion = UInt64.max
    private static let front = 4 + Fingerprint.length

    /// What the log amounts to.
    struct Content {
        var rows: [(key: UInt64, stored: [UInt8])] = []
        /// Where the sound part ends: a torn last batch is cut there.
        var length = 0
        /// A batch before the last does not verify: such a store refuses to open.
        var fault: String?
        /// Rows of whole batches behind the fault: what a repair finds.
        var behindFault: [(key: UInt64, stored: [UInt8])] = []
    }

    static func batch(_ records: [StoredRecord], base: [UInt8]? = nil, deleteThrough: UInt64? = nil)
        -> [UInt8]
    {
        var body: [UInt8] = []
        body.reserveCapacity(records.reduce(64) { $0 + $1.stored.count + 12 })
        if let deleteThrough {
            body += bytes(deletion)
            body += bytes(deleteThrough)
        }
        if let base { put(0, base, &body) }
        for record in records { put(record.sequence, record.stored, &body) }
        var batch = bytes(UInt32(body.count))
        batch.reserveCapacity(front + body.count)
        let seal = body.withUnsafeBytes {
            QuickSeal.seal(UnsafeRawBufferPointer(start: nil, count: 0), $0)
        }
        withUnsafeBytes(of: seal) { batch += $0 }
        batch += body
        return batch
    }

    static func read(_ log: [UInt8]) -> Content {
        log.withUnsafeBytes { log in
            var content = Content()
            var rows: [UInt64: [UInt8]] = [:]
            var offset = 0
            while let body = body(log, offset) {
                apply(body, &rows)
                offset += front + body.count
            }
            content.length = offset
            content.rows = sorted(rows)
            guard let next = nextBatch(log, behind: offset) else { return content }
            content.fault = "Corruption: a batch at \(offset) does not verify"
            var behind: [UInt64: [UInt8]] = [:]
            offset = next
            while offset < log.count {
                guard let body = body(log, offset) else {
                    offset += 1
                    continue
                }
                apply(body, &behind)
                offset += front + body.count
            }
            content.behindFault = sorted(behind)
            return content
        }
    }

    /// Where a sound batch begins behind one that is not; `nil` if none does, as after a torn last write.
    private static func nextBatch(_ log: UnsafeRawBufferPointer, behind offset: Int) -> Int? {
        var next = offset + 1
        while next + front < log.count {
            if body(log, next) != nil { return next }
            next += 1
        }
        return nil
    }

    private static func sorted(_ rows: [UInt64: [UInt8]]) -> [(key: UInt64, stored: [UInt8])] {
        rows.map { (key: $0.key, stored: $0.value) }.sorted { $0.key < $1.key }
    }

    private static func put(_ key: UInt64, _ stored: [UInt8], _ body: inout [UInt8]) {
        body += bytes(key)
        body += bytes(UInt32(stored.count))
        body += stored
    }

    private static func body(_ log: UnsafeRawBufferPointer, _ offset: Int) -> UnsafeRawBufferPointer? {
        guard offset + front < log.count else { return nil }
        let length = Int(UInt32(bigEndian: log.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        guard length > 0, offset + front + length <= log.count else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: log[(offset + front)..<(offset + front + length)])
        let seal = QuickSeal.seal(UnsafeRawBufferPointer(start: nil, count: 0), body)
        let isSound = withUnsafeBytes(of: seal) {
            $0.elementsEqual(UnsafeRawBufferPointer(rebasing: log[(offset + 4)..<(offset + front)]))
        }
        return isSound ? body : nil
    }

    private static func apply(_ body: UnsafeRawBufferPointer, _ rows: inout [UInt64: [UInt8]]) {
        var offset = 0
        while offset < body.count {
            let key = UInt64(bigEndian: body.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            if key == deletion {
                let last = UInt64(bigEndian: body.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
                rows = rows.filter { $0.key == 0 || $0.key > last }
                offset += 16
                continue
            }
            let length = UInt32(bigEndian: body.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self))
            rows[key] = Array(body[(offset + 12)..<(offset + 12 + Int(length))])
            offset += 12 + Int(length)
        }
    }

    private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
