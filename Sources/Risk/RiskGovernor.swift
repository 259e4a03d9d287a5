import TradingModel

/// What the governor is asked about one order: the order and every number its rules need, gathered by the
/// engine in the same call, so that nothing can change between the question and the send.
public struct RiskQuestion: Hashable, Sendable {
    public var order: OrderIntent
    public var instrument: Instrument
    /// Whether the venue's book is proven now, and how old its last message is.
    public var bookProven: Bool
    public var bookAge: Span
    /// Best opposite price among the *other* proven venues (ask for a buy, bid for a sell); `nil` when there
    /// is none.
    public var referencePrice: Price?
    /// Spendable on the order's venue: quote for a buy, base for a sell, net of everything reserved.
    public var available: Amount
    /// What the order would reserve there.
    public var needed: Amount
    /// The base asset's departure from opening over all venues, in quote notional, if this and every live
    /// order filled in the worst way.
    public var worstPositionNotional: Amount
    /// The same summed over all instruments.
    public var worstExposureNotional: Amount
    public var notional: Amount
    /// Whether the order's venue would cancel what rests there if this node died.
    public var deadManArmed: Bool
    /// The lowest and highest mid price of the collar's window; `nil` when there was none.
    public var window: PriceRange?
    /// The most aggressive limit of our own orders that may rest on the other side of this venue's book.
    public var ownOpposite: Price?

    public struct PriceRange: Hashable, Sendable {
        public var low: Price
        public var high: Price
        public init(low: Price, high: Price) {
            self.low = low
            self.high = high
        }
    }

    public init(
        order: OrderIntent, instrument: Instrument, bookProven: Bool, bookAge: Span, referencePrice: Price?,
        available: Amount, needed: Amount, worstPositionNotional: Amount, worstExposureNotional: Amount,
        notional: Amount, deadManArmed: Bool, window: PriceRange? = nil, ownOpposite: Price? = nil
    ) {
        self.window = window
        self.ownOpposite = ownOpposite
        self.order = order
        self.instrument = instrument
        self.bookProven = bookProven
        self.bookAge = bookAge
        self.referencePrice = referencePrice
        self.available = available
        self.needed = needed
        self.worstPositionNotional = worstPositionNotional
        self.worstExposureNotional = worstExposureNotional
        self.notional = notional
        self.deadManArmed = deadManArmed
    }
}

/// Why an order may not be sent.
public enum Denial: String, Error, Hashable, Sendable, CaseIterable {
    case mode = "mode"
    case tooLate = "too-late"
    case bookUnproven = "book-unproven"
    case bookStale = "book-stale"
    case orderNotional = "order-notional"
    case orderQuantity = "order-quantity"
    case positionNotional = "position-notional"
    case exposureNotional = "exposure-notional"
    case noReference = "no-reference"
    case priceCollar = "price-collar"
    case balance = "balance"
    case orderRate = "order-rate"
    case badOrder = "bad-order"
    /// It could rest where nobody would cancel it if the node died.
    case noDeadMan = "no-dead-man"
    /// It follows a fast move further than the collar over the window allows.
    case windowCollar = "window-collar"
    /// It would trade with an order of our own.
    case selfMatch = "self-match"
}

/// Stands in front of the only call that can send an order. Pure and allocation-free.
///
/// Hedges and unwinds pass where new risk is held: they are bound by mode KILLED, size, collar and balance,
/// but neither by the position caps they reduce nor by the order rate, nor by a stale reference when nothing
/// better is known.
///
/// An order that may rest goes only where a dead-man switch is armed, hedges included: at a venue without one
/// the node sends nothing but IOC and FOK.
public struct RiskGovernor: Sendable {
    public var limits: RiskLimits
    public private(set) var mode: OperatingMode
    /// In KILLED, what reduces passes all the same: people want what is owed hedged.
    public var flattens = false
    /// Of the limits of position and exposure, in percent: what the risk index leaves.
    public var exposureShare: Int64 = 100
    /// New-risk orders passed in the current one-second window.
    private var windowStart = Moment.distantPast
    private var passedInWindow = 0
    /// Denials since start, by `Denial` in the order of `allCases`.
    public private(set) var denials = [Int](repeating: 0, count: Denial.allCases.count)

    public init(limits: RiskLimits, mode: OperatingMode) {
        self.limits = limits
        self.mode = mode
    }

    /// Lowers the mode at once, or raises it when a person says so.
    public mutating func setMode(_ mode: OperatingMode) { self.mode = mode }

