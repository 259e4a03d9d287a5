import Control
import Synchronization

/// What the control socket has taken and refused, counted from its loop and read from the desk's lane.
final class ControlTally: Sendable {
    private let held = Mutex((counts: StatusAnswer.Connections(), open: 0))

    var counts: StatusAnswer.Connections { held.withLock { $0.counts } }

    func note(_ change: (inout StatusAnswer.Connections) -> Void) { held.withLock { change(&$0.counts) } }

    /// Takes one of `most` places; `false` when all are taken.
    func enter(most: Int) -> Bool {
        held.withLock { held in
            guard held.open < most else {
                held.counts.refusedFull += 1
                return false
            }
            held.open += 1
            held.counts.accepted += 1
            return true
        }
    }

    func leave() { held.withLock { $0.open -= 1 } }
}
