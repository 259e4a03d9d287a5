import Risk
import Testing
import TradingModel

@Suite struct `The risk governor` {
    static func amount(_ units: Int64) -> Amount { Amount(raw: Int128(units) * 1_000_000_000_000_000_000) }
    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 4)
    static let limits = RiskLimits(
        orderNotional: amount(10_000), orderQuantity: [Quantity(raw: 5_000)],
        positionNotional: amount(20_000),
        exposureNotional: amount(30_000), priceCollar: Rate(hundredthsOfBasisPoint: 10_000),
        bookAge: .seconds(5),
        ordersPerSecond: 3)
    static let now = Moment(nanoseconds: 1_000_000_000_000)

    /// A buy of 0.1 at 60,000 that passes every rule.
    static func good(
        _ purpose: OrderPurpose = .open, _ change: (inout RiskQuestion) -> Void = { _ in }
    ) -> RiskQuestion {
        let order = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0),
            venue: VenueID(0),
            instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1_000),
            limit: Price(raw: 6_000_000),
            timeInForce: .immediateOrCancel, purpose: purpose, decidedAt: now,
            sendBefore: now + .milliseconds(100))
        var question = RiskQuestion(
            order: order, bookProven: true, bookAge: .milliseconds(10),
            referencePrice: Price(raw: 6_000_000), available: amount(100_000), needed: amount(6_010),
            worstPositionNotional: amount(6_000), worstExposureNotional: amount(6_000),
            notional: amount(6_000), deadManArmed: false,
            window: .init(low: Price(raw: 6_000_000), high: Price(raw: 6_000_000)))
        change(&question)
        return question
    }

    /// Its strategy is enabled, and nothing is locked out.
    static func made(_ mode: OperatingMode) -> RiskGovernor {
        var governor = RiskGovernor(limits: limits, mode: mode)
        for measure in governor.wanted { governor.state(measure, 0) }
        return governor
    }

    static func judge(
        _ mode: OperatingMode = .normal, _ purpose: OrderPurpose = .open,
        _ change: (inout RiskQuestion) -> Void = { _ in }
    ) -> Denial? {
        var governor = made(mode)
        return governor.judge(good(purpose, change), at: now)
    }

    @Test func `lets a sound order pass`() { #expect(Self.judge() == nil) }

    @Test func `holds each limit to the unit`() {
        #expect(Self.judge { $0.notional = Self.amount(10_000) } == nil)
        #expect(Self.judge { $0.notional = Self.amount(10_000) + Amount(raw: 1) } == .orderNotional)
        #expect(Self.judge { $0.order.quantity = Quantity(raw: 5_000) } == nil)
        #expect(Self.judge { $0.order.quantity = Quantity(raw: 5_001) } == .orderQuantity)
        #expect(Self.judge { $0.worstPositionNotional = Self.amount(20_000) } == nil)
        #expect(
            Self.judge { $0.worstPositionNotional = Self.amount(20_000) + Amount(raw: 1) }
                == .positionNotional)
        #expect(Self.judge { $0.worstExposureNotional = Self.amount(30_000) } == nil)
        #expect(
            Self.judge { $0.worstExposureNotional = Self.amount(30_000) + Amount(raw: 1) }
                == .exposureNotional)
        #expect(Self.judge { $0.needed = $0.available } == nil)
        #expect(Self.judge { $0.needed = $0.available + Amount(raw: 1) } == .balance)
        #expect(Self.judge { $0.bookAge = .seconds(5) } == nil)
        #expect(Self.judge { $0.bookAge = .seconds(5) + .nanoseconds(1) } == .bookStale)
        #expect(Self.judge { $0.bookProven = false } == .bookUnproven)
        #expect(Self.judge { $0.referencePrice = nil } == .noReference)
        #expect(Self.judge { $0.order.sendBefore = Self.now } == nil)
        #expect(Self.judge { $0.order.sendBefore = Self.now - .nanoseconds(1) } == .tooLate)
        #expect(Self.judge { $0.order.quantity = .zero } == .badOrder)
        #expect(Self.judge { $0.order.limit = .zero } == .badOrder)
    }

    @Test(arguments: OrderPurpose.allCases)
    func `what may rest goes only where a dead-man switch is armed`(_ purpose: OrderPurpose) {
        for force in TimeInForce.allCases {
            let mayRest = force == .goodTillCanceled || force == .postOnly
            for isArmed in [false, true] {
                let denial = Self.judge(.normal, purpose) {
                    $0.order.timeInForce = force
                    $0.deadManArmed = isArmed
                }
                #expect(denial == (mayRest && !isArmed ? .noDeadMan : nil), "\(force), armed \(isArmed)")
            }
        }
    }

    @Test func `each denial is counted under its own name`() {
        var governor = Self.made(.normal)
        _ = governor.judge(Self.good { $0.order.timeInForce = .postOnly }, at: Self.now)
        let counted = zip(Denial.allCases, governor.denials).filter { $0.1 > 0 }.map(\.0)
        #expect(counted == [.noDeadMan])
    }

    @Test func `collars both sides against the other venues`() {
        // One percent of 60,000 is 600.
        #expect(Self.judge { $0.order.limit = Price(raw: 6_060_000) } == nil)
        #expect(Self.judge { $0.order.limit = Price(raw: 6_060_001) } == .priceCollar)
        #expect(Self.judge { ($0.order.side, $0.order.limit) = (.sell, Price(raw: 5_940_000)) } == nil)
        #expect(
            Self.judge { ($0.order.side, $0.order.limit) = (.sell, Price(raw: 5_939_999)) } == .priceCollar)
    }

    @Test func `each mode lets through what it must and no more`() {
        let sketch: [(OperatingMode, open: Bool, hedge: Bool)] = [
            (.normal, true, true), (.reduced, true, true), (.hold, false, true), (.safe, false, true),
            (.killed, false, false),
        ]
        for (mode, open, hedge) in sketch {
            // Half of the notional limits still fits REDUCED.
            let small: (inout RiskQuestion) -> Void = { $0.notional = Self.amount(5_000) }
            #expect((Self.judge(mode, .open, small) == nil) == open, "\(mode)")
            #expect((Self.judge(mode, .hedge, small) == nil) == hedge, "\(mode)")
            #expect((Self.judge(mode, .unwind, small) == nil) == hedge, "\(mode)")
        }
        #expect(Self.judge(.reduced) == .orderNotional, "REDUCED halves the limits")
    }

    @Test
    func `a hedge passes where new risk is stopped by caps, books or rate, but never unfunded or uncollared`()
    {
        #expect(Self.judge(.normal, .hedge) { $0.worstPositionNotional = Self.amount(1_000_000) } == nil)
        #expect(Self.judge(.normal, .hedge) { $0.bookProven = false } == nil)
        #expect(Self.judge(.normal, .hedge) { $0.needed = $0.available + Amount(raw: 1) } == .balance)
        #expect(Self.judge(.normal, .hedge) { $0.order.limit = Price(raw: 6_060_001) } == .priceCollar)
    }

    @Test func `a sale is bound by the window and by our own bids as a buy is by its asks`() {
        let range = RiskQuestion.PriceRange(low: Price(raw: 5_900_000), high: Price(raw: 6_000_000))
        let bound = Price(raw: 6_000_000 - 6_000_000 * 3 / 100)
        func sell(at limit: Int64, past own: Int64? = nil) -> Denial? {
            Self.judge {
                $0.order.side = .sell
                $0.order.limit = Price(raw: limit)
                $0.referencePrice = Price(raw: limit)
                $0.window = range
                $0.ownOpposite = own.map { Price(raw: $0) }
            }
        }
        #expect(sell(at: bound.raw) == nil)
        #expect(sell(at: bound.raw - 1) == .windowCollar)
        #expect(sell(at: 6_000_000, past: 6_000_000) == .selfMatch)
        #expect(sell(at: 6_000_000, past: 5_999_999) == nil)
    }

    @Test func `a hedge is neither halved by REDUCED nor counted as new risk`() {
        #expect(Self.judge(.reduced, .hedge) { $0.notional = Self.amount(10_000) } == nil)
        var governor = Self.made(.normal)
        #expect(governor.judge(Self.good(), at: Self.now) == nil)
        for _ in 0..<3 { #expect(governor.judge(Self.good(.hedge), at: Self.now) == nil) }
        #expect(governor.judge(Self.good(), at: Self.now) == nil)
    }

    @Test func `a margin is rounded up`() {
        #expect(MarginRule(leverage: 3).initial(Amount(raw: 10)) == Amount(raw: 4))
        #expect(MarginRule(leverage: 3).initial(Amount(raw: 9)) == Amount(raw: 3))
    }

    @Test func `counts new risk per second and forgets it after one`() {
        var governor = Self.made(.normal)
        for _ in 0..<3 { #expect(governor.judge(Self.good(), at: Self.now) == nil) }
        #expect(governor.judge(Self.good(), at: Self.now) == .orderRate)
        #expect(governor.judge(Self.good(.hedge), at: Self.now) == nil)
        let later = Self.now + .seconds(1)
        #expect(governor.judge(Self.good { $0.order.sendBefore = later }, at: later) == nil)
        #expect(governor.denials.reduce(0, +) == 1)
    }

    @Test func `reservations add up, shrink and go`() {
        var reservations = Reservations()
        let id = ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0)
        reservations.reserve(id, VenueID(0), Asset("USDT"), Self.amount(10))
        #expect(reservations.reserved(VenueID(0), Asset("USDT")) == Self.amount(10))
        reservations.shrink(id, to: Self.amount(4))
        reservations.shrink(id, to: Self.amount(9))
        #expect(reservations.reserved(VenueID(0), Asset("USDT")) == Self.amount(4))
        reservations.release(id)
        reservations.release(id)
        #expect(reservations.reserved(VenueID(0), Asset("USDT")) == .zero && reservations.count == 0)
    }
}
