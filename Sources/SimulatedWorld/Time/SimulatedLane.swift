import Ports

/// A lane of a simulated node: its jobs run in order, when the simulation picks it.
public final class SimulatedLane: Lane, @unchecked Sendable {
    public let name: String
    let index: Int
    private unowned let simulation: Simulation
    private var jobs: [UnownedJob] = []
    private var head = 0
    /// The process this lane belonged to was killed: nothing of it runs any more.
    private(set) var isAbandoned = false

    init(name: String, simulation: Simulation) {
        self.name = name
        self.simulation = simulation
        index = simulation.nextLaneIndex()
    }

    var hasJobs: Bool { head < jobs.count }

    public func enqueue(_ job: consuming ExecutorJob) {
        precondition(simulation.isHome, "simulation escape: a job was enqueued off the simulator's thread")
        let unowned = UnownedJob(job)
        if !isAbandoned { jobs.append(unowned) }
    }

    func abandon() {
        isAbandoned = true
        jobs.removeAll()
        head = 0
    }

    func runNext() {
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        }
        job.runSynchronously(on: asUnownedSerialExecutor())
    }

    public var isCurrent: Bool { simulation.isHome && simulation.current === self }

    /// Network callbacks and timers run on a lane without being its jobs.
    public func checkIsolated() { precondition(isCurrent, "not on lane \(name)") }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
