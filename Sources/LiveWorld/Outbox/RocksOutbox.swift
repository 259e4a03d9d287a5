import Glibc
import Journal
import Ports
import Synchronization

/// The outbox on RocksDB: chained records, durable first in a preallocated reserve file, where the newest
/// batches lie twice, and handed to the store by `absorb`, whose log is synced by `settle`.
///
/// Under the data directory: `outbox/` (the store), `outbox.reserve`, `outbox.lock`, `ballast`, and what was
/// found damaged: `outbox.damaged-<opening>`.
///
/// After a failed write the store takes nothing more: what is on the disk is known again only after a
/// restart, which verifies the chain. Calls block; they belong on the store lane, but for `appendReserve`.
public final class RocksOutbox: OutboxStore {
    /// What only one caller at a time may use: it is held while the store writes.
    private struct Work {
        let table: RocksTable
        let lock: DirectoryLock
        /// Why nothing is taken any more.
        var failure: String?
    }

    public let opening: OutboxOpening
    private let disk: DiskReserve
    private let work: Mutex<Work?>
    /// Held for moments only: `appendReserve` needs it while the store blocks.
    private let chain: Mutex<OutboxChain>
    private let reserve: ReserveFile

    /// Opens the store of `directory`, which is created if missing, and verifies every record of it. Damage
    /// does not stop it: `opening` tells. Throws `OutboxFault` when the directory is in use, cannot be read,
    /// has no room, or was written by a newer program.
    public convenience init(directory: String, limits: OutboxLimits = .trading) throws(OutboxFault) {
        try self.init(reserve: DiskReserve(directory: directory, limits: limits))
    }

    /// `geometry` is that of a reserve file that has to be laid out; one that exists keeps its own.
    init(reserve disk: DiskReserve, geometry: ReserveGeometry = .live) throws(OutboxFault) {
        self.disk = disk
        let opened = try OpenedOutbox(disk, geometry)
        opening = opened.opening
        reserve = opened.reserve
        chain = Mutex(opened.chain)
        work = Mutex(Work(table: opened.table, lock: opened.lock, failure: nil))
        disk.layBallast()
    }

    public var space: OutboxSpace { disk.space() }

    public func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try working { work throws(OutboxFault) in
            if let refusal = disk.refusal() { throw .full(refusal) }
            guard !records.isEmpty else { return chain.withLock { $0.head.sequence } }
            // Room in the ring is kept for hedges that may have to go past a store that is stuck.
            if chain.withLock({ $0.isRingHalfFull }) { try settle(&work) }
            let last: UInt64?
            do throws(OutboxFileFault) { last = try writeToRing(records) } catch {
                throw fail(&work, error.text)
            }
            guard let last else {
                throw .unavailable("a batch of \(records.count) rows does not fit the reserve file")
            }
            return last
        }
    }

    public func absorb() throws(OutboxFault) {
        try working { work throws(OutboxFault) in try hand(&work) }
    }

    public func settle() throws(OutboxFault) {
        try working { work throws(OutboxFault) in try settle(&work) }
    }

    public func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        guard !records.isEmpty else { return chain.withLock { $0.head.sequence } }
        var last: UInt64?
        do throws(OutboxFileFault) { last = try writeToRing(records) } catch {
            throw .unavailable(error.text)
        }
        guard let last else {
            throw .unavailable("the reserve file is full of rows the store has not taken")
        }
        return last
    }

    public func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {
        var stopped: (any Error)?
        do throws(OutboxFault) {
            try working(failureMatters: false) { work throws(OutboxFault) in
                do { try read(work.table, body) } catch { stopped = error }
            }
        } catch { throw error }
        if let stopped { throw stopped }
    }

    public func discard(before sequence: UInt64) throws(OutboxFault) {
        try working { work throws(OutboxFault) in
            if let refusal = disk.refusalToDiscard() { throw .unavailable(refusal) }
            try settle(&work)
            guard let base = try base(before: sequence, in: work.table) else { return }
            let moved = chain.withLock { chain -> (row: [UInt8], writes: [OutboxChain.ReserveWrite])? in
                chain.moveBase(to: base).map { (chain.storeBase.stored(SHA256Seal.seal), $0) }
            }
            guard let moved else { return }
            do throws(OutboxFileFault) { try reserve.write(moved.writes) } catch {
                throw fail(&work, error.text)
            }
            do throws(RocksTable.Fault) {
                try work.table.discard(through: base.sequence, base: moved.row)
            } catch {
                throw fail(&work, "the store refused to discard (\(error.text))")
            }
        }
    }

    public func close() {
        work.withLock { held in
            guard let lock = held?.lock else { return }
            foldLast(&held)
            reserve.close()
            // RocksDB flushes and closes as its table is released; the directory is free only after that.
            held = nil
            withExtendedLifetime(lock) {}
        }
    }
}

