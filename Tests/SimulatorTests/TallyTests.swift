import Simulator
import Testing

@Suite struct `What many seeds come to` {
    private static func result(_ seed: UInt64, failing invariant: String? = nil) -> SeedResult {
        var result = SeedResult(seed: seed)
        result.virtualSeconds = 1800
        result.steps = 10
        result.hash = seed &* 31
        result.orders = 3
        result.fills = 2
        result.starts = 2
        result.crashes = 1
        result.maxUnhedgedAgeMs = Double(seed)
        result.faults = ["V01": 2, "V02": 0]
        result.failure = invariant.map { .init(invariant: $0, step: 4, virtualSeconds: 1, detail: "why") }
        return result
    }

    private static func job(_ position: Int, _ seed: UInt64, _ origin: SeedJob.Origin = .asked) -> SeedJob {
        SeedJob(position: position, seed: seed, origin: origin)
    }

    @Test func `counts add up, the worst stays, and the corpus is counted apart`() {
        var tally = Tally()
        tally.add(Self.result(9), of: Self.job(0, 9, .corpus), isDoubled: false)
        tally.add(Self.result(1), of: Self.job(1, 1), isDoubled: false)
        tally.add(Self.result(2, failing: "S1"), of: Self.job(2, 2), isDoubled: false)
        #expect((tally.seeds, tally.corpus) == (2, 1))
        #expect((tally.orders, tally.fills, tally.starts, tally.crashes) == (9, 6, 6, 3))
        #expect(tally.virtualHours == 1.5)
        #expect(tally.maxUnhedgedAgeMs == 9)
        #expect(tally.faults == ["V01": .init(fired: 6, seeds: 3, survived: 2)])
    }

    @Test func `the order in which results arrive changes nothing`() {
        let seeds: [UInt64] = [5, 3, 8, 1]
        func tally(_ order: [UInt64]) -> (Tally, [UInt64]) {
            var tally = Tally()
            for seed in order {
                tally.add(Self.result(seed, failing: "S2"), of: Self.job(Int(seed), seed), isDoubled: false)
            }
            return (tally, tally.failures.map(\.job.seed))
        }
        #expect(tally(seeds).1 == [1, 3, 5, 8])
        #expect(tally(seeds).0.maxUnhedgedAgeMs == tally(seeds.reversed()).0.maxUnhedgedAgeMs)
        #expect(tally(seeds).1 == tally(seeds.reversed()).1)
    }

    @Test func `safety fails with 1, liveness alone with 2, a lost process like safety`() {
        func code(_ invariants: String?...) -> Int32 {
            var tally = Tally()
            for (position, invariant) in invariants.enumerated() {
                tally.add(
                    Self.result(1, failing: invariant), of: Self.job(position, 1), isDoubled: false)
            }
            return tally.exitCode
        }
        #expect(code(nil, nil) == 0)
        #expect(code(nil, "L3") == 2)
        #expect(code("L3", "S9", nil) == 1)
        #expect(code("CRASH") == 1)
        #expect(code("HANG") == 1)
    }

    @Test func `escaped jobs fail the run though every invariant held`() {
        var tally = Tally()
        var result = Self.result(1)
        result.escapedJobs = 1
        tally.add(result, of: Self.job(0, 1), isDoubled: false)
        #expect(tally.failures.isEmpty && tally.exitCode == 1)
    }

    @Test func `two equal runs are a proof, counted once`() {
        var tally = Tally()
        tally.add(Self.result(1), of: Self.job(0, 1), isDoubled: true)
        tally.compare(Self.result(1), of: Self.job(0, 1))
        #expect((tally.seeds, tally.doubleRuns, tally.hashMismatches, tally.orders) == (1, 1, 0, 3))
        #expect(tally.exitCode == 0)
    }

    @Test func `any figure in which two runs differ is a mismatch`() {
        let changes: [(inout SeedResult) -> Void] = [
            { $0.hash = 1 }, { $0.steps = 11 }, { $0.orders = 4 }, { $0.faults["V02"] = 1 },
            { $0.failure = .init(invariant: "CRASH", step: 0, virtualSeconds: 0, detail: "gone") },
        ]
        for change in changes {
            var tally = Tally()
            var second = Self.result(1)
            change(&second)
            tally.add(Self.result(1), of: Self.job(0, 1), isDoubled: true)
            tally.compare(second, of: Self.job(0, 1))
            #expect((tally.doubleRuns, tally.hashMismatches, tally.exitCode) == (1, 1, 1))
            #expect(tally.failures.map(\.failure.invariant) == [Tally.mismatch])
        }
    }
}
