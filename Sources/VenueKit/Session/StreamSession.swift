import TradingModel

/// The life of one socket as arithmetic over time: when to reconnect, when to speak, when silence means
/// death.
public struct StreamSession: Sendable {
    public enum State: Hashable, Sendable {
        case closed
        case connecting
        case open
    }

    public enum Duty: Hashable, Sendable {
        case nothing
        case speak
        /// Nothing was heard for longer than the venue's rule allows.
        case giveUp
    }

    public private(set) var state: State = .closed
    /// Rises with every connection; data of an older epoch is void.
    public private(set) var epoch = 0
    public private(set) var heardAt = Moment.distantPast
    private var spokeAt = Moment.distantPast
    private var failures = 0
    private let keepAlive: KeepAlive

    /// First pause and the cap of the exponential backoff.
    public static let firstPause = Span.milliseconds(250)
    public static let longestPause = Span.seconds(8)
    /// A connection that stayed up this long was good: the backoff starts over.
    public static let proven = Span.seconds(10)
    private var openedAt = Moment.distantPast

    public init(keepAlive: KeepAlive) { self.keepAlive = keepAlive }

    public mutating func connecting() {
        precondition(state == .closed, "one connection at a time")
        state = .connecting
    }

    public mutating func opened(at now: Moment) {
        state = .open
        epoch += 1
        openedAt = now
        heardAt = now
        spokeAt = now
    }

    /// Whether it has been open for longer than a login and its answers take.
    public func isOverdue(at now: Moment) -> Bool {
        state == .open && now - openedAt > StreamSession.loginLimit
    }

    /// A private stream that is not ready by then is opened anew: its answer was lost.
    public static let loginLimit = Span.seconds(6)

    public mutating func heard(at now: Moment) { heardAt = now }

    public mutating func spoke(at now: Moment) { spokeAt = now }

    /// The socket closed or never opened. Answers how long to wait before the next attempt; `jitter` is any
    /// random word.
    public mutating func closed(at now: Moment, jitter: UInt64) -> Span {
        if state == .open, now - openedAt >= StreamSession.proven { failures = 0 }
        state = .closed
        failures += 1
        let doublings = min(failures - 1, 7)
        let full = min(StreamSession.firstPause * (1 << Int64(doublings)), StreamSession.longestPause)
        // Equal jitter: half fixed, half random, so that a venue's restart does not meet a thundering herd.
        let half = full / 2
        return half + .nanoseconds(Int64(jitter % UInt64(max(1, half.nanoseconds))))
    }

    public func duty(at now: Moment) -> Duty {
        guard state == .open else { return .nothing }
        if now - heardAt > keepAlive.silence { return .giveUp }
        if keepAlive.frame != nil, now - spokeAt >= keepAlive.every { return .speak }
        return .nothing
    }
}
