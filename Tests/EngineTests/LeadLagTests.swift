import Strategies
import Testing
import TradingModel

@Suite("Lead and lag") struct LeadLagTests {
    /// Prices that move by two basis points now and then; every venue sees each move after its own delay.
    private struct Walk {
        private var state: UInt64
        private var now: Int64 = 1_000_000_000
        var leads: LeadLag

        init(seed: UInt64, venues: Int) {
            state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
            leads = LeadLag(venues: venues)
        }

        mutating func random(_ most: Int64) -> Int64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int64(state % UInt64(most))
        }

        /// - Parameter delays: by venue, milliseconds; `nil` walks by itself.
        mutating func run(_ moves: Int, _ delays: [Int64?]) {
            var prices = [Int64](repeating: 100_000_000, count: delays.count)
            for _ in 0..<moves {
                now += 1_000_000_000 + random(1_000_000_000)
                let isUp = random(2) == 0
                var seen: [(at: Int64, slot: Int, isUp: Bool)] = []
                for (slot, delay) in delays.enumerated() {
                    let goesUp = delay == nil ? random(2) == 0 : isUp
                    let at = now + (delay ?? random(400)) * 1_000_000 + random(5_000_000)
                    seen.append((at, slot, goesUp))
                }
                for move in seen.sorted(by: { $0.at < $1.at }) {
                    prices[move.slot] += move.isUp ? 20_000 : -20_000
                    leads.note(
                        move.slot, mid: Price(raw: prices[move.slot]), at: Moment(nanoseconds: move.at))
                }
            }
        }
    }

    @Test(arguments: UInt64(1)...5)
    func `finds who leads, by how much, and who follows`(seed: UInt64) throws {
        var walk = Walk(seed: seed, venues: 3)
        walk.run(200, [80, 0, 200])
        let first = try #require(walk.leads.finding(1, over: 0))
        #expect((75...90).contains(first.lag.milliseconds))
        #expect(first.certainty >= 95)
        #expect(walk.leads.finding(0, over: 1) == nil)
        let second = try #require(walk.leads.finding(1, over: 2))
        #expect((190...210).contains(second.lag.milliseconds))
        #expect(abs(second.response.basisPoints - 2) < 0.1)
        #expect(walk.leads.findings.allSatisfy { $0.leader == 1 })
    }

    @Test(arguments: UInt64(1)...20)
    func `venues that move by themselves lead nobody`(seed: UInt64) {
        var walk = Walk(seed: seed, venues: 2)
        walk.run(400, [nil, nil])
        #expect(walk.leads.findings.isEmpty)
    }

    @Test func `two venues that move in turn do not both lead`() {
        var walk = Walk(seed: 3, venues: 2)
        walk.run(300, [0, 300])
        #expect(walk.leads.findings.count == 1)
    }

    @Test func `few moves prove nothing`() {
        var walk = Walk(seed: 1, venues: 2)
        walk.run(LeadLag.fewest - 1, [0, 80])
        #expect(walk.leads.findings.isEmpty)
    }

    @Test func `a lead that turns round is believed the other way round after a while`() {
        var walk = Walk(seed: 9, venues: 2)
        walk.run(600, [0, 80])
        #expect(walk.leads.finding(0, over: 1) != nil)
        walk.run(2_000, [80, 0])
        #expect(walk.leads.finding(0, over: 1) == nil)
        #expect(walk.leads.finding(1, over: 0) != nil)
    }

    @Test func `a follower that has not answered yet is about to move, against the taker on one side`() {
        var walk = Walk(seed: 2, venues: 2)
        walk.run(300, [0, 100])
        var leads = walk.leads
        let start = Moment(nanoseconds: 10_000_000_000_000)
        leads.forget(0)
        leads.note(0, mid: Price(raw: 100_000_000), at: start)
        leads.note(0, mid: Price(raw: 100_030_000), at: start + .seconds(1))
        let soon = start + .seconds(1) + .milliseconds(40)
        #expect(abs(leads.pending(1, .buy, at: soon).basisPoints - 2) < 0.1)
        #expect(leads.pending(1, .sell, at: soon) == .zero)
        #expect(leads.pending(0, .buy, at: soon) == .zero, "the leader waits for nobody")
        #expect(leads.pending(1, .buy, at: soon + .milliseconds(300)) == .zero, "too late for an answer")
    }

    @Test func `a venue that has answered is no longer about to move`() {
        var walk = Walk(seed: 2, venues: 2)
        walk.run(300, [0, 100])
        var leads = walk.leads
        let start = Moment(nanoseconds: 10_000_000_000_000)
        for slot in 0..<2 {
            leads.forget(slot)
            leads.note(slot, mid: Price(raw: 100_000_000), at: start)
        }
        leads.note(0, mid: Price(raw: 100_030_000), at: start + .seconds(1))
        leads.note(1, mid: Price(raw: 100_025_000), at: start + .seconds(1) + .milliseconds(30))
        #expect(leads.pending(1, .buy, at: start + .seconds(1) + .milliseconds(40)) == .zero)
    }

    @Test func `a move below a basis point is noise`() {
        var leads = LeadLag(venues: 2)
        for step in 0..<1_000 {
            let at = Moment(nanoseconds: 1_000_000_000 * Int64(step + 1))
            let wave = Int64(step % 2 == 0 ? 4_000 : -4_000)
            leads.note(0, mid: Price(raw: 100_000_000 + wave), at: at)
            leads.note(1, mid: Price(raw: 100_000_000 + wave), at: at + .milliseconds(50))
        }
        #expect(leads.findings.isEmpty)
    }
}
