import TradingModel

/// The rungs a hedge climbs while attempts fail (DESIGN §4).
public enum HedgeRung: UInt8, Comparable, Sendable, CaseIterable {
    /// Again at the venue where the missing leg was, at today's price.
    case reprice
    /// Wherever it is cheapest now.
    case otherVenue
    /// A perpetual for spot, or spot for a perpetual: the price risk is gone, the basis stays.
    case correlated
    /// Undo the first leg where it filled.
    case unwind
    /// The ladder is exhausted: HOLD, `HEDGE_FAILURE`, and a slow retry anywhere.
    case failed

    public static func < (a: HedgeRung, b: HedgeRung) -> Bool { a.rawValue < b.rawValue }

    public var next: HedgeRung { HedgeRung(rawValue: rawValue + 1) ?? .failed }
}

/// What the hedger wants done for one instrument.
public enum HedgeMove: Hashable, Sendable {
    case none
    /// Trade `quantity` (positive) on `side`; `rung` says where and how far from the mid price.
    case attempt(side: Side, quantity: Quantity, rung: HedgeRung)
    /// The ladder is newly exhausted: HOLD and raise `HEDGE_FAILURE`, then keep trying.
    case giveUp
}

/// The state machine of one instrument's hedging: when to act, on which rung.
public struct HedgeLadder: Sendable {
    public private(set) var rung: HedgeRung = .reprice
    /// Not before this: the pause after the ladder was climbed in vain.
    private var notBefore = Moment.distantPast
    private var reportedFailure = false
    /// The number of the last attempt of which a leg fell short.
    private var lastFailed: UInt64?
    public private(set) var failures = 0

    public init() {}

    /// - Parameters:
    ///   - deviation: the signed base quantity by which the ledger is off, residual included.
    ///   - flight: what live orders may still trade.
    ///   - smallest: the least quantity any venue takes now.
    public mutating func decide(
        deviation: Quantity, flight: Flight, smallest: Quantity, at now: Moment
    ) -> HedgeMove {
        let open = flight.leaves(of: deviation)
        guard open.magnitude >= smallest, open.raw != 0 else {
            if flight.isNone, deviation.magnitude < smallest { begin() }
            return .none
        }
        guard now >= notBefore else { return .none }
        if rung == .failed, !reportedFailure {
            reportedFailure = true
            failures += 1
            return .giveUp
        }
        return .attempt(side: open.raw > 0 ? .sell : .buy, quantity: open.magnitude, rung: rung)
    }

    /// A leg of the attempt with this number fell short: however many legs do, that was one attempt.
    public mutating func legFailed(
        of attempt: UInt64, at now: Moment, deadline: Moment?, policy: HedgePolicy
    ) {
        guard attempt != lastFailed else { return }
        lastFailed = attempt
        attemptFailed(at: now, deadline: deadline, policy: policy)
    }

    /// An attempt ended with something still open, or no venue would take one on this rung. Until the
    /// deadline the ladder is climbed again after a breath; only then is it exhausted.
    public mutating func attemptFailed(at now: Moment, deadline: Moment?, policy: HedgePolicy) {
        if rung != .failed { rung = rung.next }
        guard rung == .failed else { return }
        if let deadline, now < deadline {
            rung = .reprice
            notBefore = now + HedgeLadder.breath
        } else if reportedFailure {
            notBefore = now + policy.retryEvery
        }
    }

    /// Between two climbs before the deadline: long enough for a book to change, short against any deadline.
    public static let breath = Span.milliseconds(10)

    /// Something new is owed: it is hedged from the lowest rung on, however far the last climb went.
    public mutating func begin() {
        rung = .reprice
        notBefore = .distantPast
        reportedFailure = false
    }
}
