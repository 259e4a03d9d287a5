import Engine
import Orders
import Ports
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

    public init(
        policy: EnginePolicy, dialects: [any VenueDialect], access: [VenueAccess?], isDryRun: Bool,
        paperBalances: [(VenueID, Asset, Amount)]
    ) {
        precondition(dialects.count == policy.venues.count && access.count == policy.venues.count)
        self.policy = policy
        self.dialects = dialects
        self.access = access
        self.isDryRun = isDryRun
        self.paperBalances = paperBalances
    }
}

/// The one composition root: live, paper, simulated and tested nodes are all put together here.
public struct TradingNode: Sendable {
    public let desk: TradingDesk
    /// Rows found in the outbox: 0 on a first start.
    public let recoveredRows: Int

    /// Recovers from the outbox, then connects. Throws `OutboxFault` or `OutboxRecord.Fault` when history
    /// cannot be trusted: such a node must not trade.
    public static func start(_ plan: NodePlan, in world: World) async throws -> TradingNode {
        let keeper = OutboxKeeper(world: world)
        let (recovery, opening) = try await keeper.recover(into: Recovery(policy: plan.policy)) {
            recovery, row in
            try recovery.replay(row)
        }
        if case .damaged(let text) = opening.condition {
            await keeper.close()
            throw OutboxFault.corrupted(sequence: 0, detail: text)
        }
        let engine = TradingEngine(policy: plan.policy, recovery: recovery)
        let connectors = plan.dialects.enumerated().map { index, dialect in
            VenueConnector(
                venue: VenueID(index), dialect: dialect, access: plan.isDryRun ? nil : plan.access[index],
                world: world)
        }
        let desk = TradingDesk(
            world: world, engine: engine, keeper: keeper, connectors: connectors, isDryRun: plan.isDryRun,
            fillsSince: recovery.fillsSince)
        await desk.start(paperBalances: plan.paperBalances)
        return TradingNode(desk: desk, recoveredRows: recovery.rows)
    }
}
