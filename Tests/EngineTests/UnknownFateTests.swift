import Orders
import Testing
import TradingModel

@Suite struct `The inquiry into an order of unknown fate` {
    static let sent = Moment(nanoseconds: 1_000_000_000_000)

    private static func opened(
        firstLookAfter pause: Span = .zero, absenceAfter: Span = .seconds(6), isDear: Bool = false
    ) -> FateInquiry {
        FateInquiry(openedAt: sent, firstLookAfter: pause, absenceAfter: absenceAfter, isDear: isDear)
    }

    /// Everything that absence needs, each at its time; the test leaves one out.
    private func evidence(without missing: Int) -> FateInquiry {
        var inquiry = Self.opened()
        let late = Self.sent + .seconds(7)
        if missing != 0 { inquiry.absentByOrder(sentBy: Self.sent, at: late) }
        if missing != 1 { inquiry.absentFromLists(at: late + .seconds(1)) }
        if missing != 2 { inquiry.cancelFoundNothing(at: late + .seconds(2)) }
        if missing != 3 { inquiry.absentByOrder(sentBy: Self.sent, at: late + .seconds(3)) }
        if missing == 4 { inquiry.voidEvidence() }
        return inquiry
    }

    @Test func `proves absence only when nothing is missing`() {
        for missing in 0..<5 { #expect(!evidence(without: missing).provesAbsence, "without \(missing)") }
        #expect(evidence(without: -1).provesAbsence)
    }

    @Test func `does not count an absence while the request may still arrive`() {
        var inquiry = Self.opened()
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .seconds(5))
        inquiry.absentFromLists(at: Self.sent + .seconds(6))
        inquiry.cancelFoundNothing(at: Self.sent + .seconds(6))
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .seconds(7))
        #expect(!inquiry.provesAbsence)
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .milliseconds(8_900))
        #expect(!inquiry.provesAbsence, "less than two seconds apart")
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .seconds(9))
        #expect(inquiry.provesAbsence)
    }

    @Test func `counts as soon as the venue refuses what is still on its way`() {
        var inquiry = Self.opened(absenceAfter: .seconds(2))
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .milliseconds(2_001))
        inquiry.absentFromLists(at: Self.sent + .milliseconds(2_002))
        inquiry.cancelFoundNothing(at: Self.sent + .milliseconds(2_003))
        inquiry.absentByOrder(sentBy: Self.sent, at: Self.sent + .milliseconds(4_001))
        #expect(inquiry.provesAbsence)
    }

    @Test(arguments: [false, true])
    func `looks early twice, and once where questions are dear`(isDear: Bool) {
        var inquiry = Self.opened(isDear: isDear)
        var looks: [Moment] = []
        for step in 0..<80 {
            let now = Self.sent + .milliseconds(Int64(step) * 100)
            guard inquiry.ask(sentBy: Self.sent, at: now) == .order else { continue }
            looks.append(now)
            inquiry.absentByOrder(sentBy: Self.sent, at: now)
        }
        #expect(looks.count { $0 <= Self.sent + .seconds(6) } == (isDear ? 1 : 2))
    }

    @Test func `looks at the same time as others where questions are dear`() {
        var late: Set<Moment> = []
        for offset in [0, 300, 1_900] as [Int64] {
            var inquiry = Self.opened(isDear: true)
            let sent = Self.sent + .milliseconds(offset)
            #expect(inquiry.ask(sentBy: sent, at: Self.sent + .seconds(2)) == .order)
            inquiry.absentByOrder(sentBy: sent, at: Self.sent + .seconds(2))
            late.insert(inquiry.due)
        }
        #expect(late == [Self.sent + .seconds(8)], "the next even second after each has passed its limit")
    }

    @Test func `never proves anything by waiting`() {
        var inquiry = Self.opened(firstLookAfter: .milliseconds(150))
        var now = Self.sent
        var asked = 0
        for _ in 0..<10_000 {
            now = now + .milliseconds(100)
            if inquiry.ask(sentBy: Self.sent, at: now) != nil {
                asked += 1
                inquiry.answered(keepsEvidence: true)
            }
        }
        #expect(!inquiry.provesAbsence)
        #expect((150...250).contains(asked), "every five seconds once it has slowed down: \(asked)")
    }

    @Test func `asks one thing at a time, and again when its asker is gone`() {
        var inquiry = Self.opened(firstLookAfter: .milliseconds(150))
        #expect(inquiry.ask(sentBy: Self.sent, at: Self.sent + .milliseconds(149)) == nil)
        #expect(inquiry.ask(sentBy: Self.sent, at: Self.sent + .milliseconds(150)) == .order)
        #expect(inquiry.ask(sentBy: Self.sent, at: Self.sent + .seconds(20)) == nil)
        #expect(inquiry.ask(sentBy: Self.sent, at: Self.sent + .seconds(60)) == .order)
    }

    @Test func `tells people, then distrusts the venue, each once`() {
        var inquiry = Self.opened()
        #expect(inquiry.escalation(at: Self.sent + .seconds(29)) == nil)
        #expect(inquiry.escalation(at: Self.sent + .seconds(31)) == .tellPeople)
        #expect(inquiry.escalation(at: Self.sent + .seconds(119)) == nil)
        #expect(inquiry.escalation(at: Self.sent + .seconds(121)) == .distrustVenue)
        #expect(inquiry.escalation(at: Self.sent + .seconds(500)) == nil)
    }
}

