import Books
import Configuration
import Engine
import Foundation
import Hedging
import Node
import Orders
import Ports
import SimulatedWorld
import Strategies
import TradingModel
import VenueKit

/// One seed: a whole node against its venues, first with faults (safety), then without (liveness), judged all
/// the while by what the venues know.
final class Trial {
    let plan: WorldPlan
    let options: ProvingGround.Options
    let simulation: Simulation
    let network: SimulatedNetwork
    let disk = SimulatedDisk()
    let doubles: [any SimulatedVenue]
    let judge: Judge
    let nodePlan: NodePlan
    var result: SeedResult
    var draw: Draw

    private(set) var process: SimulatedProcess?
    var node: TradingNode?
    /// Passes of the armed crash point so far.
    private var crashPasses = 0
    var isCrashArmed = false
    /// Crash points that kill every start until the count is used up (N10).
    var recoveryDeaths = 0
    var isCalm = false
    /// The process is stopped, or was a moment ago: it can know nothing.
    var stoppedUntil = Moment.distantPast
    /// An orderly end is under way.
    var isEnding = false
    /// By venue and symbol: lots as they were before V17 changed them.
    var usualLots: [String: Quantity] = [:]
    /// Incidents traced so far, by kind.
    var told: [String: Int] = [:]
    /// What a death leaves of unsynced writes: all of them when only the process dies.
    var powerPolicy = SimulatedDisk.CrashPolicy.everything
    /// Opening legs sent so far, and the last two that were written.
    var legsSent = 0
    var lastLegs: [OrderIntent] = []
    /// What the node's lives were told.
    var tapes: [SimulatedTape] = []
    /// Rows are written as the version before wrote them (N11).
    var writesOldRows = false

    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)
    /// Faults after which a node may know the end of an order before the rows tell of it.
    static let blurring: Set<Fault> = [
        .v05, .v06, .v09, .v10, .v11, .v19, .v21, .v22, .v24, .n06, .n07, .n09,
    ]

    init(seed: UInt64, plan: WorldPlan, options: ProvingGround.Options) throws {
        self.plan = plan
        self.options = options
        draw = Draw(seed, 2)
        result = SeedResult(seed: seed)
        simulation = Simulation(seed: seed, start: Trial.start)
        network = SimulatedNetwork(simulation)
        network.latency = plan.latency
        network.jitter = plan.jitter
        network.marketBeat = plan.marketBeat
        var configuration = try HouseConfiguration.load(
            venues: plan.venues, symbols: plan.symbols, quotes: plan.quotes)
        configuration.policy.foreignOrders = plan.foreignOrders
        if let cycles = plan.cyclesPerMinute {
            for index in configuration.policy.takerTaker.indices {
                configuration.policy.takerTaker[index].cyclesPerMinute = cycles
            }
        }
        configuration.policy.hedge.quoteWarrants = plan.quoteWarrants
        if plan.takesTurns {
            for index in configuration.policy.takerTaker.indices {
                configuration.policy.takerTaker[index].legOrder = .scarcerFirst
            }
        }
        (doubles, nodePlan) = Trial.assemble(&configuration, plan, seed)
        judge = Judge(simulation, policy: configuration.policy, doubles: doubles, start: Trial.start)
        judge.isDryRun = plan.isDryRun
        judge.log.isStrict = plan.faults.isDisjoint(with: Trial.blurring)
        for double in doubles {
            double.pace = plan.pace
            if WorldPlan.perpetuals.contains(double.name) { double.fundingInterval = .seconds(7) }
            network.add(double)
        }
        judge.log.onIntent = { [unowned self] intent in
            if intent.purpose == .open { lastLegs = lastLegs.suffix(1) + [intent] }
            trace(
                "\(intent.purpose) \(intent.side) \(intent.quantity.raw) "
                    + "at \(plan.venues[intent.venue.index])"
                    + " \(intent.id)")
        }
        judge.noticed = { [unowned self] venue in visit { $0.inspect { Judge.noticed($0, venue) } } }
        judge.bookAge = { [unowned self] intent in age(of: intent) }
        network.onFault = { [unowned self] in fired($0) }
        network.onRequest = { [unowned self] host, method, target, body in
            trace("→ \(method) \(host) \(target) \(String(decoding: body, as: UTF8.self))")
            judge.sends(host, method, target, body)
        }
        if plan.faults.contains(.v12) {
            network.onFrameCarried = { [unowned self] in judge.carriedFrame($0, $1) }
        }
        network.onFrameLost = { [unowned self] in judge.lostFrame($0, $1) }
        network.onSilence = { [unowned self] in judge.silenced($0, until: $1) }
    }

    static func assemble(_ configuration: inout NodeConfiguration, _ plan: WorldPlan, _ seed: UInt64)
        -> ([any SimulatedVenue], NodePlan)
    {
        var doubles: [any SimulatedVenue] = []
        var dialects: [any VenueDialect] = []
        var access: [VenueAccess?] = []
        let instruments = DoubleCatalog.demoInstruments.filter { plan.symbols.contains($0.symbol) }
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            let at = SimulatedNetwork.Origins(of: name)
            if plan.hasWideWindows { configuration.venues[index].profile.orderWindow = .seconds(5) }
            configuration.venues[index].profile.move(
                rest: at.rest, publicStreams: at.publicStreams, privateStreams: at.privateStreams)
            let account = DoubleCatalog.demoAccount(
                apiKey: "key", secret: Canary.secret, passphrase: Canary.passphrase)
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: instruments, account: account, start: start),
                let dialect = DialectCatalog.make(
                    configuration.venues[index].profile, configuration.venues[index].listings)
            else { preconditionFailure("\(name) has a double and a dialect") }
            doubles.append(double)
            dialects.append(dialect)
            access.append(
                VenueAccess(
                    apiKey: "key", passphrase: DialectCatalog.takesPassphrase(name) ? Canary.passphrase : "",
                    signer: SimulatedSigner(secret: Canary.secret)))
        }
        var lent: [(VenueID, Asset, Amount)] = []
        for index in configuration.venues.indices where plan.isDryRun {
            for asset in ["BTC", "ETH", "USDT"] {
                lent.append((VenueID(index), Asset(asset), Amount(raw: Int128(1_000_000) << 60)))
            }
        }
        return (
            doubles,
            NodePlan(
                policy: configuration.policy, dialects: dialects,
                access: plan.isDryRun ? access.map { _ in nil } : access, isDryRun: plan.isDryRun,
                paperBalances: lent, store: plan.store)
        )
    }

    func fired(_ fault: String) {
        result.faults[fault, default: 0] += 1
        trace("fault \(fault)")
    }

    func trace(_ text: @autoclosure () -> String) {
        guard options.isTraced else { return }
        let seconds = Double((simulation.now - Trial.start).nanoseconds) / 1e9
        FileHandle.standardError.write(Data("[\(seconds)] \(text())\n".utf8))
    }
}

