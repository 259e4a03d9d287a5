import TradingModel

/// Frames on their way to the host: each waits until its moment, and none overtakes another of its
/// connection.
struct OutgoingFrames {
    private var waiting: [(due: Moment, frame: DoubleFrame)] = []
    private var lastDue: [Int: Moment] = [:]

    /// Queues `frame` for `due`, or for when the frame before it on the same connection is due, if that is
    /// later.
    mutating func send(_ content: DoubleFrame.Content, to connection: Int, due: Moment) {
        let moment = max(due, lastDue[connection] ?? .distantPast)
        lastDue[connection] = moment
        waiting.append((moment, DoubleFrame(connection: connection, content: content)))
    }

    mutating func send(_ text: [UInt8], to connection: Int, due: Moment) {
        send(.text(text), to: connection, due: due)
    }

    /// Forgets what a closed connection will never read.
    mutating func drop(_ connection: Int) {
        waiting.removeAll { $0.frame.connection == connection }
        lastDue[connection] = nil
    }

    /// When the first waiting frame is due.
    var nextDue: Moment {
        var next = Moment.distantFuture
        for entry in waiting where entry.due < next { next = entry.due }
        return next
    }

    /// The frames due by `now`, in the order they were queued.
    mutating func take(until now: Moment) -> [DoubleFrame] {
        guard nextDue <= now else { return [] }
        var taken: [DoubleFrame] = []
        taken.reserveCapacity(waiting.count)
        var kept: [(due: Moment, frame: DoubleFrame)] = []
        for entry in waiting {
            if entry.due <= now { taken.append(entry.frame) } else { kept.append(entry) }
        }
        waiting = kept
        return taken
    }
}
