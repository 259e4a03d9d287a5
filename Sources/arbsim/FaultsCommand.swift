import ArgumentParser
import Simulator
import Streams

struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Lists every fault the simulator injects; runs them and says whether they were survived.",
        discussion: """
            Without --run and --json it only lists. With either it runs the scenarios made for each fault and
            then drawn seeds. Exit code 1 when a fault never fired or was not survived.

            Example: arbsim faults --run --seeds 100
            """)

    /// Runs of every directed scenario: one could pass by luck.
    private static let directedSeeds = SeedRange(1, through: 3)

    @Option(help: "Drawn seeds after the directed scenarios.")
    var seeds: Int = 300

    @OptionGroup var workers: WorkerOptions

    @Flag(name: .customLong("run"), help: "Run them and print a table.")
    var isRun = false

    @Flag(help: "Run them and print one JSON object on stdout.")
    var json = false

    func validate() throws {
        guard (1...10_000_000).contains(seeds) else {
            throw ValidationError("--seeds \(seeds): how many drawn seeds, at least 1")
        }
    }

    func run() throws {
        do {
            if isRun || json { try prove() } else { list() }
        } catch let complaint as Complaint { throw complaint.said() }
    }

    private func list() {
        var table = TextTable(rows: [["fault", "what happens", "what must hold"]], left: [0, 1, 2])
        for fault in ProvingGround.faults { table.rows.append([fault.id, fault.title, fault.expectation]) }
        var scenarios = TextTable(rows: [["scenario", "what happens", "faults"]], left: [0, 1, 2])
        for scenario in ProvingGround.scenarios {
            scenarios.rows.append([scenario.name, scenario.summary, scenario.faults.joined(separator: " ")])
        }
        Console.result((table.lines + [""] + scenarios.lines).joined(separator: "\n"))
    }

    private func prove() throws {
        let directed = ProvingGround.scenarios.filter { !$0.faults.isEmpty }
        let batches =
            directed.map { SeedBatch(FaultsCommand.directedSeeds, scenario: $0.name) }
            + [SeedBatch(SeedRange(1, through: UInt64(seeds)))]
        StopFlag.listen()
        let supervisor = Supervisor(
            WorkPlan(batches), Supervisor.Terms(jobs: workers.count), progress: ProgressLine())
        let ending = try supervisor.run()
        let tally = supervisor.tally
        var report = FaultReport()
        for fault in ProvingGround.faults {
            report.add(
                id: fault.id, title: fault.title, expectation: fault.expectation,
                scenarios: directed.filter { $0.faults.contains(fault.id) }.map(\.name), from: tally)
        }
        report.seeds = tally.seeds
        report.wallS = supervisor.wallSeconds
        let replay = ReplayProgram()
        report.failures = tally.failures.map { .init($0, replay: replay.line($0.job, $0.failure)) }
        Console.result(json ? ReportJSON.text(report) : text(report).joined(separator: "\n"))
        if ending == .stopped { throw ExitCode(75) }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    private func text(_ report: FaultReport) -> [String] {
        var table = TextTable(
            rows: [["fault", "what happens", "fired", "seeds", "survived", "directed"]], left: [0, 1, 5])
        for fault in ProvingGround.faults {
            guard let entry = report.faults[fault.id] else { continue }
            let directed = entry.directed.map { "\($0.scenario) \($0.passed ? "passed" : "FAILED")" }
            table.rows.append([
                fault.id, fault.title, "\(entry.fired)", "\(entry.seeds)", "\(entry.survived)",
                directed.joined(separator: ", "),
            ])
        }
        var lines = table.lines + RunText.failures(report.failures) + [""]
        if !report.neverFired.isEmpty {
            lines.append("never fired: \(report.neverFired.joined(separator: " "))")
        }
        lines.append("\(report.survived) of \(report.faults.count) faults fired and were survived")
        return lines
    }
}
