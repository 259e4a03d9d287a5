import Risk
import TradingModel

/// Questions in which one measure has a chosen value and every other one passes.
enum Asking {
    static let now = Moment(nanoseconds: 1_000_000_000_000_000)

    /// What a question itself holds.
    static let measures: Set<Measure> = [
        .badOrder, .modeForAll, .lateness, .unguarded, .orderNotional, .orderQuantity, .collar, .selfMatch,
        .shortfall, .modeForOpenings, .unproven, .bookAge, .noReference, .windowCollar, .positionNotional,
        .exposureNotional, .orderRate,
    ]

    /// All rules on, as wide as they go but for one.
    static func limits(_ measure: Measure, _ bound: Int128) -> RiskLimits {
        let huge = Amount(raw: Int128(1) << 120)
        var limits = RiskLimits(
            orderNotional: huge, orderQuantity: [Quantity(raw: .max)], positionNotional: huge,
            exposureNotional: huge, priceCollar: Rate(raw: .max / 4), bookAge: .seconds(86_400),
            ordersPerSecond: 1_000_000, windowCollar: Rate(raw: .max / 4))
        for code in Denial.allCases { limits.rules[code] = true }
        let short = Int64(clamping: bound)
        switch measure {
        case .orderNotional: limits.orderNotional = Amount(raw: bound)
        case .orderQuantity: limits.orderQuantity = [Quantity(raw: short)]
        case .collar: limits.priceCollar = Rate(raw: short)
        case .bookAge: limits.bookAge = Span(nanoseconds: short)
        case .windowCollar: limits.windowCollar = Rate(raw: short)
        case .positionNotional: limits.positionNotional = Amount(raw: bound)
        case .exposureNotional: limits.exposureNotional = Amount(raw: bound)
        case .orderRate: limits.ordersPerSecond = Int(short)
        default: limits.rules[measure] = [bound]
        }
        return limits
    }

    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 4)

    static func order(_ purpose: OrderPurpose) -> OrderIntent {
        OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 2, intent: 1, leg: 0, attempt: 0),
            venue: VenueID(1), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1),
            limit: Price(raw: 100_000_000), timeInForce: .immediateOrCancel, purpose: purpose,
            decidedAt: now, sendBefore: now + .seconds(1))
    }

    /// - Parameter governor: its mode and its count of this second are made what the measure needs.
    static func question(
        _ measure: Measure, _ value: Int128, _ purpose: OrderPurpose, _ governor: inout RiskGovernor
    ) -> RiskQuestion {
        var order = order(purpose)
        let price = order.limit
        var question = RiskQuestion(
            order: order, bookProven: true, bookAge: .zero, referencePrice: price,
            available: Amount(raw: 0), needed: Amount(raw: 0), worstPositionNotional: .zero,
            worstExposureNotional: .zero, notional: .zero, deadManArmed: true,
            window: .init(low: price, high: price))
        let short = Int64(clamping: value)
        switch measure {
        case .badOrder: order.quantity = Quantity(raw: value == 0 ? 1 : 0)
        case .modeForAll, .modeForOpenings:
            if let mode = OperatingMode(rawValue: UInt8(short)) { governor.setMode(mode) }
        case .lateness: order.sendBefore = now - Span(nanoseconds: short)
        case .unguarded:
            order.timeInForce = .postOnly
            question.deadManArmed = value == 0
        case .orderNotional: question.notional = Amount(raw: value)
        case .orderQuantity:
            // One unit beyond the largest number is no number.
            order.quantity = Quantity(raw: short)
        case .collar: order.limit = Price(raw: price.raw + short)
        case .selfMatch: question.ownOpposite = value == 0 ? nil : price
        case .shortfall: question.needed = Amount(raw: value)
        case .unproven: question.bookProven = value == 0
        case .bookAge: question.bookAge = Span(nanoseconds: short)
        case .noReference: question.referencePrice = value == 0 ? price : nil
        case .windowCollar:
            order.limit = Price(raw: price.raw + short)
            question.referencePrice = order.limit
        case .positionNotional: question.worstPositionNotional = Amount(raw: value)
        case .exposureNotional: question.worstExposureNotional = Amount(raw: value)
        case .orderRate where purpose == .open:
            question.order = order
            for _ in 0..<max(0, short - 1) { _ = governor.judge(question, at: now) }
        default: break
        }
        question.order = order
        // The window follows where the collar is what is asked about.
        if measure == .collar { question.window = .init(low: order.limit, high: order.limit) }
        return question
    }
}
