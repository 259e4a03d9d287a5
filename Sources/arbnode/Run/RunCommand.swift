import ArgumentParser
import Configuration
import Console
import Engine
import Foundation
import LiveWorld
import Node
import Ports
import Risk
import TradingModel
import VenueKit

/// `arbnode run`: the 24/7 node.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the node until it is asked to end.",
        discussion: """
            A dry run unless the configuration says `mode: live` and --live is given: live books, orders to \
            a paper exchange, not one byte to an order endpoint. Live trading also needs a passed preflight. \
            SIGUSR1 is HOLD, SIGUSR2 SAFE_MODE, SIGQUIT kills: cancels everything at once and sends nothing \
            more, whatever the console does. SIGHUP reads the configuration again, as arbctl config reload. \
            SIGTERM and SIGINT stop new risk, finish hedges, flush and exit 0; a second one ends at once and \
            the next start recovers.

            Example: arbnode run --config config/paper.yaml
            """)

    @Option(help: ArgumentHelp("The node's configuration.", valueName: "file")) var config: String
    @Flag(help: "Trade with real money, if the configuration says so too.") var live = false
    @Option(help: "End after this many seconds (default: run until asked).") var seconds: Double?
    @Option(
        help: ArgumentHelp(
            "Return to NORMAL from a mode an earlier run ended in; says why.", valueName: "reason"))
    var resume: String?
    @Option(
        help: ArgumentHelp(
            "A strategy that was disabled as a possible logic loop and may trade again, like "
                + "\"taker-taker BTC-USDT\"; needs --approved-by twice.", valueName: "strategy"))
    var enable: [String] = []
    @Option(
        help: ArgumentHelp(
            "Who agrees to --enable, where two people must, and to --resume out of SAFE_MODE and KILLED, "
                + "where one besides you must.", valueName: "person"))
    var approvedBy: [String] = []
    @Option(
        help: ArgumentHelp(
            "Take configurations alone that this public key has signed (arbnode config sign).",
            valueName: "file"))
    var signedBy: String?
    @OptionGroup var http: HTTPOption
    @Flag(help: "Print one JSON object on stdout at the end.") var json = false

    func validate() throws {
        if let seconds, !(seconds.isFinite && seconds > 0) {
            throw ValidationError("--seconds takes a number above 0.")
        }
        if !enable.isEmpty, Set(approvedBy).count < LogicLoopGuard.people {
            throw ValidationError("--enable needs --approved-by with two different names.")
        }
    }

    func run() async throws {
        let (configuration, bundle) = try NodePlanning.loadBundle(config)
        let isLive = try decideMode(configuration)
        let access = isLive ? try NodePlanning.access(configuration) : configuration.venues.map { _ in nil }
        let directory = configuration.dataDirectory + (isLive ? "/live" : "/paper")
        try NodePlanning.makeDirectory(directory)
        let trust = try NodePlanning.trust(signedBy, bundle, in: directory)
        let accounts = try isLive ? NodePlanning.lock(configuration, access) : nil
        defer { withExtendedLifetime(accounts) {} }
        let world = try NodePlanning.world(configuration, directory: directory)
        defer { world.shutdown() }
        if isLive {
            let rows = await Preflight(configuration: configuration, access: access, world: world.world).run()
            guard rows.allSatisfy({ $0.passed }) else {
                for line in Preflight.table(rows) { Terminal.say(line) }
                Terminal.say("Live trading is refused: preflight failed.")
                throw ExitCode(1)
            }
        }
        // What is missing for them is said before anything begins.
        _ = try NodeWatch.channels(configuration, directory: directory)
        let signals = Signals()
        let audit = try NodePlanning.audit(configuration, in: directory, world)
        let fills = FillTally(configuration.policy)
        let node = try await start(configuration, access, isLive, audit, fills, world.world)
        Terminal.say(isLive ? "LIVE: \(configuration.summary)" : "Dry run: \(configuration.summary)")
        if node.recoveredRows > 0 {
            Terminal.say("Recovered \(node.recoveredRows) outbox rows; reconciling first.")
        }
        await prepare(node)
        let pages = await http.serve(node, configured: configuration.http)
        let operation = try await NodeOperation.begin(
            node, configuration, bundle, trust: trust, audit: audit, fills: fills, pages: pages,
            directory: directory, dataDirectory: directory, in: world.world,
            isDrawing: Terminal.errorIsTerminal && !json, isRealMoney: isLive)
        let elapsed = await LiveView(
            node: node, world: world.world, signals: signals, quiet: json, tellsIncidents: false
        ).follow(seconds: seconds)
        operation.stopping()
        Terminal.say("Ending: no new risk, finishing hedges.")
        let isFlat = await node.desk.drain(by: world.world.time.now + .seconds(15))
        let report = await node.desk.report()
        await node.desk.close(by: world.world.time.now + .seconds(2))
        await pages?.stop()
        await operation.end()
        try tell(report, elapsed, recovered: node.recoveredRows)
        if !isFlat { Terminal.say("Orders or hedges are still open; the next start reconciles them.") }
    }

    private func start(
        _ configuration: NodeConfiguration, _ access: [VenueAccess?], _ isLive: Bool, _ audit: AuditPost,
        _ fills: FillTally, _ world: World
    ) async throws -> TradingNode {
        do {
            var plan = try NodePlanning.plan(configuration, access: access, isDryRun: !isLive)
            let keys = KeyReader(configuration, access)
            if isLive { plan.keySource = { keys.key(of: $0, inUse: $1) } }
            let record = audit.keeper.witness
            plan.witness = {
                record($0)
                fills.witness($0)
            }
            return try await TradingNode.start(plan, in: world)
        } catch {
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(NodePlanning.exitCode(error))
        }
    }

    private func tell(_ report: NodeReport, _ elapsed: Double, recovered rows: Int) throws {
        guard json else {
            for line in ReportText.closing(report, seconds: elapsed, ledgerEqualsVenues: nil) {
                Terminal.print(line)
            }
            return
        }
        Terminal.print(
            try ReportJSON(
                report, seconds: elapsed, seed: nil, ledgerEqualsVenues: nil, recoveredRows: rows
            ).encoded())
    }

    /// What its arguments ask for before it trades, and what keeps it from trading.
    private func prepare(_ node: TradingNode) async {
        if let resume {
            await self.resume(node, resume)
        } else if await node.desk.report().summary.mode != .normal {
            Terminal.say("Not in NORMAL mode since an earlier run; --resume \"reason\" returns to it.")
        }
        for name in enable {
            for person in approvedBy {
                await node.desk.approve(strategy: name, reason: "--enable", actor: person)
            }
        }
        for strategy in await node.desk.report().disabledStrategies {
            Terminal.say("Disabled: \(strategy.name) (\(strategy.reason)).")
        }
    }

    private func resume(_ node: TradingNode, _ reason: String) async {
        let people = [NSUserName()] + approvedBy
        switch await node.desk.loosen(.mode(.normal), reason: reason, people: people) {
        case .nothing: Terminal.say("--resume: the node is in NORMAL mode already.")
        case .ready:
            let deadline = await node.desk.now + .seconds(5)
            if await !node.desk.awaitLoosening(.mode(.normal), by: deadline) {
                Terminal.say("--resume: the outbox has not taken the row; the mode stays.")
            }
        case .needs(let agreed, let more):
            Terminal.say(
                "--resume: \(agreed.joined(separator: " and ")) agree, \(more) more must: "
                    + "--approved-by NAME, or arbctl resume")
        }
    }

    private func decideMode(_ configuration: NodeConfiguration) throws -> Bool {
        if live, configuration.mode != .live {
            Terminal.say(
                "--live needs `mode: live` in \(config); it says `mode: \(configuration.mode.rawValue)`")
            throw ExitCode(78)
        }
        return live
    }
}
