import Runbooks
import Testing
import TradingModel

@Suite struct `A condition of a runbook` {
    @Test(arguments: [
        "mode >= HOLD", "mode = NORMAL", "mode < KILLED", "unknown_orders = 0", "open_hedges > 0",
        "live_orders <= 12", "venue_ready", "not venue_safe", "store_good", "not store_good",
    ])
    func `is written as it is read`(text: String) {
        #expect(RunbookCondition(text)?.text == text)
    }

    @Test(arguments: [
        "", "mode", "mode >= LOUD", "mode HOLD", "unknown_orders", "unknown_orders = -1",
        "unknown_orders = x",
        "unknown_orders = 01", "venue_ready = 1", "not mode = HOLD", "venue_happy", "live_orders == 0",
        "live_orders = 0 0",
    ])
    func `is refused when it says nothing`(text: String) {
        #expect(RunbookCondition(text) == nil)
    }

    @Test func `holds as arithmetic says`() throws {
        for mode in OperatingMode.allCases {
            var facts = RunbookFacts()
            facts.mode = mode
            #expect(try #require(RunbookCondition("mode >= HOLD")).holds(facts) == (mode >= .hold))
            #expect(try #require(RunbookCondition("mode = NORMAL")).holds(facts) == (mode == .normal))
        }
        var facts = RunbookFacts()
        #expect(try #require(RunbookCondition("venue_ready")).holds(facts) == false, "there is no venue")
        facts.venue = .init(name: "okx")
        facts.venue?.isReady = true
        facts.liveOrders = 5
        #expect(try #require(RunbookCondition("venue_ready")).holds(facts))
        #expect(try #require(RunbookCondition("live_orders = 0")).holds(facts), "of this venue")
    }
}

@Suite struct `A run of a runbook` {
    private static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    private func condition(_ text: String) -> RunbookCondition {
        guard let condition = RunbookCondition(text) else { preconditionFailure(text) }
        return condition
    }

    /// Holds, waits until nothing is unknown, cancels, resumes.
    private func runbook(danger: Bool = true) -> Runbook {
        var steps = [
            RunbookStep(
                id: "hold", action: .hold, why: "x", ensures: [condition("mode >= HOLD")],
                timeout: .seconds(10), danger: .caution),
            RunbookStep(
                id: "settle", action: .wait, why: "x", ensures: [condition("unknown_orders = 0")],
                timeout: .seconds(60)),
            RunbookStep(
                id: "cancel", action: .cancelAll, why: "x", ensures: [condition("live_orders = 0")],
                timeout: .seconds(30), danger: .caution, undo: .reconcile),
        ]
        if danger {
            steps.append(
                RunbookStep(
                    id: "resume", action: .resume, why: "x", requires: [condition("unknown_orders = 0")],
                    ensures: [condition("mode = NORMAL")], timeout: .seconds(10), danger: .danger,
                    undo: .hold))
        }
        return Runbook(
            name: "rb-99-test", title: "x", target: .venue, codes: [], reviewed: "2026-11-28", steps: steps)
    }

    /// A node that does what it is told, and a journal that dies where it is asked to.
    private struct Stage {
        var facts: RunbookFacts
        var journal: [RunbookRun.Entry] = []
        var acts: [String] = []
        var now = start
        var isObedient = true

        init() {
            facts = RunbookFacts()
            facts.unknownOrders = 1
            facts.venue = .init(name: "okx")
            facts.venue?.unknownOrders = 1
            facts.venue?.liveOrders = 3
        }

        mutating func act(_ action: RunbookAction) {
            acts.append(action.rawValue)
            guard isObedient else { return }
            switch action {
            case .hold: facts.mode = .hold
            case .cancelAll: facts.venue?.liveOrders = 0
            case .resume: facts.mode = .normal
            default: break
            }
        }

        /// Carries an order out, and what follows from it, until nothing does; `false`: it died after so many
        /// entries, before the act that waited for the last one.
        mutating func carry(_ order: RunbookRun.Order?, _ run: inout RunbookRun, dyingAfter most: Int = .max)
            -> Bool
        {
            var next = order
            while let order = next {
                switch order {
                case .journal(let entry):
                    journal.append(entry)
                    if journal.count >= most { return false }
                    next = run.written()
                case .act(let action, _), .undo(let action, _):
                    act(action)
                    next = nil
                }
            }
            return true
        }

        /// Goes on until it ends, waits for people, or dies.
        mutating func go(_ run: inout RunbookRun, dyingAfter most: Int = .max) -> Bool {
            for _ in 0..<4_000 {
                if run.isEnded { return true }
                if now - start > .seconds(20) {
                    facts.unknownOrders = 0
                    facts.venue?.unknownOrders = 0
                }
                guard carry(run.next(facts, at: now), &run, dyingAfter: most) else { return false }
                now = now + .milliseconds(100)
            }
            return true
        }
    }

