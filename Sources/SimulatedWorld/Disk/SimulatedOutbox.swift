import Journal
import Ports
import TradingModel

/// The outbox of a simulated node: the live one's chain, formats and verdicts (`Journal`) over a simulated
/// disk.
public final class SimulatedOutbox: OutboxStore, @unchecked Sendable {
    public let opening: OutboxOpening
    private let disk: SimulatedDisk
    private let life: Int
    private var chain: OutboxChain
    private var isOpen = true
    /// Why nothing is taken any more.
    private var failure: String?
    private var reserveFailure: String?

    /// Opens what lies on `disk`. Throws `OutboxFault` if the process dies on the way, or the disk fails.
    public init(_ disk: SimulatedDisk) throws(OutboxFault) {
        self.disk = disk
        disk.life += 1
        disk.isDead = false
        life = disk.life
        var opener = SimulatedOpening(disk)
        (chain, opening) = try opener.open()
    }

    public var space: OutboxSpace { disk.isFull ? .exhausted : .ample }

    public func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try checkStore()
        if disk.isFull { throw .unavailable("no space left on device") }
        guard !records.isEmpty else { return chain.head.sequence }
        try step(.begun)
        if chain.isRingHalfFull { try settleRows() }
        return try writeToRing(records, ifFull: "the batch does not fit the reserve file")
    }

    public func absorb() throws(OutboxFault) {
        try checkStore()
        try writeRows()
    }

    public func settle() throws(OutboxFault) {
        try checkStore()
        try settleRows()
    }

    public func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try check()
        guard !records.isEmpty else { return chain.head.sequence }
        if let reserveFailure { throw .unavailable(reserveFailure) }
        try step(.begun)
        return try writeToRing(
            records, ifFull: "the reserve file is full of rows the store has not taken")
    }

    public func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {
        try check()
        var head = chain.base
        for row in StoreLog.read(disk.store?.bytes ?? []).rows where row.key > head.sequence {
            let reading = row.stored.withUnsafeBytes { ChainedRecord.read($0, chain.seal) }
            guard case .sound(let record) = reading, record.previous == head.hash else {
                throw OutboxFault.corrupted(sequence: row.key, detail: "the record does not verify")
            }
            head = record.head
            try body(row.key, StoredRecord(record, stored: row.stored).payload)
        }
        for record in chain.pending where record.sequence > head.sequence {
            head = record.record.head
            try body(record.sequence, record.payload)
        }
        guard head.sequence >= chain.head.sequence else {
            throw OutboxFault.truncated(head: chain.head.sequence, found: head.sequence)
        }
    }

    public func discard(before sequence: UInt64) throws(OutboxFault) {
        try checkStore()
        try settleRows()
        guard sequence > chain.base.sequence + 1, sequence <= chain.head.sequence + 1 else { return }
        let content = StoreLog.read(disk.store?.bytes ?? [])
        guard let last = content.rows.first(where: { $0.key == sequence - 1 }),
            case .sound(let record) = last.stored.withUnsafeBytes({ ChainedRecord.read($0, chain.seal) })
        else { throw .corrupted(sequence: sequence - 1, detail: "the record to forget last does not verify") }
        guard let writes = chain.moveBase(to: record.head) else { return }
        try writeReserve(writes)
        try step(.baseMoved)
        let base = chain.storeBase.stored(chain.seal)
        try appendToStore(StoreLog.batch([], base: base, deleteThrough: record.sequence))
        try step(.rowsWritten)
        disk.store?.sync()
        try step(.rowsDeleted)
        disk.compactStore()
        try step(.compacted)
    }

    public func close() {
        guard isOpen, !disk.isDead, disk.life == life else { return }
        if failure == nil, disk.fault == nil, !disk.isFull {
            // What the store does not take stays in the reserve file; the next opening folds it.
            do throws(OutboxFault) { try settleRows() } catch { failure = "\(error)" }
        }
        isOpen = false
    }
}

extension SimulatedOutbox {
    private func checkStore() throws(OutboxFault) {
        try check()
        if let failure { throw .unavailable(failure) }
        if let fault = disk.fault { throw fault }
    }

    private func check() throws(OutboxFault) {
        guard isOpen else { throw .unavailable("the store is closed") }
        guard !disk.isDead, disk.life == life else { throw .unavailable("the process is dead") }
    }

    private func step(_ step: StoreStep) throws(OutboxFault) {
        disk.onStep?(step)
        try check()
    }

    private func writeToRing(
        _ records: [[UInt8]], ifFull refusal: String
    ) throws(OutboxFault) -> UInt64 {
        guard let plan = chain.extend(records, copies: 2) else { throw .unavailable(refusal) }
        try writeReserve(plan.writes)
        try step(.acknowledged)
        return plan.last
    }

    private func appendToStore(_ batch: [UInt8]) throws(OutboxFault) {
        if disk.failsStore {
            failure = "the store refused a batch: it takes nothing more until the node starts again"
            throw .unavailable(failure ?? "")
        }
        disk.store?.append(batch)
    }

    private func writeRows() throws(OutboxFault) {
        let rows = chain.unwritten
        guard let last = rows.last else { return }
        try appendToStore(StoreLog.batch(rows))
        chain.wrote(through: last.sequence)
        try step(.rowsWritten)
    }

    private func settleRows() throws(OutboxFault) {
        guard !chain.pending.isEmpty else { return }
        try writeRows()
        if !planted(.skipSync) { disk.store?.sync() }
        try step(.rowsSynced)
        chain.stored(through: chain.writtenThrough)
    }

    private func writeReserve(_ writes: [OutboxChain.ReserveWrite]) throws(OutboxFault) {
        for write in writes {
            if disk.failsReserve {
                // What lies in the file now is not known: nothing may follow it.
                reserveFailure = "the reserve file cannot be written"
                failure = reserveFailure
                throw .unavailable("the reserve file cannot be written")
            }
            disk.reserve?.write(write.bytes, at: write.offset)
            try step(.reserveWritten)
            if !planted(.skipSync) { disk.reserve?.sync() }
        }
        try step(.reserveSynced)
    }
}
