import TradingModel

/// One runbook carried out on one target: a value that is given the node's state and the time, and says what
/// to write down and what to do. An act follows only once its beginning is written down, so a run that dies
/// at any boundary is known for what it had begun, and nothing is done twice.
public struct RunbookRun: Sendable {
    /// What is written down, in order; replayed, it makes the same run.
    public enum Entry: Hashable, Sendable {
        case started(by: String, reason: String, at: Moment)
        case approved(by: String, at: Moment)
        /// About to act: from here on the step is never acted again.
        case begins(step: Int, at: Moment)
        case answered(step: Int, by: String, at: Moment)
        case done(step: Int, at: Moment)
        case failed(step: Int, why: String, at: Moment)
        case undoes(step: Int, at: Moment)
        case undone(step: Int, at: Moment)
        case aborted(by: String, reason: String, at: Moment)
        case ended(Outcome, at: Moment)
    }

    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case succeeded, failed, aborted
    }

    public enum Order: Hashable, Sendable {
        /// Write it down, then call `written`.
        case journal(Entry)
        /// Its beginning is written down: act.
        case act(RunbookAction, step: Int)
        case undo(RunbookAction, step: Int)
    }

    public enum Phase: Hashable, Sendable {
        case waitsForApproval
        /// Looks at what the step requires.
        case ready(Int)
        /// Has acted and waits for what the step ensures.
        case ensures(Int)
        /// It failed or was aborted: what was done is taken back, the last first.
        case rollsBack
        case undoing(Int)
        case ended(Outcome)
    }

    public struct Refusal: Error, Hashable, Sendable {
        public var message: String
    }

    public let runbook: Runbook
    public let target: String
    public private(set) var phase = Phase.waitsForApproval
    public private(set) var entries: [Entry] = []
    public private(set) var approvers: [String] = []
    private var starter = ""
    /// Steps that may have acted, in order.
    private var acted: [Int] = []
    private var since = Moment.distantPast
    private var hasAnswer = false
    private var isAborted = false
    /// It died in the middle of taking a step back: that is on the safe side, and is done again.
    private var undoesAgain = false
    /// Given out and not confirmed.
    private var pending: Entry?

    /// Nothing has happened yet: `start` is the first entry.
    public init(_ runbook: Runbook, target: String) {
        precondition(runbook.problems.isEmpty, "only a sound runbook is run")
        self.runbook = runbook
        self.target = target
    }

    /// As it was when `entries` had been written down. A step that had begun is not acted again: its end is
    /// waited for, anew from `now`.
    public init(_ runbook: Runbook, target: String, replaying entries: [Entry], at now: Moment) {
        self.init(runbook, target: target)
        for entry in entries { apply(entry) }
        since = now
        undoesAgain = true
    }

    public var isEnded: Bool { if case .ended = phase { true } else { false } }

    static func isPassed(_ step: RunbookStep, _ facts: RunbookFacts) -> Bool {
        step.action != .ask && !step.ensures.isEmpty && step.ensures.allSatisfy { $0.holds(facts) }
    }

    // MARK: People

    public mutating func start(by person: String, reason: String, at now: Moment) -> Order {
        precondition(entries.isEmpty && pending == nil, "a run starts once")
        return give(.started(by: person, reason: reason, at: now))
    }

    /// Somebody agrees with the plan of this hash. Who started it does not count, nor anybody twice.
    public mutating func approve(by person: String, hash: String, of plan: String, at now: Moment)
        throws(Refusal) -> Order
    {
        guard phase == .waitsForApproval, pending == nil else {
            throw Refusal(message: "it waits for no approval")
        }
        guard hash == plan else { throw Refusal(message: "that is the hash of another plan") }
        guard person != starter, !approvers.contains(person) else {
            throw Refusal(message: "somebody else must agree, not \(person) again")
        }
        return give(.approved(by: person, at: now))
    }

    /// The person has looked: an `ask` may go on.
    public mutating func answer(by person: String, at now: Moment) throws(Refusal) -> Order {
        guard case .ensures(let step) = phase, runbook.steps[step].action == .ask, pending == nil else {
            throw Refusal(message: "it asks nobody now")
        }
        return give(.answered(step: step, by: person, at: now))
    }

    public mutating func abort(by person: String, reason: String, at now: Moment) throws(Refusal) -> Order {
        guard !isEnded, pending == nil else { throw Refusal(message: "it has ended, or is just going on") }
        return give(.aborted(by: person, reason: reason, at: now))
    }

    // MARK: Time

    /// What comes next; `nil`: nothing yet.
    public mutating func next(_ facts: RunbookFacts, at now: Moment) -> Order? {
        guard pending == nil else { return nil }
        switch phase {
        case .ended: return nil
        case .waitsForApproval:
            // An approval is no standing permission.
            guard now - since > RunbookRun.approvalWindow else { return nil }
            return give(.aborted(by: "node", reason: "nobody agreed in ten minutes", at: now))
        case .ready(let step): return ready(step, facts, now)
        case .ensures(let step): return ensures(step, facts, now)
        case .rollsBack: return rollBack(now)
        case .undoing(let step):
            defer { undoesAgain = false }
            if undoesAgain, let undo = runbook.steps[step].undo { return .undo(undo, step: step) }
            return give(.undone(step: step, at: now))
        }
    }

    public static let approvalWindow = Span.seconds(600)

    private mutating func ready(_ index: Int, _ facts: RunbookFacts, _ now: Moment) -> Order {
        guard index < runbook.steps.count else { return give(.ended(.succeeded, at: now)) }
        let step = runbook.steps[index]
        if RunbookRun.isPassed(step, facts) { return give(.done(step: index, at: now)) }
        if let missing = step.requires.first(where: { !$0.holds(facts) }) {
            return give(.failed(step: index, why: "\(missing.text) does not hold", at: now))
        }
        return give(.begins(step: index, at: now))
    }

    private mutating func ensures(_ index: Int, _ facts: RunbookFacts, _ now: Moment) -> Order? {
        let step = runbook.steps[index]
        if step.ensures.allSatisfy({ $0.holds(facts) }), step.action != .ask || hasAnswer {
            return give(.done(step: index, at: now))
        }
        guard now - since > step.timeout else { return nil }
        let missing = step.ensures.first { !$0.holds(facts) }.map { "\($0.text) does not hold" }
        let why = missing ?? "nobody answered"
        return give(.failed(step: index, why: "\(why) after \(step.timeout.milliseconds / 1_000) s", at: now))
    }

    // MARK: The journal

    private mutating func give(_ entry: Entry) -> Order {
        pending = entry
        return .journal(entry)
    }

    /// The entry that was given out survives from here on; answers the act that waited for it.
    public mutating func written() -> Order? {
        guard let entry = pending else { preconditionFailure("nothing was given out to be written") }
        pending = nil
        apply(entry)
        switch entry {
        case .begins(let step, _):
            let action = runbook.steps[step].action
            return action == .ask || action == .wait ? nil : .act(action, step: step)
        case .undoes(let step, _): return runbook.steps[step].undo.map { .undo($0, step: step) }
        case .started, .approved, .answered, .done, .failed, .undone, .aborted, .ended: return nil
        }
    }

    /// It could not be written: it is given out again with the next look.
    public mutating func notWritten() { pending = nil }

    private mutating func rollBack(_ now: Moment) -> Order {
        if let step = acted.last(where: { runbook.steps[$0].undo != nil }) {
            return give(.undoes(step: step, at: now))
        }
        return give(.ended(isAborted ? .aborted : .failed, at: now))
    }

    private func moment(of entry: Entry) -> Moment {
        switch entry {
        case .started(_, _, let at), .approved(_, let at), .begins(_, let at), .answered(_, _, let at),
            .done(_, let at), .failed(_, _, let at), .undoes(_, let at), .undone(_, let at),
            .aborted(_, _, let at), .ended(_, let at):
            at
        }
    }

    private mutating func apply(_ entry: Entry) {
        entries.append(entry)
        since = moment(of: entry)
        switch entry {
        case .started(let person, _, _):
            starter = person
            if runbook.approvals == 0 { phase = .ready(0) }
        case .approved(let person, _):
            approvers.append(person)
            if approvers.count >= runbook.approvals { phase = .ready(0) }
        case .begins(let step, _):
            acted.append(step)
            hasAnswer = false
            phase = .ensures(step)
        case .answered: hasAnswer = true
        case .done(let step, _): phase = .ready(step + 1)
        case .failed, .undone: phase = .rollsBack
        case .aborted:
            isAborted = true
            phase = .rollsBack
        case .undoes(let step, _):
            acted.removeAll { $0 == step }
            phase = .undoing(step)
        case .ended(let outcome, _): phase = .ended(outcome)
        }
    }
}
