import Testing
import TradingModel

@testable import VenueKit

@Suite struct `A stream session` {
    static func at(_ ms: Int64) -> Moment { Moment(nanoseconds: 1_000_000_000_000 + ms * 1_000_000) }
    static let keepAlive = KeepAlive(frame: Array("ping".utf8), every: .seconds(20), silence: .seconds(30))

    @Test func `speaks when it has been quiet, gives up when nothing was heard`() {
        var session = StreamSession(keepAlive: Self.keepAlive)
        session.connecting()
        session.opened(at: Self.at(0))
        #expect(session.duty(at: Self.at(19_999)) == .nothing)
        #expect(session.duty(at: Self.at(20_000)) == .speak)
        session.spoke(at: Self.at(20_000))
        #expect(session.duty(at: Self.at(20_001)) == .nothing)
        #expect(session.duty(at: Self.at(30_001)) == .giveUp)
        session.heard(at: Self.at(30_001))
        #expect(session.duty(at: Self.at(30_002)) == .nothing)
    }

    @Test func `backs off to eight seconds with half of it random, and starts over after a good connection`()
    {
        var session = StreamSession(keepAlive: Self.keepAlive)
        var waits: [Int64] = []
        for _ in 0..<10 {
            session.connecting()
            waits.append(session.closed(at: Self.at(0), jitter: 0).milliseconds)
        }
        #expect(waits == [125, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000])
        session.connecting()
        let longest = session.closed(at: Self.at(0), jitter: .max)
        #expect(longest <= StreamSession.longestPause && longest.milliseconds >= 4_000)
        session.connecting()
        session.opened(at: Self.at(0))
        let afresh = session.closed(at: Self.at(10_000), jitter: 0)
        #expect(afresh.milliseconds == 125)
    }

    @Test func `counts connections as epochs`() {
        var session = StreamSession(keepAlive: Self.keepAlive)
        for epoch in 1...3 {
            session.connecting()
            session.opened(at: Self.at(0))
            #expect(session.epoch == epoch)
            _ = session.closed(at: Self.at(1), jitter: 7)
        }
    }
}

@Suite struct `A venue's clock` {
    @Test func `is taken from the shortest round trip`() {
        var clock = ClockOffset()
        func at(_ ms: Int64) -> Moment { Moment(nanoseconds: 1_000_000_000_000 + ms * 1_000_000) }
        #expect(!clock.isKnown && clock.offset == .zero)
        clock.observe(sent: at(0), venue: at(700), received: at(400))
        #expect(clock.offset == .milliseconds(500) && clock.uncertainty == .milliseconds(200))
        clock.observe(sent: at(1_000), venue: at(1_505), received: at(1_010))
        #expect(clock.offset == .milliseconds(500) && clock.uncertainty == .milliseconds(5))
        clock.observe(sent: at(2_000), venue: at(4_900), received: at(5_000))
        #expect(clock.venueTime(at: at(6_000)) == at(6_500))
        clock.observe(sent: at(10), venue: at(0), received: at(0))
        #expect(clock.uncertainty == .milliseconds(5), "a receipt before the sending is no sample")
    }

    @Test func `that jumped is believed at once, however short earlier trips were`() {
        var clock = ClockOffset()
        func at(_ ms: Int64) -> Moment { Moment(nanoseconds: 1_000_000_000_000 + ms * 1_000_000) }
        clock.observe(sent: at(1_000), venue: at(1_505), received: at(1_010))
        clock.observe(sent: at(2_000), venue: at(27_050), received: at(2_100))
        #expect(clock.offset == .seconds(25) && clock.uncertainty == .milliseconds(50))
    }
}

@Suite struct `A rate budget` {
    static func at(_ ms: Int64) -> Moment { Moment(nanoseconds: 1_000_000_000_000 + ms * 1_000_000) }
    static func full() -> RateBudget {
        var budget = RateBudget(
            rule: RateBudgetRule(capacity: 10, window: .seconds(1), reserve: 3), at: at(-1_000))
        _ = budget.available(to: .cancel, at: at(0))
        return budget
    }

