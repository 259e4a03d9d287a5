import Hedging
import Testing
import TradingModel

@Suite struct `Hedge obligations` {
    static let deadline = Span.milliseconds(120)
    static func at(_ ms: Int64) -> Moment { Moment(nanoseconds: ms * 1_000_000) }
    static func quantity(_ n: Int64) -> Quantity { Quantity(raw: n) }

    @Test func `a fill opens one, the opposite fill completes it`() {
        var queue = ObligationQueue()
        queue.add(Self.quantity(100), cause: VenueID(0), intent: 1, at: Self.at(0), deadline: Self.deadline)
        #expect(queue.owed == Self.quantity(100))
        queue.add(Self.quantity(-100), cause: VenueID(1), intent: 1, at: Self.at(7), deadline: Self.deadline)
        #expect(queue.open.isEmpty)
        #expect(queue.opened == 1 && queue.completed == 1)
        #expect(queue.outcomes.map(\.took) == [.milliseconds(7)])
    }

    @Test func `partial fills of one intent make one obligation with the first one's deadline`() {
        var queue = ObligationQueue()
        queue.add(Self.quantity(40), cause: VenueID(0), intent: 1, at: Self.at(0), deadline: Self.deadline)
        queue.add(Self.quantity(60), cause: VenueID(0), intent: 1, at: Self.at(50), deadline: Self.deadline)
        #expect(queue.open.count == 1)
        #expect(queue.owed == Self.quantity(100))
        #expect(queue.earliestDeadline == Self.at(120))
    }

    @Test func `the oldest is netted first`() {
        var queue = ObligationQueue()
        queue.add(Self.quantity(10), cause: VenueID(0), intent: 1, at: Self.at(0), deadline: Self.deadline)
        queue.add(Self.quantity(10), cause: VenueID(1), intent: 2, at: Self.at(5), deadline: Self.deadline)
        queue.add(Self.quantity(-15), cause: VenueID(2), intent: 3, at: Self.at(9), deadline: Self.deadline)
        #expect(queue.open.map(\.intent) == [2])
        #expect(queue.owed == Self.quantity(5))
    }

    @Test func `lateness is reported once an obligation`() {
        var queue = ObligationQueue()
        queue.add(Self.quantity(10), cause: VenueID(0), intent: 1, at: Self.at(0), deadline: Self.deadline)
        #expect(queue.markLate(at: Self.at(120)) == 0)
        #expect(queue.markLate(at: Self.at(121)) == 1)
        #expect(queue.markLate(at: Self.at(500)) == 0)
        #expect(queue.late == 1)
    }

    @Test func `what no venue takes becomes residual, and an obligation again once it has grown`() {
        var queue = ObligationQueue()
        queue.add(Self.quantity(-3), cause: VenueID(0), intent: 1, at: Self.at(0), deadline: Self.deadline)
        queue.settle(below: Self.quantity(5), at: Self.at(1))
        #expect(queue.open.isEmpty && queue.residual == Self.quantity(-3))
        queue.add(Self.quantity(-4), cause: VenueID(0), intent: 2, at: Self.at(2), deadline: Self.deadline)
        #expect(queue.deviation == Self.quantity(-7))
        queue.settle(below: Self.quantity(5), at: Self.at(3))
        #expect(!queue.open.isEmpty, "seven is above the smallest order")
        queue.add(Self.quantity(4), cause: VenueID(0), intent: 2, at: Self.at(4), deadline: Self.deadline)
        queue.add(Self.quantity(-9), cause: VenueID(0), intent: 3, at: Self.at(5), deadline: Self.deadline)
        queue.settle(below: Self.quantity(20), at: Self.at(6))
        queue.awaken(from: Self.quantity(12), cause: VenueID(1), at: Self.at(7), deadline: Self.deadline)
        #expect(queue.owed == Self.quantity(-12) && queue.residual == .zero)
        #expect(queue.earliestDeadline == Self.at(127))
    }

    /// Random deltas against a plain sum: whatever is netted, parked or woken, nothing is lost.
    @Test(arguments: 1...50) func `obligations and residual always add up to the ledger's deviation`(
        seed: Int
    ) {
        var random = SeededNumbers(seed: UInt64(seed))
        var queue = ObligationQueue()
        var ledger: Int64 = 0
        for step in 0..<400 {
            let delta = random.between(-50, 50)
            ledger += delta
            queue.add(
                Self.quantity(delta), cause: VenueID(Int(random.between(0, 3))),
                intent: UInt64(random.between(1, 9)),
                at: Self.at(Int64(step)), deadline: Self.deadline)
            if random.between(0, 4) == 0 { queue.settle(below: Self.quantity(20), at: Self.at(Int64(step))) }
            if random.between(0, 4) == 0 {
                queue.awaken(
                    from: Self.quantity(10), cause: VenueID(0), at: Self.at(Int64(step)),
                    deadline: Self.deadline)
            }
            #expect(queue.deviation.raw == ledger)
            let signs = Set(queue.open.map { $0.quantity.raw.signum() })
            #expect(signs.count <= 1, "all obligations point the same way")
            #expect(queue.opened == queue.completed + queue.open.count)
        }
    }
}

