/// The one JSON object `arbsim run --json` ends with.
public struct RunReport: Codable, Sendable {
    public struct Failure: Codable, Sendable {
        public var seed: UInt64
        /// Empty for the world the seed draws.
        public var scenario: String
        public var invariant: String
        public var step: Int
        public var virtualSeconds: Double
        public var detail: String
        /// The one command that runs it again.
        public var replay: String

        public init(_ loss: Tally.Loss, replay: String) {
            seed = loss.job.seed
            scenario = loss.job.scenario
            invariant = loss.failure.invariant
            step = loss.failure.step
            virtualSeconds = loss.failure.virtualSeconds
            detail = loss.failure.detail
            self.replay = replay
        }
    }

    public var seeds: Int
    public var corpus: Int
    public var virtualHours: Double
    public var wallS: Double
    public var failures: [Failure]
    public var doubleRuns: Int
    public var hashMismatches: Int
    public var escapedJobs: Int
    public var orders: Int
    public var fills: Int
    public var duplicateOrders: Int
    public var orphanOrders: Int
    public var ghostFills: Int
    /// Lists of decisions that engines gave again, told the same.
    public var rerunDecisions: Int
    public var resolvedByTimeout: Int
    public var maxUnhedgedAgeMs: Double
    public var legDeaths: SeedResult.LegDeaths
    public var starts: Int
    public var crashes: Int
    public var faults: [String: Tally.FaultCount]
    public var commit: String
    public var configurationHash: String
    /// False when the run was stopped, or ran out of its budget, before the last seed.
    public var complete: Bool

    public init(
        _ tally: Tally, wallSeconds: Double, isComplete: Bool, commit: String, configurationHash: String,
        replay: (SeedJob, SeedResult.Failure) -> String
    ) {
        seeds = tally.seeds
        corpus = tally.corpus
        virtualHours = tally.virtualHours
        wallS = wallSeconds
        failures = tally.failures.map { Failure($0, replay: replay($0.job, $0.failure)) }
        doubleRuns = tally.doubleRuns
        hashMismatches = tally.hashMismatches
        escapedJobs = tally.escapedJobs
        orders = tally.orders
        fills = tally.fills
        duplicateOrders = tally.duplicateOrders
        orphanOrders = tally.orphanOrders
        ghostFills = tally.ghostFills
        rerunDecisions = tally.rerunDecisions
        resolvedByTimeout = tally.resolvedByTimeout
        maxUnhedgedAgeMs = tally.maxUnhedgedAgeMs
        legDeaths = tally.legDeaths
        starts = tally.starts
        crashes = tally.crashes
        faults = tally.faults
        self.commit = commit
        self.configurationHash = configurationHash
        complete = isComplete
    }
}
