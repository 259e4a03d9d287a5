import Ports
import Synchronization
import TradingModel

/// Real time. A sleep on a live lane is a timer of that lane: it fires on the lane's own thread, without a
/// hop. Other sleepers (the main task) are timed by `timers`.
public struct SystemTime: Timekeeper {
    private let timers: any LiveLane

    /// `timers`: the lane that times sleepers which run on no live lane.
    public init(timers: any LiveLane) { self.timers = timers }

    public var now: Moment { LiveClock.now }

    public nonisolated(nonsending) func sleep(until moment: Moment) async throws {
        try Task.checkCancellation()
        guard moment > LiveClock.now else { return }
        let sleeper = Sleeper()
        let lane = LaneThread.currentLane ?? timers
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleeper.begin(continuation, until: moment, on: lane)
            }
        } onCancel: {
            sleeper.cancel()
        }
    }
}

/// One sleep: ended by its timer or by cancellation, whichever comes first.
private final class Sleeper: Sendable {
    private enum State {
        case fresh
        case asleep(CheckedContinuation<Void, any Error>, LaneTimer)
        case over
    }
    private let state = Mutex(State.fresh)

    func begin(
        _ continuation: CheckedContinuation<Void, any Error>, until moment: Moment, on lane: any LiveLane
    ) {
        let isCancelled = state.withLock { state in
            guard case .fresh = state else { return true }
            state = .asleep(continuation, lane.schedule(at: moment) { [self] in end(nil) })
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    func cancel() { end(CancellationError()) }

    private func end(_ error: (any Error)?) {
        let state = state.withLock { state in
            defer { state = .over }
            return state
        }
        guard case .asleep(let continuation, let timer) = state else { return }
        timer.cancel()
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
    }
}
