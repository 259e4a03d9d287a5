import Runbooks
import Testing
import TradingModel

/// A node of words: what runs write is kept, what they do is noted.
private struct Words {
    static let beginning = Moment(nanoseconds: 1_790_000_000_000_000_000)
    var runs: RunbookRuns
    var facts = RunbookFacts()
    var rows: [RunbookRow] = []
    var acts: [String] = []
    var told: [IncidentCode] = []
    var now = beginning
    var isObedient = true

    init(_ shelf: RunbookShelf, _ policy: RunbookPolicy = RunbookPolicy(), mask: SecretMask = SecretMask()) {
        runs = RunbookRuns(shelf, policy, mask: mask)
    }

    mutating func carry(_ effects: [RunbookRuns.Effect]) {
        for effect in effects {
            switch effect {
            case .write(let row):
                rows.append(row)
                carry(runs.written(row.run))
            case .act(let act):
                acts.append("\(act.run) \(act.action.rawValue)")
                if act.action == .run, let effect = runs.startChild(of: act, at: now) { carry([effect]) }
                guard isObedient else { continue }
                if act.action == .hold { facts.mode = .hold }
                if act.action == .resume { facts.mode = .normal }
            case .tell(let code, _, _, _, _): told.append(code)
            }
        }
    }

    mutating func go(_ looks: Int = 60) {
        for _ in 0..<looks {
            let facts = facts
            carry(runs.look(at: now) { _ in facts })
            now = now + .milliseconds(250)
        }
    }

    mutating func start(_ name: String, on target: String = "node", by person: String = "ann") throws
        -> UInt64
    {
        try runs.start(name, target: target, by: person, reason: "a drill", at: now)
    }

    /// As a node that is started anew on the same disk.
    func again(_ shelf: RunbookShelf? = nil) -> Words {
        var other = Words(shelf ?? runs.shelf, runs.policy)
        other.now = now
        other.facts = facts
        other.carry(other.runs.recover(rows, at: now))
        return other
    }
}

@Suite struct `All runs of a node` {
    private static func condition(_ text: String) -> RunbookCondition {
        guard let condition = RunbookCondition(text) else { preconditionFailure(text) }
        return condition
    }

    private static func hold(_ danger: RunbookDanger = .caution) -> RunbookStep {
        RunbookStep(
            id: "hold", action: .hold, why: "x", ensures: [condition("mode >= HOLD")],
            timeout: .seconds(10), danger: danger)
    }

    private static let ask = RunbookStep(id: "look", action: .ask, why: "Well?", timeout: .seconds(600))

    private static func book(
        _ name: String, _ steps: [RunbookStep], _ target: Runbook.Target = .node, codes: [IncidentCode] = []
    ) -> Runbook {
        Runbook(
            name: name, title: "x", target: target, codes: codes, reviewed: "2026-11-28", steps: steps)
    }

    private static func shelf(_ books: [Runbook]) -> RunbookShelf {
        RunbookShelf(books) { "\($0.count) \($0.reduce(0) { ($0 &* 31) &+ Int($1) })" }
    }

    private static let simple = shelf([
        book("rb-hold", [hold(), ask], codes: [.hedgeFailure]),
        book("rb-look", [ask], .venue, codes: [.orderUnknown]),
        book(
            "rb-outer",
            [RunbookStep(id: "inner", action: .run, why: "x", timeout: .seconds(60), runbook: "rb-hold")]),
    ])

    @Test func `hold one a target, and each is known by its number`() throws {
        var words = Words(Self.simple)
        #expect(try words.start("rb-hold") == 1)
        #expect(throws: RunbookRun.Refusal.self) { try words.start("rb-outer") }
        #expect(try words.start("rb-look", on: "okx") == 2)
        #expect(try words.start("rb-look", on: "bybit") == 3)
        #expect(throws: RunbookRun.Refusal.self) { try words.start("rb-none", on: "kraken") }
        words.go()
        #expect(words.acts == ["1 hold"] && words.runs.live.count == 3)
        try words.runs.answer(1, by: "ann", reason: "fine", at: words.now)
        words.go()
        #expect(words.runs[1]?.run.outcome == .succeeded)
        #expect(try words.start("rb-outer") == 4, "the target is free again")
    }

