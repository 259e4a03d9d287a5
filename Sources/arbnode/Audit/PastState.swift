import Audit
import Configuration
import Engine
import LiveWorld
import Orders
import Risk
import TradingModel

/// What a node was at a moment of the past: its outbox's rows up to then, replayed by what a start replays
/// them with. Every checkpoint on the way must find just the state that the rows before it amount to.
struct PastState {
    let policy: EnginePolicy
    let recovery: Recovery
    /// The last row that was taken, and when it was.
    let lastRow: UInt64
    let lastAt: Moment?
    /// Rows behind it.
    let later: Int
    /// SHA-256 of the state's checkpoint: two replays agree when these do.
    let digest: String

    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    /// - Parameter policy: `nil`: that of the configuration which the rows name, from the archive.
    init(
        _ rows: [(sequence: UInt64, bytes: [UInt8])], at moment: Moment, policy given: EnginePolicy?,
        archive: ContentArchive
    ) throws {
        let count = PastState.count(rows, until: moment)
        guard count > 0 else {
            throw Fault(
                description: "no row of that time is left: older ones are forgotten behind checkpoints")
        }
        let taken = rows[..<count]
        policy = try given ?? PastState.policy(taken, archive)
        var recovery = Recovery(policy: policy)
        for row in taken { try recovery.replay(row.bytes, sequence: row.sequence) }
        self.recovery = recovery
        lastRow = taken.last?.sequence ?? 0
        lastAt = taken.reversed().lazy.compactMap { PastState.time($0.bytes) }.first
        later = rows.count - count
        digest = HexDigest.of(recovery.state(at: moment).encoded())
    }

    /// How many rows had been written by then. Rows of venues' times are taken with the ones before them.
    private static func count(_ rows: [(sequence: UInt64, bytes: [UInt8])], until moment: Moment) -> Int {
        rows.firstIndex { row in time(row.bytes).map { $0 > moment } ?? false } ?? rows.count
    }

    private static let names = RowNames(venue: { _ in VenueID(0) }, instrument: { _ in InstrumentID(0) })

    /// When a row was written, by the node's own clock; `nil`: it does not say.
    static func time(_ bytes: [UInt8]) -> Moment? {
        // A row that is none stops the replay, which says so.
        guard let record = try? OutboxRecord(bytes, names: names) else { return nil }
        switch record {
        case .started(_, let at), .moved(_, _, _, let at), .amended(_, _, _, let at),
            .mode(_, _, _, let at), .corrected(_, _, _, _, let at), .venueMode(_, _, _, _, let at),
            .strategy(_, _, _, _, let at):
            return at
        case .intended(let intent, _, _): return intent.decidedAt
        case .warranted(let warrant, _, _): return warrant.decidedAt
        case .riskIndex(let row): return row.at
        case .checkpoint(let checkpoint): return checkpoint.at
        // These may be repeated behind a checkpoint with the time they first had.
        case .killed, .configured, .rule, .health, .runbook, .incident, .opened, .adjusted, .filled, .foreign,
            .revoked:
            return nil
        }
    }

    private static func policy(
        _ rows: ArraySlice<(sequence: UInt64, bytes: [UInt8])>, _ archive: ContentArchive
    ) throws -> EnginePolicy {
        for row in rows.reversed() where row.bytes.count > 1 && row.bytes[1] == 26 {
            guard case .configured(let fact) = try OutboxRecord(row.bytes, names: names) else { continue }
            return try policy(named: fact.after, archive)
        }
        throw Fault(description: "no configuration is named by the rows of that time: --config names one")
    }

    /// What a configuration of this digest makes of the engine.
    static func policy(named digest: String, _ archive: ContentArchive) throws -> EnginePolicy {
        guard let bytes = try archive.read(digest), let bundle = ConfigurationBundle(canonical: bytes) else {
            throw Fault(description: "configuration \(digest) is not in the archive: --config names one")
        }
        switch NodeConfiguration.load(path: bundle.file, source: bundle) {
        case .success(let configuration): return configuration.policy
        case .failure(let problems): throw Fault(description: "\(problems)")
        }
    }
}
