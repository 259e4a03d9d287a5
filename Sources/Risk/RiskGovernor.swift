import TradingModel

/// Stands in front of the only call that can send an order. Pure and allocation-free: the rules that are on
/// are rows of a table, each with a value that was measured for this order and a limit; the first row whose
/// value lies beyond its limit, or is not known, refuses.
///
/// Hedges and unwinds pass where new risk is held: they are bound by the first rows alone, which are mode
/// KILLED, size, collar, self-match and balance, but neither by the position caps they reduce nor by rates,
/// losses or markets, nor by a stale reference when nothing better is known.
///
/// An order that may rest goes only where a dead-man switch is armed, hedges included: at a venue without one
/// the node sends nothing but IOC and FOK.
public struct RiskGovernor: Sendable {
    public var limits: RiskLimits { didSet { compile() } }
    public private(set) var mode: OperatingMode
    /// In KILLED, what reduces passes all the same: people want what is owed hedged.
    public var flattens = false
    /// Of the limits of position and exposure, in percent: what the risk index leaves.
    public var exposureShare: Int64 = 100
    private var table = RuleTable(.standard)
    /// By `Measure.rawValue`: what was measured for the order that is judged next.
    private var values = InlineArray<90, Int128>(repeating: Measured.missing)
    /// New-risk orders passed in the current one-second window.
    private var windowStart = Moment.distantPast
    private var passedInWindow = 0
    /// Denials since start, by `Denial.index`.
    public private(set) var denials = [Int](repeating: 0, count: Denial.allCases.count)
    /// By `Denial.index`: the last refusal with its numbers.
    public private(set) var rulings = [Ruling?](repeating: nil, count: Denial.allCases.count)

    public init(limits: RiskLimits, mode: OperatingMode) {
        precondition(values.count == Measure.allCases.count, "a place for each measure")
        self.limits = limits
        self.mode = mode
        compile()
    }

    /// Lowers the mode at once, or raises it when a person says so.
    public mutating func setMode(_ mode: OperatingMode) { self.mode = mode }

    /// Switches a rule at run time; answers whether that is allowed and changed anything.
    public mutating func switchRule(_ code: Denial, on isOn: Bool) -> Bool {
        guard limits.rules[code] != isOn else { return false }
        limits.rules[code] = isOn
        return limits.rules[code] == isOn
    }

    /// States a value for the order that is judged next.
    @inline(__always)
    public mutating func state(_ measure: Measure, _ value: Int128) { values[measure.rawValue] = value }

    /// The measures that the rules which are on need stated, besides what a question holds.
    public private(set) var wanted: [Measure] = []
    /// Of these, those that a pair's second leg needs stated anew.
    public private(set) var wantedOfEach: [Measure] = []
    /// Of these, those that may come to forbid what rests.
    public private(set) var wantedOfResting: [Measure] = []

    /// The rules' settings with what stands in the limits themselves.
    public var effective: RuleSettings { limits.compiled }

    /// Judges one order. A pass counts towards the order rate at once, before its fate is known.
    ///
    /// - Parameter followsPartner: the order judged before this one, which passed, is the other leg of its
    ///   pair: what both have in common is not judged twice.
    /// - Parameter closes: its pair makes a position smaller: what the risk index leaves does not bind it.
    public mutating func judge(
        _ question: RiskQuestion, _ places: RulePlaces? = nil, followsPartner: Bool = false,
        closes: Bool = false, at now: Moment
    ) -> Denial? {
        let order = question.order
        measure(question, at: now)
        let places =
            places
            ?? RulePlaces(
                venue: order.venue.index, strategy: Int(order.id.strategy) - 1,
                symbol: order.instrument.index, asset: order.instrument.index)
        let isOpening = order.purpose == .open
        let share = closes ? 100 : exposureShare
        let broken =
            isOpening && followsPartner
            ? firstBroken(table.ofEach.span, isOpening: isOpening, share, places)
            : firstBroken(table.rows.span, isOpening: isOpening, share, places)
        if let row = broken {
            return refuse(row, places.index(row.scope), isOpening, share, now)
        }
        if isOpening {
            if now - windowStart >= .seconds(1) {
                windowStart = now
                passedInWindow = 0
            }
            passedInWindow += 1
        }
        return nil
    }

    /// The first row that does not hold, in judging order.
    private func firstBroken(
        _ rows: borrowing Swift.Span<RuleTable.Row>, isOpening: Bool, _ share: Int64, _ places: RulePlaces
    ) -> RuleTable.Row? {
        let count = isOpening ? rows.count : table.hard
        // Nearly always all limits hold as they stand.
        let asTheyStand = !isOpening || mode != .reduced && share >= 100
        // Spans, or each row would copy what it looks at.
        let (limits, values) = (table.limits.span, values.span)
        if asTheyStand, table.holds(rows, count, values, places) { return nil }
        for number in 0..<count {
            let row = rows[number]
            let value = values[row.measure]
            if value == Measured.notApplicable { continue }
            var limit = limits[row.limit(at: places.index(row.scope))]
            if !asTheyStand { limit = bindingOpenings(limit, row.measure, shrinks: row.shrinks, share) }
            let holds = row.isAtMost ? value <= limit : value >= limit
            if !holds || value == Measured.missing { return row }
        }
        return nil
    }

    private mutating func refuse(
        _ row: RuleTable.Row, _ place: Int, _ isOpening: Bool, _ share: Int64, _ now: Moment
    ) -> Denial {
        var limit = table.limits[row.limit(at: place)]
        if isOpening { limit = bindingOpenings(limit, row.measure, shrinks: row.shrinks, share) }
        let rule = RuleRegistry.byMeasure[row.measure]
        denials[row.code] += 1
        rulings[row.code] = Ruling(
            code: rule.code, measure: rule.limit.measure, value: values[row.measure], limit: limit,
            place: place, at: now)
        return rule.code
    }