    private func approved(_ stage: inout Stage) throws -> RunbookRun {
        var run = RunbookRun(runbook(), target: "okx")
        _ = stage.carry(run.start(by: "ann", reason: "drill", alone: .caution, at: stage.now), &run)
        _ = stage.carry(try run.approve(by: "bob", reason: "yes", hash: "h", of: "h", at: stage.now), &run)
        return run
    }

    @Test func `does each step once, in order, and ends`() throws {
        var stage = Stage()
        var run = try approved(&stage)
        let went = stage.go(&run)
        #expect(went)
        #expect(run.phase == .ended(.succeeded))
        #expect(stage.acts == ["hold", "cancel-all", "resume"])
    }

    @Test func `passes what is so already without acting`() {
        var stage = Stage()
        stage.facts.mode = .safe
        stage.facts.venue?.liveOrders = 0
        var run = RunbookRun(runbook(danger: false), target: "okx")
        _ = stage.carry(run.start(by: "ann", reason: "drill", alone: .caution, at: stage.now), &run)
        let went = stage.go(&run)
        #expect(went && run.phase == .ended(.succeeded) && stage.acts.isEmpty)
    }

    @Test func `needs somebody else's word for this very plan before it lets risk in`() throws {
        var stage = Stage()
        var run = RunbookRun(runbook(), target: "okx")
        _ = stage.carry(run.start(by: "ann", reason: "drill", alone: .caution, at: stage.now), &run)
        for _ in 0..<1_000 {
            _ = stage.carry(run.next(stage.facts, at: stage.now), &run)
            stage.now = stage.now + .milliseconds(100)
            if stage.now - Self.start > .seconds(20) { stage.facts.venue?.unknownOrders = 0 }
        }
        #expect(run.lacking == 1 && stage.acts == ["hold", "cancel-all"], "all that one person may")
        #expect(throws: RunbookRun.Refusal.self) {
            try run.approve(by: "ann", reason: "yes", hash: "h", of: "h", at: stage.now)
        }
        #expect(throws: RunbookRun.Refusal.self) {
            try run.approve(by: "bob", reason: "yes", hash: "g", of: "h", at: stage.now)
        }
        #expect(throws: RunbookRun.Refusal.self) {
            try run.approve(by: RunbookRun.node, reason: "yes", hash: "h", of: "h", at: stage.now)
        }
        var late = run
        let order = late.next(stage.facts, at: stage.now + RunbookRun.approvalWindow)
        #expect(
            order
                == .journal(
                    .failed(
                        step: 3, why: "nobody agreed in 30 minutes",
                        at: stage.now + RunbookRun.approvalWindow)))
        _ = stage.carry(
            try run.approve(by: "bob", reason: "yes", hash: "h", of: "h", at: stage.now), &run)
        #expect(run.lacking == 0)
        let went = stage.go(&run)
        #expect(went && run.phase == .ended(.succeeded) && stage.acts.last == "resume")
    }

    @Test func `waits after a restart for what its next step requires, as long as a start may take`() throws {
        var stage = Stage()
        stage.facts.venue?.unknownOrders = 0
        let steps = [
            RunbookStep(
                id: "again", action: .reconcile, why: "x", requires: [condition("venue_ready")],
                ensures: [condition("venue_reconciled")], timeout: .seconds(30))
        ]
        let runbook = Runbook(
            name: "rb-98-test", title: "x", target: .venue, codes: [], reviewed: "2026-11-29", steps: steps)
        var fresh = RunbookRun(runbook, target: "okx")
        _ = stage.carry(fresh.start(by: "ann", reason: "drill", alone: .danger, at: stage.now), &fresh)
        let written = stage.journal
        let refusal = RunbookRun.Order.journal(
            .failed(step: 0, why: "venue_ready does not hold", at: stage.now))
        #expect(fresh.next(stage.facts, at: stage.now) == refusal, "without a restart it is told at once")
        var run = RunbookRun(runbook, target: "okx", replaying: written, at: stage.now)
        _ = stage.carry(run.next(stage.facts, at: stage.now), &run)
        #expect(run.next(stage.facts, at: stage.now) == nil)
        var late = run
        let end = stage.now + RunbookRun.startGrace
        #expect(
            late.next(stage.facts, at: end)
                == .journal(.failed(step: 0, why: "venue_ready does not hold", at: end)))
        stage.facts.venue?.isReady = true
        #expect(run.next(stage.facts, at: stage.now) == .journal(.begins(step: 0, at: stage.now)))
    }

    @Test func `that nobody has started waits for people where its policy ends`() throws {
        var stage = Stage()
        var run = RunbookRun(runbook(), target: "okx")
        _ = stage.carry(
            run.start(by: RunbookRun.node, reason: "a code", alone: .none, at: stage.now), &run)
        #expect(run.next(stage.facts, at: stage.now) == nil && run.lacking == 1, "hold costs something")
        _ = stage.carry(
            try run.approve(by: "bob", reason: "yes", hash: "h", of: "h", at: stage.now), &run)
        #expect(run.lacking == 0 && run.people == ["bob"])
        for _ in 0..<1_000 {
            _ = stage.carry(run.next(stage.facts, at: stage.now), &run)
            stage.now = stage.now + .milliseconds(100)
            if stage.now - Self.start > .seconds(20) { stage.facts.venue?.unknownOrders = 0 }
        }
        #expect(run.lacking == 1, "two people let risk in, and the node is none of them")
    }

    @Test func `fails when a step does not bring about what it ensures, and takes back what it did`() throws {
        var stage = Stage()
        stage.facts.mode = .hold
        stage.isObedient = false
        var run = try approved(&stage)
        let went = stage.go(&run)
        #expect(went)
        #expect(run.phase == .ended(.failed))
        #expect(
            stage.acts == ["cancel-all", "reconcile"], "the cancel was in vain; its undo was carried out")
        #expect(
            stage.journal.contains {
                if case .failed(2, let why, _) = $0 {
                    why == "live_orders = 0 does not hold after 30 s"
                } else {
                    false
                }
            })
    }

    @Test func `is aborted at once by a person, the last step taken back first`() throws {
        var stage = Stage()
        var run = try approved(&stage)
        while stage.acts.last != "cancel-all" {
            _ = stage.carry(run.next(stage.facts, at: stage.now), &run)
            stage.now = stage.now + .seconds(1)
            stage.facts.venue?.unknownOrders = 0
        }
        _ = stage.carry(try run.abort(by: "bob", reason: "enough", at: stage.now), &run)
        let went = stage.go(&run)
        #expect(went && run.phase == .ended(.aborted))
        #expect(stage.acts == ["hold", "cancel-all", "reconcile"])
    }

    /// The journal is cut after every entry in turn; the run that is made of what was written goes on.
    @Test func `that dies at any boundary goes on, and does no step twice`() throws {
        var whole = Stage()
        var run = try approved(&whole)
        _ = whole.go(&run)
        #expect(whole.journal.count > 10)
        for most in 3...whole.journal.count {
            var stage = Stage()
            var run = try approved(&stage)
            let survived = stage.go(&run, dyingAfter: most)
            #expect(!survived || run.isEnded)
            var again = RunbookRun(runbook(), target: "okx", replaying: stage.journal, at: stage.now)
            let went = stage.go(&again)
            #expect(went, "\(most)")
            #expect(again.isEnded, "cut after \(most): \(again.phase)")
            for action in ["hold", "cancel-all", "resume"] {
                #expect(stage.acts.count { $0 == action } <= 1, "cut after \(most): \(stage.acts)")
            }
            #expect(again.phase == .ended(.succeeded), "cut after \(most): \(stage.acts)")
            if again.phase == .ended(.succeeded) { #expect(stage.facts.mode == .normal) }
            #expect(stage.journal.count { if case .ended = $0 { true } else { false } } == 1)
        }
    }

    @Test func `plans the real effect of each step, and its bytes tell one plan from another`() {
        let stage = Stage()
        let plan = RunbookPlan(runbook(), stage.facts)
        #expect(
            plan.steps.map(\.effect) == [
                "mode NORMAL → HOLD", "waits; changes nothing", "cancels 3 order(s) at okx",
                "nothing: it is so already",
            ])
        #expect(plan.approvals == 1 && plan.longest == .seconds(110))
        var other = runbook()
        let bytes = RunbookPlan.canonical(runbook(), target: "okx")
        #expect(bytes == RunbookPlan.canonical(other, target: "okx"))
        #expect(bytes != RunbookPlan.canonical(other, target: "bybit"))
        other.steps[2].timeout = .seconds(31)
        #expect(bytes != RunbookPlan.canonical(other, target: "okx"))
    }

    @Test func `is not made of a runbook that cannot be right`() {
        var wrong = runbook()
        wrong.target = .node
        wrong.steps[1].action = .release
        wrong.steps[1].ensures = []
        wrong.steps[3].danger = .none
        wrong.steps[0].undo = .resume
        wrong.steps[2].id = "hold"
        #expect(wrong.problems.count >= 5, "\(wrong.problems)")
    }
}