// The node's process: starts, deaths.
extension Trial {
    var isRunning: Bool { process?.isAlive == true && node != nil }

    /// Starts a node on this disk; also after a death. A start that fails is tried again, as a service
    /// manager would.
    func startNode() {
        let log = judge.log
        let disk = disk
        nonisolated(unsafe) let trial = self
        let openOutbox: @Sendable () throws -> any OutboxStore = {
            let store = ObservedStore(
                try SimulatedOutbox(disk), log, isAlive: { trial.process?.isAlive == true })
            store.writesOldRows = { trial.writesOldRows }
            return store
        }
        let process = SimulatedProcess(
            simulation, network, storePace: plan.storePace, tape: newTape(), watch: { trial.passed($0) },
            openOutbox: openOutbox)
        self.process = process
        node = nil
        isEnding = false
        // What a stream tells at its opening is known before any row of it.
        if result.starts > 0 { judge.log.isStrict = false }
        told = [:]
        stoppedUntil = .distantPast
        result.starts += 1
        let plan = nodePlan
        let world = process.world
        Task(executorPreference: world.socketLane) {
            do {
                let node = try await TradingNode.start(plan, in: world)
                trial.started(node, process)
            } catch { trial.startFailed(process, "\(error)") }
        }
    }

    private func started(_ node: TradingNode, _ process: SimulatedProcess) {
        guard process === self.process, process.isAlive else { return }
        self.node = node
        trace("node started, \(node.recoveredRows) rows")
    }

