import ArgumentParser
import Control
import Foundation
import Streams

/// `--venue`, `--strategy`, `--symbol`: at most one of them.
struct ScopeOptions: ParsableArguments {
    @Option(help: "This venue alone.") var venue: String?
    @Option(help: "This strategy alone, as arbctl status names it.") var strategy: String?
    @Option(help: "This symbol alone, as BTC-USDT.") var symbol: String?

    func validate() throws {
        guard [venue, strategy, symbol].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("name one of --venue, --strategy and --symbol.")
        }
    }

    var scope: ControlScope {
        if let venue { return .venue(venue) }
        if let strategy { return .strategy(strategy) }
        if let symbol { return .symbol(symbol) }
        return .all
    }
}

/// `arbctl kill`.
struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Cancel everything at once and send nothing more, in the whole node or a part of it.",
        discussion: """
            One person may kill; two must resume. It acts before it is written down, it does not wait for \
            the disk, and where the node's desk does not answer its Watchkeeper cancels by itself. With \
            --flatten, what is owed is hedged and perpetuals are closed all the same, by orders that only \
            reduce; a second kill of the same scope with --flatten asks for that later. Without a console, \
            SIGQUIT does the same to the whole node.

            Example: arbctl kill --venue okx --reason "their engine trades through our limits"
            """)

    @OptionGroup var scope: ScopeOptions
    @Flag(help: "Hedge what is owed and close perpetuals, by orders that only reduce.") var flatten = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        // It waits for the venues' word for five seconds.
        var node = node
        node.timeout.milliseconds = max(node.timeout.milliseconds, 8_000)
        try node.show(
            .kill(scope.scope, flattens: flatten, reason: why.reason), as: KillAnswer.self, KillText.lines)
    }
}

enum KillText {
    static func lines(_ kill: KillAnswer) -> [String] {
        func time(_ milliseconds: Double?) -> String {
            milliseconds.map { String(format: "%.1f", $0) } ?? "-"
        }
        var rows = [["venue", "cancels", "wire ms", "clear ms", "not confirmed"]]
        for venue in kill.venues {
            rows.append([
                venue.venue, "\(venue.canceled)", time(venue.wireMs), time(venue.clearMs),
                venue.open.isEmpty ? "" : "\(venue.open.count)",
            ])
        }
        let state =
            kill.clearMs.map { "nothing is open after " + String(format: "%.1f ms", $0) }
            ?? "not every venue has confirmed: the node goes on asking"
        return ["killed: \(kill.scope), by \(kill.change.actor) through the \(kill.by); \(state)", ""]
            + TextTable(rows: rows).lines
    }
}

/// `arbctl maintenance`.
struct MaintenanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Begin or end a planned HOLD.",
        discussion: """
            One person may end it, and it leads back to where it began, unless something else has called \
            for a HOLD since. With --flatten, perpetuals are closed besides, by orders that only reduce.

            Example: arbctl maintenance start --reason "kernel update at 14:00"
            """)

    enum Step: String, ExpressibleByArgument, CaseIterable { case start, stop }

    @Argument(help: "start or stop.") var step: Step
    @Flag(help: "Close perpetuals as well (with start).") var flatten = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .maintenance(isOn: step == .start, flattens: flatten, reason: why.reason),
            as: ChangeAnswer.self, ChangeText.lines)
    }
}

/// `arbctl risk-index`.
struct RiskIndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "risk-index",
        abstract: "Show or set the appetite for risk, 0 to 100.",
        discussion: """
            People set a target, health caps it; it falls at once and rises slowly. A target beyond what \
            health allows is refused. On the wire and in JSON it is risk_index.

            Example: arbctl risk-index set 40 --reason "new venue, first days"
            """)

    enum Step: String, ExpressibleByArgument, CaseIterable { case show, set }

    @Argument(help: "show or set.") var step: Step = .show
    @Argument(help: "The target, 0 to 100.") var target: Int?
    @Option(help: ArgumentHelp("Why: goes into the audit log with your name.", valueName: "text"))
    var reason: String?
    @OptionGroup var node: NodeConnection

    func validate() throws {
        switch step {
        case .show:
            guard target == nil else { throw ValidationError("show takes no target; set does.") }
        case .set:
            guard let target, (0...100).contains(target) else {
                throw ValidationError("set takes a target from 0 to 100.")
            }
            guard let reason, reason.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("set needs --reason.")
            }
        }
    }

    func run() throws {
        try node.show(
            .riskIndex(target: target, reason: reason ?? ""), as: RiskIndexAnswer.self, RiskIndexText.lines)
    }
}

enum RiskIndexText {
    static func lines(_ index: RiskIndexAnswer) -> [String] {
        func text(_ value: Int?) -> String { value.map { "\($0)" } ?? "not yet known" }
        func text(_ value: Bool?) -> String { value.map { $0 ? "yes" : "no" } ?? "not yet known" }
        var lines: [String] = []
        if let change = index.change {
            lines += ["\(change.before) to \(change.after) by \(change.actor): \(change.reason)", ""]
        }
        let inputs = index.inputs
        let rows = [
            ["risk index", "\(index.riskIndex)"], ["target", "\(index.target)"],
            ["ceiling", "\(index.ceiling) (\(index.ceilingCause))"],
            ["size", "\(index.sizePercent) %"], ["edge", String(format: "+%.2f bps", index.edgeBps)],
            ["exposure", "\(index.exposurePercent) %"], ["capital health", text(inputs.capitalHealth)],
            ["heartbeats", text(inputs.heartbeats)], ["canary", text(inputs.canary)],
            ["operator present", text(inputs.operatorPresent)],
            ["venue stability", "\(inputs.venueStability)"],
            ["market stability", text(inputs.marketStability)],
        ]
        return lines + TextTable(rows: rows, left: [0, 1]).lines
    }
}
