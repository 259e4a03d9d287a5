import ArgumentParser
import Foundation
import Simulator
import TradingModel

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Deterministic simulation: whole nodes against whole venues, one world a seed.",
        discussion: """
            Runs the corpus of seeds that once failed, then the seeds that are asked for. A failure is printed
            with the one command that replays it; add --trace to that command to see what happens.

            Exit code: 0 all invariants held; 1 a safety invariant broke, a worker crashed or hung, or two
            runs of one seed differed; 2 only liveness invariants broke; 75 stopped by a signal.

            Example: arbsim run --seeds 1..200 --twice 10%
            """)

    @Option(help: "One seed (7) or a range (1..10000).")
    var seeds: String

    @Option(help: "This scenario instead of the world a seed draws (arbsim faults lists them).")
    var scenario: String?

    @Option(help: "Share of the seeds that run twice, in two processes, and must come out the same: 10%.")
    var twice: String = "0%"

    @Option(help: "Virtual hours of the whole run, divided evenly over the seeds.")
    var hours: Double?

    @Option(help: "Virtual seconds of every seed; instead of --hours.")
    var virtualSeconds: Double?

    @Option(help: "Seconds of wall time after which no further seed is begun.")
    var budget: Double?

    @OptionGroup var workers: WorkerOptions

    @Flag(help: "Print one JSON object on stdout.")
    var json = false

    @Flag(help: "Append failing seeds to \(CorpusFile.name).")
    var keepFailures = false

    @Flag(help: "Leave out the corpus.")
    var noCorpus = false

    @Flag(help: "Print on stderr what happens in every simulation; with one worker.")
    var trace = false

    @Option(help: ArgumentHelp("Run with this planted defect.", visibility: .hidden))
    var defect: String?

    func validate() throws {
        do throws(SeedRange.Problem) { _ = try SeedRange(seeds) } catch {
            throw ValidationError("--seeds \(error)")
        }
        do throws(SeedShare.Problem) { _ = try SeedShare(twice) } catch {
            throw ValidationError("--twice \(error)")
        }
        if hours != nil && virtualSeconds != nil {
            throw ValidationError("--hours and --virtual-seconds say the same thing: give one of the two")
        }
        for (name, value) in [
            ("--hours", hours), ("--virtual-seconds", virtualSeconds), ("--budget", budget),
        ] {
            if let value, !(value > 0 && value < 1e9) {
                throw ValidationError("\(name) \(value): expected a number above 0")
            }
        }
        if let scenario { try ScenarioName.check(scenario) }
        if let defect {
            guard PlantedDefect(rawValue: defect) != nil else {
                let names = PlantedDefect.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--defect \(defect): no such defect; there are \(names)")
            }
            guard PlantedDefect.isCompiledIn else {
                throw ValidationError("--defect needs the program that `arbsim mutants` builds")
            }
        }
    }

    func run() throws {
        do { try simulate() } catch let complaint as Complaint { throw complaint.said() }
    }

    private func simulate() throws {
        // validated above
        let range = try SeedRange(seeds)
        var corpus = noCorpus ? nil : try CorpusFile()
        let length = virtualSeconds ?? hours.map { $0 * 3600 / Double(range.count) }
        let asked = SeedBatch(range, scenario: scenario ?? "", virtualSeconds: length)
        let plan = WorkPlan((corpus?.corpus.batches ?? []) + [asked], twice: try SeedShare(twice))
        var terms = Supervisor.Terms(jobs: trace ? 1 : workers.count, budget: budget)
        terms.start = .init(defect: defect, isTraced: trace)
        StopFlag.listen()
        let supervisor = Supervisor(plan, terms, progress: ProgressLine())
        let ending = try supervisor.run()
        let tally = supervisor.tally
        if keepFailures { try keep(tally, in: &corpus) }
        let origin = Provenance()
        let report = RunReport(
            tally, wallSeconds: supervisor.wallSeconds, isComplete: ending == .done, commit: origin.commit,
            configurationHash: origin.configurationHash, replay: ReplayProgram(defect: defect).line)
        Console.result(
            json ? ReportJSON.text(report) : RunText.lines(report, asked: range.count).joined(separator: "\n")
        )
        if ending == .stopped { throw ExitCode(75) }
        if tally.exitCode != 0 { throw ExitCode(tally.exitCode) }
    }

    /// What failed in the range goes into the corpus, with the failure as its reason.
    private func keep(_ tally: Tally, in corpus: inout CorpusFile?) throws(Complaint) {
        let entries = tally.failures.filter { $0.job.origin == .asked }.map { loss in
            Corpus.Entry(
                seed: loss.job.seed, scenario: loss.job.scenario, virtualSeconds: loss.job.virtualSeconds,
                why: "\(loss.failure.invariant): \(loss.failure.detail)")
        }
        guard !entries.isEmpty else { return }
        if corpus == nil { corpus = try CorpusFile() }
        guard var file = corpus else {
            throw .badData("--keep-failures: there is no \(CorpusFile.name) here or above the executable")
        }
        let count = try file.keep(entries)
        if count > 0 { Console.note("arbsim: \(count) failing seeds appended to \(file.path)") }
    }
}
