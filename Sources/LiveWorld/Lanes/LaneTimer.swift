import Synchronization
import TradingModel

/// One scheduled action of a lane.
public final class LaneTimer: Sendable {
    public let deadline: Moment
    /// Timers of one moment fire in the order they were made.
    let order: UInt64
    private let action: Mutex<(@Sendable () -> Void)?>

    init(deadline: Moment, order: UInt64, action: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.order = order
        self.action = Mutex(action)
    }

    /// Forgets the action. From any thread; `false` when it already fired or was cancelled.
    @discardableResult public func cancel() -> Bool { take() != nil }

    var isPending: Bool { action.withLock { $0 != nil } }

    func fire() { take()?() }

    private func take() -> (@Sendable () -> Void)? {
        action.withLock { action in
            defer { action = nil }
            return action
        }
    }
}

/// The pending timers of one lane, earliest first: a binary heap.
struct LaneTimers {
    private var heap: [LaneTimer] = []
    private var nextOrder: UInt64 = 0
    /// Cancelled timers stay in the heap until due or until there are this many entries.
    private var sweepAt = 256

    var earliest: Moment? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func add(at deadline: Moment, _ action: @escaping @Sendable () -> Void) -> LaneTimer {
        if heap.count >= sweepAt { sweep() }
        let timer = LaneTimer(deadline: deadline, order: nextOrder, action: action)
        nextOrder += 1
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// Takes the earliest timer if it is due at `now`.
    mutating func takeDue(at now: Moment) -> LaneTimer? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
        return first
    }

    private mutating func sweep() {
        heap.removeAll { !$0.isPending }
        heap.sort(by: LaneTimers.precedes)
        sweepAt = max(256, heap.count * 2)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard LaneTimers.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if LaneTimers.precedes(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private static func precedes(_ a: LaneTimer, _ b: LaneTimer) -> Bool {
        (a.deadline, a.order) < (b.deadline, b.order)
    }
}
