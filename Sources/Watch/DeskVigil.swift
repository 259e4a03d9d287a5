import TradingModel

/// Watches the desk from outside of its lane: a stuck desk cannot say so itself. A value that is asked every
/// `DeskVigil.every`; the thread around it is the composition root's.
public struct DeskVigil: Sendable {
    /// How often it is asked: with `patience` a stuck desk is told within 3 s.
    public static let every = Span.milliseconds(250)
    /// A desk that beats every 50 ms and has been silent for this long is stuck.
    public static let patience = Span.milliseconds(2_500)
    /// The supervisor is told that all is well only while every critical beat is at most this old.
    public static let freshness = Span.milliseconds(1_500)

    public enum Finding: Hashable, Sendable {
        case moving
        /// It has just been found stuck, and for how long it has been silent.
        case stuck(Span)
        case stillStuck(Span)
        /// It moves again, after this long.
        case recovered(Span)
    }

    private var stuckSince: Moment?

    public init() {}

    /// - Parameter beatAt: the desk's last beat.
    public mutating func look(beatAt: Moment, at now: Moment) -> Finding {
        let silence = now - beatAt
        if silence > DeskVigil.patience {
            defer { stuckSince = stuckSince ?? beatAt }
            return stuckSince == nil ? .stuck(silence) : .stillStuck(silence)
        }
        guard let since = stuckSince else { return .moving }
        stuckSince = nil
        return .recovered(beatAt - since)
    }

    /// Whether the supervisor may be told that the node lives.
    public static func mayReassure(beatAt: Moment, isEveryCriticalFresh: Bool, at now: Moment) -> Bool {
        isEveryCriticalFresh && now - beatAt <= freshness
    }
}
