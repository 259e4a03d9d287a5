import Synchronization

/// An answer that may come after its asker has given up.
final class Reply<Answer: Sendable>: Sendable {
    private let held = Mutex<Answer?>(nil)
    var value: Answer? { held.withLock { $0 } }
    func put(_ answer: Answer) { held.withLock { $0 = answer } }
}
