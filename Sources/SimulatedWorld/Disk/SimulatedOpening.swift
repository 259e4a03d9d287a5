import Journal
import Ports

/// Opens what lies on a simulated disk, as the live outbox opens a directory.
struct SimulatedOpening {
    private let disk: SimulatedDisk
    private let seal = QuickSeal.seal

    init(_ disk: SimulatedDisk) { self.disk = disk }

    mutating func open() throws(OutboxFault) -> (OutboxChain, OutboxOpening) {
        let content = StoreLog.read(disk.store?.bytes ?? [])
        let (image, flaw) = try reserve()
        var inspection = ChainInspection(reserve: image, flaw: flaw, seal)
        for row in content.rows {
            Self.pair(row) { inspection.take(key: $0, value: $1) }
        }
        if let version = inspection.newerVersion {
            throw .unavailable("a newer program wrote here (format \(version))")
        }
        try step(.openingRead)
        let verdict = inspection.verdict(fault: content.fault)
        if case .broken(let reason) = verdict { return try rebuild(content, image, reason) }
        var missing: [StoredRecord] = []
        if case .behind(let records) = verdict { missing = records }
        let chain = try goOn(content, image, head: inspection.head, appending: missing)
        if inspection.hasDiscarded {
            disk.store?.append(StoreLog.batch([], deleteThrough: chain.base.sequence))
            disk.store?.sync()
        }
        try step(.openingCounted)
        var condition = OutboxOpening.Condition.intact
        if let first = missing.first {
            condition = .repaired("records \(first.sequence) to \(chain.head.sequence) came back")
        }
        if chain.repeatsDamage {
            condition = .damaged("found at an opening before; nothing was appended since")
        }
        return (chain, opening(chain, condition))
    }

    private func goOn(
        _ content: StoreLog.Content, _ image: ReserveImage?, head: ChainHead,
        appending missing: [StoredRecord]
    ) throws(OutboxFault) -> OutboxChain {
        if disk.store == nil { disk.store = SimulatedFile() }
        // A torn last batch was never acknowledged.
        disk.store?.cut(to: content.length)
        if !missing.isEmpty {
            disk.store?.append(StoreLog.batch(missing))
            disk.store?.sync()
            try step(.openingRepaired)
        }
        var chain: OutboxChain
        if let image {
            chain = OutboxChain(reopening: image, at: missing.last?.record.head ?? head, seal)
            for write in chain.superblockWrites() {
                disk.reserve?.write(write.bytes, at: write.offset)
                try step(.reserveWritten)
                disk.reserve?.sync()
            }
        } else {
            chain = OutboxChain(new: SimulatedDisk.geometry, seal)
            disk.reserve = Self.blank(&chain)
        }
        disk.store?.append(StoreLog.batch([], base: chain.storeBase.stored(seal)))
        disk.store?.sync()
        return chain
    }

    private func rebuild(
        _ content: StoreLog.Content, _ image: ReserveImage?, _ reason: String
    ) throws(OutboxFault) -> (OutboxChain, OutboxOpening) {
        var salvage = Salvage(reserve: image, seal)
        for row in content.rows + content.behindFault {
            Self.pair(row) { salvage.take(key: $0, value: $1) }
        }
        let result = salvage.result()
        var chain = OutboxChain(
            new: SimulatedDisk.geometry, base: result.base, head: result.head,
            openings: result.openings + 1, isDamaged: !result.isComplete, seal)
        let reserve = Self.blank(&chain)
        // One step: the live store's renames are made so that a crash between them is completed.
        disk.store = SimulatedFile(StoreLog.batch(result.records, base: chain.storeBase.stored(seal)))
        disk.reserve = reserve
        disk.damaged += 1
        try step(.openingRepaired)
        try step(.openingCounted)
        let text = "\(reason): \(result.account)"
        return (chain, opening(chain, result.isComplete ? .repaired(text) : .damaged(text)))
    }

    private func opening(_ chain: OutboxChain, _ condition: OutboxOpening.Condition) -> OutboxOpening {
        OutboxOpening(
            condition: condition, openings: chain.openings,
            rows: chain.head.sequence - chain.base.sequence)
    }

    private func reserve() throws(OutboxFault) -> (image: ReserveImage?, flaw: String?) {
        guard let bytes = disk.reserve?.bytes else { return (nil, nil) }
        let reading = bytes.withUnsafeBytes {
            ReserveImage.read($0, blockLength: SimulatedDisk.geometry.blockLength, seal)
        }
        switch reading {
        case .found(let image): return (image, nil)
        case .unreadable(let text): return (nil, text)
        case .newer(let version): throw .unavailable("a newer program wrote here (format \(version))")
        }
    }

    private func step(_ step: StoreStep) throws(OutboxFault) {
        disk.onStep?(step)
        if disk.isDead { throw .unavailable("the process is dead") }
    }

    private static func pair(
        _ row: (key: UInt64, stored: [UInt8]),
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) {
        withUnsafeBytes(of: row.key.bigEndian) { key in row.stored.withUnsafeBytes { body(key, $0) } }
    }

    private static func blank(_ chain: inout OutboxChain) -> SimulatedFile {
        let geometry = SimulatedDisk.geometry
        var file = SimulatedFile([UInt8](repeating: 0, count: geometry.fileLength))
        for write in chain.superblockWrites() { file.write(write.bytes, at: write.offset) }
        file.sync()
        return file
    }
}

extension SimulatedDisk {
    /// The log without what was deleted from it; replaced in one step, as a store does it.
    func compactStore() {
        guard let log = store?.bytes else { return }
        let content = StoreLog.read(log)
        var records: [StoredRecord] = []
        var base: [UInt8]?
        for row in content.rows {
            if row.key == 0 { base = row.stored }
            guard row.key > 0,
                case .sound(let record) = row.stored.withUnsafeBytes({
                    ChainedRecord.read($0, QuickSeal.seal)
                })
            else { continue }
            records.append(StoredRecord(record, stored: row.stored))
        }
        store = SimulatedFile(StoreLog.batch(records, base: base))
    }
}
