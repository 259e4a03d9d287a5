import Engine
import Orders
import Ports
import Runbooks
import Tape
import TradingModel
import VenueKit

/// What the composition root needs besides a world.
public struct NodePlan: Sendable {
    public var policy: EnginePolicy
    /// By `VenueID.index`.
    public var dialects: [any VenueDialect]
    /// By `VenueID.index`; all `nil` in a dry run.
    public var access: [VenueAccess?]
    /// Orders go to the paper exchange, not one byte to an order endpoint.
    public var isDryRun: Bool
    /// What the paper exchange lends a dry run, once per data directory.
    public var paperBalances: [(VenueID, Asset, Amount)]
    /// How long an order of a dry run is on its way.
    public var paperLatency: Span
    public var store: StorePolicy
    /// At least as strict a start.
    public var startMode = OperatingMode.normal
    public var health: HealthPolicy
    /// Who is told of every durable row; `nil`: nobody.
    public var witness: RowWitness?
    public var runbooks = RunbookShelf.empty
    /// What incidents start by themselves.
    public var runbookPolicy = RunbookPolicy()
    /// Where keys that are replaced while the node runs come from; `nil`: they are not.
    public var keySource: KeySource?

    public init(
        policy: EnginePolicy, dialects: [any VenueDialect], access: [VenueAccess?], isDryRun: Bool,
        paperBalances: [(VenueID, Asset, Amount)], paperLatency: Span = .zero,
        store: StorePolicy = StorePolicy(), health: HealthPolicy = HealthPolicy()
    ) {
        precondition(dialects.count == policy.venues.count && access.count == policy.venues.count)
        self.policy = policy
        self.dialects = dialects
        self.access = access
        self.isDryRun = isDryRun
        self.paperBalances = paperBalances
        self.paperLatency = paperLatency
        self.store = store
        self.health = health
    }
}

extension NodePlan {
    /// A dry run lends each venue this much of every asset it lists, once per data directory.
    public static func paperBalances(_ policy: EnginePolicy) -> [(VenueID, Asset, Amount)] {
        var balances: [(VenueID, Asset, Amount)] = []
        let generous = Amount(raw: 1_000_000 * 1_000_000_000_000_000_000)
        for (index, venue) in policy.venues.enumerated() {
            for asset in venue.listings.flatMap({ [$0.instrument.base, $0.instrument.quote] })
            where !balances.contains(where: { $0.0.index == index && $0.1 == asset }) {
                // A perpetual's base asset is its position: there is none yet.
                let isPosition =
                    venue.margin != nil && venue.listings.contains { $0.instrument.base == asset }
                balances.append((VenueID(index), asset, isPosition ? .zero : generous))
            }
        }
        return balances
    }
}

/// The one composition root: live, paper, simulated and tested nodes are all put together here.
public struct TradingNode: Sendable {
    public let desk: TradingDesk
    public let hunter: OrderHunter
    public let watchkeeper: Watchkeeper
    /// Rows found in the outbox: 0 on a first start.
    public let recoveredRows: Int

    /// Recovers from the outbox, then connects. A damaged history starts in HOLD (`DIRTY_START`); throws
    /// `OutboxFault` or `OutboxRecord.Fault` when there is no history to start from.
    public static func start(_ plan: NodePlan, in world: World) async throws -> TradingNode {
        let keeper = OutboxKeeper(world: world)
        let witness = plan.witness
        let isTaped = world.tape != nil
        let (found, opening) = try await keeper.recover(into: Found(recovery: Recovery(policy: plan.policy)))
        {
            try $0.recovery.replay($2, sequence: $1)
            if isTaped { $0.rows.append(($1, $2)) }
            witness?([DurableRow(sequence: $1, bytes: $2)])
        }
        let recovery = found.recovery
        var policy = plan.policy
        policy.ownOrdersShow = !plan.isDryRun
        let engine = TradingEngine(policy: policy, recovery: recovery, openings: opening.openings)
        world.passes(.engineBuilt)
        let connectors = plan.dialects.enumerated().map { index, dialect in
            VenueConnector(
                venue: VenueID(index), dialect: dialect, access: plan.isDryRun ? nil : plan.access[index],
                world: world)
        }
        let board = WatchBoard(policy)
        for id in engine.orders.live { if let record = engine.orders[id] { board.goes(record.intent) } }
        let desk = TradingDesk(
            world: world, engine: engine, keeper: keeper, reserve: await keeper.reserve(),
            connectors: connectors,
            paper: plan.isDryRun ? PaperExchange(run: engine.epoch, latency: plan.paperLatency) : nil,
            recovery: recovery, store: plan.store, board: board, health: plan.health, witness: witness,
            tape: tape(of: plan, found.rows, opening, in: world))
        await desk.takeCases(recovery)
        await desk.takeRunbooks(plan, recovery.runbookRows)
        await desk.start(paperBalances: plan.paperBalances, opening: opening)
        await desk.tell(contradictions: recovery.contradictions)
        // A planned HOLD would end by itself.
        if plan.startMode > engine.mode || engine.mayEnd(plan.startMode) {
            await desk.setMode(plan.startMode, reason: "start_in", actor: "configuration")
        }
        let hunter = OrderHunter(desk: desk, world: world)
        if !plan.isDryRun { await hunter.start() }
        let watchkeeper = Watchkeeper(
            desk: desk, keeper: keeper, board: board, plan: plan,
            keys: connectors.map(\.key), batches: connectors.map(\.batches), world: world)
        await watchkeeper.start()
        return TradingNode(
            desk: desk, hunter: hunter, watchkeeper: watchkeeper, recoveredRows: recovery.rows)
    }

    /// What the outbox held: what it comes to, and, for the tape, the rows.
    private struct Found: Sendable {
        var recovery: Recovery
        var rows: [(sequence: UInt64, bytes: [UInt8])] = []
    }

    private static func tape(
        of plan: NodePlan, _ rows: [(sequence: UInt64, bytes: [UInt8])], _ opening: OutboxOpening,
        in world: World
    ) -> RunningTape? {
        world.tape.map { post in
            let header = TapeHeader(
                version: post.version, at: world.time.now, openings: opening.openings,
                isDryRun: plan.isDryRun)
            return RunningTape(
                recorder: TapeRecorder(header, rows: rows), keeper: TapeKeeper(post, began: header.at),
                nextBlock: world.time.now)
        }
    }
}
