import Hedging
import Risk
import Strategies
import TradingModel

/// Reads limits, hedge and strategy settings. What they say about instruments is checked only when those were
/// readable.
struct PolicyReading {
    let root: Section
    let instruments: [Instrument]?
    let venues: [NodeConfiguration.Venue]?

    // MARK: Limits

    /// There are no default limits: a limit nobody chose is not a limit.
    func limits() -> RiskLimits? {
        guard let section = root.section("limits") else { return nil }
        let order = section.value("order_notional", .positive(upTo: 1_000_000_000))
        let quantities = orderQuantities(section)
        let position = section.value("position_notional", .positive(upTo: 10_000_000_000))
        let exposure = section.value("exposure_notional", .positive(upTo: 10_000_000_000))
        let collar = section.value("price_collar", .rate(bps: 1...5_000))
        let age = section.value("book_age", .span(.milliseconds(10)...(.seconds(60))))
        let rate = section.value("orders_per_second", .integer(1...1_000))
        let divisor = section.value("reduced_divisor", .integer(1...1_000), standard: 2)
        let windowCollar = section.value(
            "window_collar", .rate(bps: 1...5_000), standard: RiskLimits.standardWindowCollar)
        let window = section.value(
            "window", .span(.seconds(1)...(.seconds(3_600))), standard: RiskLimits.standardWindow)
        section.finish()
        if let order, let position, order > position {
            section.report("must not exceed position_notional (\(position))", at: "order_notional")
        }
        if let order, let exposure, order > exposure {
            section.report("must not exceed exposure_notional (\(exposure))", at: "order_notional")
        }
        guard let order, let quantities, let position, let exposure, let collar, let age, let rate,
            let divisor, let windowCollar, let window
        else {
            return nil
        }
        return RiskLimits(
            orderNotional: order, orderQuantity: quantities, positionNotional: position,
            exposureNotional: exposure,
            priceCollar: collar, bookAge: age, ordersPerSecond: rate, reducedDivisor: Int64(divisor),
            windowCollar: windowCollar, window: window)
    }

    private func orderQuantities(_ limits: Section) -> [Quantity]? {
        guard let section = limits.section("order_quantity"), let instruments else { return nil }
        var quantities: [Quantity] = []
        for instrument in instruments {
            guard let amount = section.value(instrument.symbol, .positive(upTo: 1_000_000_000)) else {
                continue
            }
            switch ScaledAmount.raw(amount, scale: instrument.quantityScale, scaleKey: "quantity_scale") {
            case .success(let raw): quantities.append(Quantity(raw: raw))
            case .failure(let complaint): section.report(complaint.message, at: instrument.symbol)
            }
        }
        // A limits file is shared: it may bound instruments that this node does not trade. A mistyped name
        // shows all the same, because the one that was meant is missing.
        for (key, origin) in section.names() where !instruments.contains(where: { $0.symbol == key }) {
            _ = section.value(key, .positive(upTo: 1_000_000_000))
            if case .failure(let complaint) = SettingKind.symbol.parse(key) {
                root.ledger.report("`\(section.name(key))`: \(complaint.message)", at: origin)
            }
        }
        return quantities.count == instruments.count ? quantities : nil
    }

    // MARK: Hedge

    func hedge() -> HedgePolicy? {
        guard let section = root.section("hedge", mayBeAbsent: true) else { return nil }
        let standard = HedgePolicy()
        let deadline = section.value(
            "deadline", .span(.milliseconds(5)...(.seconds(60))), standard: standard.deadline)
        let reprice = section.value("reprice_bound", .rate(bps: 1...2_000), standard: standard.repriceBound)
        let other = section.value(
            "other_venue_bound", .rate(bps: 1...2_000), standard: standard.otherVenueBound)
        let correlated = section.value(
            "correlated_bound", .rate(bps: 1...2_000), standard: standard.correlatedBound)
        let unwind = section.value("unwind_bound", .rate(bps: 1...2_000), standard: standard.unwindBound)
        let retry = section.value(
            "retry_every", .span(.milliseconds(10)...(.seconds(60))), standard: standard.retryEvery)
        let cooldown = section.value(
            "cooldown", .span(.zero...(.seconds(3_600))), standard: standard.cooldown)
        let cap = section.value(
            "residual_cap", .positive(upTo: 1_000_000_000), standard: standard.residualCap)
        let age = section.value(
            "residual_age", .span(.seconds(1)...(.seconds(7 * 86_400))), standard: standard.residualAge)
        let warrants = section.value("warrants", .integer(0...4), standard: standard.warrants)
        let quoteWarrants = section.value(
            "quote_warrants", .integer(0...4), standard: standard.quoteWarrants)
        section.finish()
        guard let deadline, let reprice, let other, let correlated, let unwind, let retry, let cooldown,
            let cap, let age, let warrants, let quoteWarrants
        else { return nil }
        return HedgePolicy(
            deadline: deadline, repriceBound: reprice, otherVenueBound: other, correlatedBound: correlated,
            unwindBound: unwind, retryEvery: retry, cooldown: cooldown, residualCap: cap, residualAge: age,
            warrants: warrants, quoteWarrants: quoteWarrants)
    }

