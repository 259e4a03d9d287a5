import ArgumentParser

@main
struct ArbNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arbnode",
        abstract: "A 24/7 cross-exchange arbitrage and auto-hedge node.",
        discussion: """
            Start with: arbnode demo
            It runs the whole node against four venue doubles on this machine; nothing leaves it.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, RunCommand.self, PreflightCommand.self, RecordCommand.self, ReplayCommand.self,
            BacktestCommand.self,
            ConfigCommand.self, BenchCommand.self, AuditCommand.self, BackupCommand.self,
            ReportCommand.self,
        ])
}
