import ArgumentParser

@main
struct Arbsim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arbsim",
        abstract: "The simulator: whole nodes against venues that fail, and the venue doubles on their own.",
        discussion: """
            Example: arbsim run --seeds 1..200 --twice 10%
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, FaultsCommand.self, CrashesCommand.self, DrillsCommand.self, MutantsCommand.self,
            ServeCommand.self, WorkerCommand.self,
        ])
}
