import TradingModel

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
    /// What became of the last ones, oldest first, bounded.
    public private(set) var outcomes: [HedgeOutcome] = []
    public static let outcomeCapacity = 1_024
    /// Since when there has been a residual; `nil` while there is none.
    public private(set) var residualSince: Moment?

    public init() {}

    /// Signed sum that is owed, without the residual.
    public var owed: Quantity { open.reduce(.zero) { $0 + $1.quantity } }
    /// The asset's whole deviation.
    public var deviation: Quantity { owed + residual }
    public var earliestDeadline: Moment? { open.first { !$0.isLate }?.deadline }

    /// - Parameters:
    ///   - price: at which this fill traded.
    ///   - mark: the mid price now.
    public mutating func add(
        _ delta: Quantity, cause: VenueID, intent: UInt64, price: Price = .zero, mark: Price = .zero,
        at now: Moment, deadline: Span
    ) {
        defer { noteResidual(at: now) }
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
            open[0].slippage += Int128(signed.raw) * (Int128(price.raw) - Int128(open[0].mark.raw))
            rest -= signed
            if open[0].quantity.raw == 0 { complete(at: now) }
        }
        guard rest.raw != 0 else { return }
        if let index = open.lastIndex(where: {
            $0.intent == intent && ($0.quantity.raw < 0) == (rest.raw < 0)
        }) {
            open[index].quantity += rest
            open[index].largest = open[index].quantity
            return
        }
        opened += 1
        open.append(
            HedgeObligation(
                quantity: rest, cause: cause, intent: intent, opened: now, deadline: now + deadline,
                isLate: false, largest: rest, mark: mark))
    }

    /// Moves everything owed to the residual when its sum is below what any venue would take.
    public mutating func settle(below smallest: Quantity, at now: Moment) {
        guard !open.isEmpty, deviation.magnitude < smallest else { return }
        residual = planted(.loseResidual) ? .zero : deviation
        while !open.isEmpty { complete(at: now) }
        noteResidual(at: now)
    }

    /// Turns the residual back into an obligation once a venue would take it.
    public mutating func awaken(
        from smallest: Quantity, cause: VenueID, mark: Price = .zero, at now: Moment, deadline: Span
    ) {
        guard open.isEmpty, residual.magnitude >= smallest, residual.raw != 0 else { return }
        let quantity = residual
        residual = .zero
        noteResidual(at: now)
        opened += 1
        open.append(
            HedgeObligation(
                quantity: quantity, cause: cause, intent: 0, opened: now, deadline: now + deadline,
                isLate: false, largest: quantity, mark: mark))
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

    /// How much worse than the mid price the last few closed, on average; negative when better.
    public var recentSlippage: Rate {
        let last = outcomes.suffix(8)
        let traded = last.reduce(Int128(0)) { $0 + Int128($1.mark.raw) * Int128($1.quantity.magnitude.raw) }
        guard traded > 0 else { return .zero }
        let lost = last.reduce(Int128(0)) { $0 + $1.slippage }
        return Rate(raw: Int64(clamping: lost * Int128(Rate.one) / traded))
    }

    /// Takes over a deviation found at start, when the fills that caused it are history.
    public mutating func restore(_ deviation: Quantity) {
        precondition(open.isEmpty && residual.raw == 0, "restored once, at start")
        residual = deviation
    }

    private mutating func complete(at now: Moment) {
        let done = open.removeFirst()
        completed += 1
        let most = ObligationQueue.outcomeCapacity
        if outcomes.count >= most { outcomes.removeFirst(most / 4) }
        outcomes.append(
            HedgeOutcome(
                cause: done.cause, intent: done.intent, opened: done.opened, took: now - done.opened,
                quantity: done.largest, slippage: done.slippage, mark: done.mark, wasLate: done.isLate))
    }

    private mutating func noteResidual(at now: Moment) {
        residualSince = residual.raw == 0 ? nil : residualSince ?? now
    }
}
