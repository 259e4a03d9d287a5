import Audit
import Console
import Control
import Engine
import Journal
import LiveWorld
import Node
import Orders
import Ports
import Synchronization
import TradingModel

/// Keeps a node's audit log: every durable row is looked at, what it changes is appended, heads are signed.
/// On a lane of its own, because files block; what it is given waits in an inbox that nobody waits for.
actor AuditKeeper: TimelineTelling {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private nonisolated let inbox = Mutex<[DurableRow]>([])
    private let directory: String
    private let time: any Timekeeper
    private let instruments: [Instrument]
    private let names: RowNames
    private var file: AuditFile
    private var trail = StateTrail()
    /// Rows beyond the mark whose changes are in the log already: they are followed and not written again.
    private var known: Set<UInt64> = []
    private var mark: RowMark
    /// Changes that could not be written yet.
    private var pending: [(row: UInt64, change: StateChange)] = []
    /// The newest rows of any kind, for `timeline`.
    private var recent = RecentRows()
    private var signedAt = Moment.distantPast
    private var isUnsigned = false
    private var isStuck = false
    private var isClosed = false
    private var trouble: (@Sendable (Trouble) -> Void)?

    enum Trouble: Hashable, Sendable {
        case damaged(String)
        case stuck(String)
    }

    /// A head is signed this often where something was added, and once an hour in any case.
    static let minute = Span.seconds(60)
    static let hour = Span.seconds(3_600)

    init(_ policy: EnginePolicy, in directory: String, lane: any Lane, time: any Timekeeper) throws(FileFault)
    {
        self.lane = lane
        self.directory = directory
        self.time = time
        instruments = policy.instruments
        let (venues, symbols) = (policy.venues.map(\.name), policy.instruments.map(\.symbol))
        names = RowNames(
            venue: { name in venues.firstIndex(of: name).map { VenueID($0) } },
            instrument: { symbol in symbols.firstIndex(of: symbol).map { InstrumentID($0) } })
        var lines: [(row: UInt64, change: StateChange)] = []
        var seen: UInt64 = 0
        let opened = try AuditFile(in: directory) { line in
            guard let entry = AuditEntry(line) else { return }
            if let change = entry.change {
                lines.append((entry.row, change))
            } else {
                seen = max(seen, entry.row)
            }
        }
        // Behind a damaged log everything that the outbox still knows is written again.
        if opened.damaged != nil { (lines, seen) = ([], 0) }
        mark = RowMark(seen)
        var trail = StateTrail()
        for line in lines where line.row <= seen { trail.resume(line.change) }
        self.trail = trail
        known = Set(lines.map(\.row).filter { $0 > seen })
        file = opened
    }

    // MARK: Rows

    /// May be called from anywhere; never waits.
    nonisolated var witness: RowWitness {
        { rows in
            let isFirst = self.inbox.withLock { held in
                defer { held += rows }
                return held.isEmpty
            }
            guard isFirst else { return }
            Task(executorPreference: self.lane) { await self.lookAtInbox() }
        }
    }

    private func lookAtInbox() {
        let rows = inbox.withLock { held in
            defer { held.removeAll() }
            return held
        }
        take(rows)
    }

    private func take(_ rows: [DurableRow]) {
        for row in rows {
            recent.add(row)
            // A row that this version does not know would have stopped the start.
            guard mark.take(row.sequence), let record = try? OutboxRecord(row.bytes, names: names) else {
                continue
            }
            let changes = trail.take(record)
            guard known.remove(row.sequence) == nil else { continue }
            for change in changes { pending.append((row.sequence, change)) }
        }
        flush()
    }

    /// What cannot be written now is tried again a second later.
    private func flush() {
        guard !pending.isEmpty else { return }
        do throws(FileFault) {
            if isStuck { try reopen() }
            let changes = pending
            try file.append { chain in changes.flatMap { chain.add($0.change, row: $0.row) } }
            pending.removeAll()
            (isStuck, isUnsigned) = (false, true)
        } catch { stuck(error) }
    }

    /// After a failed write: what lies on the disk is verified again, and a line that was cut off goes.
    private func reopen() throws(FileFault) {
        file = try AuditFile(in: directory)
        if let damaged = file.damaged { tell(.damaged(damaged)) }
    }

    private func stuck(_ fault: FileFault) {
        if !isStuck { tell(.stuck("\(fault)")) }
        isStuck = true
    }

    // MARK: Heads

    /// From here on troubles are told, that of the opening first; the log's first head stands.
    func begin(telling trouble: @escaping @Sendable (Trouble) -> Void) {
        self.trouble = trouble
        if let damaged = file.damaged { tell(.damaged(damaged)) }
        sign("start")
    }

    private func tell(_ what: Trouble) { trouble?(what) }

    /// Until `close`.
    func run() async {
        while !isClosed {
            do { try await time.sleep(until: time.now + .seconds(1)) } catch { return }
            lookAtInbox()
            flush()
            let age = time.now - signedAt
            if isUnsigned, age >= AuditKeeper.minute {
                sign("minute")
            } else if age >= AuditKeeper.hour {
                sign("hour")
            }
        }
    }

    private func sign(_ cause: String) {
        let (now, row) = (time.now, mark.through)
        // A head says that all before its row is in the log.
        guard pending.isEmpty else { return }
        do throws(FileFault) {
            if isStuck { try reopen() }
            try file.appendHead { chain, key in
                chain.sign(at: now, row: row, cause: cause, key: key.verifying.name) { key.sign($0) }
            }
            (signedAt, isUnsigned, isStuck) = (now, false, false)
        } catch { stuck(error) }
    }

    /// The last rows, then a last head; call it once the outbox is closed.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        lookAtInbox()
        sign("shutdown")
    }

    /// What a report carries away from this machine: the newest signed place.
    var head: (sequence: UInt64, hash: String, key: String) {
        (file.chain.head.sequence, file.chain.head.hash.hexadecimal, file.key.verifying.name)
    }

    /// The key that signs, for what is archived.
    func signer() -> SigningKey { file.key }

    // MARK: Timeline

    func timeline(_ question: TimelineQuestion) async throws(ControlFault) -> TimelineAnswer {
        lookAtInbox()
        let lines: [[UInt8]]
        do throws(FileFault) { lines = try AuditReport.lines(directory) ?? [] } catch {
            throw ControlFault(.conflict, "\(error)", remedy: "arbnode audit verify says more")
        }
        var timeline = Timeline(question)
        for line in lines { if let entry = AuditEntry(line[...]) { timeline.add(entry) } }
        for row in recent.rows {
            // A row that this version does not know would have stopped the start.
            guard let record = try? OutboxRecord(row.bytes, names: names),
                let line = RowLine(record, instruments)
            else { continue }
            timeline.add(line, row: row.sequence)
        }
        return timeline.answer(rowsFrom: recent.from(names, instruments))
    }
}