    /// Whether every rule about what lasts would let a new order pass, by values stated for it.
    public func tolerates(_ places: RulePlaces) -> Bool {
        firstBroken(table.lasting.span, isOpening: true, exposureShare, places) == nil
    }

    /// The worst limit that the collar lets pass.
    public func collar(around reference: Price, _ side: Side) -> Price {
        let reach = Int128(reference.raw) * Int128(limits.priceCollar.raw) / Int128(Rate.one)
        return Price(raw: Int64(clamping: Int128(reference.raw) + (side == .buy ? reach : -reach)))
    }

    private mutating func compile() {
        table = RuleTable(limits.compiled)
        wanted = table.rows.map { RuleRegistry.byMeasure[$0.measure].limit.measure }
            .filter { !RiskGovernor.asked.contains($0) }
        wantedOfEach = wanted.filter(\.isOfEach)
        wantedOfResting = wanted.filter(\.isLasting)
    }

    /// What a limit comes to for openings, in this mode and at this risk index.
    public func bindingOpenings(_ limit: Int128, _ measure: Measure) -> Int128 {
        let shrinks = RuleRegistry.byMeasure[measure.rawValue].limit.shrinks
        return bindingOpenings(limit, measure.rawValue, shrinks: shrinks, exposureShare)
    }

    @inline(__always)
    private func bindingOpenings(_ limit: Int128, _ measure: Int, shrinks: Bool, _ share: Int64) -> Int128 {
        let limit = shrinks && mode == .reduced ? limit / Int128(limits.reducedDivisor) : limit
        guard share < 100, RiskGovernor.isExposure(measure) else { return limit }
        return limit / 100 * Int128(share)
    }

    /// What the risk index scales.
    @inline(__always)
    private static func isExposure(_ measure: Int) -> Bool {
        measure == Measure.positionNotional.rawValue || measure == Measure.exposureNotional.rawValue
    }

    // MARK: What a question holds

    private static let asked: Set<Measure> = [
        .badOrder, .modeForAll, .lateness, .unguarded, .orderNotional, .orderQuantity, .collar, .selfMatch,
        .shortfall, .modeForOpenings, .unproven, .bookAge, .noReference, .windowCollar, .positionNotional,
        .exposureNotional, .orderRate,
    ]

    private mutating func measure(_ question: RiskQuestion, at now: Moment) {
        let order = question.order
        let isOpening = order.purpose == .open
        state(.badOrder, order.quantity > .zero && order.limit > .zero ? 0 : 1)
        state(.modeForAll, flattens && order.purpose.reducesRisk ? 0 : Int128(mode.rawValue))
        state(.lateness, Int128(max(0, (now - order.sendBefore).nanoseconds)))
        state(.unguarded, order.timeInForce.mayRest && !question.deadManArmed ? 1 : 0)
        state(.orderNotional, question.notional.raw)
        state(.orderQuantity, Int128(order.quantity.raw))
        state(.collar, beyond(question.referencePrice, order) ?? Measured.notApplicable)
        state(.selfMatch, matchesOurselves(question) ? 1 : 0)
        state(.shortfall, max(0, question.needed.raw - question.available.raw))
        guard isOpening else { return }
        state(.modeForOpenings, planted(.ignoreHold) ? 0 : Int128(mode.rawValue))
        state(.unproven, question.bookProven ? 0 : 1)
        state(.bookAge, planted(.staleBookTrades) ? 0 : Int128(question.bookAge.nanoseconds))
        state(.noReference, question.referencePrice == nil ? 1 : 0)
        state(.windowCollar, question.isWindowOfItsKind ? beyondWindow(question) : Measured.notApplicable)
        state(.positionNotional, question.worstPositionNotional.raw)
        state(.exposureNotional, question.worstExposureNotional.raw)
        state(.orderRate, now - windowStart >= .seconds(1) ? 1 : Int128(passedInWindow) + 1)
    }

    /// How far a limit lies beyond a price, as a rate rounded up: exactly when it is more than a collar is
    /// this more than the collar. Zero or less: it does not.
    private func beyond(_ reference: Price?, _ order: OrderIntent) -> Int128? {
        guard let reference, reference.raw > 0 else { return nil }
        let away =
            order.side == .buy
            ? Int128(order.limit.raw) - Int128(reference.raw)
            : Int128(reference.raw) - Int128(order.limit.raw)
        guard away > 0 else { return 0 }
        return (away * Int128(Rate.one) + Int128(reference.raw) - 1) / Int128(reference.raw)
    }

    private func beyondWindow(_ question: RiskQuestion) -> Int128 {
        guard let range = question.window else { return Measured.missing }
        return beyond(question.order.side == .buy ? range.low : range.high, question.order)
            ?? Measured.missing
    }

    private func matchesOurselves(_ question: RiskQuestion) -> Bool {
        guard let own = question.ownOpposite else { return false }
        return question.order.side == .buy ? question.order.limit >= own : question.order.limit <= own
    }
}

extension RiskLimits {
    /// The rules' settings with what stands in the limits themselves.
    var compiled: RuleSettings {
        var settings = rules
        settings[.orderNotional] = [orderNotional.raw]
        settings[.orderQuantity] = orderQuantity.map { Int128($0.raw) }
        settings[.collar] = [Int128(priceCollar.raw)]
        settings[.bookAge] = [Int128(bookAge.nanoseconds)]
        settings[.windowCollar] = [Int128(windowCollar.raw)]
        settings[.positionNotional] = [positionNotional.raw]
        settings[.exposureNotional] = [exposureNotional.raw]
        settings[.orderRate] = [Int128(ordersPerSecond)]
        return settings
    }
}
