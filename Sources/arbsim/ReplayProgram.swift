import Simulator

/// This program as it was called, in the commands that replay what it found.
struct ReplayProgram {
    var program = CommandLine.arguments[0]
    var defect: String?

    func line(_ job: SeedJob, _ failure: SeedResult.Failure) -> String {
        ReplayLine.of(
            job, program: program, defect: defect, twice: job.isSecond || failure.invariant == Tally.mismatch)
    }
}
