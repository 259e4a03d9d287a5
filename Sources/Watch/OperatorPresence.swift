import TradingModel

/// Whether somebody watches the node: whoever asks or tells it something has shown. What programs ask by
/// themselves (scrapes, a monitor that nobody touches) shows nobody.
public struct OperatorPresence: Hashable, Sendable {
    private let absentAfter: Span
    public private(set) var seenAt: Moment

    /// Who starts a node is there.
    public init(absentAfter: Span, at now: Moment) {
        self.absentAfter = absentAfter
        seenAt = now
    }

    public mutating func seen(at now: Moment) { seenAt = max(seenAt, now) }

    public func isPresent(at now: Moment) -> Bool { now - seenAt <= absentAfter }
}
