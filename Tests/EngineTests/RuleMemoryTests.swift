import Risk
import Testing
import TradingModel

@Suite struct `What rules remember` {
    private let start = Moment(nanoseconds: 1_700_000_000_000_000_000)

    private struct Random {
        var state: UInt64
        mutating func next(_ range: ClosedRange<Int64>) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int64((state >> 33) % UInt64(range.upperBound - range.lowerBound + 1))
        }
    }

    @Test func `realised and unrealised profit add up to what cash and position are worth`() {
        for seed in 1...200 {
            var random = Random(state: UInt64(seed))
            var book = ProfitBook()
            var (cash, position): (Int128, Int64) = (0, 0)
            for step in 0..<60 {
                let quantity = random.next(-500...500)
                guard quantity != 0 else { continue }
                let price = random.next(90...110)
                let fee = Int128(random.next(0...20))
                book.filled(quantity, at: price, fee: fee, day: 1, start + .seconds(Int64(step)))
                cash -= Int128(price) * Int128(quantity) + fee
                position += quantity
                let mid = random.next(90...110)
                let off = book.realised + book.unrealised(at: mid) - (cash + Int128(position) * Int128(mid))
                #expect(off == 0, "seed \(seed), step \(step)")
                #expect(book.open == position)
            }
        }
    }

    @Test func `what a day realised is forgotten when the next one begins, also one that was missed`() {
        var book = ProfitBook()
        book.filled(10, at: 100, fee: 0, day: 5, start)
        book.filled(-10, at: 90, fee: 0, day: 5, start)
        #expect(book.today(5) == -100)
        #expect(book.today(6) == 0)
        book.turn(to: 9)
        #expect(book.today(9) == 0)
        book.filled(10, at: 100, fee: 1, day: 9, start)
        book.filled(-10, at: 101, fee: 1, day: 9, start)
        #expect(book.today(9) == 8)
    }

    @Test func `losing trades in a row are counted until one wins`() {
        var book = ProfitBook()
        func trade(_ book: inout ProfitBook, _ exit: Int64, _ at: Moment) {
            book.filled(100, at: 100, fee: 0, day: 1, at)
            book.filled(-60, at: exit, fee: 0, day: 1, at)
            book.filled(-40, at: exit, fee: 0, day: 1, at)
        }
        trade(&book, 99, start)
        trade(&book, 99, start + .seconds(5))
        #expect(book.streak == 2)
        #expect(book.lastLoss == start + .seconds(5))
        trade(&book, 100, start + .seconds(6))
        #expect(book.streak == 2, "neither won nor lost")
        trade(&book, 101, start + .seconds(7))
        #expect(book.streak == 0)
        #expect(book.lastLoss == start + .seconds(5))
    }

    @Test(arguments: FlowMeters.Window.allCases)
    func `a flow is counted for its whole window, and not a fifteenth longer`(_ window: FlowMeters.Window) {
        var meters = FlowMeters(3)
        for _ in 0..<3 { meters.note(1, at: start) }
        #expect(meters.sum(of: 1, window, at: start + window.length) == 3)
        let over = start + window.length + window.length / 14
        #expect(meters.sum(of: 1, window, at: over) == 0)
        meters.note(1, at: over)
        #expect(meters.sum(of: 1, window, at: over) == 1)
        #expect(meters.sum(of: 0, window, at: over) == 0, "another place's")
        #expect(meters.sum(of: 2, window, at: over) == 0, "another place's")
    }

    /// Two windows that follow each other would let through twice as many around their turn.
    @Test(arguments: FlowMeters.Window.allCases, 1...5)
    func `a flow is never undercounted, wherever one looks`(_ window: FlowMeters.Window, seed: UInt64) {
        var state = seed
        func draw(below most: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 11) % most)
        }
        var (meter, told, now) = (FlowMeters(2), [Moment](), start)
        for _ in 0..<2_000 {
            let pause = draw(below: UInt64(window.length.nanoseconds / 40))
            now = now + .nanoseconds(draw(below: 50) == 0 ? pause * 100 : pause)
            if draw(below: 3) > 0 {
                meter.note(1, at: now)
                told.append(now)
            }
            let least = told.count { now - $0 <= window.length }
            let most = told.count { now - $0 <= window.length + window.length / 14 }
            #expect((Int128(least)...Int128(most)).contains(meter.sum(of: 1, window, at: now)))
        }
    }

    @Test func `a lockout holds to its last nanosecond, the later end wins, and a place is a place`() {
        var lockouts = Lockouts()
        func lockout(_ span: Span) -> Lockout {
            Lockout(rule: .rejectStorm, scope: .venue, name: "okx", until: start + span, reason: "")
        }
        let (first, second) = (lockouts.add(lockout(.seconds(10))), lockouts.add(lockout(.seconds(5))))
        #expect(first && !second)
        #expect(lockouts.holds(.venue, "okx", at: start + .seconds(10) - .nanoseconds(1)))
        #expect(!lockouts.holds(.venue, "okx", at: start + .seconds(10)))
        #expect(!lockouts.holds(.venue, "kraken", at: start))
        #expect(!lockouts.holds(.symbol, "okx", at: start))
        let over = lockouts.expire(at: start + .seconds(10))
        #expect(over.count == 1)
        #expect(lockouts.list.isEmpty)
    }

    // MARK: Days and sessions

    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }
    private let summer = ZoneTable([
        .init(from: .distantPast, offset: .seconds(3_600)),
        // 2026-03-29T01:00:00Z
        .init(from: Moment(nanoseconds: 1_774_746_000_000_000_000), offset: .seconds(7_200)),
    ])

    @Test func `a trading day ends at its local time, before and after the clocks change`() {
        let clock = DayClock(zone: summer, reset: .seconds(17 * 3_600))
        // 2026-03-28T16:00:00Z is 17:00 there; a day later it is 15:00Z.
        let first: Int64 = 1_774_713_600
        #expect(clock.day(at: at(first - 1)) + 1 == clock.day(at: at(first)))
        let second = first + 86_400 - 3_600
        #expect(clock.day(at: at(second - 1)) == clock.day(at: at(first)))
        #expect(clock.day(at: at(second)) == clock.day(at: at(first)) + 1)
    }

    @Test func `a session keeps its hours, its weekdays and its holidays, over midnight too`() {
        // 2026-03-23 is a Monday: day 20,535.
        let monday: Int64 = 20_535 * 86_400
        var weekdays = [Bool](repeating: true, count: 7)
        weekdays[5] = false
        weekdays[6] = false
        let day = SessionHours(
            zone: .utc, open: .seconds(8 * 3_600), close: .seconds(16 * 3_600), weekdays: weekdays,
            holidays: [20_536])
        #expect(!day.isOpen(at: at(monday + 8 * 3_600 - 1)))
        #expect(day.isOpen(at: at(monday + 8 * 3_600)))
        #expect(!day.isOpen(at: at(monday + 16 * 3_600)))
        #expect(!day.isOpen(at: at(monday + 86_400 + 9 * 3_600)), "a holiday")
        #expect(!day.isOpen(at: at(monday + 5 * 86_400 + 9 * 3_600)), "a Saturday")
        let night = SessionHours(
            zone: .utc, open: .seconds(22 * 3_600), close: .seconds(6 * 3_600), weekdays: weekdays,
            holidays: [20_536])
        #expect(night.isOpen(at: at(monday + 23 * 3_600)))
        #expect(night.isOpen(at: at(monday + 86_400 + 5 * 3_600)), "Monday's session goes on")
        #expect(!night.isOpen(at: at(monday + 86_400 + 22 * 3_600)), "Tuesday's does not begin")
        #expect(!night.isOpen(at: at(monday + 5 * 3_600)), "Sunday's did not begin")
        let always = SessionHours(
            zone: .utc, open: .zero, close: .zero, weekdays: [Bool](repeating: true, count: 7), holidays: [])
        for hour in 0..<48 { #expect(always.isOpen(at: at(monday + Int64(hour) * 3_600))) }
    }
}