    @Test func `begin nothing whose first row was refused`() throws {
        var words = Words(Self.simple)
        let number = try words.start("rb-hold")
        _ = words.runs.look(at: words.now) { _ in RunbookFacts() }
        words.runs.notWritten(number)
        #expect(words.runs.live.isEmpty && words.runs[number] == nil)
        #expect(try words.start("rb-hold") == 2)
    }

    @Test func `go on after a death at any row, whatever is told twice`() throws {
        var whole = Words(Self.simple)
        _ = try whole.start("rb-hold")
        whole.go()
        try whole.runs.answer(1, by: "ann", reason: "fine", at: whole.now)
        whole.go()
        #expect(whole.rows.count == 7)
        for count in 1...whole.rows.count {
            var words = Words(Self.simple)
            words.rows = Array(whole.rows.prefix(count)) + whole.rows.prefix(count - 1)
            words.now = whole.now
            var again = words.again()
            again.go()
            if again.runs[1]?.run.question != nil {
                try again.runs.answer(1, by: "ann", reason: "fine", at: again.now)
                again.go()
            }
            #expect(again.runs[1]?.run.outcome == .succeeded, "\(count)")
            #expect(again.acts == (count <= 2 ? ["1 hold"] : []), "\(count) rows: \(again.acts)")
        }
    }

    @Test func `take the place that was told last, and nothing behind it`() throws {
        var words = Words(Self.simple)
        _ = try words.start("rb-hold")
        words.go()
        var other = words.rows[1]
        other.line = RunbookRun.Entry.aborted(by: "bob", reason: "no", at: words.now).line
        words.rows.append(other)
        let again = words.again()
        #expect(again.runs[1]?.run.entries.map(\.what) == ["started", "aborted"])
    }

    @Test func `end what cannot go on, once, and tell people`() throws {
        var words = Words(Self.simple)
        _ = try words.start("rb-hold")
        words.go()
        let changed = Self.shelf([Self.book("rb-hold", [Self.ask])])
        let other = words.again(changed)
        #expect(other.told == [.runbookFailed] && other.runs.live.isEmpty && other.rows.count == 1)
        words.rows += other.rows
        #expect(words.again(changed).told.isEmpty, "its end is written")
        words.rows = [words.rows[0], words.rows[2]]
        #expect(words.again().told == [.runbookFailed], "a row is missing")
        var later = words.again()
        #expect(try later.start("rb-look", on: "okx") == 2, "numbers are not used again")
    }

    @Test func `run another one as a step, and abort it with themselves`() throws {
        var words = Words(Self.simple)
        _ = try words.start("rb-outer")
        words.go()
        #expect(words.acts == ["1 run", "2 hold"])
        #expect(words.runs[2]?.parent?.run == 1 && words.runs[2]?.parent?.step == 0)
        var again = words.again()
        again.go()
        #expect(again.acts.isEmpty, "the inner run is known: it is not started twice")
        try again.runs.answer(2, by: "ann", reason: "fine", at: again.now)
        again.go()
        #expect(again.runs[1]?.run.outcome == .succeeded && again.runs[2]?.run.outcome == .succeeded)
        try words.runs.abort(1, by: "bob", reason: "no", at: words.now)
        words.go()
        #expect(words.runs[1]?.run.outcome == .aborted && words.runs[2]?.run.outcome == .aborted)
        #expect(words.told.filter { $0 == .runbookFailed }.count == 2)
    }

