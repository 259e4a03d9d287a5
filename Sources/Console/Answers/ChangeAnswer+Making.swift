import Control
import Engine
import Node
import Orders
import TradingModel

// Reading before, changing and reading after are one call on the desk's lane.
extension ChangeAnswer {
    /// No new risk. Never loosens: what is stricter stays.
    static func hold(_ desk: isolated TradingDesk, _ reason: String, _ actor: String)
        throws(ControlFault) -> ChangeAnswer
    {
        try tighten(desk, to: .hold, .hold, reason, actor, "no new risk; hedges and cancels go on")
    }

    static func safeMode(_ desk: isolated TradingDesk, _ reason: String, _ actor: String)
        throws(ControlFault) -> ChangeAnswer
    {
        try tighten(desk, to: .safe, .safeMode, reason, actor, "all orders are canceled; risk may only fall")
    }

    /// One venue out of its own SAFE_MODE.
    static func release(_ desk: isolated TradingDesk, _ name: String, _ reason: String, _ actor: String)
        throws(ControlFault) -> ChangeAnswer
    {
        let venue = try desk.inspect { VenueID.named(name, $0) }.get()
        guard desk.inspect({ $0.venues[venue.index].safeReason != nil }) else {
            throw ControlFault(
                .conflict, "\(name) is in no SAFE_MODE of its own",
                remedy: "arbctl venues says what blocks it")
        }
        let before = State(desk, venue: venue)
        desk.release(venue, reason: reason, actor: actor)
        return ChangeAnswer(.resume, desk, before, venue: venue, reason, actor, "\(name) is released")
    }

    /// What the venue says it holds is right. Refused while nothing is in question: the word would then lie
    /// in wait for the next difference, which nobody has seen yet.
    static func accept(_ desk: isolated TradingDesk, _ name: String, _ reason: String, _ actor: String)
        throws(ControlFault) -> ChangeAnswer
    {
        let venue = try desk.inspect { VenueID.named(name, $0) }.get()
        guard desk.inspect({ !$0.venues[venue.index].isReconciled }) else {
            throw ControlFault(
                .conflict, "\(name)'s balances and the ledger agree", remedy: "there is nothing to accept")
        }
        let before = State(desk, venue: venue)
        desk.accept(venue, reason: reason, actor: actor)
        return ChangeAnswer(
            .reconcile, desk, before, venue: venue, reason, actor,
            "the ledger follows once two reads of \(name) agree; arbctl venues shows when")
    }

    private static func tighten(
        _ desk: isolated TradingDesk, to mode: OperatingMode, _ command: ControlCommand.Name,
        _ reason: String, _ actor: String, _ note: String
    ) throws(ControlFault) -> ChangeAnswer {
        let (current, mayEnd) = desk.inspect { ($0.mode, $0.mayEnd(mode)) }
        // A HOLD besides a planned one stays when that ends, and a mode that others are about to leave stays.
        guard current < mode || mayEnd else {
            throw ControlFault(
                .conflict,
                current == mode
                    ? "the node is in \(mode.name) already"
                    : "the node is in \(current.name), which is stricter than \(mode.name)",
                remedy: "arbctl resume --reason \"…\" goes back to NORMAL")
        }
        let before = State(desk, venue: nil)
        desk.setMode(mode, reason: reason, actor: actor)
        return ChangeAnswer(command, desk, before, venue: nil, reason, actor, note)
    }

    init(
        _ command: ControlCommand.Name, _ desk: isolated TradingDesk, _ before: State, venue: VenueID?,
        _ reason: String, _ actor: String, _ note: String
    ) {
        self.init()
        self.command = command.rawValue
        self.actor = actor
        self.reason = reason
        atNs = desk.now.nanoseconds
        self.before = before
        after = State(desk, venue: venue)
        self.note = note
    }
}

extension ChangeAnswer.State {
    init(_ desk: isolated TradingDesk, venue: VenueID?) {
        self.init()
        mode = desk.inspect { ModeState($0) }
        liveOrders = desk.inspect { $0.orders.live.count }
        kills = desk.inspect { $0.kills.blocks.map(\.scope.text) }
        self.venue = venue.map { VenueState(desk.venueReports[$0.index]) }
    }
}

extension VenueID {
    static func named(_ name: String, _ engine: TradingEngine) -> Result<VenueID, ControlFault> {
        if let index = engine.policy.venues.firstIndex(where: { $0.name == name }) {
            return .success(VenueID(index))
        }
        let known = engine.policy.venues.map(\.name).joined(separator: ", ")
        return .failure(
            ControlFault(.unknownVenue, "this node has no such venue", remedy: "it has \(known)"))
    }
}
