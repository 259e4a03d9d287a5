import TradingModel

/// Requests that must go out one at a time, because the venue wants its nonces in order: the most urgent
/// first.
struct RequestQueue {
    struct Waiting {
        var lane: BudgetLane
        var start: () -> Void
    }

    private var waiting: [Waiting] = []
    private(set) var isBusy = false

    /// Runs `start` now if nothing is under way, else when its turn comes.
    mutating func submit(_ lane: BudgetLane, _ start: @escaping () -> Void) -> (() -> Void)? {
        guard isBusy else {
            isBusy = true
            return start
        }
        let index = waiting.firstIndex { $0.lane > lane } ?? waiting.count
        waiting.insert(Waiting(lane: lane, start: start), at: index)
        return nil
    }

    /// The request under way has ended; answers the next to start.
    mutating func finished() -> (() -> Void)? {
        guard !waiting.isEmpty else {
            isBusy = false
            return nil
        }
        return waiting.removeFirst().start
    }
}
