import TradingModel

/// Where an order stands. `unknown` is never left by a timer (DESIGN §4): only evidence from the venue ends
/// it.
public enum OrderState: UInt8, Hashable, Sendable, CaseIterable {
    /// Decided, id fixed, risk reserved; durable once the outbox says so. No byte has left.
    case new
    /// Handed to the transport: from here on the venue may know it.
    case sent
    case acked
    case partial
    /// An attempt's outcome is not proven: worst-case exposure stays reserved.
    case unknown
    case filled
    case canceled
    case expired
    /// Proven refused by the venue.
    case rejected
    /// Proven never to have reached the venue.
    case absent

    public var isTerminal: Bool {
        switch self {
        case .new, .sent, .acked, .partial, .unknown: false
        case .filled, .canceled, .expired, .rejected, .absent: true
        }
    }

    /// Whether the venue may hold or be about to fill it.
    public var mayFill: Bool { !isTerminal }

    public var name: String {
        switch self {
        case .new: "NEW"
        case .sent: "SENT"
        case .acked: "ACKED"
        case .partial: "PARTIAL"
        case .unknown: "UNKNOWN"
        case .filled: "FILLED"
        case .canceled: "CANCELED"
        case .expired: "EXPIRED"
        case .rejected: "REJECTED"
        case .absent: "ABSENT"
        }
    }
}

/// What can happen to an order.
public enum OrderEvent: UInt8, Hashable, Sendable, CaseIterable {
    /// The transport took the request.
    case transmitted
    /// Proof that no byte left: the request was withheld or the transport says so.
    case neverSent
    /// The venue says it holds the order, working.
    case accepted
    /// The venue proves refusal.
    case refused
    /// An answer, or its absence, that proves nothing.
    case ambiguous
    /// A fill that leaves something open, by the node's own count.
    case partFilled
    /// A fill that completes the order, by the node's own count.
    case completed
    /// The venue says filled; its fills may still be on their way.
    case reportedFilled
    case reportedCanceled
    case reportedExpired
    /// Every channel that would show the order says it does not exist, after the request can no longer
    /// arrive.
    case provenAbsent
}

/// What the table decides for one (state, event).
public enum Transition: Hashable, Sendable {
    case to(OrderState)
    /// Consistent, but nothing changes.
    case stay
    /// The venue contradicts what it proved before: state moves to where the evidence points, and an incident
    /// is due.
    case surprising(OrderState)
    /// Only our own code could cause this.
    case impossible
}

/// The whole life of an order as one exhaustive table. Fills are booked from every state; the table only says
/// what the order is called afterwards.
public enum OrderLifecycle {
    public static func transition(_ state: OrderState, _ event: OrderEvent) -> Transition {
        switch state {
        case .new: ofNew(event)
        case .sent: ofSent(event)
        case .acked: ofAcked(event)
        case .partial: ofPartial(event)
        case .unknown: ofUnknown(event)
        case .filled: ofFilled(event)
        case .canceled, .expired: ofEnded(event)
        case .rejected, .absent: ofDisproven(state, event)
        }
    }

    /// NEW: durable or about to be, no byte out. After a restart a row may still say NEW although its bytes
    /// left: the venue's word stands in every case.
    private static func ofNew(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted: .to(.sent)
        case .neverSent, .provenAbsent: .to(.absent)
        case .accepted: .to(.acked)
        case .refused: .to(.rejected)
        case .ambiguous: .to(.unknown)
        case .partFilled: .to(.partial)
        case .completed, .reportedFilled: .to(.filled)
        case .reportedCanceled: .to(.canceled)
        case .reportedExpired: .to(.expired)
        }
    }

    /// SENT: the answer is on its way, and so may be the fills: both orders of arrival are normal.
    private static func ofSent(_ event: OrderEvent) -> Transition {
        event == .transmitted ? .impossible : ofNew(event)
    }

    private static func ofAcked(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .accepted: .stay  // the stream repeats the answer
        case .refused: .to(.rejected)  // Bybit and Kraken acknowledge before the engine decides
        case .ambiguous: .stay  // a lost answer after the stream's ack proves nothing new
        case .partFilled: .to(.partial)
        case .completed, .reportedFilled: .to(.filled)
        case .reportedCanceled: .to(.canceled)
        case .reportedExpired: .to(.expired)
        case .provenAbsent: .to(.unknown)  // it was there: a stale replica answered, ask again
        }
    }

    private static func ofPartial(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .accepted, .ambiguous: .stay  // late ack after the first fill
        case .refused: .surprising(.canceled)  // refused, yet it filled: the rest is dead
        case .partFilled: .stay
        case .completed, .reportedFilled: .to(.filled)
        case .reportedCanceled: .to(.canceled)
        case .reportedExpired: .to(.expired)
        case .provenAbsent: .to(.unknown)
        }
    }

    /// UNKNOWN: leaves on evidence alone.
    private static func ofUnknown(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .ambiguous: .stay
        case .accepted, .refused, .partFilled, .completed, .reportedFilled, .reportedCanceled,
            .reportedExpired,
            .provenAbsent:
            ofNew(event)
        }
    }

    private static func ofFilled(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .partFilled, .completed: .stay  // fills told after the final report
        case .accepted: planted(.regressState) ? .to(.acked) : .stay
        case .ambiguous, .reportedFilled: .stay
        case .reportedCanceled, .reportedExpired: .stay  // lost the race to the last fill
        case .refused, .provenAbsent: .surprising(.filled)
        }
    }

    /// CANCELED and EXPIRED: fills may be told after the cancel; they count, the order stays ended.
    private static func ofEnded(_ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .completed, .reportedFilled: .to(.filled)
        case .accepted: .stay  // an ack overtaken by the cancel
        case .partFilled, .ambiguous, .reportedCanceled, .reportedExpired, .refused, .provenAbsent: .stay
        }
    }

    /// REJECTED and ABSENT: what was proven can be disproven by a fill or a live order, and the money follows
    /// it.
    private static func ofDisproven(_ state: OrderState, _ event: OrderEvent) -> Transition {
        switch event {
        case .transmitted, .neverSent: .impossible
        case .accepted: .surprising(.acked)
        case .partFilled: .surprising(.partial)
        case .completed, .reportedFilled: .surprising(.filled)
        case .refused, .ambiguous, .provenAbsent: .stay
        // Some venues say rejected and canceled of the same order; an absent one was never there to cancel.
        case .reportedCanceled, .reportedExpired: state == .rejected ? .stay : .surprising(.canceled)
        }
    }
}
