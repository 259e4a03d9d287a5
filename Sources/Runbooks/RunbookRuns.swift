import TradingModel

/// Every run of a node: one a target, each written down entry by entry. A value that is given the node's
/// state and the time, and says what to write and what to do.
public struct RunbookRuns: Sendable {
    /// The run of whose step another one is.
    public struct Parent: Hashable, Sendable {
        public var run: UInt64
        public var step: Int
    }

    public struct Record: Sendable {
        public let number: UInt64
        /// What an approval is given to.
        public let plan: String
        public let parent: Parent?
        public internal(set) var run: RunbookRun
    }

    public enum Effect: Sendable {
        /// Make it durable, then call `written`, or `notWritten`.
        case write(RunbookRow)
        case act(Act)
        case tell(IncidentCode, Severity, target: String, subject: String, detail: String)
    }

    /// What a step of a run does now.
    public struct Act: Sendable {
        public var run: UInt64
        public var target: String
        public var action: RunbookAction
        public var step: RunbookStep
        /// For rows and audit: which run, which step, and why.
        public var reason: String
        /// Who answers for it.
        public var people: [String]
        /// Whether the node was started anew since its run began.
        public var hasSurvivedStart = false
        public var actor: String { people.isEmpty ? RunbookRun.node : people.joined(separator: " and ") }
    }

    public let shelf: RunbookShelf
    public let policy: RunbookPolicy
    /// Under way, in the order in which they began.
    public internal(set) var live: [Record] = []
    /// Over; the last ones, oldest first.
    public internal(set) var ended: [Record] = []
    private(set) var mask: SecretMask
    var last: UInt64 = 0
    /// Effects that follow from what people and incidents said, until the next look.
    var waiting: [Effect] = []
    var triggers: [(code: IncidentCode, target: String)] = []
    /// Told to people already: runs that wait for them, and at which entry.
    private var asked: [UInt64: Int] = [:]
    var guarded: [String: Moment] = [:]

    static let remembered = 64

    /// Secrets that came later.
    public mutating func hide(_ words: [String]) { mask = mask.with(words) }

    public init(_ shelf: RunbookShelf = .empty, _ policy: RunbookPolicy = .init(), mask: SecretMask = .init())
    {
        self.shelf = shelf
        self.policy = policy
        self.mask = mask
    }

    /// Nothing is under way and nothing waits to begin.
    public var isIdle: Bool { live.isEmpty && triggers.isEmpty && waiting.isEmpty }

    /// All that are known, the last to begin first.
    public var all: [Record] { (live + ended).sorted { $0.number > $1.number } }

    public subscript(number: UInt64) -> Record? {
        live.first { $0.number == number } ?? ended.first { $0.number == number }
    }

    /// Some run waits for people.
    public func waitsForPeople(_ number: UInt64) -> Bool {
        self[number].map { $0.run.lacking > 0 || $0.run.question != nil } ?? false
    }

    /// What runs wait for people with, a line each.
    public var calls: [String] {
        live.compactMap { record in
            if let question = record.run.question {
                return "run \(record.number) asks: \(question) arbctl runbooks answer \(record.number)"
            }
            guard record.run.lacking > 0 else { return nil }
            return "\(record.run.lacking) must agree with run \(record.number) (\(record.run.runbook.name)): "
                + "arbctl runbooks log \(record.number)"
        }
    }

    // MARK: People

    /// Begins a run; it does nothing before its first entry is written.
    /// - Parameter target: a venue's name, or `node`.
    public mutating func start(
        _ name: String, target: String, by person: String, reason: String, at now: Moment
    ) throws(RunbookRun.Refusal) -> UInt64 {
        let alone = person == RunbookRun.node ? policy.automatic : .caution
        return try begin(name, target, by: person, reason: reason, alone: alone, parent: nil, now)
    }

    mutating func begin(
        _ name: String, _ target: String, by person: String, reason: String, alone: RunbookDanger,
        parent: Parent?, _ now: Moment
    ) throws(RunbookRun.Refusal) -> UInt64 {
        guard let runbook = shelf[name] else { throw .init(message: "there is no runbook \(name)") }
        if let other = live.first(where: { $0.run.target == target && $0.number != parent?.run }),
            !isAncestor(other.number, of: parent)
        {
            throw .init(message: "run \(other.number) (\(other.run.runbook.name)) is under way on \(target)")
        }
        last += 1
        var record = Record(
            number: last, plan: shelf.plan(runbook, target: target), parent: parent,
            run: RunbookRun(runbook, target: target))
        let order = record.run.start(by: person, reason: mask.masked(reason), alone: alone, at: now)
        live.append(record)
        if case .journal(let entry) = order { waiting.append(.write(row(record, entry))) }
        return last
    }

