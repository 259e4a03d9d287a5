import Engine
import Orders
import Ports
import Runbooks
import TradingModel

/// Where a drill's node dies: at the row of a run's entry, by its number among all of them.
struct DrillCut: Hashable, Sendable {
    enum Side: String, Hashable, Sendable, CaseIterable {
        /// The row never became durable: what came before has been done.
        case before
        /// The row is durable: what it announces has not been done.
        case after
    }
    var row: Int
    var side: Side
}

/// What became durable in a drill, of runs and of what their steps brought about.
///
/// One thread only, like all of a simulation.
final class DrillRows: @unchecked Sendable {
    private let names: RowNames
    private(set) var entries: [RunbookRow] = []
    /// Rows of effects, by what they say: mode, kill, venue's mode, risk index.
    private(set) var effects: [String: Int] = [:]
    /// Orders by their ids, with the venue's name, and which of them a venue refused, in order.
    private var orders: [ClientOrderID: (intent: OrderIntent, venue: String)] = [:]
    private var refusals: [ClientOrderID] = []
    /// Why the mode is what it is.
    private(set) var lastMode: String?
    private(set) var count = 0
    private(set) var secrets = 0
    private var cut: DrillCut?
    private(set) var wasCut = false

    init(_ policy: EnginePolicy, cut: DrillCut?) {
        self.cut = cut
        let venues = policy.venues.map(\.name)
        let symbols = policy.instruments.map(\.symbol)
        names = RowNames(
            venue: { name in venues.firstIndex(of: name).map { VenueID($0) } },
            instrument: { symbol in symbols.firstIndex(of: symbol).map { InstrumentID($0) } })
    }

    /// Whether the node dies with this batch; each cut once.
    func cuts(_ records: [[UInt8]], _ side: DrillCut.Side) -> Bool {
        guard let cut, cut.side == side else { return false }
        let news = records.count { isEntry($0) }
        let first = side == .before ? entries.count : entries.count - news
        guard news > 0, (first..<(first + news)).contains(cut.row) else { return false }
        self.cut = nil
        wasCut = true
        return true
    }

    private func isEntry(_ bytes: [UInt8]) -> Bool { bytes.count > 1 && bytes[1] == 30 }

    func durable(_ bytes: [UInt8]) {
        count += 1
        if Canary.stands(in: bytes) { secrets += 1 }
        let record: OutboxRecord
        do throws(OutboxRecord.Fault) { record = try OutboxRecord(bytes, names: names) } catch {
            preconditionFailure("a row that cannot be read was written: \(error)")
        }
        switch record {
        case .runbook(let row): entries.append(row)
        case .intended(let intent, let venue, _): orders[intent.id] = (intent, venue)
        case .moved(let id, .rejected, _, _): refusals.append(id)
        case .mode(let mode, let reason, let actor, _):
            lastMode = reason
            effect("\(mode.name) \(actor)", reason)
        case .killed(let block, let isLifted): effect("\(block.scope.text) \(isLifted)", block.reason)
        case .venueMode(let venue, let isSafe, let reason, _, _): effect("\(venue) \(isSafe)", reason)
        case .riskIndex(let row): effect("risk index \(row.target)", row.reason)
        default: return
        }
    }

    /// The order that a venue refused last.
    func refused(at venue: String) -> OrderIntent? {
        refusals.reversed().compactMap { orders[$0] }.first { $0.venue == venue }?.intent
    }

    private func effect(_ what: String, _ reason: String) {
        guard reason.contains("runbook run ") else { return }
        effects["\(what): \(reason)", default: 0] += 1
    }

    /// Steps that were done twice, as rows tell it: begun or ended twice, or with an effect that is written
    /// twice.
    var twice: [String] {
        var seen: [String: Int] = [:]
        // Written again behind a checkpoint, a row is a copy.
        var known: Set<RunbookRow> = []
        for row in entries where known.insert(row).inserted {
            guard let entry = RunbookRun.Entry(line: row.line) else { return ["an entry cannot be read"] }
            switch entry {
            case .resumed, .approved: continue
            case .started, .aborted: seen["run \(row.run) \(entry.what)", default: 0] += 1
            case .ended: seen["run \(row.run) ended", default: 0] += 1
            default: seen["run \(row.run) \(entry.what) step \(entry.step ?? -1)", default: 0] += 1
            }
        }
        return seen.merging(effects) { $0 + $1 }.filter { $0.value > 1 }.keys.sorted()
    }
}

/// A store that tells what became durable in it, and dies with its node where the drill has it.
final class DrillStore: OutboxStore, @unchecked Sendable {
    private let store: any OutboxStore
    private let rows: DrillRows
    private let isAlive: () -> Bool
    private let kill: () -> Void

    init(
        _ store: any OutboxStore, _ rows: DrillRows, isAlive: @escaping () -> Bool,
        kill: @escaping () -> Void
    ) {
        self.store = store
        self.rows = rows
        self.isAlive = isAlive
        self.kill = kill
    }

    var opening: OutboxOpening { store.opening }
    var space: OutboxSpace { store.space }

    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try observed(records) { rows throws(OutboxFault) in try store.append(rows) }
    }

    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try observed(records) { rows throws(OutboxFault) in try store.appendReserve(rows) }
    }

    private func observed(
        _ records: [[UInt8]], _ body: ([[UInt8]]) throws(OutboxFault) -> UInt64
    ) throws(OutboxFault) -> UInt64 {
        guard isAlive() else { throw .unavailable("the process is dead") }
        if rows.cuts(records, .before) { kill() }
        let last = try body(records)
        for record in records { rows.durable(record) }
        if rows.cuts(records, .after) { kill() }
        return last
    }

    func absorb() throws(OutboxFault) { try store.absorb() }
    func settle() throws(OutboxFault) { try store.settle() }
    func discard(before sequence: UInt64) throws(OutboxFault) { try store.discard(before: sequence) }
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws { try store.readAll(body) }
    func close() { store.close() }
}
