import ArgumentParser
import Configuration
import LiveWorld

/// `arbnode preflight`: may this configuration trade live?
struct PreflightCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preflight",
        abstract: "Check everything that stands between a configuration and live trading.",
        discussion: """
            Connects to the venues, trades nothing. Exits with 1 if a check fails.

            Example: arbnode preflight --config config/live.yaml
            """)

    @Option(help: ArgumentHelp("The node's configuration.", valueName: "file")) var config: String
    @Flag(help: "Print one JSON object on stdout.") var json = false

    private struct Answer: Encodable {
        var passed: Bool
        var checks: [Preflight.Row]
    }

    func run() async throws {
        let configuration = try NodePlanning.load(config)
        let (access, faults) = NodePlanning.keys(configuration)
        let directory = configuration.dataDirectory + "/live"
        try NodePlanning.makeDirectory(directory)
        let world = try NodePlanning.world(configuration, directory: directory)
        defer { world.shutdown() }
        let rows =
            faults.map { Preflight.Row(venue: "node", check: "keys", passed: false, detail: $0) }
            + (await Preflight(configuration: configuration, access: access, world: world.world).run())
        let passed = rows.allSatisfy(\.passed)
        if json {
            Terminal.print(try Terminal.json(Answer(passed: passed, checks: rows)))
        } else {
            for line in Preflight.table(rows) { Terminal.print(line) }
        }
        if !passed { throw ExitCode(1) }
    }
}