    @Test func `are started by their incidents where the policy says so, and not in circles`() {
        let policy = RunbookPolicy(
            triggers: [.hedgeFailure, .orderUnknown], automatic: .caution, cooldown: .seconds(60), perHour: 2)
        var words = Words(Self.simple, policy)
        words.runs.saw(.hedgeFailure, .info, venue: nil)
        words.runs.saw(.staleTrade, .pageNow, venue: nil)
        words.runs.saw(.orderUnknown, .critical, venue: nil)
        words.go(2)
        #expect(words.runs.isIdle, "too little, not named, and about no venue")
        for round in 1...4 {
            words.facts = RunbookFacts()
            words.runs.saw(.hedgeFailure, .critical, venue: nil)
            words.runs.saw(.hedgeFailure, .critical, venue: nil)
            words.go(20)
            #expect(words.runs.live.count == (round <= 2 ? 1 : 0), "round \(round)")
            if let live = words.runs.live.first {
                #expect(live.run.starter == RunbookRun.node && words.acts.last == "\(live.number) hold")
                words.runs.saw(.hedgeFailure, .critical, venue: nil)
                words.go(20)
                #expect(words.runs.live.count == 1, "one a target")
                #expect(throws: Never.self) {
                    try words.runs.abort(live.number, by: "ann", reason: "over", at: words.now)
                }
                words.go(20)
            }
            words.runs.saw(.hedgeFailure, .critical, venue: nil)
            words.go(20)
            #expect(words.runs.live.isEmpty, "it rests for a minute")
            words.now = words.now + .seconds(61)
        }
        #expect(words.told.filter { $0 == .runbookFailed }.count == 3, "two aborts and one guard")
        words.now = words.now + .seconds(3_600)
        words.runs.saw(.hedgeFailure, .critical, venue: nil)
        words.go(20)
        #expect(words.runs.live.count == 1, "an hour later it may again")
    }

    @Test func `that the node starts wait for a person before anything that costs`() throws {
        var words = Words(Self.simple, RunbookPolicy(triggers: [.hedgeFailure]))
        words.runs.saw(.hedgeFailure, .critical, venue: nil)
        words.go()
        #expect(words.acts.isEmpty && words.runs[1]?.run.lacking == 1)
        #expect(words.told == [.runbookNotice], "told once, not at every look")
        let plan = try #require(words.runs[1]?.plan)
        try words.runs.approve(1, by: "ann", reason: "yes", plan: plan, at: words.now)
        words.go()
        #expect(words.acts == ["1 hold"])
    }

    @Test func `keep for a checkpoint what makes the same runs again`() throws {
        var words = Words(Self.simple)
        _ = try words.start("rb-hold")
        words.go()
        let kept = words.runs.rowsToKeep
        #expect(kept == words.rows)
        words.rows = kept
        #expect(words.again().runs[1]?.run.question == "Well?")
    }

    @Test func `write no secret, whoever says it`() throws {
        var words = Words(Self.simple, mask: SecretMask(["hunter2hunter2"]))
        _ = try words.runs.start(
            "rb-hold", target: "node", by: "ann", reason: "with hunter2hunter2 as the word", at: words.now)
        words.go()
        try words.runs.answer(1, by: "ann", reason: "passphrase=abc fine", at: words.now)
        words.go()
        let lines = words.rows.map(\.line).joined(separator: "\n")
        #expect(!lines.contains("hunter2") && !lines.contains("abc"))
        #expect(lines.contains("with ••• as the word") && lines.contains("passphrase=••• fine"))
    }

    @Test func `come from a shelf without circles, strangers and codes of two`() {
        func step(_ name: String) -> RunbookStep {
            RunbookStep(id: name, action: .run, why: "x", timeout: .seconds(60), runbook: name)
        }
        let wrong = Self.shelf([
            Self.book("a", [step("b")], codes: [.staleTrade]), Self.book("b", [step("a")]),
            Self.book("c", [step("d"), step("v")], codes: [.staleTrade]),
            Self.book("v", [Self.ask], .venue),
        ])
        #expect(
            wrong.problems.map { $0.text } == [
                "it runs b, which runs it", "it runs a, which runs it", "it runs d, which is not there",
                "it runs v, which is about something else", "STALE_TRADE is a's already",
            ])
        #expect(Self.simple.problems.isEmpty)
        let outer = Self.simple.runbooks[2]
        let other = Self.shelf([Self.book("rb-hold", [Self.ask]), outer])
        #expect(
            Self.simple.plan(outer, target: "node") != other.plan(outer, target: "node"),
            "a plan is that of every runbook in it")
    }
}

@Suite struct `The mask of secrets` {
    @Test(arguments: [
        ("all is well at okx", "all is well at okx"),
        ("passphrase=hello", "passphrase=•••"), ("API_KEY:abcdef rest", "API_KEY:••• rest"),
        ("with known1 in it", "with ••• in it"),
        ("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A said", "••• said"),
        ("\"c2ltdWxhdGVkLXNlY3JldA12==\"", "•••"),
        ("order 00010001000900000000000000010000 is gone", "order 00010001000900000000000000010000 is gone"),
        ("arbctl runbooks plan rb-05-venue-outage", "arbctl runbooks plan rb-05-venue-outage"),
        ("a-long-hyphenated-word-without-digits", "a-long-hyphenated-word-without-digits"),
    ])
    func `hides what is or looks like one, and leaves the rest`(text: String, masked: String) {
        #expect(SecretMask(["known1", "abc"]).masked(text) == masked)
    }
}