/// Up to which row all were looked at. The reserve path overtakes the store, and a batch that was refused may
/// have been written all the same: what comes out of turn is remembered until the gap is closed.
struct RowMark {
    private(set) var through: UInt64
    private var beyond: Set<UInt64> = []
    private var hasBegun = false
    /// A gap that stays open for so many rows is never closed.
    static let patience = 200_000

    init(_ through: UInt64) { self.through = through }

    /// Answers whether the row was not looked at before.
    mutating func take(_ row: UInt64) -> Bool {
        guard row > through else { return false }
        // What lies before the first row that is left was forgotten.
        if !hasBegun { through = max(through, row - 1) }
        hasBegun = true
        guard row > through, beyond.insert(row).inserted else { return false }
        while beyond.remove(through + 1) != nil { through += 1 }
        if beyond.count > RowMark.patience {
            through = beyond.max() ?? through
            beyond = []
        }
        return true
    }
}

/// The newest rows, at most so many.
struct RecentRows {
    static let capacity = 20_000
    private var ring: [DurableRow] = []
    private var next = 0

    mutating func add(_ row: DurableRow) {
        if ring.count < RecentRows.capacity { return ring.append(row) }
        ring[next] = row
        next = (next + 1) % RecentRows.capacity
    }

    var rows: [DurableRow] { Array(ring[next...] + ring[..<next]) }

    /// When the oldest of them that tells a time was.
    func from(_ names: RowNames, _ instruments: [Instrument]) -> Moment? {
        for row in rows {
            // A row that this version does not know would have stopped the start.
            guard let record = try? OutboxRecord(row.bytes, names: names) else { continue }
            if let line = RowLine(record, instruments) { return line.at }
        }
        return nil
    }
}
