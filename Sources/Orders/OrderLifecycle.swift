import TradingModel

/// Where an order stands. `unknown` is never left by a timer (DESIGN §4): only evidence from the venue ends it.
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
    /// Every channel that would show the order says it does not exist, after the request can no longer arrive.
    case provenAbsent
}

/// What the table decides for one (state, event).
public enum Transition: Hashable, Sendable {
    case to(OrderState)
    /// Consistent, but nothing changes.
    case stay
    /// The venue contradicts what it proved before: state moves to where the evidence points, and an incident is due.
    case surprising(OrderState)
    /// Only our own code could cause this.
    case impossible
}

/// The whole life of an order as one exhaustive table. Fills are booked from every state; the table only says what
/// the order is called afterwards.
public enum OrderLifecycle {
    public static func transition(_ state: OrderState, _ event: OrderEvent) -> Transition {
        switch (state, event) {
        // NEW: durable or about to be, no byte out.
        case (.new, .transmitted): .to(.sent)
        case (.new, .neverSent): .to(.absent)
        // After a restart a row may still say NEW although its bytes left: the venue's word stands in every case.
        case (.new, .accepted): .to(.acked)
        case (.new, .refused): .to(.rejected)
        case (.new, .ambiguous): .to(.unknown)
        case (.new, .partFilled): .to(.partial)
        case (.new, .completed), (.new, .reportedFilled): .to(.filled)
        case (.new, .reportedCanceled): .to(.canceled)
        case (.new, .reportedExpired): .to(.expired)
        case (.new, .provenAbsent): .to(.absent)

        // SENT: the answer is on its way, and so may be the fills: both orders of arrival are normal.
        case (.sent, .transmitted): .impossible
        case (.sent, .neverSent): .to(.absent)
        case (.sent, .accepted): .to(.acked)
        case (.sent, .refused): .to(.rejected)
        case (.sent, .ambiguous): .to(.unknown)
        case (.sent, .partFilled): .to(.partial)
        case (.sent, .completed), (.sent, .reportedFilled): .to(.filled)
        case (.sent, .reportedCanceled): .to(.canceled)
        case (.sent, .reportedExpired): .to(.expired)
        case (.sent, .provenAbsent): .to(.absent)

        // ACKED
        case (.acked, .transmitted), (.acked, .neverSent): .impossible
        case (.acked, .accepted): .stay  // the stream repeats the answer
        case (.acked, .refused): .to(.rejected)  // Bybit and Kraken acknowledge before the engine decides
        case (.acked, .ambiguous): .stay  // a lost answer after the stream's ack proves nothing new
        case (.acked, .partFilled): .to(.partial)
        case (.acked, .completed), (.acked, .reportedFilled): .to(.filled)
        case (.acked, .reportedCanceled): .to(.canceled)
        case (.acked, .reportedExpired): .to(.expired)
        case (.acked, .provenAbsent): .to(.unknown)  // it was there: a stale replica answered, ask again

        // PARTIAL
        case (.partial, .transmitted), (.partial, .neverSent): .impossible
        case (.partial, .accepted), (.partial, .ambiguous): .stay  // late ack after the first fill
        case (.partial, .refused): .surprising(.canceled)  // refused, yet it filled: the rest is dead
        case (.partial, .partFilled): .stay
        case (.partial, .completed), (.partial, .reportedFilled): .to(.filled)
        case (.partial, .reportedCanceled): .to(.canceled)
        case (.partial, .reportedExpired): .to(.expired)
        case (.partial, .provenAbsent): .to(.unknown)

        // UNKNOWN: leaves on evidence alone.
        case (.unknown, .transmitted), (.unknown, .neverSent): .impossible
        case (.unknown, .accepted): .to(.acked)
        case (.unknown, .refused): .to(.rejected)
        case (.unknown, .ambiguous): .stay
        case (.unknown, .partFilled): .to(.partial)
        case (.unknown, .completed), (.unknown, .reportedFilled): .to(.filled)
        case (.unknown, .reportedCanceled): .to(.canceled)
        case (.unknown, .reportedExpired): .to(.expired)
        case (.unknown, .provenAbsent): .to(.absent)

        // FILLED
        case (.filled, .transmitted), (.filled, .neverSent): .impossible
        case (.filled, .partFilled), (.filled, .completed): .stay  // fills told after the final report
        case (.filled, .accepted), (.filled, .ambiguous), (.filled, .reportedFilled): .stay
        case (.filled, .reportedCanceled), (.filled, .reportedExpired): .stay  // lost the race to the last fill
        case (.filled, .refused), (.filled, .provenAbsent): .surprising(.filled)

        // CANCELED and EXPIRED: fills may be told after the cancel; they count, the order stays ended.
        case (.canceled, .transmitted), (.canceled, .neverSent): .impossible
        case (.canceled, .partFilled): .stay
        case (.canceled, .completed), (.canceled, .reportedFilled): .to(.filled)
        case (.canceled, .accepted): .stay  // an ack overtaken by the cancel
        case (.canceled, .ambiguous), (.canceled, .reportedCanceled), (.canceled, .reportedExpired): .stay
        case (.canceled, .refused), (.canceled, .provenAbsent): .stay

        case (.expired, .transmitted), (.expired, .neverSent): .impossible
        case (.expired, .partFilled): .stay
        case (.expired, .completed), (.expired, .reportedFilled): .to(.filled)
        case (.expired, .accepted): .stay
        case (.expired, .ambiguous), (.expired, .reportedCanceled), (.expired, .reportedExpired): .stay
        case (.expired, .refused), (.expired, .provenAbsent): .stay

        // REJECTED and ABSENT: what was proven can be disproven by a fill or a live order, and the money follows it.
        case (.rejected, .transmitted), (.rejected, .neverSent): .impossible
        case (.rejected, .accepted): .surprising(.acked)
        case (.rejected, .partFilled): .surprising(.partial)
        case (.rejected, .completed), (.rejected, .reportedFilled): .surprising(.filled)
        case (.rejected, .refused), (.rejected, .ambiguous), (.rejected, .provenAbsent): .stay
        case (.rejected, .reportedCanceled), (.rejected, .reportedExpired): .stay  // some venues say both

        case (.absent, .transmitted), (.absent, .neverSent): .impossible
        case (.absent, .accepted): .surprising(.acked)
        case (.absent, .partFilled): .surprising(.partial)
        case (.absent, .completed), (.absent, .reportedFilled): .surprising(.filled)
        case (.absent, .refused), (.absent, .ambiguous), (.absent, .provenAbsent): .stay
        case (.absent, .reportedCanceled), (.absent, .reportedExpired): .surprising(.canceled)
        }
    }
}
