import TradingModel

/// One runbook carried out on one target: a value that is given the node's state and the time, and says what
/// to write down and what to do. An act follows only once its beginning is written down, so a run that dies
/// at any boundary is known for what it had begun; what it had begun and not finished is brought about when
/// it goes on, unless it is so already.
public struct RunbookRun: Sendable {
    public enum Order: Hashable, Sendable {
        /// Write it down, then call `written`.
        case journal(Entry)
        /// Its beginning is written down: act.
        case act(RunbookAction, step: Int)
        case undo(RunbookAction, step: Int)
    }

    public enum Phase: Hashable, Sendable {
        /// Nothing is written down yet.
        case new
        /// Looks at what the step requires, and whether enough people agree.
        case ready(Int)
        /// Has acted and waits for what the step ensures.
        case ensures(Int)
        /// It failed or was aborted: what was done is taken back, the last first.
        case rollsBack
        case undoing(Int)
        case ended(Outcome)
    }

    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case succeeded, failed, aborted
    }

    public struct Refusal: Error, Hashable, Sendable {
        public var message: String
        public init(message: String) { self.message = message }
    }

    /// Who starts what no person has started. A person of this name counts for nobody, on the safe side.
    public static let node = "node"

    public let runbook: Runbook
    public let target: String
    public private(set) var phase = Phase.new
    public private(set) var entries: [Entry] = []
    public private(set) var starter = ""
    public private(set) var startReason = ""
    public private(set) var approvers: [String] = []
    /// The most dangerous step that takes nobody's further word.
    private var alone = RunbookDanger.none
    /// Steps that may have acted, in order.
    private var acted: [Int] = []
    private var since = Moment.distantPast
    private var hasAnswer = false
    private var isAborted = false
    /// It died: this is written down first, and what it had begun is looked at again.
    private var isBack = false
    private var actsAgain = false
    /// Given out and not confirmed.
    private var pending: Entry?

    /// Nothing has happened yet: `start` is the first entry.
    public init(_ runbook: Runbook, target: String) {
        precondition(runbook.problems.isEmpty, "only a sound runbook is run")
        self.runbook = runbook
        self.target = target
    }

    /// As it was when `entries` had been written down. What had begun is brought about, where it is not so
    /// already, within its time anew from `now`.
    public init(_ runbook: Runbook, target: String, replaying entries: [Entry], at now: Moment) {
        self.init(runbook, target: target)
        for entry in entries where isSound(entry) { apply(entry) }
        since = now
        isBack = !isEnded && phase != .new
    }

    public var isEnded: Bool { outcome != nil }
    public var outcome: Outcome? { if case .ended(let outcome) = phase { outcome } else { nil } }
    /// An entry is on its way to the disk.
    public var isWriting: Bool { pending != nil }

    /// People whose word counts.
    public var people: [String] { (starter == RunbookRun.node ? [] : [starter]) + approvers }

    /// The step it is at; `nil`: it has ended, or takes back.
    public var step: Int? {
        switch phase {
        case .ready(let step), .ensures(let step): step < runbook.steps.count ? step : nil
        case .new, .rollsBack, .undoing, .ended: nil
        }
    }

    /// How many more people must agree before its step; 0 when it waits for nobody.
    public var lacking: Int {
        guard case .ready(let step) = phase, step < runbook.steps.count else { return 0 }
        let danger = runbook.steps[step].danger
        return danger <= alone ? 0 : max(0, danger.people - people.count)
    }

    /// The person's question that it waits with.
    public var question: String? {
        guard case .ensures(let step) = phase, runbook.steps[step].action == .ask, !hasAnswer else {
            return nil
        }
        return runbook.steps[step].why
    }

    static func isPassed(_ step: RunbookStep, _ facts: RunbookFacts) -> Bool {
        // What these do shows in nothing that could be so before.
        guard ![.ask, .notify, .run, .rotateKey].contains(step.action) else { return false }
        // A planned HOLD ends by itself: it is none that a runbook can go on from.
        if step.action == .hold, facts.isInMaintenance { return false }
        return !step.ensures.isEmpty && step.ensures.allSatisfy { $0.holds(facts) }
    }

    // MARK: People

    /// - Parameter alone: the most dangerous step that takes nobody's further word.
    public mutating func start(
        by person: String, reason: String, alone: RunbookDanger, at now: Moment
    ) -> Order {
        precondition(phase == .new && pending == nil, "a run starts once")
        return give(.started(by: person, reason: reason, alone: alone, at: now))
    }

    /// Somebody agrees with the plan of this hash. Who started it does not count, nor anybody twice.
    public mutating func approve(
        by person: String, reason: String, hash: String, of plan: String, at now: Moment
    ) throws(Refusal) -> Order {
        try mustGoOn()
        guard !isTakingBack, runbook.danger > alone else {
            throw Refusal(message: "it waits for nobody's agreement")
        }
        guard hash == plan else { throw Refusal(message: "that is the hash of another plan") }
        guard person != RunbookRun.node, !people.contains(person) else {
            throw Refusal(message: "somebody else must agree, not \(person) again")
        }
        return give(.approved(by: person, reason: reason, at: now))
    }

    /// The person has looked: an `ask` may go on.
    public mutating func answer(
        by person: String, reason: String, at now: Moment
    ) throws(Refusal) -> Order {
        try mustGoOn()
        guard case .ensures(let step) = phase, question != nil else {
            throw Refusal(message: "it asks nobody now")
        }
        return give(.answered(step: step, by: person, reason: reason, at: now))
    }

    public mutating func abort(by person: String, reason: String, at now: Moment) throws(Refusal) -> Order {
        try mustGoOn()
        guard !isTakingBack else { throw Refusal(message: "it takes back already what it did") }
        return give(.aborted(by: person, reason: reason, at: now))
    }

    private var isTakingBack: Bool {
        switch phase {
        case .rollsBack, .undoing: true
        case .new, .ready, .ensures, .ended: false
        }
    }

    private func mustGoOn() throws(Refusal) {
        if isEnded { throw Refusal(message: "it has ended") }
        if pending != nil { throw Refusal(message: "it is just writing something down: try again") }
    }

    // MARK: Time

    /// What comes next; `nil`: nothing yet.
    public mutating func next(_ facts: RunbookFacts, at now: Moment) -> Order? {
        guard pending == nil else { return nil }
        if isBack { return give(.resumed(at: now)) }
        switch phase {
        case .new, .ended: return nil
        case .ready(let step): return ready(step, facts, now)
        case .ensures(let step): return ensures(step, facts, now)
        case .rollsBack: return rollBack(now)
        case .undoing(let step):
            defer { actsAgain = false }
            if actsAgain, let undo = runbook.steps[step].undo { return .undo(undo, step: step) }
            return give(.undone(step: step, at: now))
        }
    }

    /// How long after a restart it waits for what its next step requires: venues connect and reconcile first.
    public static let startGrace = Span.seconds(120)

    /// Whether the node was started anew in the middle of it.
    var hasSurvivedStart: Bool { lastStart != nil }

    /// When the node was last started anew in the middle of it.
    private var lastStart: Moment? {
        entries.last {
            if case .resumed = $0 { true } else { false }
        }?.at
    }

    /// For how long it waits for people's agreement: an approval is no standing permission.
    public static let approvalWindow = Span.seconds(1_800)

    private mutating func ready(_ index: Int, _ facts: RunbookFacts, _ now: Moment) -> Order? {
        guard index < runbook.steps.count else { return give(.ended(.succeeded, at: now)) }
        let step = runbook.steps[index]
        if RunbookRun.isPassed(step, facts) { return give(.done(step: index, at: now)) }
        if lacking > 0 {
            guard now - since > RunbookRun.approvalWindow else { return nil }
            let minutes = RunbookRun.approvalWindow.milliseconds / 60_000
            return give(.failed(step: index, why: "nobody agreed in \(minutes) minutes", at: now))
        }
        if let missing = step.requires.first(where: { !$0.holds(facts) }) {
            if let lastStart, now - lastStart < RunbookRun.startGrace { return nil }
            return give(.failed(step: index, why: "\(missing.text) does not hold", at: now))
        }
        return give(.begins(step: index, at: now))
    }

    private mutating func ensures(_ index: Int, _ facts: RunbookFacts, _ now: Moment) -> Order? {
        let step = runbook.steps[index]
        let holds = step.ensures.allSatisfy { $0.holds(facts) }
        if step.action == .run, case .ended(let outcome)? = facts.child, outcome != .succeeded {
            let why = "\(step.runbook ?? "") has \(outcome == .failed ? "failed" : "been aborted")"
            return give(.failed(step: index, why: why, at: now))
        }
        if holds, isCarriedOut(step, facts) { return give(.done(step: index, at: now)) }
        if actsAgain {
            actsAgain = false
            // A run that it has started is known by its rows: it goes on by itself.
            let isKnown = step.action == .run && facts.child != nil
            if !step.action.isPassive, !isKnown { return .act(step.action, step: index) }
        }
        guard now - since > step.timeout else { return nil }
        let missing = step.ensures.first { !$0.holds(facts) }.map { "\($0.text) does not hold" }
        let why = missing ?? (step.action == .run ? "it has not ended" : "nobody answered")
        return give(.failed(step: index, why: "\(why) after \(step.timeout.milliseconds / 1_000) s", at: now))
    }

    private func isCarriedOut(_ step: RunbookStep, _ facts: RunbookFacts) -> Bool {
        switch step.action {
        case .ask: hasAnswer
        case .run: facts.child == .ended(.succeeded)
        // What it did shows in nothing but the act: after a death it is done again.
        case .notify: !actsAgain
        default: !actsAgain || !step.ensures.isEmpty
        }
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
            return action.isPassive ? nil : .act(action, step: step)
        case .undoes(let step, _): return runbook.steps[step].undo.map { .undo($0, step: step) }
        default: return nil
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

    /// Whether it names a step that there is.
    private func isSound(_ entry: Entry) -> Bool {
        entry.step.map { runbook.steps.indices.contains($0) } ?? true
    }

    private mutating func apply(_ entry: Entry) {
        entries.append(entry)
        since = entry.at
        switch entry {
        case .started(let person, let reason, let alone, _):
            (starter, startReason, self.alone) = (person, reason, alone)
            phase = .ready(0)
        case .approved(let person, _, _): approvers.append(person)
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
        case .resumed: (isBack, actsAgain) = (false, true)
        case .ended(let outcome, _): phase = .ended(outcome)
        }
    }
}
