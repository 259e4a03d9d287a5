import Orders
import TradingModel

/// Rows on their way to the store, one batch at a time (group commit), and what waits for each.
struct OutboxQueue {
    struct Row {
        var bytes: [UInt8]
        /// The order that waits for this row before it may be sent; `nil` for facts.
        var order: ClientOrderID?
        var isHedge = false
        /// What is loosened once it is durable.
        var loosening: UInt64?
        /// The run of a runbook that goes on once it is durable.
        var run: UInt64?
    }

    struct Batch {
        var rows: [Row]
        var beganAt: Moment
        /// Position of a checkpoint among its rows, if one is there.
        var checkpoint: Int?
        var checkpointAt: Moment
        /// Orders whose intents are in it: they are told when it is durable.
        var orders: [ClientOrderID] { rows.compactMap(\.order) }
        var loosenings: [UInt64] { rows.compactMap(\.loosening) }
        var runs: [UInt64] { rows.compactMap(\.run) }
    }

    /// A hedge's row and how long it has been waiting; it may take the reserve path.
    struct Hedge {
        var order: ClientOrderID
        var row: [UInt8]
        var since: Moment
    }

    /// Rows kept while the store is stuck, at most; then the node is told that its store has failed.
    static let capacity = 100_000

    /// How long a fact that nothing waits for may gather others: a hedge that is called for meanwhile finds
    /// the disk free, and its row goes out with theirs.
    static let gathering = Span.microseconds(1_500)

    private(set) var rows: [Row] = []
    /// When the rows go out; `nil` while there are none.
    private(set) var due: Moment?
    private var checkpoint: Int?
    private var checkpointAt = Moment.distantPast
    private(set) var current: Batch?
    private(set) var hedges: [Hedge] = []

    var isIdle: Bool { current == nil && rows.isEmpty }

    /// A fact. `isUrgent`: something is done once it is durable.
    mutating func add(_ row: [UInt8], isUrgent: Bool, at now: Moment) {
        append(Row(bytes: row), due: isUrgent ? now : now + OutboxQueue.gathering)
    }

    mutating func add(_ row: [UInt8], loosening number: UInt64) {
        append(Row(bytes: row, loosening: number), due: .distantPast)
    }

    mutating func add(_ row: [UInt8], run number: UInt64) {
        append(Row(bytes: row, run: number), due: .distantPast)
    }

    private mutating func append(_ row: Row, due moment: Moment) {
        precondition(rows.count < OutboxQueue.capacity, "the outbox queue is bounded")
        rows.append(row)
        due = min(due ?? moment, moment)
    }

    mutating func addCheckpoint(_ row: [UInt8], at now: Moment) {
        checkpoint = rows.count
        checkpointAt = now
        add(row, isUrgent: true, at: now)
    }

    mutating func add(_ row: [UInt8], of order: ClientOrderID, isHedge: Bool, at now: Moment) {
        append(Row(bytes: row, order: order, isHedge: isHedge), due: now)
        if isHedge { hedges.append(Hedge(order: order, row: row, since: now)) }
    }

    /// The next batch, unless one is under way or its rows are still gathering.
    mutating func take(at now: Moment) -> Batch? {
        guard current == nil, let due, due <= now else { return nil }
        let batch = Batch(
            rows: rows, beganAt: now, checkpoint: checkpoint, checkpointAt: checkpointAt)
        current = batch
        rows.removeAll()
        self.due = nil
        checkpoint = nil
        return batch
    }

    /// Rows that were refused come before those that are waiting.
    mutating func putBack(_ refused: [Row]) {
        guard !refused.isEmpty else { return }
        rows.insert(contentsOf: refused, at: 0)
        due = .distantPast
        if let place = checkpoint { checkpoint = place + refused.count }
    }

    mutating func finished() -> Batch {
        guard let batch = current else { preconditionFailure("a batch ends that never began") }
        current = nil
        let done = batch.orders
        hedges.removeAll { done.contains($0.order) }
        return batch
    }

    /// Hedges that have waited longer than `patience`: they are taken out, for the reserve path.
    mutating func overdue(_ patience: Span, at now: Moment) -> [Hedge] {
        guard let first = hedges.first, now - first.since > patience else { return [] }
        let late = hedges.filter { now - $0.since > patience }
        hedges.removeAll { now - $0.since > patience }
        return late
    }
}
