import TradingModel

/// What is done about an incident, step by step: typed, so that it can be checked, planned and carried out.
public struct Runbook: Hashable, Sendable {
    public enum Target: String, Hashable, Sendable, CaseIterable {
        case node, venue
    }

    /// `rb-05-venue-outage`; the file's name without its ending.
    public var name: String
    public var title: String
    public var target: Target
    /// Incidents it is for.
    public var codes: [IncidentCode]
    /// When somebody last went through it, as `2026-03-01`.
    public var reviewed: String
    public var steps: [RunbookStep]

    public init(
        name: String, title: String, target: Target, codes: [IncidentCode], reviewed: String,
        steps: [RunbookStep]
    ) {
        self.name = name
        self.title = title
        self.target = target
        self.codes = codes
        self.reviewed = reviewed
        self.steps = steps
    }

    /// What cannot be right about it, each as a sentence; empty when it is sound.
    public var problems: [String] {
        var problems: [String] = []
        if steps.isEmpty { problems.append("it has no steps") }
        for (index, step) in steps.enumerated() {
            if steps[..<index].contains(where: { $0.id == step.id }) {
                problems.append("two steps are called \(step.id)")
            }
            problems += step.problems(target).map { "step \(step.id): \($0)" }
        }
        return problems
    }

    /// How much harm its steps can do at most.
    public var danger: RunbookDanger { steps.map(\.danger).max() ?? .none }

    /// People who must agree with its most dangerous step, apart from who starts it.
    public var approvals: Int { max(0, danger.people - 1) }
}

/// How much harm a step can do, and so who must agree.
public enum RunbookDanger: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Risk may only fall, and nothing is lost by it.
    case none
    /// It costs something: orders, a connection, trades that are not made.
    case caution
    /// It lets risk in.
    case danger

    /// People who must agree; who starts a run is one of them.
    public var people: Int {
        switch self {
        case .none: 0
        case .caution: 1
        case .danger: 2
        }
    }

    public static func < (left: RunbookDanger, right: RunbookDanger) -> Bool { left.people < right.people }
}

public struct RunbookStep: Hashable, Sendable {
    public var id: String
    public var action: RunbookAction
    /// For the person before whom it stands.
    public var why: String
    /// Before it acts.
    public var requires: [RunbookCondition]
    /// After it acted, within its time.
    public var ensures: [RunbookCondition]
    public var timeout: Span
    public var danger: RunbookDanger
    /// Of a step about the risk index: 0…100.
    public var value: Int?
    /// Of a step that runs another runbook: its name.
    public var runbook: String?
    /// What takes it back when a later step fails; `nil`: it cannot be taken back, or need not be.
    public var undo: RunbookAction?

    public init(
        id: String, action: RunbookAction, why: String, requires: [RunbookCondition] = [],
        ensures: [RunbookCondition] = [], timeout: Span, danger: RunbookDanger = .none,
        value: Int? = nil, runbook: String? = nil, undo: RunbookAction? = nil
    ) {
        self.id = id
        self.action = action
        self.why = why
        self.requires = requires
        self.ensures = ensures
        self.timeout = timeout
        self.danger = danger
        self.value = value
        self.runbook = runbook
        self.undo = undo
    }

    func problems(_ target: Runbook.Target) -> [String] {
        var problems: [String] = []
        let facts = requires + ensures
        for action in [action, undo].compactMap({ $0 }) {
            if target == .node, action.needsVenue {
                problems.append("\(action.rawValue) needs a runbook about a venue")
            }
            if target == .venue, action.needsNode {
                problems.append("\(action.rawValue) needs a runbook about the node")
            }
        }
        if target == .node, facts.contains(where: { $0.fact.needsVenue }) {
            problems.append("it asks for a venue's state in a runbook about the node")
        }
        if action == .wait, ensures.isEmpty { problems.append("it waits for nothing") }
        if action.loosens, danger != .danger { problems.append("what lets risk in is `danger: danger`") }
        if !action.loosens, !action.isPassive, ![.notify, .reconcile, .resynchronise, .run].contains(action),
            danger == .none
        {
            problems.append("\(action.rawValue) costs something: `danger: caution`")
        }
        // A failure leaves the node as strict as it is: letting risk in is decided by people.
        if let undo, undo.loosens || undo.isPassive || undo.takesValue || undo == .run {
            problems.append("`undo: \(undo.rawValue)` takes nothing back on the safe side")
        }
        if action.takesValue != (value != nil) {
            problems.append("a `value` belongs to steps about the risk index, and to each of them")
        }
        if (action == .run) != (runbook != nil) { problems.append("a `runbook` belongs to `do: run`") }
        if timeout <= .zero { problems.append("its timeout is no time") }
        return problems
    }
}
