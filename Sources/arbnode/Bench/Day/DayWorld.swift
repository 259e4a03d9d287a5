import ArgumentParser
import CAllocations
import Configuration
import Engine
import Foundation
import Node
import Orders
import Ports
import Risk
import SimulatedWorld
import Strategies
import TradingModel
import VenueKit

/// One node against the demo's four venues in virtual time, for days: takers and quotes, sweeps, checkpoints,
/// heartbeats. Its doubles forget what is older than the node may ask for, as venues do.
final class DayWorld {
    /// One look at the whole process.
    struct Look: Encodable {
        var hour: Int
        /// Bytes of the heap in use, doubles included.
        var heap: Int
        var resident: Int
        /// Orders the node remembers, and orders it has sent so far.
        var remembered: Int
        var sent: Int
        var rows: Int
    }

    private let simulation: Simulation
    private let network: SimulatedNetwork
    private let process: SimulatedProcess
    private let doubles: [any SimulatedVenue]
    private let store = ForgetfulStore()
    private let plan: NodePlan
    private var node: TradingNode?
    private var failure: (any Error)?

    /// A market that trades all the time and is cheap to run for days.
    private static let pace = MarketPace(quoteEvery: 1_500...3_000, takeEvery: 3_000...8_000, levels: 10)
    /// A node asks for trades of the last minutes; the doubles know more.
    private static let memory = Span.seconds(2 * 3_600)

    init(seed: UInt64) throws {
        var configuration = try CapturedFrames.configuration()
        // It trades all day long, whatever it loses: only the rules that are no choice.
        configuration.policy.limits.rules = .standard
        configuration.policy.portfolio = nil
        configuration.policy.makerTaker = MakerTakerPolicy.everywhere(configuration, life: .seconds(120))
        for index in configuration.policy.takerTaker.indices {
            configuration.policy.takerTaker[index].cooldown = .seconds(60)
        }
        simulation = Simulation(seed: seed, start: CapturedFrames.start)
        network = SimulatedNetwork(simulation)
        network.marketBeat = .milliseconds(100)
        var doubles: [any SimulatedVenue] = []
        var access: [VenueAccess?] = []
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            let at = SimulatedNetwork.Origins(of: name)
            configuration.venues[index].profile.move(
                rest: at.rest, publicStreams: at.publicStreams, privateStreams: at.privateStreams)
            let secret = "c2VjcmV0IG9mIG5vIGFjY291bnQ="
            var account = DoubleCatalog.demoAccount(apiKey: "key", secret: secret, passphrase: "phrase")
            // Pairs move money to where it is cheap: nobody carries it back here.
            account.funds = account.funds.map { ($0.0, Amount(raw: $0.1.raw * 10_000)) }
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: DoubleCatalog.demoInstruments, account: account,
                    start: CapturedFrames.start)
            else { throw ExitCode(70) }
            double.pace = DayWorld.pace
            doubles.append(double)
            network.add(double)
            access.append(
                VenueAccess(
                    apiKey: "key", passphrase: DialectCatalog.takesPassphrase(name) ? "phrase" : "",
                    signer: SimulatedSigner(secret: secret)))
        }
        self.doubles = doubles
        plan = try NodePlanning.plan(configuration, access: access, isDryRun: false)
        let store = store
        process = SimulatedProcess(simulation, network) { store }
    }

    func start() {
        nonisolated(unsafe) let day = self
        let world = process.world
        let plan = plan
        Task(executorPreference: world.socketLane) {
            do { day.node = try await TradingNode.start(plan, in: world) } catch { day.failure = error }
        }
    }

    /// The next hour of virtual time.
    func advance(to hour: Int) throws -> Look {
        let end = CapturedFrames.start + .seconds(Int64(hour) * 3_600)
        while simulation.now < end {
            simulation.run(until: min(end, simulation.now + .seconds(60))) { failure != nil }
            if let failure { throw failure }
            operate()
        }
        for double in doubles { double.forget(endedBefore: simulation.now - DayWorld.memory) }
        guard let node else { throw ExitCode(70) }
        let (remembered, sent) = simulation.visit(process.world.socketLane) {
            node.desk.assumeIsolated { ($0.engine.orders.count, $0.engine.counters.ordersSent) }
        }
        return Look(
            hour: hour, heap: Int(arbnode_heap_in_use()), resident: DayWorld.resident(),
            remembered: remembered, sent: sent, rows: Int(store.written.rows))
    }

    /// What people do once they have looked: a node that holds for ever trades nothing.
    private func operate() {
        guard let node else { return }
        simulation.visit(process.world.socketLane) {
            node.desk.assumeIsolated { desk in
                if desk.engine.mode != .normal {
                    desk.setMode(.normal, reason: "the simulated operator has looked", actor: "operator")
                }
                for index in desk.engine.venues.indices where desk.engine.venues[index].safeReason != nil {
                    desk.release(
                        VenueID(index), reason: "the simulated operator has looked", actor: "operator")
                }
                for strategy in desk.engine.disabledStrategies {
                    for name in ["one", "another"] {
                        desk.approve(
                            strategy: strategy.name, reason: "the simulated operator has looked", actor: name)
                    }
                }
            }
        }
    }

    /// What the node is made of, by name: everything that could grow.
    func census() -> [String: Int] {
        guard let node else { return [:] }
        return simulation.visit(process.world.socketLane) {
            node.desk.assumeIsolated { $0.census }
        }
    }

    /// What the node told people, by kind, with counts.
    func incidents() -> [String] {
        guard let node else { return [] }
        let lines = simulation.visit(process.world.socketLane) {
            node.desk.assumeIsolated { $0.incidents.lines }
        }
        return lines.map { line in
            let venue = line.incident.venue.map { plan.policy.venues[$0.index].name } ?? "node"
            return "\(line.incident.code.rawValue) \(venue) × \(line.count), last: \(line.incident.detail)"
        }
    }

    var summary: EngineSummary? {
        guard let node else { return nil }
        return simulation.visit(process.world.socketLane) {
            node.desk.assumeIsolated { $0.engine.summary }
        }
    }

    func end() { process.kill() }

    /// Bytes; the second number of `/proc/self/statm` counts pages.
    private static func resident() -> Int {
        guard let text = FileManager.default.contents(atPath: "/proc/self/statm") else { return 0 }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
