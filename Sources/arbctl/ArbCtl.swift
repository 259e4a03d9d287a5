import ArgumentParser

/// Operates a running node over its control socket.
@main
struct ArbCtl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arbctl",
        abstract: "See what a running node does, and tell it what to do.",
        discussion: """
            Talks to the node over its control socket, which only the node's own user and root can use. \
            --socket names it, else the environment's ARBNODE_SOCKET, else it is the one live socket among \
            data/*/control.sock, data/*/live/control.sock, data/*/paper/control.sock and those of running \
            demos. What changes the node takes --reason and stands in its audit log with your name.

            Exit codes: 0 done, 1 refused in the state the node is in, 64 usage, 69 no node answers, \
            70 internal error, 75 try again.

            Example: arbctl status
            """,
        version: "0.1.0",
        subcommands: [
            StatusCommand.self, MonitorCommand.self, VenuesCommand.self, BooksCommand.self, RouteCommand.self,
            LatencyCommand.self, PositionsCommand.self,
            OrdersCommand.self, HedgesCommand.self, IncidentsCommand.self, HeartbeatsCommand.self,
            SelfCheckCommand.self, LogsCommand.self,
            RunbooksCommand.self, LimitsCommand.self, RulesCommand.self, HoldCommand.self,
            ResumeCommand.self, SafeModeCommand.self, KillCommand.self, MaintenanceCommand.self,
            RiskIndexCommand.self, ReconcileCommand.self,
            PortfolioCommand.self, WhatIfCommand.self, ConfigCommand.self,
            TimelineCommand.self, ReportCommand.self,
        ])

    static func main() { main(socketLast(Array(CommandLine.arguments.dropFirst()))) }

    /// `--socket` is every command's option; it may stand before the command as well.
    static func socketLast(_ arguments: [String]) -> [String] {
        guard let first = arguments.first else { return arguments }
        if first.hasPrefix("--socket="), arguments.count > 1 { return Array(arguments.dropFirst()) + [first] }
        guard first == "--socket", arguments.count > 2 else { return arguments }
        return Array(arguments.dropFirst(2) + arguments.prefix(2))
    }
}
