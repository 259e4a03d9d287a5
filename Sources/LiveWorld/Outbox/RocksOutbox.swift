import Glibc
import Ports
import Synchronization

/// The outbox on RocksDB: synced batches of chained records, the head mirrored in a second file.
///
/// Under the data directory: `outbox/` (the store), `outbox.head` (the mirror), `outbox.lock`, `ballast`.
///
/// After a failed write the store takes nothing more: what is on the disk is known again only after a
/// restart, which verifies the chain. All calls block; they belong on the store lane.
public final class RocksOutbox: OutboxStore {
    private struct State {
        let table: RocksTable
        let mirror: HeadMirror
        let lock: DirectoryLock
        var head: ChainHead
        /// Why nothing is taken any more.
        var failure: String?
    }

    private let reserve: DiskReserve
    private let state: Mutex<State?>

    /// Opens the store of `directory`, which is created if missing, and verifies every record of it.
    /// Throws `OutboxFault`.
    public convenience init(directory: String, limits: OutboxLimits = .trading) throws(OutboxFault) {
        try self.init(reserve: DiskReserve(directory: directory, limits: limits))
    }

    init(reserve: DiskReserve) throws(OutboxFault) {
        self.reserve = reserve
        let directory = reserve.directory
        try RocksOutbox.makeDirectory(directory)
        let lock = try RocksOutbox.lock(directory)
        if let refusal = reserve.makeRoomToOpen() { throw .unavailable(refusal) }
        let table: RocksTable
        do {
            table = try RocksTable(directory + "/outbox")
        } catch {
            throw RocksOutbox.openingFault(error)
        }
        let (mirror, head) = try RocksOutbox.openMirror(directory, of: table)
        reserve.layBallast()
        state = Mutex(State(table: table, mirror: mirror, lock: lock, head: head, failure: nil))
    }

    public func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        let outcome = state.withLock { held in
            Result { () throws(OutboxFault) in
                guard var state = held else { throw .unavailable("the outbox is closed") }
                defer { held = state }
                return try append(records, to: &state)
            }
        }
        return try outcome.get()
    }

    public var opening: OutboxOpening { OutboxOpening(condition: .intact, openings: 0, rows: 0) }
    public func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 { try append(records) }
    public func discard(before sequence: UInt64) throws(OutboxFault) {}

    public func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {
        try state.withLock { state in
            guard let state else { throw OutboxFault.unavailable("the outbox is closed") }
            let found = try RocksOutbox.verify(state.table) { try body($0.sequence, $0.payload) }
            guard found == state.head else {
                throw OutboxFault.truncated(head: state.head.sequence, found: found.sequence)
            }
        }
    }

    public func close() {
        state.withLock { state in
            // RocksDB flushes and closes as its table is released; the directory is free only after that.
            let lock = state?.lock
            state = nil
            withExtendedLifetime(lock) {}
        }
    }

    private func append(_ records: [[UInt8]], to state: inout State) throws(OutboxFault) -> UInt64 {
        if let failure = state.failure { throw .unavailable(failure) }
        guard !records.isEmpty else { return state.head.sequence }
        if let refusal = reserve.refusal() { throw .unavailable(refusal) }
        var head = state.head
        var pairs: [(key: [UInt8], value: [UInt8])] = []
        pairs.reserveCapacity(records.count)
        for payload in records {
            let record = ChainedRecord(sequence: head.sequence + 1, previous: head.hash, payload: payload)
            pairs.append((ChainedRecord.key(record.sequence), record.stored))
            head = ChainHead(sequence: record.sequence, hash: record.hash)
        }
        do {
            try state.table.write(pairs)
        } catch {
            throw fail(&state, "the store refused a batch (\(error.text))")
        }
        do {
            try state.mirror.record(head)
        } catch {
            throw fail(&state, error.text)
        }
        state.head = head
        return head.sequence
    }

    private func fail(_ state: inout State, _ reason: String) -> OutboxFault {
        state.failure = "\(reason): the outbox takes nothing more until the node starts again"
        return .unavailable(state.failure ?? reason)
    }
}

