import Foundation
import Streams
import Synchronization

/// SIGINT and SIGTERM: the first asks for an orderly end, a second ends the process at once; the next start
/// recovers.
///
/// Supervisors often signal a process and its group together (`timeout` does): a repetition within half a
/// second is the same wish, not a second one.
final class Signals: Sendable {
    /// When the first signal came, in monotonic nanoseconds; 0 before.
    private let askedAt = Atomic<Int64>(0)
    private nonisolated(unsafe) static var shared: Signals?

    var isEndAsked: Bool { askedAt.load(ordering: .relaxed) != 0 }

    init() {
        Signals.shared = self
        TextStream.surviveClosedPipes()
        for number in [SIGINT, SIGTERM] {
            // Only async-signal-safe calls here: atomics, clock_gettime and _exit.
            signal(number) { _ in Signals.shared?.asked() }
        }
    }

    private func asked() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        let (isFirst, first) = askedAt.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        if !isFirst, now - first > 500_000_000 { _exit(130) }
    }
}