    @Test func `leaves its reserve to cancels and hedges`() {
        var budget = Self.full()
        for _ in 0..<7 {
            let passed = budget.take(1, lane: .newRisk, at: Self.at(0))
            #expect(passed)
        }
        let answer1 = budget.take(1, lane: .newRisk, at: Self.at(0))
        #expect(!answer1)
        let answer2 = budget.take(1, lane: .query, at: Self.at(0))
        #expect(!answer2)
        let answer3 = budget.available(to: .newRisk, at: Self.at(0))
        #expect(answer3 == 0)
        let answer4 = budget.take(1, lane: .hedge, at: Self.at(0))
        #expect(answer4)
        let answer5 = budget.take(2, lane: .cancel, at: Self.at(0))
        #expect(answer5)
        let answer6 = budget.take(1, lane: .cancel, at: Self.at(0))
        #expect(!answer6)
        #expect(budget.refused == 3)
    }

    @Test func `refills evenly and never beyond its capacity`() {
        var budget = Self.full()
        let answer7 = budget.take(10, lane: .cancel, at: Self.at(0))
        #expect(answer7)
        let answer8 = budget.available(to: .cancel, at: Self.at(99))
        #expect(answer8 == 0)
        let answer9 = budget.available(to: .cancel, at: Self.at(100))
        #expect(answer9 == 1)
        let answer10 = budget.available(to: .cancel, at: Self.at(60_000))
        #expect(answer10 == 10)
    }

    @Test func `lets a cancel go that costs more than is left, and is paid back`() {
        var budget = Self.full()
        let hedges = budget.take(9, lane: .hedge, at: Self.at(0))
        let cancel = budget.take(8, lane: .cancel, at: Self.at(0))
        #expect(hedges && cancel)
        let again = budget.take(8, lane: .cancel, at: Self.at(700))
        #expect(!again)
        let left = budget.available(to: .cancel, at: Self.at(800))
        #expect(left == 1)
    }

    @Test func `does not start with all, because an earlier run may have spent it`() {
        var budget = RateBudget(
            rule: RateBudgetRule(capacity: 8, window: .seconds(1), reserve: 2), at: Self.at(0))
        let answer11 = budget.available(to: .cancel, at: Self.at(0))
        #expect(answer11 == 6)
    }

    @Test func `passes nothing, cancels included, while the venue said stop`() {
        var budget = Self.full()
        budget.block(for: .seconds(2), at: Self.at(0))
        budget.block(for: .seconds(1), at: Self.at(0))
        for lane in BudgetLane.allCases {
            let passed = budget.take(1, lane: lane, at: Self.at(1_999))
            #expect(!passed)
        }
        let answer12 = budget.take(1, lane: .cancel, at: Self.at(2_000))
        #expect(answer12)
    }

    /// However requests come, no window ever sees more than the capacity plus what refilled meanwhile.
    @Test(arguments: 1...20) func `never lets more through than the rule`(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        var budget = Self.full()
        var passed: [Int64] = []
        var now: Int64 = 0
        for _ in 0..<500 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            now += Int64(state % 120)
            if budget.take(1, lane: .cancel, at: Self.at(now)) { passed.append(now) }
        }
        for (index, start) in passed.enumerated() {
            let inWindow = passed[index...].prefix { $0 < start + 1_000 }.count
            #expect(inWindow <= 20)
        }
        #expect(passed.count > 50)
    }
}

@Suite struct `Requests that go one at a time` {
    @Test func `start in the order of urgency, and of arrival among equals`() {
        var queue = RequestQueue()
        var started: [String] = []
        queue.submit(.query) { started.append("first") }?()
        for (lane, name) in [
            (BudgetLane.query, "q1"), (.newRisk, "n"), (.hedge, "h"), (.query, "q2"), (.cancel, "c"),
        ] {
            let now = queue.submit(lane) { started.append(name) }
            #expect(now == nil, "one is under way")
        }
        while let next = queue.finished() { next() }
        #expect(started == ["first", "c", "h", "q1", "q2", "n"])
        #expect(!queue.isBusy)
    }
}
