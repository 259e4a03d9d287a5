import Glibc
import Ports
import Synchronization

/// A lane of one thread that counts what is enqueued on it and can run jobs by either of the runtime's two
/// entries.
final class TracingLane: Lane, @unchecked Sendable {
    enum Entry { case isolatedAndPreferred, serialOnly }

    private struct State {
        var jobs: [UnownedJob] = []
        var enqueued = 0
        var isStopping = false
    }
    private let entry: Entry
    private let state = Mutex(State())
    private let bell = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let identity = Atomic<UInt>(0)
    private var thread = pthread_t()

    init(_ entry: Entry = .isolatedAndPreferred) {
        self.entry = entry
        sem_init(bell, 0, 0)
        pthread_create(&thread, nil, tracingLaneEntry, Unmanaged.passRetained(self).toOpaque())
        while identity.load(ordering: .acquiring) == 0 { sched_yield() }
    }

    deinit {
        sem_destroy(bell)
        bell.deallocate()
    }

    var isCurrent: Bool { identity.load(ordering: .relaxed) == UInt(pthread_self()) }
    var enqueued: Int { state.withLock { $0.enqueued } }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        state.withLock { state in
            state.jobs.append(unowned)
            state.enqueued += 1
        }
        sem_post(bell)
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        sem_post(bell)
        pthread_join(thread, nil)
    }

    fileprivate func run() {
        identity.store(UInt(pthread_self()), ordering: .releasing)
        while true {
            sem_wait(bell)
            let (job, isOver) = state.withLock { state -> (UnownedJob?, Bool) in
                if !state.jobs.isEmpty { return (state.jobs.removeFirst(), false) }
                return (nil, state.isStopping)
            }
            if isOver { return }
            guard let job else { continue }
            switch entry {
            case .isolatedAndPreferred:
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .serialOnly: job.runSynchronously(on: asUnownedSerialExecutor())
            }
        }
    }
}

extension TracingLane {
    func checkIsolated() { precondition(isCurrent) }
    func isIsolatingCurrentContext() -> Bool? { isCurrent }
    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

private func tracingLaneEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<TracingLane>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}

/// An actor as the node has them: its lane is its executor.
actor Clerk {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private(set) var count = 0

    init(_ lane: any Lane) { self.lane = lane }

    @discardableResult func bump() -> Int {
        count += 1
        return count
    }
    func isOnLane() -> Bool { lane.isCurrent }
    func ask(_ others: [Clerk]) async {
        for other in others { await other.bump() }
    }
}
