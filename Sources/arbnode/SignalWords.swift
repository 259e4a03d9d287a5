import Foundation
import Node
import Synchronization
import TradingModel

/// SIGUSR1 is HOLD, SIGUSR2 SAFE_MODE, SIGQUIT kills everything: what works when nothing else does. SIGHUP
/// reads the configuration again. The
/// handler writes one byte into a pipe; a thread of its own waits at the other end and tells the Watchkeeper,
/// so that neither the console nor the desk's thread nor Swift's own pool stands between.
final class SignalWords: Sendable {
    private let ends: (read: Int32, write: Int32)
    private static let pipeEnd = Atomic<Int32>(-1)
    private static let words = [SIGUSR1, SIGUSR2, SIGQUIT, SIGHUP]

    /// - Parameter reload: what SIGHUP asks for.
    init(_ watchkeeper: Watchkeeper, reload: @escaping @Sendable () async -> Void) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else {
            Terminal.say("No signals beyond SIGTERM: no descriptors left for them.")
            ends = (-1, -1)
            return
        }
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        ends = (descriptors[0], descriptors[1])
        SignalWords.pipeEnd.store(descriptors[1], ordering: .releasing)
        let read = descriptors[0]
        Thread.detachNewThread {  // sim-ok: runs in no simulation
            SignalWords.listen(read, watchkeeper, reload)
        }
        for number in SignalWords.words {
            // Only what is safe in a handler: an atomic and write.
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(SignalWords.pipeEnd.load(ordering: .acquiring), &byte, 1)
            }
        }
    }

    /// The signals mean nothing any more.
    func end() {
        guard ends.write >= 0 else { return }
        for number in SignalWords.words { signal(number, SIG_IGN) }
        SignalWords.pipeEnd.store(-1, ordering: .releasing)
        close(ends.write)
    }

    private static func listen(
        _ descriptor: Int32, _ watchkeeper: Watchkeeper, _ reload: @escaping @Sendable () async -> Void
    ) {
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            let number = Int32(byte)
            Task(executorPreference: watchkeeper.lane) {
                if number == SIGHUP { await reload() } else { await tell(number, watchkeeper) }
            }
        }
        close(descriptor)
    }

    private static func tell(_ number: Int32, _ watchkeeper: Watchkeeper) async {
        switch number {
        case SIGUSR1: _ = await watchkeeper.tighten(to: .hold, reason: "SIGUSR1", actor: "signal")
        case SIGUSR2: _ = await watchkeeper.tighten(to: .safe, reason: "SIGUSR2", actor: "signal")
        default: _ = await watchkeeper.kill(KillOrder(.all, reason: "SIGQUIT", actor: "signal"))
        }
    }
}
