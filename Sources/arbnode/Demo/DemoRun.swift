import ArgumentParser
import Configuration
import Console
import LiveWorld
import Node
import Ports
import SimulatedWorld
import TradingModel
import VenueServer

/// One run of the demo, from starting the venues to comparing the ledger with them.
struct DemoRun {
    let report: NodeReport
    let elapsed: Double
    let ledgerEqualsVenues: Bool
    let isFlat: Bool
    let recoveredRows: Int

    static func trade(
        config: String?, seed: UInt64, directory: String, signals: Signals, seconds: Double, quiet: Bool,
        http: HTTPOption? = nil
    ) async throws -> DemoRun {
        guard let path = config ?? HouseFiles.find("config/demo.yaml") else {
            Terminal.say(
                "config/demo.yaml is not here: run from the project's folder, or name it with --config")
            throw ExitCode(78)
        }
        var (configuration, bundle) = try NodePlanning.loadBundle(path)
        let venues = try await DemoVenues.start(
            &configuration, seed: seed, directory: directory, now: VenueHost.now)
        let live = try LiveWorld.make(
            dataDirectory: directory + "/node", extraCA: venues.authority.caPath, limits: .demonstration,
            threads: configuration.threads, tape: http == nil ? nil : NodePlanning.tape(configuration))
        let time = live.world.time
        // Without pages it is a benchmark: nobody operates it.
        try NodePlanning.makeDirectory(directory + "/node")
        let audit =
            http == nil ? nil : try NodePlanning.audit(configuration, in: directory + "/node", live)
        let fills = FillTally(configuration.policy)
        let node: TradingNode
        do {
            var plan = try NodePlanning.plan(configuration, access: venues.access, isDryRun: false)
            if let record = audit?.keeper.witness {
                plan.witness = {
                    record($0)
                    fills.witness($0)
                }
            }
            node = try await TradingNode.start(plan, in: live.world)
        } catch {
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(NodePlanning.exitCode(error))
        }
        if node.recoveredRows > 0 {
            Terminal.say("Recovered \(node.recoveredRows) outbox rows; reconciling first.")
        }
        let pages = await http?.serve(node, configured: configuration.http)
        var operation: NodeOperation?
        if let audit {
            operation = try await NodeOperation.begin(
                node, configuration, bundle, audit: audit, fills: fills, pages: pages, directory: directory,
                dataDirectory: directory + "/node", in: live.world,
                isDrawing: Terminal.errorIsTerminal && !quiet, isRealMoney: false)
        }
        let elapsed = await LiveView(
            node: node, world: live.world, signals: signals, quiet: quiet, tellsIncidents: operation == nil
        ).follow(seconds: seconds)
        operation?.stopping()
        let isFlat = await node.desk.drain(by: time.now + .seconds(10))
        let report = await node.desk.report()
        let truths = await venues.truths()
        await node.desk.close(by: time.now + .seconds(2))
        await pages?.stop()
        await operation?.end()
        await venues.stop()
        live.shutdown()
        let equal = NodePlanning.ledgerEquals(report) { venue, asset in
            truths[venue.index].balances.first { $0.asset == asset.code }?.total ?? .zero
        }
        return DemoRun(
            report: report, elapsed: elapsed, ledgerEqualsVenues: equal, isFlat: isFlat,
            recoveredRows: node.recoveredRows)
    }
}