    /// Judges one order. A pass counts towards the order rate at once, before its fate is known.
    public mutating func judge(_ question: RiskQuestion, at now: Moment) -> Denial? {
        let denial = verdict(question, at: now)
        if let denial {
            denials[RiskGovernor.index(denial)] += 1
        } else if question.order.purpose == .open {
            passedInWindow += 1
        }
        return denial
    }

    private mutating func verdict(_ question: RiskQuestion, at now: Moment) -> Denial? {
        let order = question.order
        guard order.quantity > .zero, order.limit > .zero else { return .badOrder }
        if mode == .killed, !(flattens && order.purpose.reducesRisk) { return .mode }
        if now > order.sendBefore { return .tooLate }
        if order.timeInForce.mayRest, !question.deadManArmed { return .noDeadMan }
        if question.notional > notionalLimit(limits.orderNotional, order) { return .orderNotional }
        if order.quantity > limits.orderQuantity[order.instrument.index] { return .orderQuantity }
        if let denial = collar(question) { return denial }
        if matchesOurselves(question) { return .selfMatch }
        if question.needed > question.available { return .balance }
        if order.purpose.reducesRisk { return nil }
        if mode >= .hold, !planted(.ignoreHold) { return .mode }
        if !question.bookProven { return .bookUnproven }
        if question.bookAge > limits.bookAge, !planted(.staleBookTrades) { return .bookStale }
        if question.referencePrice == nil { return .noReference }
        if isBeyondWindow(question) { return .windowCollar }
        if question.worstPositionNotional > exposureLimit(limits.positionNotional, order) {
            return .positionNotional
        }
        if question.worstExposureNotional > exposureLimit(limits.exposureNotional, order) {
            return .exposureNotional
        }
        if now - windowStart >= .seconds(1) {
            windowStart = now
            passedInWindow = 0
        }
        if passedInWindow >= limits.ordersPerSecond { return .orderRate }
        return nil
    }

    /// A limit may not lie further beyond the other venues' price than the collar.
    private func collar(_ question: RiskQuestion) -> Denial? {
        guard let reference = question.referencePrice else { return nil }
        let bound = collar(around: reference, question.order.side)
        switch question.order.side {
        case .buy: return question.order.limit > bound ? .priceCollar : nil
        case .sell: return question.order.limit < bound ? .priceCollar : nil
        }
    }

    private func matchesOurselves(_ question: RiskQuestion) -> Bool {
        guard let own = question.ownOpposite else { return false }
        return question.order.side == .buy ? question.order.limit >= own : question.order.limit <= own
    }

    private func isBeyondWindow(_ question: RiskQuestion) -> Bool {
        guard let range = question.window else { return false }
        func reach(_ price: Price) -> Int128 {
            Int128(price.raw) * Int128(limits.windowCollar.raw) / Int128(Rate.one)
        }
        let limit = Int128(question.order.limit.raw)
        switch question.order.side {
        case .buy: return limit > Int128(range.low.raw) + reach(range.low)
        case .sell: return limit < Int128(range.high.raw) - reach(range.high)
        }
    }

    /// The worst limit that the collar lets pass.
    public func collar(around reference: Price, _ side: Side) -> Price {
        let reach = Int128(reference.raw) * Int128(limits.priceCollar.raw) / Int128(Rate.one)
        return Price(raw: Int64(clamping: Int128(reference.raw) + (side == .buy ? reach : -reach)))
    }

    private func notionalLimit(_ limit: Amount, _ order: OrderIntent) -> Amount {
        mode == .reduced && order.purpose == .open
            ? Amount(raw: limit.raw / Int128(limits.reducedDivisor)) : limit
    }

    private func exposureLimit(_ limit: Amount, _ order: OrderIntent) -> Amount {
        Amount(raw: notionalLimit(limit, order).raw / 100 * Int128(exposureShare))
    }

    private static func index(_ denial: Denial) -> Int {
        switch denial {
        case .mode: 0
        case .tooLate: 1
        case .bookUnproven: 2
        case .bookStale: 3
        case .orderNotional: 4
        case .orderQuantity: 5
        case .positionNotional: 6
        case .exposureNotional: 7
        case .noReference: 8
        case .priceCollar: 9
        case .balance: 10
        case .orderRate: 11
        case .badOrder: 12
        case .noDeadMan: 13
        case .windowCollar: 14
        case .selfMatch: 15
        }
    }
}
