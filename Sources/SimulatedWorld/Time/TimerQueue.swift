import TradingModel

/// Timers by (due, sequence): a binary heap of plain numbers, because a simulated day has many millions of
/// them; what is to be done lies beside it.
struct TimerQueue {
    struct Timer {
        var due: Moment
        var sequence: UInt64
        var lane: SimulatedLane?
        var action: () -> Void
    }

    private struct Entry {
        var due: Int64
        var sequence: UInt64
        var place: Int
    }

    private var heap: [Entry] = []
    private var timers: [Timer?] = []
    private var free: [Int] = []
    private var canceled: Set<UInt64> = []

    @inline(__always)
    private static func isEarlier(_ a: Entry, _ b: Entry) -> Bool {
        a.due != b.due ? a.due < b.due : a.sequence < b.sequence
    }

    /// When the next one is due.
    var next: Moment? {
        mutating get {
            while let first = heap.first, !canceled.isEmpty, canceled.remove(first.sequence) != nil {
                _ = removeFirst()
            }
            return heap.first.map { Moment(nanoseconds: $0.due) }
        }
    }

    mutating func insert(_ timer: Timer) {
        let place = free.popLast() ?? timers.count
        if place == timers.count { timers.append(timer) } else { timers[place] = timer }
        let entry = Entry(due: timer.due.nanoseconds, sequence: timer.sequence, place: place)
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard TimerQueue.isEarlier(entry, heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func cancel(_ sequence: UInt64) { canceled.insert(sequence) }

    mutating func take() -> Timer? {
        guard next != nil else { return nil }
        return removeFirst()
    }

    private mutating func removeFirst() -> Timer? {
        let place = heap[0].place
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        defer { timers[place] = nil }
        free.append(place)
        return timers[place]
    }

    private mutating func sink(_ entry: Entry) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, TimerQueue.isEarlier(heap[child + 1], heap[child]) { child += 1 }
            guard TimerQueue.isEarlier(heap[child], entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