// MARK: Opening

extension RocksOutbox {
    private static func makeDirectory(_ path: String) throws(OutboxFault) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw .unavailable("data directory \(path) cannot be created: \(String(cString: strerror(errno)))")
    }

    private static func lock(_ directory: String) throws(OutboxFault) -> DirectoryLock {
        do {
            return try DirectoryLock(directory + "/outbox.lock")
        } catch {
            switch error {
            case .file(let fault): throw .unavailable(fault.text)
            case .held(let holder):
                let who = holder.map { "process \($0)" } ?? "another process"
                throw .inUse(
                    "\(who) holds data directory \(directory): stop it, or give this node its own directory")
            }
        }
    }

    private static func openingFault(_ fault: RocksTable.Fault) -> OutboxFault {
        let text = fault.text
        if text.hasPrefix("Corruption") { return .corrupted(sequence: 0, detail: text) }
        return .unavailable(text)
    }

    /// Verifies the chain against the mirror; answers the mirror, up to date, and the chain's head.
    ///
    /// The store may be ahead of the mirror by a batch that a crash cut off before its mirror write; never
    /// behind.
    private static func openMirror(
        _ directory: String, of table: RocksTable
    ) throws(OutboxFault) -> (HeadMirror, ChainHead) {
        let path = directory + "/outbox.head"
        let opened: (mirror: HeadMirror, head: ChainHead)?
        do { opened = try HeadMirror.open(path) } catch { throw .corrupted(sequence: 0, detail: error.text) }
        var hashThere = ChainedRecord.genesis
        let head = try verifyAll(table) { record in
            if record.sequence == opened?.head.sequence { hashThere = record.hash }
        }
        guard let opened else {
            guard head.sequence == 0 else {
                throw .corrupted(
                    sequence: head.sequence,
                    detail: "the head mirror is missing: whether records are lost is not known")
            }
            do { return (try HeadMirror.create(path), head) } catch { throw .unavailable(error.text) }
        }
        guard head.sequence >= opened.head.sequence else {
            throw .truncated(head: opened.head.sequence, found: head.sequence)
        }
        guard hashThere == opened.head.hash else {
            throw .corrupted(
                sequence: opened.head.sequence, detail: "the record is not the one the head mirror remembers")
        }
        if head != opened.head {
            do { try opened.mirror.record(head) } catch { throw .unavailable(error.text) }
        }
        return (opened.mirror, head)
    }

    private static func verifyAll(
        _ table: RocksTable, _ body: (ChainedRecord) -> Void
    ) throws(OutboxFault) -> ChainHead {
        do {
            return try verify(table, body)
        } catch let fault as OutboxFault {
            throw fault
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Reads the whole chain; answers its head. Throws what `body` throws, and `OutboxFault`.
    private static func verify(_ table: RocksTable, _ body: (ChainedRecord) throws -> Void) throws
        -> ChainHead
    {
        var head = ChainHead()
        do {
            try table.scan { key, value in
                let expected = head.sequence + 1
                guard let record = ChainedRecord(stored: value) else {
                    throw OutboxFault.corrupted(
                        sequence: expected, detail: "the record does not match its own hash")
                }
                guard record.sequence == expected, Array(key) == ChainedRecord.key(expected) else {
                    throw OutboxFault.corrupted(
                        sequence: expected, detail: "record \(record.sequence) stands where it should be")
                }
                guard record.previous == head.hash else {
                    throw OutboxFault.corrupted(
                        sequence: expected, detail: "the record does not continue the one before it")
                }
                head = ChainHead(sequence: expected, hash: record.hash)
                try body(record)
            }
        } catch let fault as RocksTable.Fault {
            throw OutboxFault.corrupted(sequence: head.sequence + 1, detail: fault.text)
        }
        return head
    }
}
