import Ports
import TradingModel

/// A lane of a simulated node: its jobs run in order, when the simulation picks it.
public final class SimulatedLane: Lane, @unchecked Sendable {
    public let name: String
    let index: Int
    private unowned let simulation: Simulation
    private var jobs: [UnownedJob] = []
    private var head = 0
    /// The process this lane belonged to was killed: nothing of it runs any more.
    private(set) var isAbandoned = false
    /// Nothing of this lane runs before this: its thread is stopped (SIGSTOP, a stuck call).
    private var frozenUntil = Moment.distantPast
    /// When the job before this one will have ended.
    private var busyUntil = Moment.distantPast
    /// How long a job keeps the lane busy: the seed draws from this range. Zero: jobs take no time.
    public var pace: ClosedRange<Int64> = 0...0

    init(name: String, index: Int, simulation: Simulation) {
        self.name = name
        self.index = index
        self.simulation = simulation
    }

    /// Whether the simulation knows that it has work.
    var isListed = false
    var hasJobs: Bool { head < jobs.count }
    /// When its next job may run.
    var readyAt: Moment { max(frozenUntil, busyUntil) }
    /// When its next timer or callback may run.
    var awakeAt: Moment { frozenUntil }

    public func enqueue(_ job: consuming ExecutorJob) {
        precondition(simulation.isHome, "simulation escape: a job was enqueued off the simulator's thread")
        let unowned = UnownedJob(job)
        guard !isAbandoned else { return }
        jobs.append(unowned)
        guard !isListed else { return }
        isListed = true
        simulation.hasWork(self)
    }

    func abandon() {
        isAbandoned = true
        jobs.removeAll()
        head = 0
    }

    /// Stops the lane's thread until then.
    public func freeze(until moment: Moment) { frozenUntil = max(frozenUntil, moment) }

    func runNext() {
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        }
        if pace.upperBound > 0 {
            let width = UInt64(pace.upperBound - pace.lowerBound + 1)
            busyUntil = simulation.now + .nanoseconds(pace.lowerBound + Int64(simulation.draw() % width))
        }
        if simulation.elidesHops {
            job.runSynchronously(
                isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        } else {
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    public var isCurrent: Bool { simulation.isHome && simulation.current === self }

    /// Network callbacks and timers run on a lane without being its jobs.
    public func checkIsolated() { precondition(isCurrent, "not on lane \(name)") }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