    private func isAncestor(_ number: UInt64, of parent: Parent?) -> Bool {
        var place = parent
        while let here = place {
            if here.run == number { return true }
            place = self[here.run]?.parent
        }
        return false
    }

    public mutating func approve(
        _ number: UInt64, by person: String, reason: String, plan: String, at now: Moment
    ) throws(RunbookRun.Refusal) {
        try say(number) { (run, record) throws(RunbookRun.Refusal) in
            try run.approve(
                by: person, reason: record.masked(reason), hash: plan, of: record.plan, at: now)
        }
    }

    public mutating func answer(_ number: UInt64, by person: String, reason: String, at now: Moment)
        throws(RunbookRun.Refusal)
    {
        try say(number) { (run, record) throws(RunbookRun.Refusal) in
            try run.answer(by: person, reason: record.masked(reason), at: now)
        }
    }

    /// The runs that it has started are aborted with it.
    public mutating func abort(_ number: UInt64, by person: String, reason: String, at now: Moment)
        throws(RunbookRun.Refusal)
    {
        try say(number) { (run, record) throws(RunbookRun.Refusal) in
            try run.abort(by: person, reason: record.masked(reason), at: now)
        }
    }

    private struct Place {
        var plan: String
        var mask: SecretMask
        func masked(_ text: String) -> String { mask.masked(text) }
    }

    private mutating func say(
        _ number: UInt64, _ word: (inout RunbookRun, Place) throws(RunbookRun.Refusal) -> RunbookRun.Order
    ) throws(RunbookRun.Refusal) {
        guard let index = live.firstIndex(where: { $0.number == number }) else {
            throw .init(message: self[number] == nil ? "there is no run \(number)" : "it has ended")
        }
        let place = Place(plan: live[index].plan, mask: mask)
        let order = try word(&live[index].run, place)
        if case .journal(let entry) = order { waiting.append(.write(row(live[index], entry))) }
    }

    // MARK: Time

    /// What comes next of every run.
    /// - Parameter facts: the node's state as a runbook on this target sees it.
    public mutating func look(at now: Moment, facts: (String) -> RunbookFacts) -> [Effect] {
        takeTriggers(now)
        abortOrphans(now)
        var effects = waiting
        waiting = []
        for index in live.indices where !live[index].run.isWriting {
            var seen = facts(live[index].run.target)
            seen.child = child(of: live[index])
            guard let order = live[index].run.next(seen, at: now) else { continue }
            effects.append(effect(order, live[index]))
        }
        for record in live { effects += callPeople(record) }
        return effects
    }

    /// The entry that was to be written is durable; answers what follows at once.
    public mutating func written(_ number: UInt64) -> [Effect] {
        guard let index = live.firstIndex(where: { $0.number == number }), live[index].run.isWriting else {
            return []
        }
        let order = live[index].run.written()
        let record = live[index]
        if let outcome = record.run.outcome {
            end(index)
            guard outcome != .succeeded else { return [] }
            return [failed(record, outcome)]
        }
        return order.map { [effect($0, record)] } ?? []
    }

    public mutating func notWritten(_ number: UInt64) {
        guard let index = live.firstIndex(where: { $0.number == number }), live[index].run.isWriting else {
            return
        }
        live[index].run.notWritten()
        // A run that could not even be begun never was: whoever wanted it asks again.
        if live[index].run.phase == .new { live.remove(at: index) }
    }

    private mutating func end(_ index: Int) {
        let record = live.remove(at: index)
        asked[record.number] = nil
        ended.append(record)
        if ended.count > RunbookRuns.remembered { ended.removeFirst() }
    }

