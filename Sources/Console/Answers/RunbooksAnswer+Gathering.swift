import Control
import Engine
import Node
import Runbooks
import TradingModel
import Watch

extension RunbookShelf {
    func find(_ name: String) throws(ControlFault) -> Runbook {
        if let runbook = self[name] { return runbook }
        throw ControlFault(
            .unknownRunbook, "this node has no such runbook", remedy: "arbctl runbooks lists them")
    }
}

extension RunbooksAnswer {
    static func gather(_ desk: isolated TradingDesk) -> RunbooksAnswer {
        var answer = RunbooksAnswer()
        answer.runbooks = desk.runs.shelf.runbooks.map { Line($0, desk) }
        return answer
    }
}

extension RunbooksAnswer.Line {
    init(_ runbook: Runbook, _ desk: isolated TradingDesk) {
        self.init()
        name = runbook.name
        title = runbook.title
        target = runbook.target.rawValue
        codes = runbook.codes.map(\.rawValue)
        steps = runbook.steps.count
        approvals = runbook.approvals
        reviewed = runbook.reviewed
        openIncidents = desk.cases.cases.count { $0.isOpen && runbook.codes.contains($0.key.code) }
    }
}

extension RunbookAnswer {
    static func show(_ desk: isolated TradingDesk, _ name: String) throws(ControlFault) -> RunbookAnswer {
        let runbook = try desk.runs.shelf.find(name)
        var answer = RunbookAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.runbook = .init(runbook, desk)
        answer.steps = runbook.steps.map { Step($0) }
        answer.longestNs = runbook.steps.reduce(0) { $0 + $1.timeout.nanoseconds }
        return answer
    }

    /// Reads and changes nothing.
    static func plan(
        _ desk: isolated TradingDesk, _ name: String, venue: String?
    ) throws(ControlFault) -> RunbookAnswer {
        let runbook = try desk.runs.shelf.find(name)
        var answer = try show(desk, name)
        let place = try target(runbook, venue, desk)
        let plan = RunbookPlan(runbook, desk.runbookFacts(at: place))
        answer.planTarget = plan.target
        answer.planHash = desk.runs.shelf.plan(runbook, target: plan.target)
        for (index, step) in plan.steps.enumerated() {
            answer.steps[index].effect = step.effect
            answer.steps[index].missing = step.missing.map(\.text)
        }
        return answer
    }

    static func target(_ runbook: Runbook, _ venue: String?, _ desk: isolated TradingDesk)
        throws(ControlFault) -> VenueID?
    {
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        switch (runbook.target, venue) {
        case (.node, nil): return nil
        case (.node, .some):
            throw ControlFault(
                .badArguments, "\(runbook.name) is about the node", remedy: "leave --venue out")
        case (.venue, nil):
            throw ControlFault(
                .badArguments, "\(runbook.name) is about one venue",
                remedy: "add --venue with one of \(names.joined(separator: ", "))")
        case (.venue, let name?):
            guard let index = names.firstIndex(of: name) else {
                throw ControlFault(
                    .unknownVenue, "this node has no such venue",
                    remedy: "it has \(names.joined(separator: ", "))")
            }
            return VenueID(index)
        }
    }
}

extension RunbookAnswer.Step {
    init(_ step: RunbookStep) {
        self.init()
        id = step.id
        action = step.action.rawValue
        why = step.why
        requires = step.requires.map(\.text)
        ensures = step.ensures.map(\.text)
        timeoutNs = step.timeout.nanoseconds
        danger = step.danger.rawValue
        undo = step.undo?.rawValue
        value = step.value
        runbook = step.runbook
    }
}
