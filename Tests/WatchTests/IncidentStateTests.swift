import Testing
import TradingModel
import Watch

@Suite struct `Every state of an incident meets every event` {
    /// Rows: open, escalated, overdue, acknowledged, resolved. Columns: seen, worsened, acknowledge, resolve,
    /// quiet, unanswered, abandoned. `-`: stays. `!`: refused.
    private static let table = [
        "-  -  A  R  R  E  O",
        "-  -  A  R  R  -  O",
        "-  -  A  R  R  -  -",
        "-  N  !  R  R  -  -",
        "N  N  !  !  -  -  -",
    ]

    private func spelled(_ outcome: IncidentState.Outcome) -> String {
        switch outcome {
        case .stays: "-"
        case .refused: "!"
        case .becomes(.open): "N"
        case .becomes(.escalated): "E"
        case .becomes(.overdue): "O"
        case .becomes(.acknowledged): "A"
        case .becomes(.resolved): "R"
        }
    }

    @Test func `as the table says`() {
        #expect(IncidentState.allCases.count == Self.table.count)
        for (state, row) in zip(IncidentState.allCases, Self.table) {
            let found = IncidentState.Event.allCases.map { spelled(state.after($0)) }
            #expect(found == row.split(separator: " ").map(String.init), "\(state)")
        }
    }

    @Test func `every code says what it means, whose it is and what to do`() {
        for code in IncidentCode.allCases {
            #expect(!code.title.isEmpty && !code.owner.isEmpty && !code.advice.isEmpty)
            #expect(code.runbook.hasPrefix("rb-"))
            #expect(!code.title.hasSuffix("."), "a title is no sentence")
        }
        #expect(Set(IncidentCode.allCases.map(\.title)).count == IncidentCode.allCases.count)
    }
}

@Suite struct `The register of incidents` {
    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    static func incident(
        _ code: IncidentCode = .hedgeFailure, _ severity: Severity = .pageNow, venue: VenueID? = nil,
        subject: String = "", at seconds: Int64 = 0
    ) -> Incident {
        Incident(
            code: code, severity: severity, venue: venue, subject: subject, detail: "at \(seconds)",
            at: start + .seconds(seconds))
    }

    private func alerts(_ register: inout IncidentRegister) -> [Alert.Kind] {
        register.takeEffects().compactMap { if case .alert(let alert) = $0 { alert.kind } else { nil } }
    }

    private func tick(
        _ register: inout IncidentRegister, from: Int64 = 0, to: Int64, stands: Bool? = true
    ) -> [(Int64, IncidentRegister.Effect)] {
        var effects: [(Int64, IncidentRegister.Effect)] = []
        for second in from...to {
            register.tick(at: Self.start + .seconds(second)) { _ in stands }
            effects += register.takeEffects().map { (second, $0) }
        }
        return effects
    }

