import Engine
import Orders
import Ports
import TradingModel
import VenueKit

/// The dead-order hunter: sweeps every venue, within its request budget, for orders without a row, rows
/// without an order, and balances that are not what the ledger says. What it finds it hands to the engine,
/// which decides by the id's owner and epoch.
public actor OrderHunter {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let desk: TradingDesk
    private let world: World

    /// No venue is swept more often than this; a drift of one lot is found within two sweeps.
    public static let shortestRound = Span.seconds(4)
    /// After a first difference, the second look that must agree with it.
    public static let secondLook = Span.seconds(1)
    /// The share of a venue's allowance for questions that sweeps may use, in percent.
    public static let budgetShare: Int64 = 40

    /// Sweeps that orders of unknown fate may keep from a venue in a row: it is not left alone for long.
    public static let mostSkipped = 5

    init(desk: TradingDesk, world: World) {
        lane = world.coldLane
        self.desk = desk
        self.world = world
    }

    func start() {
        for venue in desk.connectors.map(\.venue) {
            Task(executorPreference: lane) { await self.hunt(at: venue) }
        }
    }

    private func hunt(at venue: VenueID) async {
        let round = await desk.sweepInterval(venue)
        var suspicion: Reconciliation.Difference?
        var skipped = 0
        while await desk.huntGoesOn(venue) {
            do {
                let pause = suspicion == nil ? round : OrderHunter.secondLook
                try await world.time.sleep(until: world.time.now + pause)
            } catch { return }  // cancelled: the process is going down
            guard await desk.isReconciled(venue) else {
                suspicion = nil
                continue
            }
            // Inquiries use the same allowance, and hedges wait for what they find out.
            if skipped < OrderHunter.mostSkipped, await desk.inquires(venue) {
                skipped += 1
                continue
            }
            skipped = 0
            suspicion = await sweep(venue, suspicion)
        }
    }

    /// One sweep; answers a difference that a second look has to confirm.
    private func sweep(_ venue: VenueID, _ earlier: Reconciliation.Difference?) async
        -> Reconciliation.Difference?
    {
        let finding = await Reconciliation(desk: desk, venue: venue, fillsSince: .distantPast).audit()
        guard case .differs(let difference) = finding else { return nil }
        guard difference == earlier else { return difference }
        await desk.drifted(venue, difference)
        return nil
    }
}

extension TradingDesk {
    func isReconciled(_ venue: VenueID) -> Bool {
        engine.venues[venue.index].isReconciled && engine.venues[venue.index].isAccountReady
    }

    /// Whether it is being found out what became of an order there.
    func inquires(_ venue: VenueID) -> Bool {
        engine.orders.live.compactMap { engine.orders[$0] }
            .contains { $0.intent.venue == venue && $0.state == .unknown }
    }

    /// So that sweeps leave most of the venue's budget to orders.
    func sweepInterval(_ venue: VenueID) -> Span {
        let profile = connectors[venue.index].profile
        let rule = profile.queryBudget ?? profile.budget
        let cost = connectors[venue.index].assumeIsolated { $0.sweepCost }
        let needed = Span.nanoseconds(
            Int64(cost) * rule.window.nanoseconds / Int64(max(1, rule.capacity)) * 100
                / OrderHunter.budgetShare)
        return max(OrderHunter.shortestRound, needed)
    }

    /// Two looks agree that ledger and venue do not: the venue is reconciled like after a gap.
    func drifted(_ venue: VenueID, _ difference: Reconciliation.Difference) {
        guard isReconciled(venue) else { return }
        world.passes(.driftFound)
        handle(.drifted(venue, detail: difference.text))
        beginReconciling(venue)
    }
}
