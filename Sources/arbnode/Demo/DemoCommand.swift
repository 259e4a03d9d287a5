import ArgumentParser
import Configuration
import Foundation
import LiveWorld
import Node
import Ports
import SimulatedWorld
import TradingModel
import VenueServer

/// `arbnode demo`: the whole node, for real, against four venue doubles on loopback TLS.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the node against venue doubles on this machine and watch it trade.",
        discussion: """
            The doubles speak the venues' own protocols over TLS and share one seeded market; books, signatures, outbox, \
            risk and hedging are the real ones. Nothing leaves this machine.

            Example: arbnode demo --seconds 10 --seed 7
            """)

    @Option(help: "How long to trade.") var seconds: Double = 30
    @Option(help: "Which market: the same seed gives the same prices.") var seed: UInt64 = 1
    @Option(
        help: ArgumentHelp("Serve a recording instead of the generated market (repeatable).", valueName: "file"))
    var recording: [String] = []
    @Option(help: "Speed of recordings: 1 is as recorded, 2.5, …, max.") var speed: String = "1"
    @Option(
        help: ArgumentHelp("Where outbox and venue accounts live; a new directory each time by default.", valueName: "dir"))
    var data: String?
    @Option(help: ArgumentHelp("Configuration of the node.", valueName: "file")) var config: String?
    @Flag(help: "Print one JSON object on stdout.") var json = false

    func validate() throws {
        guard seconds.isFinite, seconds > 0, seconds <= 86_400 * 30 else {
            throw ValidationError("--seconds takes a number above 0, at most 30 days.")
        }
        guard PlaybackSpeed(speed) != nil else {
            throw ValidationError("--speed \(speed): expected 1, 2.5, … up to 1000000, or max.")
        }
    }

    func run() async throws {
        let directory = try DemoDirectory(data)
        defer { directory.discard() }
        if recording.isEmpty {
            try await trade(in: directory.path)
        } else {
            try await RecordedDemo(
                files: recording, speed: PlaybackSpeed(speed) ?? .recorded, seconds: seconds, directory: directory.path, json: json
            ).run()
        }
    }

    private func trade(in directory: String) async throws {
        guard let path = config ?? HouseFiles.find("config/demo.yaml") else {
            Terminal.say("config/demo.yaml is not here: run from the project's folder, or name it with --config")
            throw ExitCode(78)
        }
        var configuration = try NodePlanning.load(path)
        let signals = Signals()
        let venues = try await DemoVenues.start(
            &configuration, seed: seed, directory: directory, now: VenueHost.now)
        let world = try LiveWorld.make(dataDirectory: directory + "/node", extraCA: venues.authority.caPath)
        let plan = try NodePlanning.plan(configuration, access: venues.access, isDryRun: false)
        let node: TradingNode
        do { node = try await TradingNode.start(plan, in: world.world) } catch {
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(70)
        }
        if node.recoveredRows > 0 { Terminal.say("Recovered \(node.recoveredRows) outbox rows; reconciling first.") }
        let watch = LiveView(node: node, world: world.world, signals: signals, quiet: json)
        let elapsed = await watch.follow(seconds: seconds)
        let isFlat = await node.desk.drain(by: world.world.time.now + .seconds(10))
        let report = await node.desk.report()
        let truths = await venues.truths()
        let equal = NodePlanning.ledgerEquals(report) { venue, asset in
            truths[venue.index].balances.first { $0.asset == asset.code }?.total ?? .zero
        }
        await node.desk.close(by: world.world.time.now + .seconds(2))
        try close(report, elapsed: elapsed, equal: equal, node: node)
        await venues.stop()
        world.shutdown()
        // Fragments below a venue's minimum remain by design; open orders, hedges or a difference do not.
        if !equal || !isFlat { throw ExitCode(1) }
    }

    private func close(_ report: NodeReport, elapsed: Double, equal: Bool, node: TradingNode) throws {
        guard json else {
            for line in ReportText.closing(report, seconds: elapsed, ledgerEqualsVenues: equal) { Terminal.print(line) }
            return
        }
        Terminal.print(
            try ReportJSON(
                report, seconds: elapsed, seed: seed, ledgerEqualsVenues: equal, recoveredRows: node.recoveredRows
            ).encoded())
    }
}

/// The demo's data: named by the operator and kept, or a temporary folder that goes with the demo.
struct DemoDirectory {
    let path: String
    private let isTemporary: Bool

    init(_ named: String?) throws {
        isTemporary = named == nil
        path = named ?? NSTemporaryDirectory() + "arbnode-demo-\(getpid())"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            Terminal.say("\(path) cannot be created: \(error.localizedDescription)")
            throw ExitCode(73)
        }
    }

    func discard() {
        guard isTemporary else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            Terminal.say("\(path) could not be removed: \(error.localizedDescription)")
        }
    }
}
