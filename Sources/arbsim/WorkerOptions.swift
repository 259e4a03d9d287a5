import ArgumentParser
import Foundation

/// How many worker processes a command uses.
struct WorkerOptions: ParsableArguments {
    @Option(help: "Worker processes. Default: one per core")
    var jobs: Int?

    func validate() throws {
        guard let jobs, !(1...1024).contains(jobs) else { return }
        throw ValidationError("--jobs \(jobs): between 1 and 1024")
    }

    var count: Int { jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
