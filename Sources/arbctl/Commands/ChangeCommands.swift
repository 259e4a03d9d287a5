import ArgumentParser
import Control
import Streams

/// `arbctl hold`.
struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "No new risk; hedges and cancels go on.",
        discussion: """
            Loosens nothing: in a stricter mode it is refused.

            Example: arbctl hold --reason "okx announces maintenance"
            """)

    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.hold(reason: why.reason), as: ChangeAnswer.self, ChangeText.lines) }
}

/// `arbctl resume`.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Back to NORMAL, or a part of the node back from a kill or its own SAFE_MODE.",
        discussion: """
            One person is enough out of REDUCED and HOLD. Out of SAFE_MODE and KILLED, and to lift a kill, \
            two different people must agree: the user at this end of the socket, and who is named by \
            --approved-by; or each in a call of their own within 15 minutes. It holds once it is durable.

            Example: arbctl resume --reason "okx is back, balances compared"
            """)

    @OptionGroup var scope: ScopeOptions
    @Option(help: ArgumentHelp("The mode to resume, as REDUCED (default NORMAL).", valueName: "mode"))
    var mode: String?
    @Option(help: ArgumentHelp("Who agrees besides you (repeatable).", valueName: "person"))
    var approvedBy: [String] = []
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func validate() throws {
        guard mode == nil || scope.scope == .all else {
            throw ValidationError("--mode is the node's own and goes with no part of it.")
        }
    }

    func run() throws {
        try node.show(
            .resume(
                ResumeWish(scope.scope, mode: mode, reason: why.reason, approvedBy: approvedBy)),
            as: ChangeAnswer.self, ChangeText.lines)
    }
}

/// `arbctl safe-mode`.
struct SafeModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safe-mode",
        abstract: "Cancel all orders; from here on risk may only fall.",
        discussion: """
            Example: arbctl safe-mode --reason "prices look wrong"
            """)

    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.safeMode(reason: why.reason), as: ChangeAnswer.self, ChangeText.lines)
    }
}

/// `arbctl reconcile`.
struct ReconcileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Take a venue's balances for right where rows and histories cannot explain them.",
        discussion: """
            The node reconciles by itself; this is for a difference that stays. Once two reads of the venue \
            agree, the ledger follows them, with your reason in the audit log. Nothing is hedged for it. \
            Refused while ledger and venue agree.

            Example: arbctl reconcile okx --accept --reason "deposit of 1000 USDT, ticket 4711"
            """)

    @Argument(help: "The venue, as the configuration names it.") var venue: String
    @Flag(help: "Yes: the venue is right and the ledger follows it.") var accept = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func validate() throws {
        guard accept else {
            throw ValidationError(
                "reconcile takes the venue's balances for right: compare them first (arbctl positions), "
                    + "then give --accept.")
        }
    }

    func run() throws {
        try node.show(
            .accept(venue: venue, reason: why.reason), as: ChangeAnswer.self, ChangeText.lines)
    }
}

/// What a change found and left.
enum ChangeText {
    static func lines(_ change: ChangeAnswer) -> [String] {
        var rows = [["", "before", "after"]]
        rows.append(["mode", mode(change.before.mode), mode(change.after.mode)])
        if let before = change.before.venue, let after = change.after.venue {
            rows.append([before.venue, venue(before), venue(after)])
        }
        if change.before.kills != change.after.kills {
            rows.append(["killed", kills(change.before.kills), kills(change.after.kills)])
        }
        rows.append(["live orders", "\(change.before.liveOrders)", "\(change.after.liveOrders)"])
        return ["\(change.command) by \(change.actor): \(change.note)", ""]
            + TextTable(rows: rows, left: [0, 1, 2]).lines
    }

    private static func kills(_ scopes: [String]) -> String {
        scopes.isEmpty ? "nothing" : scopes.joined(separator: ", ")
    }

    private static func mode(_ state: ModeState) -> String {
        state.mode + (state.reason.isEmpty ? "" : " (\(state.reason))")
    }

    private static func venue(_ state: VenueState) -> String {
        let what = state.mayOpen ? "opens" : state.blockedBy ?? "does not open"
        return what + (state.accepted.map { ", \($0)" } ?? "")
    }
}
