import Control
import Engine
import Node
import Orders
import TradingModel

// What loosens: it takes the people it takes, and holds once its row is durable. Reading before and beginning
// are one call on the desk's lane; reading after comes when the row has been written.
extension ChangeAnswer {
    /// How long a person waits for the row.
    private static let patience = Span.seconds(4)

    static func resume(_ desk: isolated TradingDesk, _ wish: ResumeWish, _ actor: String)
        async throws(ControlFault) -> ChangeAnswer
    {
        switch wish.scope {
        case .all: return try await resumeMode(desk, wish, actor)
        case .venue(let name):
            guard desk.inspect({ $0.kills[.venue(name)] == nil }) else {
                return try await lift(desk, .venue(name), wish, actor)
            }
            return try release(desk, name, wish.reason, actor)
        case .strategy(let name): return try await lift(desk, .strategy(name), wish, actor)
        case .symbol(let name): return try await lift(desk, .symbol(name), wish, actor)
        }
    }

    private static func resumeMode(_ desk: isolated TradingDesk, _ wish: ResumeWish, _ actor: String)
        async throws(ControlFault) -> ChangeAnswer
    {
        let target = try mode(wish.mode)
        let current = desk.inspect { $0.mode }
        guard target < current else {
            throw ControlFault(
                .conflict, "the node is in \(current.name) mode already",
                remedy: "arbctl status says what blocks it")
        }
        let before = State(desk, venue: nil)
        try await carryOut(desk, .mode(target), wish, actor)
        guard desk.inspect({ $0.mode }) <= target else {
            throw ControlFault(
                .conflict, "something else has called for \(desk.inspect { $0.mode.name }) meanwhile",
                remedy: "arbctl incidents says what")
        }
        let blocked = desk.venueReports.filter { !$0.mayOpen }.map(\.name)
        return ChangeAnswer(
            .resume, desk, before, venue: nil, wish.reason, people(wish, actor),
            blocked.isEmpty
                ? "new risk is allowed" : "still no new risk at \(blocked.joined(separator: ", "))")
    }

    private static func lift(
        _ desk: isolated TradingDesk, _ scope: KillScope, _ wish: ResumeWish, _ actor: String
    ) async throws(ControlFault) -> ChangeAnswer {
        guard desk.inspect({ $0.kills[scope] != nil }) else {
            throw ControlFault(
                .conflict, "\(scope.text) is not killed", remedy: "arbctl status says what blocks it")
        }
        let before = State(desk, venue: nil)
        try await carryOut(desk, .lift(scope), wish, actor)
        // Its row may have been refused, or somebody has killed it again.
        guard desk.inspect({ $0.kills[scope] == nil }) else {
            throw ControlFault(
                .conflict, "\(scope.text) is still killed, or again",
                remedy: "arbctl incidents says what called for it")
        }
        return ChangeAnswer(
            .resume, desk, before, venue: nil, wish.reason, people(wish, actor),
            "\(scope.text) may trade again")
    }

    private static func carryOut(
        _ desk: isolated TradingDesk, _ loosening: Loosening, _ wish: ResumeWish, _ actor: String
    ) async throws(ControlFault) {
        let people = [actor] + wish.approvedBy
        switch desk.loosen(loosening, reason: wish.reason, people: people) {
        case .nothing: return
        case .needs(let agreed, let more):
            throw ControlFault(
                .needsApproval,
                "\(agreed.joined(separator: " and ")) agree\(agreed.count == 1 ? "s" : ""), and \(more) "
                    + "other person\(more == 1 ? "" : "s") must",
                remedy: "arbctl resume … --approved-by NAME, within 15 minutes")
        case .ready:
            guard await desk.awaitLoosening(loosening, by: desk.now + patience) else {
                throw ControlFault(
                    .conflict, "the outbox has not taken the row: nothing is loosened before it has",
                    remedy: "arbctl status says how the outbox is")
            }
        }
    }

    private static func people(_ wish: ResumeWish, _ actor: String) -> String {
        People.distinct([actor] + wish.approvedBy).joined(separator: " and ")
    }

    private static func mode(_ name: String?) throws(ControlFault) -> OperatingMode {
        guard let name else { return .normal }
        guard let mode = OperatingMode.allCases.first(where: { $0.name == name.uppercased() }) else {
            let names = OperatingMode.allCases.map(\.name).joined(separator: ", ")
            throw ControlFault(.badArguments, "there is no mode \(name)", remedy: "there are \(names)")
        }
        return mode
    }

    // MARK: Maintenance

    static func maintenance(
        _ desk: isolated TradingDesk, isOn: Bool, flattens: Bool, _ reason: String, _ actor: String
    ) async throws(ControlFault) -> ChangeAnswer {
        let step: MaintenanceStep = !isOn ? .end : flattens ? .flatten : .hold
        let before = State(desk, venue: nil)
        let (mode, isPlanned, end) = desk.inspect { ($0.mode, $0.isInMaintenance, $0.maintenanceEnd) }
        if isOn {
            guard mode < .hold else {
                throw ControlFault(
                    .conflict, "the node is in \(mode.name) already: that is no planned HOLD",
                    remedy: "resume it first, or leave it as it is")
            }
            desk.setMaintenance(step, reason: reason, actor: actor)
        } else {
            guard isPlanned else {
                throw ControlFault(
                    .conflict, "no maintenance is under way, or something else has called for a HOLD since",
                    remedy: "arbctl status says what blocks it")
            }
            desk.setMaintenance(.end, reason: reason, actor: actor)
            guard await desk.awaitLoosening(.mode(end), by: desk.now + patience),
                desk.inspect({ $0.mode }) <= end
            else {
                throw ControlFault(
                    .conflict, "the HOLD stays: its end is not durable, or something else calls for it",
                    remedy: "arbctl status says what blocks it")
            }
        }
        return ChangeAnswer(
            .maintenance, desk, before, venue: nil, reason, actor,
            meaning(of: step))
    }

    private static func meaning(of step: MaintenanceStep) -> String {
        switch step {
        case .end: "maintenance is over"
        case .hold: "no new risk until maintenance stop"
        case .flatten: "no new risk until maintenance stop; perpetuals are closed"
        }
    }
}
