import Glibc
import Synchronization

/// SIGINT and SIGTERM for a loop that polls: the first raises the flag, a second one kills as if nobody
/// listened.
enum StopFlag {
    private static let raised = Atomic<Bool>(false)

    static var isRaised: Bool { raised.load(ordering: .relaxed) }

    static func listen() {
        // The flag is made here: inside of a signal handler is no place for the first touch of a global.
        raised.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopFlag.raised.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
