import Ports
import Synchronization
import TradingModel

/// What waits for a lane: Swift jobs, plain actions, timers. Any thread adds, the lane's thread takes.
final class LaneInbox: Sendable {
    enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    /// What the lane's thread should do next.
    enum Rest {
        /// There is work: look for events without waiting.
        case none
        /// Wait for events until then, `nil` for as long as it takes.
        case until(Moment?)
    }

    private struct State {
        var work: [Work] = []
        var timers = LaneTimers()
        var isAsleep = false
        var isStopping = false
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Adds work. `wake` runs, under the lock, if the lane's thread is waiting: the lane cannot be torn down
    /// meanwhile.
    func submit(_ work: Work, wake: () -> Void) {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.work.append(work)
            if state.isAsleep {
                state.isAsleep = false
                wake()
            }
        }
    }

    func schedule(at moment: Moment, _ action: @escaping @Sendable () -> Void, wake: () -> Void) -> LaneTimer
    {
        state.withLock { state in
            let isEarliest = state.timers.earliest.map { moment < $0 } ?? true
            let timer = state.timers.add(at: moment, action)
            if state.isAsleep && isEarliest {
                state.isAsleep = false
                wake()
            }
            return timer
        }
    }

    func requestStop(wake: () -> Void) {
        state.withLock { state in
            state.isStopping = true
            if state.isAsleep {
                state.isAsleep = false
                wake()
            }
        }
    }

    /// Swaps the queued work into `batch`, which must be empty. Called by the lane's thread.
    func take(into batch: inout [Work]) {
        state.withLock { state in
            state.isAsleep = false
            swap(&state.work, &batch)
        }
    }

    func takeDueTimer(at now: Moment) -> LaneTimer? {
        state.withLock { $0.timers.takeDue(at: now) }
    }

    /// Decides whether the lane's thread may wait now; from here on work wakes it.
    func prepareToRest() -> Rest {
        state.withLock { state in
            guard state.work.isEmpty, !state.isStopping else { return .none }
            state.isAsleep = true
            return .until(state.timers.earliest)
        }
    }

    /// Whether the lane was asked to stop and nothing is queued any more.
    var isFinished: Bool { state.withLock { $0.isStopping && $0.work.isEmpty } }

    /// From here on nothing is taken. A task that is resumed after this point never continues.
    func closeForGood() { state.withLock { $0.isStopped = true } }

    /// Runs a batch on the calling thread, which is the lane's, and leaves `batch` empty.
    ///
    /// `runSynchronously(isolatedTo:taskExecutor:)` tells the runtime both roles of the lane at once, so
    /// calls between actors of this lane need no hop. (The simulation runs jobs by another entry on purpose:
    /// it wants the hops.)
    static func run(_ batch: inout [Work], on lane: some Lane) {
        let serial = lane.asUnownedSerialExecutor()
        let task = lane.asUnownedTaskExecutor()
        for work in batch {
            switch work {
            case .job(let job): job.runSynchronously(isolatedTo: serial, taskExecutor: task)
            case .action(let action): action()
            }
        }
        batch.removeAll(keepingCapacity: true)
    }
}
