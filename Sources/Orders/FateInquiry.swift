import TradingModel

/// What was asked and answered about one order whose fate is not proven (reliability §3.3). It decides when
/// to ask again and whether absence is proven; a timer alone never closes anything.
///
/// ABSENT takes all of: the request can no longer arrive; two "unknown order" answers of the order endpoint
/// at least `restBetweenAbsences` apart; the venue's lists (open orders and fills) read whole without it; a
/// cancel by client id answered "unknown order"; and no gap of the private stream since the first of these.
public struct FateInquiry: Hashable, Sendable {
    /// What to ask next.
    public enum Question: Hashable, Sendable {
        /// The order by its client id.
        case order
        /// Open orders and fills, the second opinion once the order endpoint knows nothing.
        case lists
        /// A cancel by client id: should the order live after all, it is not wanted any more.
        case cancel
    }

    /// How far behind trading a venue's answers may be (the fault model's V19: six seconds).
    public static let catchingUp = Span.seconds(6)
    public static let restBetweenAbsences = Span.seconds(2)
    /// First question after a lost answer; then doubling up to `longestPause`.
    public static let firstPause = Span.milliseconds(150)
    public static let longestPause = Span.seconds(5)
    /// Silence until people are told, and until the venue goes into SAFE_MODE.
    public static let patience = Span.seconds(30)
    public static let lastPatience = Span.seconds(120)
    /// A question without an answer for this long is asked anew: its asker may be gone.
    public static let answerLimit = Span.seconds(45)

    /// Before this much time has passed since an order was sent its absence proves nothing: the request may
    /// still be on its way, or what answers questions may not have caught up with what trades.
    public let absenceAfter: Span
    /// Questions are few at this venue: there is one early look, and later ones fall on times that all
    /// inquiries share, so that one look at the venue's lists serves many.
    public let isDear: Bool
    public let openedAt: Moment
    public private(set) var due: Moment
    public private(set) var tries = 0
    /// The last answer was that the venue does not know the order, whether or not that can count yet.
    public private(set) var isUnknownToVenue = false
    private var askedAt: Moment?
    private var firstAbsence: Moment?
    private var lastAbsence: Moment?
    private var listsReadAt: Moment?
    private var cancelUnknownAt: Moment?
    private var escalations = 0

    public init(openedAt: Moment, firstLookAfter pause: Span, absenceAfter: Span, isDear: Bool = false) {
        self.absenceAfter = absenceAfter
        self.isDear = isDear
        self.openedAt = openedAt
        due = openedAt + pause
    }

    /// What to ask now, if anything; notes that it is being asked.
    public mutating func ask(sentBy: Moment, at now: Moment) -> Question? {
        if let askedAt, now - askedAt < FateInquiry.answerLimit { return nil }
        guard now >= due || planted(.ignoreRateBudget) else { return nil }
        tries += 1
        askedAt = now
        let doublings = Int64(min(tries, 6))
        due = shared(now + min(FateInquiry.firstPause * (1 << doublings), FateInquiry.longestPause))
        guard firstAbsence != nil, now - sentBy > absenceAfter else { return .order }
        if listsReadAt == nil { return .lists }
        if cancelUnknownAt == nil { return .cancel }
        return .order
    }

    /// Something happened at the venue that may have ended it: ask now.
    public mutating func hurry(at now: Moment) { due = now }

    /// An answer that proves nothing, or one that keeps the order alive: what spoke for absence is void.
    public mutating func answered(keepsEvidence: Bool) {
        askedAt = nil
        if !keepsEvidence { voidEvidence() }
    }

    /// The order endpoint does not know it. Counts only once the request can no longer arrive.
    public mutating func absentByOrder(sentBy: Moment, at now: Moment) {
        askedAt = nil
        isUnknownToVenue = true
        guard now - sentBy > absenceAfter else {
            // Nothing said before then counts, and the stream tells what arrives meanwhile: two looks are
            // enough, more would only spend the venue's allowance.
            if tries >= (isDear ? 1 : 2) { due = max(due, shared(sentBy + absenceAfter + .milliseconds(1))) }
            return
        }
        if firstAbsence == nil { firstAbsence = now }
        lastAbsence = now
        goOn(at: now)
    }

    /// Where questions are dear, the next whole two seconds.
    private func shared(_ moment: Moment) -> Moment {
        guard isDear else { return moment }
        let grid = FateInquiry.restBetweenAbsences.nanoseconds
        return Moment(nanoseconds: (moment.nanoseconds + grid - 1) / grid * grid)
    }

    /// Each piece of evidence leads to the next question at once: what is wanted is known, and asking sooner
    /// is not asking more.
    private mutating func goOn(at now: Moment) {
        guard let firstAbsence, !provesAbsence else { return }
        let isAllButTime = listsReadAt != nil && cancelUnknownAt != nil
        due = min(due, isAllButTime ? firstAbsence + FateInquiry.restBetweenAbsences : now)
    }

    /// Open orders and fills were read whole and do not show it.
    public mutating func absentFromLists(at now: Moment) {
        askedAt = nil
        listsReadAt = now
        goOn(at: now)
    }

    public mutating func cancelFoundNothing(at now: Moment) {
        askedAt = nil
        cancelUnknownAt = now
        goOn(at: now)
    }

    /// The private stream has a gap: whatever was not seen on it may have been missed.
    public mutating func voidEvidence() {
        isUnknownToVenue = false
        firstAbsence = nil
        lastAbsence = nil
        listsReadAt = nil
        cancelUnknownAt = nil
    }

    public var provesAbsence: Bool {
        guard let firstAbsence, let lastAbsence, listsReadAt != nil, cancelUnknownAt != nil else {
            return false
        }
        return lastAbsence - firstAbsence >= FateInquiry.restBetweenAbsences
    }

    public enum Escalation: Hashable, Sendable { case tellPeople, distrustVenue }

    /// Each stage of escalation once.
    public mutating func escalation(at now: Moment) -> Escalation? {
        let age = now - openedAt
        if escalations == 0, age >= FateInquiry.patience {
            escalations = 1
            return .tellPeople
        }
        if escalations == 1, age >= FateInquiry.lastPatience {
            escalations = 2
            return .distrustVenue
        }
        return nil
    }
}
