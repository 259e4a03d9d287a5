import TradingModel

/// A rule that is broken at one place: the cause of actions.
public struct Violation: Hashable, Sendable {
    public var code: Denial
    public var place: Int
    public init(code: Denial, place: Int) {
        self.code = code
        self.place = place
    }
}

/// One action that a violation calls for.
public struct Enforced: Hashable, Sendable {
    public var cause: Violation
    public var reaction: RuleReaction
    /// It is what an action that failed has become.
    public var isEscalation: Bool
}

/// Violations become actions: the strongest first, never two for one cause, each finished or, when it fails
/// or takes too long, replaced by a stronger one. An action that fails keeps no other from its turn.
///
/// A state machine without effects: `next` says what to do, and is told what came of it.
public struct Enforcement: Sendable {
    private struct Job: Sendable {
        var action: Enforced
        var startedAt: Moment?
        var isDone = false
    }

    /// An action that has not finished within this has failed.
    public static let patience = Span.seconds(2)

    /// One for each cause that is not over.
    private var jobs: [Job] = []
    public private(set) var escalations = 0

    public init() {}

    /// A rule is found broken. While it stays so it is one cause, however often it is found.
    public mutating func violated(_ cause: Violation, _ reaction: RuleReaction) {
        guard reaction != .deny, !jobs.contains(where: { $0.action.cause == cause }) else { return }
        jobs.append(Job(action: Enforced(cause: cause, reaction: reaction, isEscalation: false)))
    }

    /// The rule holds again: the next time it is broken is another cause. What is under way is finished
    /// first.
    public mutating func healed(_ cause: Violation) {
        jobs.removeAll { $0.action.cause == cause && $0.isDone }
    }

    /// The strongest action that waits, now under way.
    public mutating func next(at now: Moment) -> Enforced? {
        expire(at: now)
        var best: Int?
        for index in jobs.indices where jobs[index].startedAt == nil {
            guard let known = best else {
                best = index
                continue
            }
            if jobs[index].action.reaction.priority > jobs[known].action.reaction.priority { best = index }
        }
        guard let best else { return nil }
        jobs[best].startedAt = now
        return jobs[best].action
    }

    public mutating func finished(_ cause: Violation) {
        for index in jobs.indices where jobs[index].action.cause == cause && jobs[index].startedAt != nil {
            jobs[index].isDone = true
        }
    }

    /// It did not work: something stronger takes its place. What nothing is stronger than is tried again.
    public mutating func failed(_ cause: Violation) {
        for index in jobs.indices where jobs[index].action.cause == cause && !jobs[index].isDone {
            escalate(index)
        }
    }

    /// Actions under way.
    public var open: [Enforced] { jobs.filter { $0.startedAt != nil && !$0.isDone }.map(\.action) }
    public var waiting: Int { jobs.count { $0.startedAt == nil } }

    private mutating func expire(at now: Moment) {
        for index in jobs.indices where !jobs[index].isDone {
            if let since = jobs[index].startedAt, now - since > Enforcement.patience { escalate(index) }
        }
    }

    private mutating func escalate(_ index: Int) {
        escalations += 1
        jobs[index].action.reaction = jobs[index].action.reaction.stronger
        jobs[index].action.isEscalation = true
        jobs[index].startedAt = nil
    }
}

extension RuleReaction {
    /// What takes the place of one that failed: in the end nothing is left but to stop.
    public var stronger: RuleReaction {
        switch self {
        case .deny, .reduce: .lockout
        case .lockout, .disableStrategy, .cancel, .close: .mode(.hold)
        case .mode(let mode): .mode(mode < .hold ? .hold : .safe)
        }
    }
}
