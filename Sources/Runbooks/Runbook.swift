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

    /// People who must agree before it is carried out, apart from who starts it.
    public var approvals: Int { steps.map(\.danger.approvals).max() ?? 0 }
}

public enum RunbookAction: String, Hashable, Sendable, CaseIterable {
    /// A person looks, and says that it may go on.
    case ask
    /// Until what it ensures is so.
    case wait
    case hold
    case safeMode = "safe-mode"
    /// Back to NORMAL.
    case resume
    /// Whatever may still work at the venue.
    case cancelAll = "cancel-all"
    case reconcile
    /// Fetch every book of the venue anew.
    case resynchronise
    /// Open every connection to the venue anew.
    case reconnect
    /// Let the venue out of its own SAFE_MODE.
    case release

    public var needsVenue: Bool {
        switch self {
        case .ask, .wait, .hold, .safeMode, .resume: false
        case .cancelAll, .reconcile, .resynchronise, .reconnect, .release: true
        }
    }

    /// It allows risk that is not allowed now.
    public var loosens: Bool { self == .resume || self == .release }

    /// What it does, for a plan.
    func effect(_ facts: RunbookFacts) -> String {
        let venue = facts.venue?.name ?? "the venue"
        switch self {
        case .ask: return "waits for a person"
        case .wait: return "waits; changes nothing"
        case .hold:
            return facts.mode >= .hold
                ? "nothing: the mode is \(facts.mode.name)" : "mode \(facts.mode.name) → HOLD"
        case .safeMode:
            return facts.mode >= .safe
                ? "nothing: the mode is \(facts.mode.name)"
                : "mode \(facts.mode.name) → SAFE_MODE; cancels \(facts.liveOrders) order(s)"
        case .resume:
            return facts.mode == .normal
                ? "nothing: the mode is NORMAL" : "mode \(facts.mode.name) → NORMAL"
        case .cancelAll: return "cancels \(facts.venue?.liveOrders ?? 0) order(s) at \(venue)"
        case .reconcile: return "compares orders, fills and balances of \(venue) with the ledger"
        case .resynchronise: return "takes every book of \(venue) out until its proof stands anew"
        case .reconnect: return "closes and opens every connection to \(venue)"
        case .release:
            return facts.venue?.isSafe == true
                ? "\(venue) leaves its SAFE_MODE" : "nothing: \(venue) is in no SAFE_MODE"
        }
    }
}

/// How much harm a step can do, and so who must agree.
public enum RunbookDanger: String, Hashable, Sendable, CaseIterable {
    /// Risk may only fall.
    case none
    /// It costs something: orders, a connection.
    case caution
    /// It lets risk in.
    case danger

    /// People who must agree besides who starts it.
    public var approvals: Int { self == .danger ? 1 : 0 }
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
    /// What takes it back when a later step fails; `nil`: it cannot be taken back, or need not be.
    public var undo: RunbookAction?

    public init(
        id: String, action: RunbookAction, why: String, requires: [RunbookCondition] = [],
        ensures: [RunbookCondition] = [], timeout: Span, danger: RunbookDanger = .none,
        undo: RunbookAction? = nil
    ) {
        self.id = id
        self.action = action
        self.why = why
        self.requires = requires
        self.ensures = ensures
        self.timeout = timeout
        self.danger = danger
        self.undo = undo
    }

    func problems(_ target: Runbook.Target) -> [String] {
        var problems: [String] = []
        let facts = requires + ensures
        if target == .node {
            if action.needsVenue { problems.append("\(action.rawValue) needs a runbook about a venue") }
            if facts.contains(where: { $0.fact.needsVenue }) {
                problems.append("it asks for a venue's state in a runbook about the node")
            }
        }
        if action == .wait, ensures.isEmpty { problems.append("it waits for nothing") }
        if action.loosens, danger != .danger { problems.append("what lets risk in is `danger: danger`") }
        // A failure leaves the node as strict as it is: letting risk in is decided by people.
        if let undo, undo.loosens || undo == .ask || undo == .wait {
            problems.append("`undo: \(undo.rawValue)` takes nothing back on the safe side")
        }
        if timeout <= .zero { problems.append("its timeout is no time") }
        return problems
    }
}
