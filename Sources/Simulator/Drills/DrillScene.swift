import Engine
import Node
import Orders
import Runbooks
import SimulatedWorld
import TradingModel

/// What makes codes fire that no drill does.
struct DrillScene: Sendable {
    var codes: Set<IncidentCode>
    /// How long it may take.
    var within: Span
    var venues: [String]
    /// What is so before the node starts.
    var before: Drill.Deed
    var prepare: @Sendable (inout EnginePolicy) -> Void
    var deed: Drill.Deed

    init(
        codes: Set<IncidentCode>, within: Span = .seconds(120), venues: [String] = WorldPlan.allVenues,
        deed: @escaping Drill.Deed = { _ in },
        prepare: @escaping @Sendable (inout EnginePolicy) -> Void = { _ in },
        before: @escaping Drill.Deed = { _ in }
    ) {
        self.codes = codes
        self.within = within
        self.venues = venues
        self.before = before
        self.prepare = prepare
        self.deed = deed
    }

    /// Every code that fired.
    func play(_ shelf: RunbookShelf) -> Set<IncidentCode> {
        var drill = Drill.byHand("rb-34-runbook", check: { _ in nil })
        drill.prepare = prepare
        drill.venues = venues
        let stand: DrillStand
        do { stand = try DrillStand(drill, shelf: shelf) } catch {
            preconditionFailure("a world could not be made: \(error)")
        }
        before(stand)
        stand.startNode()
        stand.run(DrillRehearsal.before)
        deed(stand)
        let limit = stand.now + within
        while stand.now < limit, !stand.codes.isSuperset(of: codes) {
            stand.run(.seconds(1))
            stand.gatherCodes()
        }
        stand.end()
        return stand.codes
    }
}
