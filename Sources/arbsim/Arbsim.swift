import ArgumentParser

@main
struct Arbsim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arbsim",
        abstract: "Venue doubles: exchanges that behave as documented, for tests and for trying things out.",
        discussion: """
            Example: arbsim serve --venue okx
            """,
        version: "0.1.0",
        subcommands: [ServeCommand.self, QuickCommand.self])
}
