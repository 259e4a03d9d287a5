import TradingModel

/// When a book may ask for a snapshot again. A venue that publishes nonsense, or loses every message, would
/// otherwise be asked as fast as it answers, until it bans us.
struct ResyncPace: Hashable, Sendable {
    private var notBefore = Moment.distantPast
    private var pause = ResyncPace.firstPause
    private var askedAt = Moment.distantPast

    static let firstPause = Span.milliseconds(250)
    static let longestPause = Span.seconds(4)
    /// A book that held this long was well: the pauses start over.
    static let proven = Span.seconds(10)

    /// Whether to ask now; if so, notes that it is done. The first question of a row is free.
    mutating func mayAsk(at now: Moment) -> Bool {
        guard now >= notBefore else { return false }
        if now - askedAt > ResyncPace.proven { pause = ResyncPace.firstPause }
        askedAt = now
        notBefore = now + pause
        pause = min(pause * 2, ResyncPace.longestPause)
        return true
    }
}
