import TradingModel

/// Where the attempt to amend an order stands; apart from the order's own state, as a cancel's is. While it
/// is `decided`, `sent`, `unknown` or `orderUnknown`, the venue may hold the old terms or the new ones:
/// whatever reasons about the order takes the worst of both.
public enum AmendState: UInt8, Hashable, Sendable, CaseIterable {
    case none
    /// Its row is being written; no byte has left.
    case decided
    case sent
    /// Its fate is not proven. Nothing is guessed: the order is canceled.
    case unknown
    /// The venue took it: the new terms are the order's.
    case accepted
    /// Proven refused, or never sent: the order stands as it did.
    case refused
    /// The venue knows no working order under this id: it ended, under either terms.
    case orderUnknown

    /// Whether the new terms may be the order's.
    public var isOpen: Bool {
        switch self {
        case .decided, .sent, .unknown, .orderUnknown: true
        case .none, .accepted, .refused: false
        }
    }
}

/// What can happen to an amend.
public enum AmendEvent: UInt8, Hashable, Sendable, CaseIterable {
    case requested
    /// Its row is durable and the request was handed to the transport.
    case transmitted
    /// Proof that no byte left.
    case neverSent
    case accepted, refused, orderUnknown, ambiguous
    /// The venue's own report of the order states the new terms.
    case confirmed
}

/// The amend's side of an order's life as one exhaustive table; `nil` is what only our own code could cause.
/// An order has one amend at a time, so that there are never more than two terms that the venue may hold.
public enum AmendLifecycle {
    public static func transition(_ state: AmendState, _ event: AmendEvent) -> AmendState? {
        switch state {
        case .none: event == .requested ? .decided : nil
        case .decided: ofDecided(event)
        case .sent: ofSent(event)
        case .unknown: ofUnknown(event)
        case .accepted: ofAccepted(event)
        case .refused: ofRefused(event)
        case .orderUnknown: ofOrderUnknown(event)
        }
    }

    private static func ofDecided(_ event: AmendEvent) -> AmendState? {
        switch event {
        case .transmitted: .sent
        case .neverSent: .refused
        // Of an earlier run: its row was read, what became of it is not known.
        case .ambiguous: .unknown
        case .requested, .accepted, .refused, .orderUnknown, .confirmed: nil
        }
    }

    private static func ofSent(_ event: AmendEvent) -> AmendState? {
        switch event {
        case .requested, .transmitted: nil
        case .neverSent, .refused: .refused
        case .accepted, .confirmed: .accepted  // the stream may be faster than the answer
        case .orderUnknown: .orderUnknown
        case .ambiguous: .unknown
        }
    }

    private static func ofUnknown(_ event: AmendEvent) -> AmendState? {
        switch event {
        // Two fates at once would be three terms that the venue may hold.
        case .requested, .transmitted, .neverSent: nil
        case .accepted, .confirmed: .accepted
        case .refused: .refused
        case .orderUnknown: .orderUnknown
        case .ambiguous: .unknown
        }
    }

    private static func ofAccepted(_ event: AmendEvent) -> AmendState? {
        switch event {
        case .requested: .decided
        case .transmitted, .neverSent: nil
        // The stream has shown the new terms: an answer that came late, or never, takes nothing back.
        case .accepted, .confirmed, .ambiguous, .refused, .orderUnknown: .accepted
        }
    }

    private static func ofRefused(_ event: AmendEvent) -> AmendState? {
        switch event {
        case .requested: .decided
        case .transmitted, .neverSent: nil
        case .refused, .ambiguous, .orderUnknown: .refused
        case .accepted, .confirmed: nil  // its terms were dropped with the refusal: nobody can name them
        }
    }

    private static func ofOrderUnknown(_ event: AmendEvent) -> AmendState? {
        switch event {
        case .requested, .transmitted, .neverSent: nil
        case .orderUnknown, .ambiguous, .refused: .orderUnknown
        case .accepted, .confirmed: .accepted  // a stale replica answered: it was there after all
        }
    }
}
