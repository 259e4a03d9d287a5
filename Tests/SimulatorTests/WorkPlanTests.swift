import Simulator
import Testing

@Suite struct `The order of runs` {
    private static func plan(_ last: UInt64, twice: String = "0%") throws -> WorkPlan {
        WorkPlan([SeedBatch(SeedRange(1, through: last))], twice: try SeedShare(twice))
    }

    @Test func `the corpus runs before the range, every seed once and in order`() throws {
        let corpus = try Corpus("900\n800 kill")
        var plan = WorkPlan(
            corpus.batches + [SeedBatch(SeedRange(1, through: 3), scenario: "x", virtualSeconds: 9)])
        var jobs: [SeedJob] = []
        while let job = plan.next(for: 0) { jobs.append(job) }
        #expect(jobs.map(\.seed) == [900, 800, 1, 2, 3])
        #expect(jobs.map(\.scenario) == ["", "kill", "x", "x", "x"])
        #expect(jobs.map(\.position) == [0, 1, 2, 3, 4])
        #expect(jobs.map(\.origin) == [.corpus, .corpus, .asked, .asked, .asked])
        #expect(plan.isExhausted && plan.total == 5)
    }

    @Test func `the last seed there is ends the plan`() {
        var plan = WorkPlan([SeedBatch(SeedRange(.max - 1, through: .max))])
        #expect([plan.next(for: 0)?.seed, plan.next(for: 0)?.seed] == [.max - 1, .max])
        #expect(plan.next(for: 0) == nil)
    }

    @Test func `a second run never goes to the worker of the first`() throws {
        var plan = try Self.plan(40, twice: "100%")
        var first: [UInt64: Int] = [:]
        var seconds: [UInt64] = []
        var turn = 0
        while !plan.isExhausted {
            turn += 1
            let worker = turn % 3
            guard let job = plan.next(for: worker) else { continue }
            if job.isSecond {
                seconds.append(job.seed)
                #expect(first[job.seed] != worker)
            } else {
                first[job.seed] = worker
            }
            plan.finished(job, by: worker, isLost: false)
        }
        #expect(seconds.sorted() == Array(1...40))
    }

    @Test func `a single worker has to be replaced before the second runs`() throws {
        var plan = try Self.plan(2, twice: "100%")
        for _ in 1...2 {
            let job = plan.next(for: 0)
            plan.finished(try #require(job), by: 0, isLost: false)
        }
        #expect(plan.next(for: 0) == nil)
        #expect(plan.needsAnother(than: 0) && !plan.needsAnother(than: 1))
        #expect(plan.next(for: 1)?.isSecond == true)
    }

    @Test func `what lost its process and what is of the corpus is not doubled`() throws {
        var plan = WorkPlan(
            try Corpus("7").batches + [SeedBatch(SeedRange(1, through: 1))], twice: try SeedShare("100%"))
        let old = plan.next(for: 0)
        plan.finished(try #require(old), by: 0, isLost: false)
        let crashed = plan.next(for: 0)
        plan.finished(try #require(crashed), by: 0, isLost: true)
        #expect(plan.next(for: 1) == nil)
        #expect(plan.isExhausted)
    }

    @Test func `a stopped plan hands out nothing, not even what should run twice`() throws {
        var plan = try Self.plan(10, twice: "100%")
        let job = plan.next(for: 0)
        plan.finished(try #require(job), by: 0, isLost: false)
        plan.stop()
        #expect(plan.next(for: 1) == nil && plan.isExhausted)
    }

    @Test func `patience is a minute, and more for a run that was asked to be long`() {
        #expect(SeedJob(position: 0, seed: 1).patience == 60)
        #expect(SeedJob(position: 0, seed: 1, virtualSeconds: 600).patience == 60)
        #expect(SeedJob(position: 0, seed: 1, virtualSeconds: 86_400).patience == 1728)
    }
}
