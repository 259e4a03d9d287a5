import ArgumentParser
import Simulator
import Streams
import TradingModel

struct MutantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants",
        abstract: "Plants one defect after another and says which seed catches it.",
        discussion: """
            A defect is caught by the first seed that fails with it and holds without it. The defects are not
            in this program unless it was built for them: the command builds that one (.build-mutants) and
            runs it.
            Exit code 1 when a defect survives.

            Example: arbsim mutants --seeds 500
            """)

    private static let directedSeeds = SeedRange(1, through: 10)

    @Option(help: "Seeds to try for each defect, after the scenarios that suit it.")
    var seeds: Int = 2000

    @Option(help: "Only this defect; may be given several times.")
    var only: [String] = []

    @OptionGroup var workers: WorkerOptions

    @Flag(help: "Print one JSON object on stdout.")
    var json = false

    func validate() throws {
        guard (1...10_000_000).contains(seeds) else {
            throw ValidationError("--seeds \(seeds): how many seeds to try, at least 1")
        }
        for name in only where PlantedDefect(rawValue: name) == nil {
            let names = PlantedDefect.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--only \(name): no such defect; there are \(names)")
        }
    }

    func run() throws {
        do {
            if !PlantedDefect.isCompiledIn { try MutantProgram.buildAndBecome() }
            try prove()
        } catch let complaint as Complaint { throw complaint.said() }
    }

    private func prove() throws {
        let defects = PlantedDefect.allCases.filter { only.isEmpty || only.contains($0.rawValue) }
        let began = WallClock.seconds
        var report = MutantReport()
        StopFlag.listen()
        for defect in defects {
            let entry = try hunt(
                defect, label: "arbsim: \(defect.rawValue) (\(report.planted + 1)/\(defects.count))")
            // a hunt that was interrupted says nothing about its defect
            if StopFlag.isRaised { break }
            report.add(entry)
        }
        report.wallS = WallClock.seconds - began
        Console.result(json ? ReportJSON.text(report) : text(report).joined(separator: "\n"))
        if StopFlag.isRaised { throw ExitCode(75) }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    /// Runs the scenarios that suit the defect, then seeds in order, until one fails that holds without it.
    private func hunt(_ defect: PlantedDefect, label: String) throws(Complaint) -> MutantReport.Entry {
        var tried = 0
        for batch in batches(for: defect) {
            var rest: SeedRange? = batch.seeds
            while let range = rest {
                rest = nil
                var part = batch
                part.seeds = range
                guard let loss = try firstFailure(part, defect: defect.rawValue, label: label) else {
                    tried += range.count
                    break
                }
                tried += Int(loss.job.seed - range.first) + 1
                part.seeds = SeedRange(loss.job.seed, through: loss.job.seed)
                if try firstFailure(part, defect: nil, label: label) == nil {
                    return MutantReport.Entry(name: defect.rawValue, tried: tried, caught: loss)
                }
                Console.note("\(label): seed \(loss.job.seed) fails without the defect as well; going on")
                if loss.job.seed < range.last {
                    rest = SeedRange(loss.job.seed + 1, through: range.last)
                }
            }
            if StopFlag.isRaised { break }
        }
        return MutantReport.Entry(name: defect.rawValue, tried: tried, caught: nil)
    }

    private func batches(for defect: PlantedDefect) -> [SeedBatch] {
        let drawn = SeedBatch(SeedRange(1, through: UInt64(seeds)))
        guard let hint = defect.scenarioHint else { return [drawn] }
        let suitable = ProvingGround.scenarios.filter { $0.name == hint || $0.faults.contains(hint) }
        return suitable.map { SeedBatch(MutantsCommand.directedSeeds, scenario: $0.name) } + [drawn]
    }

    private func firstFailure(
        _ batch: SeedBatch, defect: String?, label: String
    ) throws(Complaint) -> Tally.Loss? {
        var terms = Supervisor.Terms(jobs: min(workers.count, batch.seeds.count))
        terms.start.defect = defect
        terms.stopsAtFailure = true
        let supervisor = Supervisor(WorkPlan([batch]), terms, progress: ProgressLine(label))
        _ = try supervisor.run()
        return supervisor.tally.failures.first
    }

    private func text(_ report: MutantReport) -> [String] {
        var table = TextTable(
            rows: [["defect", "caught by", "seeds", "scenario", "noticed"]], left: [0, 1, 3, 4])
        for entry in report.mutants {
            let invariant = entry.invariant.map { "\($0): \(entry.detail)" } ?? ""
            table.rows.append([
                entry.name, entry.caughtBySeed.map { "seed \($0)" } ?? "NOTHING", "\(entry.tried)",
                entry.scenario ?? "", String(invariant.prefix(80)),
            ])
        }
        return table.lines + [
            "",
            "\(report.caught) of \(report.planted) defects caught,"
                + " the slowest after \(report.worstSeeds) seeds",
        ]
    }
}
