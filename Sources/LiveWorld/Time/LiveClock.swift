import CWebSockets
import Glibc
import TradingModel

/// The process's timeline: the wall clock read once, the monotonic clock ever since.
enum LiveClock {
    private static let wallMinusMonotonic: Int64 = read(CLOCK_REALTIME) - read(CLOCK_MONOTONIC)

    static var now: Moment { Moment(nanoseconds: read(CLOCK_MONOTONIC) + wallMinusMonotonic) }

    /// `moment` on the monotonic clock, for the kernel's own timers.
    static func monotonic(_ moment: Moment) -> timespec {
        let nanoseconds = max(0, moment.nanoseconds &- wallMinusMonotonic)
        return timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