extension RocksOutbox {
    private func working<Answer: Sendable>(
        failureMatters: Bool = true, _ body: (inout Work) throws(OutboxFault) -> Answer
    ) throws(OutboxFault) -> Answer {
        try work.withLock { held throws(OutboxFault) in
            guard var work = held else { throw .unavailable("the outbox is closed") }
            if failureMatters, let failure = work.failure { throw .unavailable(failure) }
            defer { held = work }
            return try body(&work)
        }
    }

    /// Makes the batch durable in the reserve file, twice; `nil` if the ring has no room. The ring is written
    /// under the chain's lock, so that frames lie there in the chain's order.
    private func writeToRing(_ records: [[UInt8]]) throws(OutboxFileFault) -> UInt64? {
        try chain.withLock { chain throws(OutboxFileFault) in
            guard let plan = chain.extend(records, copies: 2) else { return nil }
            try reserve.write(plan.writes)
            return plan.last
        }
    }

    /// Hands to the store what it was not given yet; its log is not synced.
    private func hand(_ work: inout Work) throws(OutboxFault) {
        let records = chain.withLock { $0.unwritten }
        guard let last = records.last else { return }
        do throws(RocksTable.Fault) { try work.table.write(records, isSynced: false) } catch {
            throw fail(&work, "the store refused a batch (\(error.text))")
        }
        chain.withLock { $0.wrote(through: last.sequence) }
    }

    /// Makes the store hold durably what is only in the reserve file so far, whose room is free then.
    private func settle(_ work: inout Work) throws(OutboxFault) {
        try hand(&work)
        let written = chain.withLock { $0.pending.isEmpty ? nil : $0.writtenThrough }
        guard let written else { return }
        do throws(RocksTable.Fault) { try work.table.sync() } catch {
            throw fail(&work, "the store's log cannot be synced (\(error.text))")
        }
        chain.withLock { $0.stored(through: written) }
    }

    /// Before closing. Rows the store does not take stay in the reserve file; the next opening folds them.
    private func foldLast(_ held: inout Work?) {
        guard var work = held, work.failure == nil, disk.refusal() == nil else { return }
        do throws(OutboxFault) { try settle(&work) } catch { work.failure = "\(error)" }
        held = work
    }

    private func fail(_ work: inout Work, _ reason: String) -> OutboxFault {
        let text = "\(reason): the outbox takes nothing more until the node starts again"
        work.failure = text
        return .unavailable(text)
    }

    /// The record before `sequence`; `nil` if there is nothing to discard.
    private func base(before sequence: UInt64, in table: RocksTable) throws(OutboxFault) -> ChainHead? {
        let (base, head) = chain.withLock { ($0.base, $0.storedHead) }
        guard sequence > base.sequence + 1, sequence <= head.sequence + 1 else { return nil }
        if sequence == head.sequence + 1 { return head }
        do {
            let stored = try table.value(sequence)
            let reading = stored?.withUnsafeBytes { ChainedRecord.read($0, SHA256Seal.seal) }
            guard case .sound(let record)? = reading else {
                throw OutboxFault.corrupted(
                    sequence: sequence, detail: "the record to keep first does not verify")
            }
            return ChainHead(sequence: sequence - 1, hash: record.previous)
        } catch let fault as OutboxFault {
            throw fault
        } catch {
            throw .corrupted(sequence: sequence, detail: "\(error)")
        }
    }

    /// The store's records, verified again, then those that only the reserve file holds.
    private func read(_ table: RocksTable, _ body: (UInt64, [UInt8]) throws -> Void) throws {
        let (base, pending, expected) = chain.withLock { ($0.base, $0.pending, $0.head) }
        var head = base
        func take(_ record: ChainedRecord, _ payload: () -> [UInt8]) throws {
            guard record.sequence > head.sequence else { return }
            guard record.sequence == head.sequence + 1, record.previous == head.hash else {
                throw OutboxFault.corrupted(
                    sequence: head.sequence + 1, detail: "the record does not continue the one before it")
            }
            head = record.head
            try body(record.sequence, payload())
        }
        do {
            try table.scan { _, value in
                guard case .sound(let record) = ChainedRecord.read(value, SHA256Seal.seal) else {
                    throw OutboxFault.corrupted(
                        sequence: head.sequence + 1, detail: "the record does not match its own hash")
                }
                try take(record) { Array(ChainedRecord.payload(value)) }
            }
        } catch let fault as RocksTable.Fault {
            throw OutboxFault.corrupted(sequence: head.sequence + 1, detail: fault.text)
        }
        for record in pending { try take(record.record) { record.payload } }
        guard head.sequence >= expected.sequence else {
            throw OutboxFault.truncated(head: expected.sequence, found: head.sequence)
        }
    }
}
