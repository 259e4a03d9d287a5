import CWebSockets
import Glibc
import TradingModel

/// A kernel timer as a descriptor: it rings on the lane that polls it, on the monotonic clock, to the
/// microsecond.
final class AlarmClock: DescriptorHandler, @unchecked Sendable {
    let descriptor: Int32
    private var setting: Moment?

    init?() {
        descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    /// Rings once `moment` has come, at once if it is past; `nil` disarms.
    func set(_ moment: Moment?) {
        guard moment != setting else { return }
        setting = moment
        var value = itimerspec()
        if let moment {
            value.it_value = LiveClock.monotonic(moment)
            // Zero would disarm.
            if value.it_value.tv_sec == 0 && value.it_value.tv_nsec == 0 { value.it_value.tv_nsec = 1 }
        }
        timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &value, nil)
    }

    /// Takes note that it rang; nothing happens if it did not.
    func acknowledge() {
        var expirations: UInt64 = 0
        if read(descriptor, &expirations, MemoryLayout<UInt64>.size) > 0 { setting = nil }
    }

    func descriptorReadable(_ watch: DescriptorWatch) { acknowledge() }
    func descriptorWritable(_ watch: DescriptorWatch) {}
    func descriptorGone(_ watch: DescriptorWatch) {}
}