    // MARK: Sizing

    /// On unless it is switched off. `nil`: a problem was reported.
    func sizing() -> AdaptiveSizing?? {
        guard let section = root.section("sizing", mayBeAbsent: true) else { return nil }
        let standard = AdaptiveSizing()
        let use = section.value("use", .choice(Switch.allCases), standard: .on)
        let range = section.value("calm_range", .rate(bps: 1...5_000), standard: standard.calmRange)
        let slippage = section.value(
            "calm_slippage", .rate(bps: 1...5_000), standard: standard.calmSlippage)
        section.finish()
        guard let use, let range, let slippage else { return nil }
        return .some(use == .on ? AdaptiveSizing(calmRange: range, calmSlippage: slippage) : nil)
    }

    private enum Switch: String, CaseIterable {
        case on
        case off
    }

    // MARK: Strategies

    struct Strategies {
        var takerTaker: [TakerTakerPolicy]
        var makerTaker: [MakerTakerPolicy]
    }

    func strategies(_ limits: RiskLimits?) -> Strategies? {
        guard let section = root.section("strategies", mayBeAbsent: true) else { return nil }
        let takers = section.list("taker_taker", mayBeEmpty: true)
        let makers = section.list("maker_taker", mayBeEmpty: true)
        let bases = section.list("basis", mayBeEmpty: true)
        section.finish()
        guard let takers, let makers, let bases else { return nil }
        let (takerTaker, makerTaker) = (takerTaker(takers, limits), makerTaker(makers, limits))
        guard let takerTaker, let makerTaker, let basis = basis(bases, limits) else { return nil }
        return Strategies(takerTaker: takerTaker + basis, makerTaker: makerTaker)
    }

    private func takerTaker(_ items: [Setting], _ limits: RiskLimits?) -> [TakerTakerPolicy]? {
        var policies: [TakerTakerPolicy] = []
        for (index, item) in items.enumerated() {
            let path = "strategies.taker_taker[\(index)]"
            guard let section = NodeReading.group(item, path: path, root.ledger) else { continue }
            guard let policy = takerTaker(section, limits) else { continue }
            if policies.contains(where: { $0.instrument == policy.instrument }) {
                section.report("this instrument already has taker-taker settings", at: "instrument")
            }
            policies.append(policy)
        }
        return policies.count == items.count ? policies : nil
    }

    private func takerTaker(_ section: Section, _ limits: RiskLimits?) -> TakerTakerPolicy? {
        let standard = TakerTakerPolicy(instrument: InstrumentID(0), minimumEdge: .zero, pairNotional: .zero)
        let instrument = instrument(section)
        let manifest = manifest(section, instrument, fewest: 2)
        let edge = section.value("minimum_edge", .rate(bps: 0...1_000))
        let notional = section.value("pair_notional", .positive(upTo: 1_000_000_000))
        let share = section.value("depth_share", .percent(1...100), standard: Int(standard.depthShare))
        let cooldown = section.value(
            "cooldown", .span(.zero...(.seconds(3_600))), standard: standard.cooldown)
        let slippage = section.value("slippage", .rate(bps: 0...500), standard: standard.slippage)
        let cycles = section.value(
            "cycles_per_minute", .integer(1...10_000), standard: standard.cyclesPerMinute)
        let fees = section.optional("fees_per_hour", .positive(upTo: 1_000_000_000))
        let order = section.value("leg_order", .choice(LegOrder.allCases), standard: standard.legOrder)
        section.finish()
        if let limits, let notional, notional > limits.orderNotional {
            section.report(
                "must not exceed limits.order_notional (\(limits.orderNotional))", at: "pair_notional")
        }
        guard let manifest, let instrument, let edge, let notional, let share, let cooldown, let slippage,
            let cycles,
            let fees, let order
        else { return nil }
        return TakerTakerPolicy(
            instrument: instrument, minimumEdge: edge, pairNotional: notional, depthShare: Int64(share),
            cooldown: cooldown, slippage: slippage, cyclesPerMinute: cycles, feesPerHour: fees,
            legOrder: order, manifest: manifest)
    }

    func instrument(_ section: Section) -> InstrumentID? {
        guard let symbol = section.value("instrument", .symbol), let instruments else { return nil }
        guard let instrument = instruments.first(where: { $0.symbol == symbol }) else {
            let hint = Suggestion.sentence(for: symbol, among: instruments.map(\.symbol))
            section.report("\(symbol) is not among this node's instruments\(hint)", at: "instrument")
            return nil
        }
        guard let venues else { return instrument.id }
        let listed = venues.filter { venue in venue.listings.contains { $0.instrument == instrument } }.count
        if listed < 2 {
            section.report(
                "\(symbol) is listed at \(listed) of this node's venues: arbitrage needs two",
                at: "instrument")
        }
        return instrument.id
    }
}
