/// A runbook that somebody would have carried out.
public struct RunWish: Hashable, Sendable {
    public var name: String
    public var venue: String?
    /// The hash of the plan that was read; another one is refused.
    public var plan: String?
    public var reason: String

    public init(_ name: String, venue: String?, plan: String?, reason: String) {
        self.name = name
        self.venue = venue
        self.plan = plan
        self.reason = reason
    }

    var arguments: [String: ControlArgument] {
        var arguments: [String: ControlArgument] = ["run": .text(name), "reason": .text(reason)]
        if let venue { arguments["venue"] = .text(venue) }
        if let plan { arguments["plan"] = .text(plan) }
        return arguments
    }
}

/// What people say to a run that is under way.
public enum RunChange: Hashable, Sendable {
    /// Agrees with the plan of this hash; in another's name, where `by` names one.
    case approve(plan: String, by: String?, reason: String)
    /// Has looked: the step that asks may go on.
    case answer(reason: String)
    /// What it did is taken back, the last step first.
    case abort(reason: String)

    func arguments(_ number: UInt64) -> [String: ControlArgument] {
        switch self {
        case .approve(let plan, let by, let reason):
            var arguments: [String: ControlArgument] = [
                "approve": .number(number), "plan": .text(plan), "reason": .text(reason),
            ]
            if let by { arguments["approved_by"] = .text(by) }
            return arguments
        case .answer(let reason): return ["answer": .number(number), "reason": .text(reason)]
        case .abort(let reason): return ["abort": .number(number), "reason": .text(reason)]
        }
    }
}
