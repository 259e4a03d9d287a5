import Configuration
import Engine
import Foundation
import Node
import Orders
import Ports
import Runbooks
import SimulatedWorld
import TradingModel
import Watch

/// A whole node with its runbooks, against four doubles in virtual time, for one drill.
///
/// One thread only, like all of a simulation.
final class DrillStand: @unchecked Sendable {
    let simulation: Simulation
    let network: SimulatedNetwork
    let disk = SimulatedDisk()
    let doubles: [any SimulatedVenue]
    let rows: DrillRows
    private(set) var node: TradingNode?
    private(set) var plan: NodePlan
    private var process: SimulatedProcess?
    /// Every code that an incident of any life had.
    private(set) var codes: Set<IncidentCode> = []
    private(set) var starts = 0
    /// What kept the last start from being one.
    private(set) var refusal = ""
    /// What people saw on the way that must not be.
    var objections: [String] = []
    /// Steps at which people have done their part.
    var attended: Set<String> = []
    /// When it died by its cut, until people have looked what that undid.
    var diedAt: Moment?

    static let pause = Span.milliseconds(700)

    init(_ drill: Drill, shelf: RunbookShelf, cut: DrillCut? = nil) throws {
        var world = WorldPlan(seed: drill.seed, options: ProvingGround.Options())
        world.venues = drill.venues
        world.symbols = ["BTC-USDT", "ETH-USDT"]
        world.isDryRun = false
        world.store = StorePolicy()
        var configuration = try HouseConfiguration.load(
            venues: world.venues, symbols: world.symbols, quotes: drill.quotes)
        drill.prepare(&configuration.policy)
        (doubles, plan) = Trial.assemble(&configuration, world, drill.seed)
        simulation = Simulation(seed: drill.seed, start: Trial.start)
        network = SimulatedNetwork(simulation)
        network.latency = .milliseconds(2)
        network.jitter = .milliseconds(1)
        network.marketBeat = .milliseconds(50)
        for double in doubles {
            double.pace = MarketPace(quoteEvery: 300...600, takeEvery: 500...1_500, levels: 10)
            network.add(double)
        }
        plan.runbooks = shelf
        let codes = shelf[drill.runbook]?.codes ?? []
        plan.runbookPolicy = RunbookPolicy(
            triggers: drill.startsItself ? Set(codes) : [], automatic: .caution)
        rows = DrillRows(plan.policy, cut: cut)
        plan.keySource = { [unowned self] venue, _ in
            plan.access[venue.index].map { .success($0) } ?? .failure(KeyFault(message: "there is none"))
        }
    }

    /// The cut that was asked for has been made.
    var wasCut: Bool { rows.wasCut }

    var isRunning: Bool { process?.isAlive == true && node != nil }
    var now: Moment { simulation.now }

    // MARK: Life

    /// Starts a node on this disk and waits until it runs.
    func startNode() {
        let (disk, rows) = (disk, rows)
        let stand = self
        let process = SimulatedProcess(simulation, network) {
            DrillStore(
                try SimulatedOutbox(disk), rows, isAlive: { stand.process?.isAlive == true },
                kill: { stand.die() })
        }
        self.process = process
        starts += 1
        let (plan, world) = (plan, process.world)
        Task(executorPreference: world.socketLane) {
            do {
                let node = try await TradingNode.start(plan, in: world)
                if stand.process === process, process.isAlive { stand.node = node }
            } catch { stand.refusal = "\(error)" }
        }
        simulation.run(until: now + .seconds(10)) { node != nil || !process.isAlive }
    }

    /// kill -9, now; what the disk and the venues have stays.
    func killNode() {
        guard let process, process.isAlive else { return }
        gatherCodes()
        process.kill()
        node = nil
        disk.crash(keeping: .everything, seed: simulation.draw())
        network.cutAll()
    }

    /// The death that the drill is about: nobody knows what became of what had just been done.
    private func die() {
        attended.removeAll()
        diedAt = now
        killNode()
    }

    /// Nothing of it runs any more.
    func end() {
        process?.kill()
        node = nil
    }

    /// As a service manager does, after a moment.
    func restartNode() {
        killNode()
        simulation.run(until: now + DrillStand.pause)
        startNode()
    }

    func run(_ span: Span) { simulation.run(until: now + span) }

    /// One thread hangs.
    func hang(_ lane: KeyPath<World, any Lane>, for span: Span) { process?.hang(lane, for: span) }

    // MARK: The desk

    /// One look at the desk, at this very moment; `nil` while no node runs.
    @discardableResult
    func visit<Answer: Sendable>(_ body: @Sendable (isolated TradingDesk) -> Answer) -> Answer? {
        guard let node, let process, process.isAlive else { return nil }
        let desk = node.desk
        return simulation.visit(process.world.socketLane) { desk.assumeIsolated { body($0) } }
    }

    func gatherCodes() {
        codes.formUnion(visit { Set($0.cases.cases.map(\.key.code)) } ?? [])
    }

    func double(_ venue: String) -> any SimulatedVenue {
        guard let double = doubles.first(where: { $0.name == venue }) else {
            preconditionFailure("\(venue) is one of the drill's venues")
        }
        double.advance(to: now)
        return double
    }

    func venue(_ name: String) -> VenueID {
        guard let index = plan.policy.venues.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("\(name) is one of the drill's venues")
        }
        return VenueID(index)
    }

    /// The venue takes another key from here on, and so does whoever reads keys.
    func replaceKey(of name: String, by key: String) {
        deed(name) { $0.replaceKey(by: key) }
        guard let old = plan.access[venue(name).index] else { return }
        plan.access[venue(name).index] = VenueAccess(
            apiKey: key, passphrase: old.passphrase, signer: old.signer)
    }

    /// Something was done to a venue: it is told at once.
    func deed(_ venue: String, _ deed: (VenueMischief) -> Void) {
        deed(double(venue).mischief)
        network.inputArrived(at: venue)
    }

    /// Ledger and venues, to the last unit; empty when they agree. Of a node that stands still.
    func disagreements() -> [String] {
        let accounts = visit { $0.engine.ledger.accounts } ?? []
        return accounts.filter(\.isOpen).compactMap { account in
            let double = doubles[account.venue.index]
            let held = double.observer.balances.first { $0.asset == account.asset.code }?.total ?? .zero
            return held == account.balance
                ? nil : "\(double.name) \(account.asset): ledger \(account.balance), venue \(held)"
        }
    }

    /// Ends as a process ends that is asked to: flat, then closed.
    func stop() -> Bool {
        guard let desk = node?.desk else { return false }
        nonisolated(unsafe) var isFlat: Bool?
        let deadline = now + .seconds(30)
        Task(executorPreference: desk.lane) { isFlat = await desk.drain(by: deadline) }
        simulation.run(until: deadline + .seconds(1)) { isFlat != nil }
        return isFlat ?? false
    }
}
