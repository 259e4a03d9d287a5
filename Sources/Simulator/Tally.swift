/// What many seeds come to together. Results arrive in any order; what is read off does not depend on it.
public struct Tally: Sendable {
    /// How often a fault fired, in how many seeds, and in how many of these every invariant held.
    public struct FaultCount: Codable, Hashable, Sendable {
        public var fired = 0
        public var seeds = 0
        public var survived = 0

        public init(fired: Int = 0, seeds: Int = 0, survived: Int = 0) {
            self.fired = fired
            self.seeds = seeds
            self.survived = survived
        }
    }

    /// The runs of one scenario.
    public struct ScenarioCount: Hashable, Sendable {
        public var runs = 0
        public var failed = 0
        /// Faults that fired in at least one of the runs.
        public var faults: Set<String> = []
    }

    /// A run that failed, and how.
    public struct Loss: Hashable, Sendable {
        public var job: SeedJob
        public var failure: SeedResult.Failure

        public init(job: SeedJob, failure: SeedResult.Failure) {
            self.job = job
            self.failure = failure
        }
    }

    /// The invariant named by a second run that differs from the first.
    public static let mismatch = "HASH"

    /// First runs of the asked seeds.
    public private(set) var seeds = 0
    /// First runs of the corpus. Its results count in everything but `seeds`.
    public private(set) var corpus = 0
    /// Second runs compared with their first.
    public private(set) var doubleRuns = 0
    public private(set) var hashMismatches = 0
    public private(set) var virtualSeconds = 0.0
    public private(set) var steps = 0
    public private(set) var escapedJobs = 0
    public private(set) var orders = 0
    public private(set) var fills = 0
    public private(set) var duplicateOrders = 0
    public private(set) var orphanOrders = 0
    public private(set) var ghostFills = 0
    public private(set) var rerunDecisions = 0
    public private(set) var resolvedByTimeout = 0
    public private(set) var maxUnhedgedAgeMs = 0.0
    public private(set) var legDeaths = SeedResult.LegDeaths()
    public private(set) var starts = 0
    public private(set) var crashes = 0
    public private(set) var faults: [String: FaultCount] = [:]
    public private(set) var crashPoints: [String: Int] = [:]
    public private(set) var scenarios: [String: ScenarioCount] = [:]
    private var losses: [Loss] = []
    /// Results that wait for their second run, by position.
    private var awaited: [Int: SeedResult] = [:]

    public init() {}

    /// In the order of the plan.
    public var failures: [Loss] {
        func order(_ loss: Loss) -> (Int, Int) { (loss.job.position, loss.job.isSecond ? 1 : 0) }
        return losses.sorted { order($0) < order($1) }
    }
    public var hasFailures: Bool { !losses.isEmpty }
    public var virtualHours: Double { virtualSeconds / 3600 }

    /// 0; 1 when something happened that must never happen; 2 when something only did not happen in time.
    public var exitCode: Int32 {
        if escapedJobs > 0 || hashMismatches > 0 || losses.contains(where: { !$0.failure.isLiveness }) {
            return 1
        }
        return losses.isEmpty ? 0 : 2
    }

    /// A first run has ended; `isDoubled` when a second one will be compared with it.
    public mutating func add(_ result: SeedResult, of job: SeedJob, isDoubled: Bool) {
        switch job.origin {
        case .corpus: corpus += 1
        case .asked: seeds += 1
        }
        if isDoubled { awaited[job.position] = result }
        virtualSeconds += result.virtualSeconds
        steps += result.steps
        escapedJobs += result.escapedJobs
        orders += result.orders
        fills += result.fills
        duplicateOrders += result.duplicateOrders
        orphanOrders += result.orphanOrders
        ghostFills += result.ghostFills
        rerunDecisions += result.rerunDecisions
        resolvedByTimeout += result.resolvedByTimeout
        maxUnhedgedAgeMs = max(maxUnhedgedAgeMs, result.maxUnhedgedAgeMs)
        legDeaths.deaths += result.legDeaths.deaths
        legDeaths.flat += result.legDeaths.flat
        legDeaths.returned += result.legDeaths.returned
        legDeaths.held += result.legDeaths.held
        starts += result.starts
        crashes += result.crashes
        let fired = result.faults.filter { $0.value > 0 }
        for (fault, times) in fired {
            faults[fault, default: FaultCount()].fired += times
            faults[fault, default: FaultCount()].seeds += 1
            if result.failure == nil { faults[fault, default: FaultCount()].survived += 1 }
        }
        for (point, times) in result.crashPoints { crashPoints[point, default: 0] += times }
        scenarios[job.scenario, default: ScenarioCount()].runs += 1
        scenarios[job.scenario, default: ScenarioCount()].faults.formUnion(fired.keys)
        if let failure = result.failure {
            scenarios[job.scenario, default: ScenarioCount()].failed += 1
            losses.append(Loss(job: job, failure: failure))
        }
    }

    /// A second run has ended: it proves or refutes the first and counts in nothing else.
    public mutating func compare(_ second: SeedResult, of job: SeedJob) {
        guard let first = awaited.removeValue(forKey: job.position) else { return }
        doubleRuns += 1
        guard first != second else { return }
        hashMismatches += 1
        let failure = SeedResult.Failure(
            invariant: Tally.mismatch, step: min(first.steps, second.steps),
            virtualSeconds: min(first.virtualSeconds, second.virtualSeconds),
            detail: "two runs of one seed differ: \(Tally.difference(first, second))")
        losses.append(Loss(job: job, failure: failure))
    }

    /// The first figure in which two results differ, said of the second against the first.
    static func difference(_ first: SeedResult, _ second: SeedResult) -> String {
        if first.failure != second.failure {
            return "\(second.failure.map(described) ?? "no failure")"
                + " after \(first.failure.map(described) ?? "no failure")"
        }
        if first.steps != second.steps { return "\(second.steps) steps after \(first.steps)" }
        if first.hash != second.hash {
            return "hash \(String(second.hash, radix: 16)) after \(String(first.hash, radix: 16))"
        }
        if first.faults != second.faults { return "other faults fired" }
        return "the same hash with other figures"
    }

    private static func described(_ failure: SeedResult.Failure) -> String {
        "\(failure.invariant) at step \(failure.step) (\(failure.detail))"
    }
}
