import Foundation
import Simulator
import Testing

@Suite struct `Reports of the simulator` {
    private static func tally(_ runs: [(scenario: String, faults: [String: Int], failure: String?)]) -> Tally
    {
        var tally = Tally()
        for (position, run) in runs.enumerated() {
            var result = SeedResult(seed: 1)
            result.faults = run.faults
            if run.scenario.hasPrefix("crash:") {
                result.crashPoints = [String(run.scenario.dropFirst(6)): 1]
            }
            result.failure = run.failure.map {
                .init(invariant: $0, step: 1, virtualSeconds: 1, detail: "")
            }
            let job = SeedJob(position: position, seed: 1, scenario: run.scenario)
            tally.add(result, of: job, isDoubled: false)
        }
        return tally
    }

    @Test func `the JSON of a run has the members its users read`() throws {
        let tally = Self.tally([("", ["V01": 2], "S1"), ("", ["V01": 1, "N04": 1], nil)])
        let report = RunReport(
            tally, wallSeconds: 2.5, isComplete: true, commit: "abc", configurationHash: "0f",
            replay: { job, _ in "arbsim run --seeds \(job.seed)" })
        let text = ReportJSON.text(report)
        #expect(!text.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let members: Set = [
            "seeds", "corpus", "virtual_hours", "wall_s", "failures", "double_runs", "hash_mismatches",
            "escaped_jobs", "orders", "fills", "duplicate_orders", "orphan_orders", "ghost_fills",
            "rerun_decisions", "resolved_by_timeout", "max_unhedged_age_ms", "starts", "crashes", "faults",
            "commit",
            "configuration_hash",
        ]
        #expect(members.isSubset(of: object.keys))
        let failure = try #require((object["failures"] as? [[String: Any]])?.first)
        #expect(
            Set(["seed", "scenario", "invariant", "step", "detail", "replay"]).isSubset(of: failure.keys))
        let faults = try #require(object["faults"] as? [String: [String: Int]])
        #expect(faults["V01"] == ["fired": 3, "seeds": 2, "survived": 1])
        #expect(faults["N04"] == ["fired": 1, "seeds": 1, "survived": 1])
    }

    @Test func `jobs and results cross a pipe unchanged, on one line`() throws {
        var job = SeedJob(
            position: 3, seed: .max, scenario: "a \"b\"\n", virtualSeconds: 0.1, origin: .corpus)
        job.isSecond = true
        var result = job.lost("CRASH", "line\nline")
        result.hash = .max
        result.faults = ["V01": 2]
        result.maxUnhedgedAgeMs = 1 / 3
        for line in [ReportJSON.wire(job), ReportJSON.wire(result)] { #expect(!line.contains("\n")) }
        let decoder = JSONDecoder()
        #expect(try decoder.decode(SeedJob.self, from: Data(ReportJSON.wire(job).utf8)) == job)
        #expect(try decoder.decode(SeedResult.self, from: Data(ReportJSON.wire(result).utf8)) == result)
    }

    @Test func `a fault is survived when it fired and nothing broke, in its own scenario as well`() {
        let tally = Self.tally([
            ("a", ["V01": 1], nil), ("b", [:], nil), ("", ["V02": 1, "V03": 1], nil), ("c", ["V03": 1], "S3"),
        ])
        var report = FaultReport()
        for (id, scenarios) in [("V01", ["a"]), ("V02", ["b"]), ("V03", ["c"]), ("V04", [])] {
            report.add(id: id, title: "", expectation: "", scenarios: scenarios, from: tally)
        }
        #expect((report.injected, report.survived) == (3, 1))
        #expect(report.neverFired == ["V04"])
        #expect(report.notSurvived == ["V02", "V03", "V04"])
        #expect(report.faults["V02"]?.directed == [.init(scenario: "b", passed: false)])
        #expect(report.exitCode == 1)
    }

    @Test func `a crash point that was never reached fails the check`() {
        let fine = Self.tally([("crash:a", [:], nil), ("crash:a", [:], nil)])
        #expect(CrashReport(points: ["a"], from: fine).exitCode == 0)
        let report = CrashReport(points: ["a", "b"], from: fine)
        #expect((report.points, report.runs, report.violations) == (2, 2, 0))
        #expect(report.neverFired == ["b"] && report.exitCode == 1)
        let broken = CrashReport(points: ["a"], from: Self.tally([("crash:a", [:], "S8")]))
        #expect(broken.violations == 1 && broken.exitCode == 1)
    }

    @Test func `one surviving defect fails the hunt, the slowest catch is said`() {
        let failure = SeedResult.Failure(invariant: "S3", step: 1, virtualSeconds: 1, detail: "")
        func caught(_ seed: UInt64) -> Tally.Loss {
            Tally.Loss(job: SeedJob(position: 0, seed: seed), failure: failure)
        }
        var report = MutantReport()
        report.add(.init(name: "a", tried: 4, caught: caught(4)))
        report.add(.init(name: "b", tried: 90, caught: caught(87)))
        #expect((report.planted, report.caught, report.worstSeeds, report.exitCode) == (2, 2, 90, 0))
        report.add(.init(name: "c", tried: 2000, caught: nil))
        #expect((report.planted, report.caught, report.worstSeeds, report.exitCode) == (3, 2, 90, 1))
    }
}
