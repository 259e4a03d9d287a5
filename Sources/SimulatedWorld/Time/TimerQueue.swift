import TradingModel

/// Timers by (due, sequence): a binary heap, because a simulated day has many millions of them.
struct TimerQueue {
    struct Timer {
        var due: Moment
        var sequence: UInt64
        var lane: SimulatedLane?
        var action: () -> Void
    }

    private var heap: [Timer] = []
    private var canceled: Set<UInt64> = []

    private static func isEarlier(_ a: Timer, _ b: Timer) -> Bool {
        a.due.nanoseconds != b.due.nanoseconds ? a.due < b.due : a.sequence < b.sequence
    }

    /// When the next one is due.
    var next: Moment? {
        mutating get {
            while let first = heap.first, canceled.contains(first.sequence) {
                canceled.remove(first.sequence)
                removeFirst()
            }
            return heap.first?.due
        }
    }

    mutating func insert(_ timer: Timer) {
        heap.append(timer)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard TimerQueue.isEarlier(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func cancel(_ sequence: UInt64) { canceled.insert(sequence) }

    mutating func take() -> Timer? {
        guard next != nil, let first = heap.first else { return nil }
        removeFirst()
        return first
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if TimerQueue.isEarlier(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