    @Test func `tells the same trouble once, and keeps different ones apart`() {
        var register = IncidentRegister(venues: ["okx", "bybit"])
        for second in Int64(0)..<50 { register.saw(Self.incident(at: second)) }
        register.saw(Self.incident(venue: VenueID(0)))
        register.saw(Self.incident(venue: VenueID(1)))
        register.saw(Self.incident(.heartbeatLost, .warning, subject: "store lane"))
        register.saw(Self.incident(.heartbeatLost, .warning, subject: "desk lane"))
        #expect(alerts(&register) == [.opened, .opened, .opened, .opened, .opened])
        #expect(register.cases.map(\.count) == [50, 1, 1, 1, 1])
        #expect(register.cases.map(\.number) == [1, 2, 3, 4, 5])
        #expect(register.cases[0].firstDetail == "at 0" && register.cases[0].detail == "at 49")
        #expect(
            register.cases.map { register.scope($0.key) } == [
                "node", "okx", "bybit", "store lane", "desk lane",
            ])
    }

    @Test func `a page that nobody answers goes on after two minutes and holds the node after ten`() {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident())
        #expect(alerts(&register) == [.opened])
        let effects = tick(&register, to: 1_200)
        #expect(effects.map(\.0) == [120, 600, 600])
        guard case .alert(let second) = effects[0].1, case .alert(let last) = effects[1].1,
            case .hold(let why) = effects[2].1
        else {
            Issue.record("\(effects)")
            return
        }
        #expect(second.kind == .escalated && last.kind == .overdue && why.contains("HEDGE_FAILURE"))
        #expect(register.cases[0].state == .overdue)
    }

    @Test func `what was open when the node died is open after it, and its time goes on`() throws {
        var before = IncidentRegister(venues: ["okx"])
        before.saw(Self.incident(.dirtyStart, .critical, venue: VenueID(0)))
        before.saw(Self.incident(.zombieOrder, .critical))
        before.saw(Self.incident())
        try before.resolve(2, by: "ann", reason: "it was mine", at: Self.start + .seconds(20))
        try before.acknowledge(1, by: "ann", reason: "looking", at: Self.start + .seconds(30))
        let rows = (1...3).compactMap { before.row($0, at: Self.start + .seconds(40)) }
        var after = IncidentRegister(venues: ["bybit", "okx"])
        after.restore(rows.reversed(), last: 3, at: Self.start + .seconds(60))
        #expect(after.cases.map(\.number) == [1, 3])
        #expect(after.cases.map(\.state) == [.acknowledged, .open])
        #expect(after.cases[0].key.venue == VenueID(1), "by its name")
        #expect(after.cases[0].timeline.map(\.what) == ["opened", "the node was started anew"])
        #expect(after.takeEffects().isEmpty, "people were told")
        #expect(tick(&after, from: 60, to: 700).map(\.0) == [120, 600, 600], "as if nothing had been")
        after.saw(Self.incident(.dirtyStart, .critical, venue: VenueID(1), at: 700))
        after.saw(Self.incident(.outboxSlow, .warning, at: 701))
        #expect(after.cases.map(\.number) == [1, 3, 4] && after.cases[0].count == 2)
    }

    @Test func `a page at night goes on in half the time`() {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident())
        var alerts: [(second: Int64, kind: Alert.Kind)] = []
        for second in Int64(0)...400 {
            register.tick(at: Self.start + .seconds(second), isNight: true) { _ in true }
            for case .alert(let alert) in register.takeEffects() { alerts.append((second, alert.kind)) }
        }
        #expect(alerts.map(\.kind) == [.opened, .escalated, .overdue])
        #expect(alerts.map(\.second) == [0, 60, 300])
    }

    @Test(arguments: [Severity.info, .warning, .critical])
    func `what is no page does not escalate`(severity: Severity) {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident(.dirtyStart, severity))
        _ = register.takeEffects()
        #expect(tick(&register, to: 3_600).isEmpty)
    }

    @Test func `who answers stops the clock, until it gets worse`() throws {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident(.dirtyStart, .critical))
        try register.acknowledge(1, by: "ann", reason: "looking", at: Self.start + .seconds(5))
        register.saw(Self.incident(.dirtyStart, .critical, at: 6))
        #expect(register.cases[0].state == .acknowledged)
        register.saw(Self.incident(.dirtyStart, .pageNow, at: 700))
        #expect(register.cases[0].state == .open)
        #expect(alerts(&register) == [.opened, .acknowledged, .worsened])
        #expect(tick(&register, from: 700, to: 900).map(\.0) == [820], "counted from when it got worse")
        #expect(
            register.cases[0].timeline.map(\.what) == [
                "opened", "acknowledged", "worsened to PAGE_NOW",
                "nobody has answered for 2 min: second channel",
            ])
        #expect(register.cases[0].timeline[1].actor == "ann")
    }

    @Test func `answers that do not apply are refused and change nothing`() throws {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident())
        try register.resolve(1, by: "ann", reason: "done", at: Self.start)
        let before = register.cases
        for number in [0, 2, -1, .max] {
            #expect(throws: IncidentRegister.Refusal.self) {
                try register.resolve(number, by: "bob", reason: "x", at: Self.start)
            }
        }
        #expect(throws: IncidentRegister.Refusal.self) {
            try register.acknowledge(1, by: "bob", reason: "x", at: Self.start)
        }
        #expect(throws: IncidentRegister.Refusal.self) {
            try register.resolve(1, by: "bob", reason: "x", at: Self.start)
        }
        #expect(register.cases == before)
    }

    @Test func `resolves itself once its condition has been gone for as long as its code asks`() {
        var register = IncidentRegister(venues: ["okx"])
        register.saw(Self.incident(.privateStreamLost, .critical, venue: VenueID(0)))
        _ = register.takeEffects()
        #expect(tick(&register, to: 500, stands: true).isEmpty, "the stream is still down")
        let effects = tick(&register, from: 501, to: 1_000, stands: false)
        #expect(effects.map(\.0) == [501 + 120])
        #expect(register.cases[0].state == .resolved)
    }

    @Test func `a condition that comes back starts the wait anew`() {
        var register = IncidentRegister(venues: ["okx"])
        register.saw(Self.incident(.privateStreamLost, .critical, venue: VenueID(0)))
        _ = register.takeEffects()
        #expect(tick(&register, to: 100, stands: false).isEmpty)
        #expect(tick(&register, from: 101, to: 101, stands: true).isEmpty)
        #expect(tick(&register, from: 102, to: 400, stands: false).map(\.0) == [102 + 120])
    }

    @Test func `where only its repetition tells, the last sight counts`() {
        var register = IncidentRegister(venues: ["okx"])
        register.saw(Self.incident(.rateLimited, .critical, venue: VenueID(0)))
        register.saw(Self.incident(.rateLimited, .critical, venue: VenueID(0), at: 100))
        _ = register.takeEffects()
        #expect(tick(&register, from: 100, to: 600, stands: nil).map(\.0) == [400])
    }

    @Test func `what tells of a wrong account never resolves itself`() {
        for code in IncidentCode.allCases where code.quiet == nil {
            var register = IncidentRegister(venues: [])
            register.saw(Self.incident(code, .critical))
            _ = register.takeEffects()
            #expect(tick(&register, to: 2_000, stands: nil).isEmpty)
            #expect(register.cases[0].isOpen)
        }
    }

    @Test func `what comes and goes is one case, told once in five minutes`() {
        var register = IncidentRegister(venues: [])
        var told: [Alert.Kind] = []
        var second = Int64(0)
        for _ in 0..<10 {
            register.saw(Self.incident(.outboxUnavailable, .critical, at: second))
            for _ in 0..<70 {
                second += 1
                register.tick(at: Self.start + .seconds(second)) { _ in false }
            }
            told += alerts(&register)
        }
        #expect(register.cases.count == 1 && register.cases[0].count == 10)
        #expect(told.count { $0 == .opened } == 1)
        #expect(told.count { $0 == .reopened } == 1, "ten times in 630 s")
    }

    @Test func `long after its end it is a new case`() throws {
        var register = IncidentRegister(venues: [])
        register.saw(Self.incident())
        try register.resolve(1, by: "ann", reason: "done", at: Self.start + .seconds(1))
        register.saw(Self.incident(at: 301))
        #expect(register.cases.map(\.number) == [1, 2])
    }

    @Test func `a flood stays bounded and keeps its numbers apart`() {
        var register = IncidentRegister(venues: [])
        for number in 0..<3_000 {
            register.saw(Self.incident(.heartbeatLost, .info, subject: "\(number)", at: Int64(number)))
            if number % 2 == 0 {
                // Half of them are over soon.
                register.tick(at: Self.start + .seconds(Int64(number) + 61)) { _ in false }
            }
            _ = register.takeEffects()
        }
        #expect(register.cases.count <= IncidentRegister.capacity)
        #expect(zip(register.cases, register.cases.dropFirst()).allSatisfy { $0.number < $1.number })
        for told in register.cases { #expect(register[told.number] == told) }
    }
}
