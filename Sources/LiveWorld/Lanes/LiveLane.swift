import Ports
import TradingModel

/// A lane with a real thread under it. Besides tasks it takes plain actions and timers; both run on its
/// thread, in order with the tasks, so that adapters can reach a lane without making a task for every event.
public protocol LiveLane: Lane {
    /// Runs `action` on the lane, after what was posted before. Dropped when the lane has stopped.
    func post(_ action: @escaping @Sendable () -> Void)
    /// Runs `action` on the lane once `moment` has come, unless the timer is cancelled first.
    @discardableResult
    func schedule(at moment: Moment, _ action: @escaping @Sendable () -> Void) -> LaneTimer
    /// Runs what is queued, ends the thread and waits for it. Never call it on the lane itself.
    func stop()
}
