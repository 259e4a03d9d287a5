import Foundation
import Synchronization

/// SIGINT and SIGTERM: the first asks for an orderly end, a second ends the process at once; the next start
/// recovers.
final class Signals: Sendable {
    private let asked = Atomic<Bool>(false)
    private nonisolated(unsafe) static var shared: Signals?

    var isEndAsked: Bool { asked.load(ordering: .relaxed) }

    init() {
        Signals.shared = self
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                // Only async-signal-safe calls here: an atomic and _exit.
                if Signals.shared?.asked.exchange(true, ordering: .relaxed) == true { _exit(130) }
            }
        }
    }
}
