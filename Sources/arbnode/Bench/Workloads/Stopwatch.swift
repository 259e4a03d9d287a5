import Glibc
import TradingModel

/// For durations alone: the machine's monotonic clock, read once and not three times as `VenueHost.now`
/// must, which in a tick of half a microsecond is seen.
enum Stopwatch {
    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