@Suite struct `A residual` {
    @Test func `is netted by the next opposite fill, which then owes nothing`() {
        var queue = ObligationQueue()
        let now = LadderSketch.at(1)
        func add(_ raw: Int64) {
            queue.add(
                Quantity(raw: raw), cause: VenueID(0), intent: UInt64(raw.magnitude), at: now,
                deadline: .milliseconds(120))
        }
        add(3)
        queue.settle(below: Quantity(raw: 5), at: now)
        #expect(queue.residual.raw == 3 && queue.open.isEmpty)
        add(-3)
        #expect(queue.residual == .zero && queue.open.isEmpty && queue.residualSince == nil)
    }
}

@Suite struct `The hedge ladder` {
    let policy = HedgePolicy()
    let q = LadderSketch.self

    @Test func `waits while the other leg is in flight`() {
        var ladder = HedgeLadder()
        let move = ladder.decide(
            deviation: Quantity(raw: 100), flight: Flight(buys: .zero, sells: Quantity(raw: 100)),
            smallest: Quantity(raw: 5),
            at: .distantPast)
        #expect(move == .none)
    }

    @Test func `hedges what has filled, never what may fill`() {
        for (deviation, buys, sells, left) in [
            (100, 40, 0, 100), (100, 0, 40, 60), (100, 300, 100, 0), (-100, 0, 50, -100),
            (-100, 250, 0, 0), (-100, 30, 900, -70), (0, 500, 0, 0), (0, 0, 500, 0),
        ] as [(Int64, Int64, Int64, Int64)] {
            let flight = Flight(buys: Quantity(raw: buys), sells: Quantity(raw: sells))
            #expect(flight.leaves(of: Quantity(raw: deviation)) == Quantity(raw: left))
        }
    }

    @Test func `climbs one rung for one attempt, however many of its legs fall short`() {
        var ladder = HedgeLadder()
        for _ in 0..<3 { ladder.legFailed(of: 7, at: q.at(1), deadline: q.at(120), policy: policy) }
        #expect(ladder.rung == .otherVenue)
        ladder.legFailed(of: 8, at: q.at(2), deadline: q.at(120), policy: policy)
        #expect(ladder.rung == .correlated)
    }

    @Test func `sells what was bought too much, and buys what was sold too much`() {
        var ladder = HedgeLadder()
        #expect(q.move(&ladder, 70) == .attempt(side: .sell, quantity: Quantity(raw: 70), rung: .reprice))
        #expect(q.move(&ladder, -70) == .attempt(side: .buy, quantity: Quantity(raw: 70), rung: .reprice))
    }

    @Test func `climbs one rung a failed attempt, takes a breath before the deadline, gives up after it`() {
        var ladder = HedgeLadder()
        let deadline = q.at(120)
        var rungs: [HedgeRung] = []
        for _ in 0..<4 {
            guard case .attempt(_, _, let rung) = q.move(&ladder, 70, at: 10) else { break }
            rungs.append(rung)
            ladder.attemptFailed(at: q.at(10), deadline: deadline, policy: policy)
        }
        #expect(rungs == [.reprice, .otherVenue, .correlated, .unwind])
        #expect(q.move(&ladder, 70, at: 11) == .none, "a breath")
        #expect(
            q.move(&ladder, 70, at: 20) == .attempt(side: .sell, quantity: Quantity(raw: 70), rung: .reprice))
        for _ in 0..<4 { ladder.attemptFailed(at: q.at(121), deadline: deadline, policy: policy) }
        #expect(q.move(&ladder, 70, at: 121) == .giveUp)
        #expect(ladder.failures == 1)
        #expect(
            q.move(&ladder, 70, at: 121) == .attempt(side: .sell, quantity: Quantity(raw: 70), rung: .failed))
        ladder.attemptFailed(at: q.at(121), deadline: deadline, policy: policy)
        #expect(q.move(&ladder, 70, at: 122) == .none, "a slow retry")
        #expect(q.move(&ladder, 70, at: 121 + 500) != .none)
    }

    @Test func `starts at no rung anew while what would make it flat is under way`() {
        var ladder = HedgeLadder()
        ladder.attemptFailed(at: q.at(1), deadline: q.at(120), policy: policy)
        let move = ladder.decide(
            deviation: Quantity(raw: 3), flight: Flight(buys: .zero, sells: Quantity(raw: 3)),
            smallest: Quantity(raw: 5), at: q.at(2))
        #expect(move == .none && ladder.rung == .otherVenue)
    }

    @Test func `starts at the first rung again once flat`() {
        var ladder = HedgeLadder()
        ladder.attemptFailed(at: q.at(1), deadline: q.at(120), policy: policy)
        #expect(ladder.rung == .otherVenue)
        #expect(q.move(&ladder, 3, at: 2) == .none)
        #expect(ladder.rung == .reprice)
    }
}

enum LadderSketch {
    static func at(_ ms: Int64) -> Moment { Moment(nanoseconds: ms * 1_000_000) }
    static func move(_ ladder: inout HedgeLadder, _ deviation: Int64, at ms: Int64 = 0) -> HedgeMove {
        ladder.decide(
            deviation: Quantity(raw: deviation), flight: .none, smallest: Quantity(raw: 5), at: at(ms))
    }
}

/// Seeded numbers for property tests.
struct SeededNumbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
        low + Int64(next() % UInt64(high - low + 1))
    }
}
