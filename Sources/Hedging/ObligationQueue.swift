import TradingModel

/// A hedge owed: the ledger moved away from where it should be by `quantity` (signed base), and must be back
/// by `deadline`.
public struct HedgeObligation: Hashable, Sendable {
    public var quantity: Quantity
    /// The venue whose fill caused it; unwinding goes there.
    public var cause: VenueID
    /// Intent number of the fill's order; partial fills of one intent make one obligation.
    public var intent: UInt64
    public var opened: Moment
    public var deadline: Moment
    /// The deadline has passed and was reported.
    public var isLate: Bool
}

/// Hedge obligations of one base asset, fed by ledger deltas and by nothing else: every fill, partial, late
/// or foreign, lands here. A delta first nets the oldest opposite obligations; the rest opens a new one.
///
/// Invariant: the sum of all obligations plus the residual is the asset's deviation from its opening balance.
public struct ObligationQueue: Sendable {
    public private(set) var open: [HedgeObligation] = []
    /// Fragments too small for any venue, netting until they are not; no deadline.
    public private(set) var residual = Quantity.zero
    public private(set) var opened = 0
    public private(set) var completed = 0
    public private(set) var late = 0
    /// Completion times since the fill, for the report (bounded ring).
    public private(set) var lastDurations: [Span] = []

    public init() {}

    /// Signed sum that is owed, without the residual.
    public var owed: Quantity { open.reduce(.zero) { $0 + $1.quantity } }
    /// The asset's whole deviation.
    public var deviation: Quantity { owed + residual }
    public var earliestDeadline: Moment? { open.first { !$0.isLate }?.deadline }

    public mutating func add(
        _ delta: Quantity, cause: VenueID, intent: UInt64, at now: Moment, deadline: Span
    ) {
        var rest = delta
        // The residual nets first: it is the oldest of all.
        if residual.raw != 0, (residual.raw < 0) != (rest.raw < 0) {
            let used = min(residual.magnitude, rest.magnitude)
            let signed = rest.raw < 0 ? -used : used
            residual += signed
            rest -= signed
        }
        while rest.raw != 0, let first = open.first, (first.quantity.raw < 0) != (rest.raw < 0) {
            let used = min(first.quantity.magnitude, rest.magnitude)
            let signed = rest.raw < 0 ? -used : used
            open[0].quantity += signed
            rest -= signed
            if open[0].quantity.raw == 0 { complete(at: now) }
        }
        guard rest.raw != 0 else { return }
        if let index = open.lastIndex(where: {
            $0.intent == intent && ($0.quantity.raw < 0) == (rest.raw < 0)
        }) {
            open[index].quantity += rest
            return
        }
        opened += 1
        open.append(
            HedgeObligation(
                quantity: rest, cause: cause, intent: intent, opened: now, deadline: now + deadline,
                isLate: false))
    }

    /// Moves everything owed to the residual when its sum is below what any venue would take.
    public mutating func settle(below smallest: Quantity, at now: Moment) {
        guard !open.isEmpty, deviation.magnitude < smallest else { return }
        residual = planted(.loseResidual) ? .zero : deviation
        while !open.isEmpty { complete(at: now) }
    }

    /// Turns the residual back into an obligation once a venue would take it.
    public mutating func awaken(from smallest: Quantity, cause: VenueID, at now: Moment, deadline: Span) {
        guard open.isEmpty, residual.magnitude >= smallest, residual.raw != 0 else { return }
        let quantity = residual
        residual = .zero
        opened += 1
        open.append(
            HedgeObligation(
                quantity: quantity, cause: cause, intent: 0, opened: now, deadline: now + deadline,
                isLate: false))
    }

    /// Marks obligations whose deadline has passed; answers how many are newly late.
    public mutating func markLate(at now: Moment) -> Int {
        var count = 0
        for index in open.indices where !open[index].isLate && now > open[index].deadline {
            if planted(.hedgeLateSilently) { continue }
            open[index].isLate = true
            count += 1
        }
        late += count
        return count
    }

    /// Takes over a deviation found at start, when the fills that caused it are history.
    public mutating func restore(_ deviation: Quantity) {
        precondition(open.isEmpty && residual.raw == 0, "restored once, at start")
        residual = deviation
    }

    private mutating func complete(at now: Moment) {
        let done = open.removeFirst()
        completed += 1
        if lastDurations.count >= 4_096 { lastDurations.removeFirst(1_024) }
        lastDurations.append(now - done.opened)
    }
}