    private func startFailed(_ process: SimulatedProcess, _ reason: String) {
        guard process === self.process else { return }
        trace("start failed: \(reason)")
        process.kill()
        restart(after: .seconds(1))
    }

    func restart(after pause: Span) {
        simulation.schedule(at: simulation.now + pause) { [self] in
            if process?.isAlive != true { startNode() }
        }
    }

    /// kill -9, now: what the current job still does reaches nobody.
    func killNode(_ why: String) {
        guard let process, process.isAlive else { return }
        trace("killed: \(why)")
        process.kill()
        node = nil
        result.crashes += 1
        disk.crash(keeping: powerPolicy, seed: draw.next())
        powerPolicy = .everything
        network.cutAll()
        judge.nodeDied()
        restart(after: draw.span(.milliseconds(5), .seconds(3)))
    }

    /// SIGSTOP, and SIGCONT after `span`.
    func stop(for span: Span) {
        process?.stop(for: span)
        stoppedUntil = max(stoppedUntil, simulation.now + span + .milliseconds(100))
        judge.nodeIsDeaf(until: simulation.now + span)
    }

    /// One thread hangs.
    func hang(_ lane: KeyPath<World, any Lane>, for span: Span) {
        process?.hang(lane, for: span)
        guard lane == \.socketLane else { return }
        stoppedUntil = max(stoppedUntil, simulation.now + span + .milliseconds(100))
        judge.nodeIsDeaf(until: simulation.now + span)
    }

    /// SIGTERM: drains, closes, ends; started again.
    func endOrderly() {
        guard let node, let process, process.isAlive, !isEnding else { return }
        isEnding = true
        nonisolated(unsafe) let trial = self
        let desk = node.desk
        let deadline = simulation.now + .seconds(2)
        Task(executorPreference: desk.lane) {
            _ = await desk.drain(by: deadline)
            await desk.close(by: deadline + .seconds(1))
            trial.ended(process)
        }
    }

    private func ended(_ process: SimulatedProcess) {
        guard process === self.process, process.isAlive else { return }
        trace("ended in order")
        process.kill()
        node = nil
        network.cutAll()
        judge.nodeDied()
        restart(after: draw.span(.milliseconds(100), .seconds(1)))
    }

    private func passed(_ point: CrashPoint) {
        guard !isCalm, process?.isAlive == true else { return }
        if plan.losesLeg, point == .openingTransmitted { legSent() }
        if recoveryDeaths > 0, Trial.recoveryPoints.contains(point), draw.chance(60) {
            recoveryDeaths -= 1
            fired("N10")
            return die(at: point)
        }
        guard isCrashArmed, point.rawValue == plan.crashPoint else { return }
        crashPasses += 1
        // Some points are passed seldom: from the middle of the time on, the next pass will do.
        let isLate = plan.isDirected && simulation.now - Trial.start > plan.safety / 2
        guard crashPasses == plan.crashPass || isLate else { return }
        isCrashArmed = false
        fired("N01")
        die(at: point)
    }

    private func die(at point: CrashPoint) {
        result.crashPoints[point.rawValue, default: 0] += 1
        killNode("at \(point.rawValue)")
    }

    static let recoveryPoints: Set<CrashPoint> = [
        .storeOpened, .rowsReplayed, .engineBuilt, .startJournaled, .connectorsStarted, .reconcileBegins,
        .openOrdersRead, .balancesRead, .historyRead, .historyApplied,
    ]

    private func age(of intent: OrderIntent) -> Span? {
        let now = simulation.now
        return visit { desk in
            desk.inspect { $0.books[intent.instrument.index].top(of: intent.venue).map { $0.age(at: now) } }
        } ?? nil
    }

    /// Looks at the living node's desk; `nil` when none lives.
    func visit<Answer: Sendable>(_ body: @Sendable (isolated TradingDesk) -> Answer) -> Answer? {
        guard let node, let process, process.isAlive else { return nil }
        let desk = node.desk
        return simulation.visit(process.world.socketLane) { desk.assumeIsolated { body($0) } }
    }
}
