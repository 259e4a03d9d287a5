import ArgumentParser
import Foundation
import Glibc
import Simulator
import TradingModel

/// Runs the seeds it reads from stdin, one JSON object a line, and answers each with its result. Ends with
/// its stdin. A process of its own for every core: a simulation that traps or hangs takes only itself along.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Runs seeds for `arbsim run`.", shouldDisplay: false)

    @Option(help: "The planted defect of this process.")
    var defect: String?

    @Flag(help: "Print what happens, on stderr.")
    var trace = false

    func run() throws {
        if let defect {
            guard PlantedDefect.isCompiledIn, let planted = PlantedDefect(rawValue: defect) else {
                throw Complaint.usage("--defect \(defect): not a defect of this program").said()
            }
            PlantedDefect.active = planted
        }
        // Results have a descriptor of their own: whatever a simulation prints goes to stderr.
        let results = dup(STDOUT_FILENO)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        while let line = readLine() {
            let job: SeedJob
            do { job = try JSONDecoder().decode(SeedJob.self, from: Data(line.utf8)) } catch {
                throw Complaint.badData("a job that is none: \(line)").said()
            }
            // The supervisor kills a run that hangs; should it be gone itself, this does.
            alarm(UInt32(min(job.patience * 2, 1e9)))
            var options = job.options
            options.isTraced = trace
            let result = ProvingGround.run(seed: job.seed, options: options)
            alarm(0)
            guard WorkerCommand.write(ReportJSON.wire(result), to: results) else { return }
        }
    }

    /// False when nobody reads any more.
    private static func write(_ line: String, to descriptor: Int32) -> Bool {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
