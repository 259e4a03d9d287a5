/// Which run comes next. First runs are handed out strictly in order, so that "the first seed that fails" is
/// well defined with any number of workers. Second runs go to another process than the first: what a process
/// keeps from seed to seed, its hash seed above all, then differs between the two.
public struct WorkPlan: Sendable {
    private struct Repeat {
        var job: SeedJob
        var firstWorker: Int
    }

    public let batches: [SeedBatch]
    public let twice: SeedShare
    /// First runs of the whole plan.
    public let total: Int
    private var batch = 0
    private var offset: UInt64 = 0
    private var position = 0
    private var repeats: [Repeat] = []
    private var isStopped = false

    public init(_ batches: [SeedBatch], twice: SeedShare = .none) {
        self.batches = batches
        self.twice = twice
        total = batches.reduce(0) { $0 + $1.seeds.count }
    }

    /// Nothing is left to hand out. What is being run may still add a second run.
    public var isExhausted: Bool { isStopped || (batch == batches.count && repeats.isEmpty) }
    /// All that is left are second runs, and every one of them had its first in this worker: a single worker
    /// has to be replaced before it may go on.
    public func needsAnother(than worker: Int) -> Bool {
        !isExhausted && batch == batches.count && repeats.allSatisfy { $0.firstWorker == worker }
    }

    /// The next run for this worker, or nil when there is none for it now.
    public mutating func next(for worker: Int) -> SeedJob? {
        guard !isStopped else { return nil }
        if let index = repeats.firstIndex(where: { $0.firstWorker != worker }) {
            return repeats.remove(at: index).job
        }
        guard batch < batches.count else { return nil }
        let current = batches[batch]
        let seed = current.seeds.first + offset
        let job = SeedJob(
            position: position, seed: seed, scenario: current.scenario,
            virtualSeconds: current.virtualSeconds, origin: current.origin)
        position += 1
        if seed == current.seeds.last {
            batch += 1
            offset = 0
        } else {
            offset += 1
        }
        return job
    }

    /// A worker brought a result. A run that lost its process is not doubled: there is nothing to compare.
    public mutating func finished(_ job: SeedJob, by worker: Int, isLost: Bool) {
        guard doubles(job), !isLost else { return }
        var second = job
        second.isSecond = true
        repeats.append(Repeat(job: second, firstWorker: worker))
    }

    /// Whether this first run is followed by a second one.
    public func doubles(_ job: SeedJob) -> Bool {
        !job.isSecond && job.origin == .asked && twice.includes(job.seed)
    }

    /// Hands out nothing any more.
    public mutating func stop() { isStopped = true }
}
