import ArgumentParser
import Simulator
import Streams

struct CrashesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crashes",
        abstract: "Lets the node die at every named crash point and restart.",
        discussion: """
            Runs the scenario crash:POINT for each point. Exit code 1 when an invariant broke, or when a point
            was never reached: it proves nothing.

            Example: arbsim crashes --runs 5
            """)

    @Option(help: "Seeds for every point.")
    var runs: Int = 20

    @OptionGroup var workers: WorkerOptions

    @Flag(help: "Print one JSON object on stdout.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(runs) else {
            throw ValidationError("--runs \(runs): how many seeds for every point, at least 1")
        }
    }

    func run() throws {
        do { try prove() } catch let complaint as Complaint { throw complaint.said() }
    }

    private func prove() throws {
        let points = ProvingGround.crashPoints
        let batches = points.map {
            SeedBatch(SeedRange(1, through: UInt64(runs)), scenario: CrashReport.scenario(of: $0))
        }
        StopFlag.listen()
        let supervisor = Supervisor(
            WorkPlan(batches), Supervisor.Terms(jobs: workers.count), progress: ProgressLine())
        let ending = try supervisor.run()
        let tally = supervisor.tally
        var report = CrashReport(points: points, from: tally)
        report.wallS = supervisor.wallSeconds
        let replay = ReplayProgram()
        report.failures = tally.failures.map { .init($0, replay: replay.line($0.job, $0.failure)) }
        Console.result(json ? ReportJSON.text(report) : text(report, points).joined(separator: "\n"))
        if ending == .stopped { throw ExitCode(75) }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    private func text(_ report: CrashReport, _ points: [String]) -> [String] {
        var table = TextTable(rows: [["crash point", "runs", "crashes", "violations"]])
        for point in points {
            guard let entry = report.byPoint[point] else { continue }
            table.rows.append([point, "\(entry.runs)", "\(entry.fired)", "\(entry.violations)"])
        }
        var lines = table.lines + RunText.failures(report.failures) + [""]
        if !report.neverFired.isEmpty {
            lines.append("never reached: \(report.neverFired.joined(separator: ", "))")
        }
        lines.append("\(report.points) points, \(report.runs) runs, \(report.violations) violations")
        return lines
    }
}
