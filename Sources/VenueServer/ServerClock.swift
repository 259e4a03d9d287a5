import Glibc
import TradingModel

/// The venue's clock: anchored to the wall once and monotonic from then on, so a stepped wall clock changes
/// nothing.
struct ServerClock: Sendable {
    private let wall: Int64
    private let started: Int64

    init() {
        started = ServerClock.read(CLOCK_MONOTONIC)
        wall = ServerClock.read(CLOCK_REALTIME)
    }

    var now: Moment { Moment(nanoseconds: wall + (ServerClock.read(CLOCK_MONOTONIC) - started)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let status = clock_gettime(clock, &time)
        precondition(status == 0, "Linux has both clocks")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
