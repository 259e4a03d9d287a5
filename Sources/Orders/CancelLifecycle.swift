import TradingModel

/// Where the attempt to cancel an order stands; apart from the order's own state, because a cancel says
/// nothing about fills: an order with a cancel under way stays hedgeable until it has ended.
public enum CancelState: UInt8, Hashable, Sendable, CaseIterable {
    case none
    case sent
    /// The cancel's fate is not proven: ask again, the order may live.
    case unknown
    /// The venue took it; the order's end comes over the stream or a query.
    case accepted
    /// The venue knows no working order under this id: evidence, not proof, that it has ended or never came.
    case orderUnknown
    /// Proven refused: the order stands as it did.
    case refused
}

/// What can happen to a cancel.
public enum CancelEvent: UInt8, Hashable, Sendable, CaseIterable {
    case requested, accepted, orderUnknown, refused, ambiguous
}

/// The cancel's side of an order's life as one exhaustive table. Every answer may be overtaken by another
/// cancel of the same order, so every event is possible in every state that follows a request.
public enum CancelLifecycle {
    public static func transition(_ state: CancelState, _ event: CancelEvent) -> CancelState? {
        switch (state, event) {
        case (_, .requested): .sent
        case (.none, _): nil  // an answer to nothing: only our own code could cause it
        // What one of several cancels achieved is not undone by a later, lesser answer.
        case (.accepted, .ambiguous), (.accepted, .refused), (.accepted, .orderUnknown): .accepted
        case (.orderUnknown, .ambiguous), (.orderUnknown, .refused): .orderUnknown
        case (_, .accepted): .accepted
        case (_, .orderUnknown): .orderUnknown
        case (_, .refused): .refused
        case (_, .ambiguous): .unknown
        }
    }
}
