/// A file whose last writes may not have reached the disk yet.
struct SimulatedFile {
    /// What a reader sees.
    private(set) var bytes: [UInt8]
    /// Writes since the last sync, oldest first, each with what it replaced.
    private var unsynced: [Write] = []

    private struct Write {
        let offset: Int
        let old: [UInt8]
        let new: [UInt8]
    }

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    /// Writes at `offset`, which is at most the file's end.
    mutating func write(_ new: [UInt8], at offset: Int) {
        let end = min(bytes.count, offset + new.count)
        unsynced.append(Write(offset: offset, old: Array(bytes[offset..<end]), new: new))
        bytes.replaceSubrange(offset..<end, with: new)
    }

    mutating func append(_ new: [UInt8]) {
        unsynced.append(Write(offset: bytes.count, old: [], new: new))
        bytes += new
    }

    mutating func sync() { unsynced.removeAll(keepingCapacity: true) }

    /// A power cut: of each unsynced write some of its beginning survives, as `random` has it.
    mutating func crash(_ policy: SimulatedDisk.CrashPolicy, _ random: inout SeededSequence) {
        for write in unsynced.reversed() {
            let end = write.offset + write.new.count
            bytes.replaceSubrange(write.offset..<min(end, bytes.count), with: write.old)
        }
        for write in unsynced {
            let survives: Int
            switch policy {
            case .synced: survives = 0
            case .everything: survives = write.new.count
            case .torn: survives = Int(random.between(0, Int64(write.new.count)))
            case .reordered: survives = Int(random.between(0, 1)) * write.new.count
            }
            guard survives > 0 else { continue }
            // A later write may survive where an earlier one did not: the hole reads as zeros.
            if bytes.count < write.offset {
                bytes += repeatElement(0, count: write.offset - bytes.count)
            }
            let end = min(bytes.count, write.offset + survives)
            bytes.replaceSubrange(write.offset..<max(write.offset, end), with: write.new[..<survives])
        }
        unsynced = []
    }

    mutating func flip(bit: Int) { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
    mutating func cut(to length: Int) { bytes.removeLast(max(0, bytes.count - length)) }
}
