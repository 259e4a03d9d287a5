import Configuration
import Engine
import Foundation
import Node
import Orders
import Ports
import Runbooks
import SimulatedWorld
import TradingModel
import VenueKit

/// A whole node against four doubles in virtual time: the product's own configuration, connectors, dialects,
/// engine and outbox records; only lanes, network and disk are simulated.
final class NodeStand {
    let simulation: Simulation
    let network: SimulatedNetwork
    let disk = SimulatedDisk()
    let doubles: [any SimulatedVenue]
    private(set) var node: TradingNode?
    private(set) var world: World?
    private var process: SimulatedProcess?
    private var plan: NodePlan
    var policy: EnginePolicy { plan.policy }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    struct Refused: Error { var problems: String }

    init(
        seed: UInt64, isDryRun: Bool = false, runbooks: RunbookShelf = .empty,
        change: (inout NodeConfiguration) -> Void = { _ in }
    ) throws {
        var configuration: NodeConfiguration
        switch NodeConfiguration.load(path: NodeStand.root.appendingPathComponent("config/demo.yaml").path) {
        case .success(let loaded): configuration = loaded
        case .failure(let problems): throw Refused(problems: "\(problems)")
        }
        change(&configuration)
        simulation = Simulation(seed: seed, start: NodeStand.start)
        network = SimulatedNetwork(simulation)
        var doubles: [any SimulatedVenue] = []
        var dialects: [any VenueDialect] = []
        var access: [VenueAccess?] = []
        let secret = "c2ltdWxhdGVkLXNlY3JldA=="
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            let streams = "wss://\(name).test"
            configuration.venues[index].profile.move(
                rest: "https://\(name).test", publicStreams: streams, privateStreams: streams)
            let account = DoubleCatalog.demoAccount(apiKey: "key", secret: secret, passphrase: "words")
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: DoubleCatalog.demoInstruments, account: account,
                    start: NodeStand.start),
                let dialect = DialectCatalog.make(
                    configuration.venues[index].profile, configuration.venues[index].listings)
            else { throw Refused(problems: "no double or dialect for \(name)") }
            doubles.append(double)
            dialects.append(dialect)
            network.add(double)
            access.append(
                VenueAccess(
                    apiKey: "key", passphrase: name == "okx" ? "words" : "",
                    signer: SimulatedSigner(secret: secret)))
        }
        self.doubles = doubles
        var lent: [(VenueID, Asset, Amount)] = []
        for index in configuration.venues.indices where isDryRun {
            for asset in [Asset("BTC"), Asset("ETH"), Asset("USDT")] {
                lent.append((VenueID(index), asset, Amount(raw: 1_000_000 * 1_000_000_000_000_000_000)))
            }
        }
        plan = NodePlan(
            policy: configuration.policy, dialects: dialects,
            access: isDryRun ? access.map { _ in nil } : access,
            isDryRun: isDryRun, paperBalances: lent)
        plan.startMode = configuration.startMode
        plan.runbooks = runbooks
    }

    /// Where a runbook finds a venue's new key.
    func takeKeys(from source: @escaping KeySource) { plan.keySource = source }

    /// Checkpoints come often, and what they stand for is soon forgotten.
    func checkpointEvery(_ span: Span) { plan.store = StorePolicy(checkpointEvery: span, keep: span) }

    /// Starts a node on this disk; also after `kill`.
    func startNode(tape: SimulatedTape? = nil) throws {
        let disk = disk
        let process = SimulatedProcess(simulation, network, tape: tape) { try SimulatedOutbox(disk) }
        self.process = process
        let world = process.world
        self.world = world
        let plan = plan
        nonisolated(unsafe) var outcome: Result<TradingNode, any Error>?
        Task(executorPreference: world.socketLane) {
            do { outcome = .success(try await TradingNode.start(plan, in: world)) } catch {
                outcome = .failure(error)
            }
        }
        simulation.run(until: simulation.now + .seconds(10)) { outcome != nil }
        node = try outcome?.get()
    }

    /// kill -9: nothing of the node runs any more; what the disk and the venues have stays.
    func killNode() {
        process?.kill()
        network.cutAll()
        node = nil
    }

    /// One thread hangs.
    func hang(_ lane: KeyPath<World, any Lane>, for span: Span) { process?.hang(lane, for: span) }

    /// Every row of the outbox as it lies on the disk, its texts readable.
    func rows() throws -> [String] {
        var rows: [String] = []
        try SimulatedOutbox(disk).readAll { _, bytes in rows.append(String(decoding: bytes, as: UTF8.self)) }
        return rows
    }

    func run(_ span: Span) { simulation.run(until: simulation.now + span) }

    /// Markets move once a second from now on: for tests that wait long.
    func calmMarkets() {
        network.marketBeat = .milliseconds(100)
        for double in doubles { double.pace = .lean }
    }

    /// Asks the desk something and runs until it has answered.
    func ask<Answer: Sendable>(
        within span: Span = .seconds(60), _ body: @escaping @Sendable (TradingDesk) async -> Answer
    ) throws -> Answer {
        guard let node else { throw Refused(problems: "no node runs") }
        nonisolated(unsafe) var answer: Answer?
        Task(executorPreference: node.desk.lane) { answer = await body(node.desk) }
        simulation.run(until: simulation.now + span) { answer != nil }
        guard let answer else { throw Refused(problems: "the desk did not answer in time") }
        return answer
    }

    func report() throws -> NodeReport { try ask { await $0.report() } }

    /// Drains the node and lets it end.
    func stopNode() throws -> Bool {
        let simulation = simulation
        return try ask {
            let isFlat = await $0.drain(by: simulation.now + .seconds(20))
            await $0.close(by: simulation.now + .seconds(2))
            return isFlat
        }
    }

    /// Where ledger and venues disagree; empty when they are equal to the last unit.
    func disagreements(_ report: NodeReport) -> [String] {
        report.accounts.compactMap { account in
            let double = doubles[account.venue.index]
            let held = double.truth.balances.first { $0.asset == account.asset.code }?.total ?? .zero
            return held == account.balance
                ? nil : "\(double.name) \(account.asset): \(account.balance) ≠ \(held)"
        }
    }
}
