import Synchronization
import TradingModel

/// What a thread outside of the desk's lane can see of the desk without asking it.
public final class NodePulse: Sendable {
    private let deskNanoseconds = Atomic<Int64>(0)
    private let critical = Atomic<Bool>(false)

    /// When the desk last went round.
    public var deskAt: Moment { Moment(nanoseconds: deskNanoseconds.load(ordering: .relaxed)) }

    /// Every beat without which the node may not trade was fresh when the desk last looked.
    public var isEveryCriticalFresh: Bool { critical.load(ordering: .relaxed) }

    func beat(at now: Moment) { deskNanoseconds.store(now.nanoseconds, ordering: .relaxed) }
    func note(isEveryCriticalFresh: Bool) { critical.store(isEveryCriticalFresh, ordering: .relaxed) }
}