    /// A step that runs another runbook starts it here; once, whatever the process lives through.
    public mutating func startChild(of act: Act, at now: Moment) -> Effect? {
        guard let parent = self[act.run], let place = parent.run.step, let name = act.step.runbook,
            child(of: parent) == nil
        else { return nil }
        do throws(RunbookRun.Refusal) {
            _ = try begin(
                name, act.target, by: parent.run.starter, reason: act.reason,
                alone: min(parent.run.starter == RunbookRun.node ? policy.automatic : .caution, .caution),
                parent: Parent(run: act.run, step: place), now)
            return nil
        } catch {
            return .tell(
                .runbookFailed, .warning, target: act.target, subject: act.step.runbook ?? "",
                detail: "run \(act.run) cannot run \(name): \(error.message)")
        }
    }

    private func child(of record: Record) -> RunbookFacts.Child? {
        guard let step = record.run.step, record.run.runbook.steps[step].action == .run else { return nil }
        let parent = Parent(run: record.number, step: step)
        guard let child = (live + ended).last(where: { $0.parent == parent }) else { return nil }
        return child.run.outcome.map { .ended($0) } ?? .isRunning
    }

    /// Runs whose parent takes back or has ended.
    private mutating func abortOrphans(_ now: Moment) {
        for index in live.indices {
            guard let parent = live[index].parent, !live[index].run.isWriting else { continue }
            guard self[parent.run]?.run.step != parent.step else { continue }
            let reason = "run \(parent.run) does not wait for it any more"
            do throws(RunbookRun.Refusal) {
                let order = try live[index].run.abort(by: RunbookRun.node, reason: reason, at: now)
                if case .journal(let entry) = order { waiting.append(.write(row(live[index], entry))) }
            } catch { continue }  // it takes back already: there is nothing to abort
        }
    }

    // MARK: What is told

    private func effect(_ order: RunbookRun.Order, _ record: Record) -> Effect {
        switch order {
        case .journal(let entry): return .write(row(record, entry))
        case .act(let action, let step): return .act(act(action, step, record, "does"))
        case .undo(let action, let step): return .act(act(action, step, record, "takes back"))
        }
    }

    private func act(_ action: RunbookAction, _ index: Int, _ record: Record, _ verb: String) -> Act {
        let step = record.run.runbook.steps[index]
        return Act(
            run: record.number, target: record.run.target, action: action, step: step,
            reason: "runbook run \(record.number) \(record.run.runbook.name) \(verb) \(step.id)",
            people: record.run.people, hasSurvivedStart: record.run.hasSurvivedStart)
    }

    func row(_ record: Record, _ entry: RunbookRun.Entry, index: Int? = nil) -> RunbookRow {
        RunbookRow(
            run: record.number, index: index ?? record.run.entries.count, runbook: record.run.runbook.name,
            target: record.run.target, plan: record.plan, parent: record.parent?.run ?? 0,
            parentStep: record.parent?.step ?? 0, line: entry.line, at: entry.at)
    }

    /// Rows that a checkpoint must not lose: of all that is under way, and the last to have ended.
    public var rowsToKeep: [RunbookRow] {
        (live + ended.suffix(1)).flatMap { record in
            record.run.entries.enumerated().map { row(record, $0.element, index: $0.offset) }
        }
    }

    private mutating func callPeople(_ record: Record) -> [Effect] {
        let entries = record.run.entries.count
        let name = record.run.runbook.name
        let text: String
        if let question = record.run.question {
            text = "\(question) Then: arbctl runbooks answer \(record.number) --reason …"
        } else if record.run.lacking > 0, let step = record.run.step {
            text =
                "\(record.run.lacking) must agree before \(record.run.runbook.steps[step].id): "
                + "arbctl runbooks approve \(record.number) --plan \(record.plan) --reason …"
        } else {
            return []
        }
        guard asked[record.number] != entries else { return [] }
        asked[record.number] = entries
        return [
            .tell(
                .runbookNotice, .warning, target: record.run.target, subject: "run \(record.number)",
                detail: "\(name): \(text)")
        ]
    }

    private func failed(_ record: Record, _ outcome: RunbookRun.Outcome) -> Effect {
        let why = record.run.entries.last { !$0.reason.isEmpty && $0.what != "started" }?.reason ?? ""
        return .tell(
            .runbookFailed, outcome == .failed ? .critical : .warning, target: record.run.target,
            subject: "run \(record.number)",
            detail: "\(record.run.runbook.name) \(outcome == .failed ? "has failed" : "was aborted"): \(why)")
    }
}
