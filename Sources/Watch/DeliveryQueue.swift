import TradingModel

/// What one channel still has to say: bounded, worst first where it must drop, limited in rate, patient with
/// a channel that refuses, and the judge of whether the channel is dead. A value that knows no clock.
public struct DeliveryQueue: Sendable {
    public enum Step: Hashable, Sendable {
        /// Nothing is there to say.
        case idle
        case wait(until: Moment)
        case deliver(Alert)
        /// So many were left out because the channel may not say more: one message for all of them.
        case summary(Int)
    }

    public enum Verdict: Hashable, Sendable {
        case same
        case died
        case lives
    }

    /// Alerts that wait, at most.
    public static let capacity = 256
    /// Pauses between attempts double from the first to the longest.
    public static let firstPause = Span.seconds(1)
    public static let longestPause = Span.seconds(60)
    /// An alert older than this is not told any more: it would mislead.
    public static let staleAfter = Span.seconds(1_800)
    /// Failures in a row after which the channel counts as dead.
    public static let deadAfter = 3

    public private(set) var waiting: [Alert] = []
    /// Left out for the rate, and not yet summed up.
    public private(set) var leftOut = 0
    public private(set) var delivered = 0
    public private(set) var dropped = 0
    public private(set) var failures = 0
    public private(set) var isDead = false
    private var notBefore = Moment.distantPast
    private var row = 0
    private var recent: [Moment] = []
    private let perMinute: Int

    public init(perMinute: Int) {
        precondition(perMinute > 0, "a channel may say something")
        self.perMinute = perMinute
    }

    public mutating func offer(_ alert: Alert) {
        if waiting.count >= DeliveryQueue.capacity {
            // What matters least goes first; of equals the oldest.
            let least = waiting.indices.min { waiting[$0].severity < waiting[$1].severity }
            guard let least, waiting[least].severity <= alert.severity else {
                dropped += 1
                return
            }
            waiting.remove(at: least)
            dropped += 1
        }
        waiting.append(alert)
    }

    /// What to do now. Changes nothing that a second call would not see again, apart from leaving out what is
    /// stale or above the rate.
    public mutating func next(at now: Moment) -> Step {
        let count = waiting.count
        waiting.removeAll { now - $0.at > DeliveryQueue.staleAfter }
        dropped += count - waiting.count
        guard now >= notBefore else {
            return waiting.isEmpty && leftOut == 0 ? .idle : .wait(until: notBefore)
        }
        recent.removeAll { now - $0 >= .seconds(60) }
        // A page is always said: whoever floods a channel with warnings must not silence it.
        if let page = waiting.first(where: { $0.severity == .pageNow }) { return .deliver(page) }
        guard recent.count < perMinute else {
            leftOut += waiting.count
            waiting.removeAll()
            return leftOut == 0 ? .idle : .wait(until: recent[0] + .seconds(60))
        }
        if let first = waiting.first { return .deliver(first) }
        return leftOut > 0 ? .summary(leftOut) : .idle
    }

    /// The step's message was taken.
    public mutating func succeeded(_ step: Step, at now: Moment) -> Verdict {
        finish(step)
        delivered += 1
        recent.append(now)
        row = 0
        notBefore = .distantPast
        defer { isDead = false }
        return isDead ? .lives : .same
    }

    /// It was not: it is tried again after a pause. A message that the channel will never take (`isFinal`) is
    /// dropped.
    public mutating func failed(_ step: Step, isFinal: Bool, at now: Moment) -> Verdict {
        failures += 1
        row += 1
        if isFinal {
            finish(step)
            dropped += 1
        }
        notBefore = now + DeliveryQueue.pause(after: row)
        guard row >= DeliveryQueue.deadAfter, !isDead else { return .same }
        isDead = true
        return .died
    }

    static func pause(after failures: Int) -> Span {
        let doublings = min(max(failures - 1, 0), 10)
        return min(firstPause * (1 << Int64(doublings)), longestPause)
    }

    private mutating func finish(_ step: Step) {
        switch step {
        case .idle, .wait: preconditionFailure("nothing was said")
        case .summary(let count): leftOut -= count
        case .deliver(let alert):
            if let index = waiting.firstIndex(of: alert) { waiting.remove(at: index) }
        }
    }
}