@Suite struct `The life of a cancel` {
    static let sketch = """
        .            requested accepted orderUnknown refused      ambiguous
        none         sent      ×        ×            ×            ×
        sent         sent      accepted orderUnknown refused      unknown
        unknown      sent      accepted orderUnknown refused      unknown
        accepted     sent      accepted accepted     accepted     accepted
        orderUnknown sent      accepted orderUnknown orderUnknown orderUnknown
        refused      sent      accepted orderUnknown refused      unknown
        """

    @Test func `is exactly the sketched table`() throws {
        let rows = Self.sketch.split(separator: "\n").dropFirst().map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(rows.count == CancelState.allCases.count)
        for row in rows {
            let state = try #require(CancelState.allCases.first { "\($0)" == row[0] })
            for (event, cell) in zip(CancelEvent.allCases, row.dropFirst()) {
                let next = CancelLifecycle.transition(state, event)
                #expect(next.map { "\($0)" } ?? "×" == cell, "\(state) \(event)")
            }
        }
    }
}

@Suite struct `A working order that a sweep finds` {
    static let ours = ClientOrderID(epoch: 4, node: 2, strategy: 1, intent: 1, leg: 0, attempt: 0)

    @Test func `is judged by the id's owner and epoch`() {
        #expect(FoundOrder(Self.ours, hasRow: true, node: 2, epoch: 4) == .known)
        #expect(FoundOrder(Self.ours, hasRow: false, node: 2, epoch: 4) == .fromTheFuture)
        #expect(FoundOrder(Self.ours, hasRow: false, node: 2, epoch: 5) == .zombie)
        #expect(FoundOrder(Self.ours, hasRow: false, node: 2, epoch: 3) == .fromTheFuture)
        #expect(FoundOrder(Self.ours, hasRow: false, node: 3, epoch: 4) == .ofNode(2))
        #expect(FoundOrder(nil, hasRow: false, node: 2, epoch: 4) == .foreign)
    }
}

@Suite struct `The memory of signals` {
    @Test func `forgets only the oldest, like a plain list of the last n`() {
        var memory = SignalMemory(capacity: 8)
        var list: [UInt64] = []
        var random = SeededNumbers(seed: 5)
        for _ in 0..<2_000 {
            let signal = random.next() % 40 + 1
            #expect(memory.contains(signal) == list.contains(signal))
            memory.remember(signal)
            if !list.contains(signal) { list.append(signal) }
            if list.count > 8 { list.removeFirst() }
            #expect(memory.count == list.count)
        }
    }
}
