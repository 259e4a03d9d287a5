import Books
import Orders
import Risk
import TradingModel

// The one way to an order: every value its rules need is measured in the call that asks them.
extension TradingEngine {
    /// Whether the governor lets an order go. Nothing is submitted without it.
    mutating func mayGo(
        _ order: OrderIntent, edge: Rate? = nil, closes: Bool = false, amending standing: OrderRecord? = nil,
        followsPartner: Bool = false, _ now: Moment
    ) -> Bool {
        verdict(
            order, edge: edge, closes: closes, amending: standing, followsPartner: followsPartner, now) == nil
    }

    /// Why the governor does not let an order go. Nothing else calls it.
    ///
    /// - Parameters:
    ///   - edge: what an opening is to earn, net of fees.
    ///   - standing: the order as it stands, where `order` is what it is to become.
    ///   - followsPartner: the last order that was judged, and passed, is the other leg of the same pair, and
    ///     nothing has happened since: what both have in common was measured and judged with it.
    mutating func verdict(
        _ order: OrderIntent, edge: Rate? = nil, closes: Bool = false, amending standing: OrderRecord? = nil,
        followsPartner: Bool = false, _ now: Moment
    ) -> Denial? {
        let places = places(of: order)
        if order.purpose == .open {
            let subject = RuleSubject(
                order, edge: edge, closes: closes, isAmend: standing != nil, asset: places.asset)
            var figures = followsPartner ? partnerFigures : RuleFigures()
            for measure in followsPartner ? governor.wantedOfEach : governor.wanted {
                governor.state(measure, value(measure, subject, &figures, now))
            }
            partnerFigures = figures
        }
        return governor.judge(
            question(order, now, amending: standing), places, followsPartner: followsPartner,
            closes: closes, at: now)
    }

    func places(of order: OrderIntent) -> RulePlaces {
        RulePlaces(
            venue: order.venue.index, strategy: Int(order.id.strategy) - 1, symbol: order.instrument.index,
            asset: assetOf[order.instrument.index])
    }

    /// The configured limits with what people have switched.
    static func governor(_ policy: EnginePolicy, _ recovery: Recovery) -> RiskGovernor {
        RiskGovernor(limits: limits(policy, recovery.switchedRules), mode: recovery.mode ?? .normal)
    }

    static func limits(_ policy: EnginePolicy, _ switched: [Denial: RuleSwitch]) -> RiskLimits {
        var limits = policy.limits
        limits.rules[.cycles] = policy.cycleLimits
        for (code, change) in switched { limits.rules[code] = change.isOn }
        return limits
    }

    /// By instrument: the first instrument with the same base asset.
    static func assets(_ instruments: [Instrument]) -> [Int] {
        instruments.map { own in instruments.firstIndex { $0.base == own.base } ?? own.id.index }
    }

    /// What a rule holds against its limit, now and there; `Measured.missing` when nobody knows it.
    func value(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        var figures = RuleFigures()
        return value(measure, subject, &figures, now)
    }

    /// - Parameter figures: of this subject and moment, empty or from another measure.
    func value(
        _ measure: Measure, _ subject: RuleSubject, _ figures: inout RuleFigures, _ now: Moment
    ) -> Int128 {
        switch families[measure.rawValue] {
        case .order: orderValue(measure, subject, now)
        case .flow: flowValue(measure, subject, now)
        case .exposure: exposureValue(measure, subject, &figures, now)
        case .loss: lossValue(measure, subject, &figures, now)
        case .market: marketValue(measure, subject, now)
        case .infrastructure: infrastructureValue(measure, subject, now)
        }
    }

    // MARK: Orders

    private func orderValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        switch measure {
        case .blocked:
            guard subject.symbol < governor.limits.rules.blocked.count else { return 0 }
            return governor.limits.rules.blocked[subject.symbol] ? 1 : 0
        case .closed:
            return governor.limits.rules.hours.map { $0.isOpen(at: now) ? 0 : 1 } ?? Measured.missing
        case .filters:
            guard let order = subject.order else { return Measured.notApplicable }
            return brokenFilters(order)
        case .sinceSame:
            guard let order = subject.order, !subject.isAmend,
                let span = ruleMemory.sinceSame(order, at: now)
            else { return Measured.notApplicable }
            return Int128(span.nanoseconds)
        case .edge:
            if subject.closes || subject.order == nil { return Measured.notApplicable }
            return subject.edge.map { Int128($0.raw) } ?? Measured.missing
        case .agreeing:
            guard let order = subject.order else { return Measured.notApplicable }
            return agreeing(order, governor.limits.rules.band, now)
        case .bookAge:
            guard let slot = books.first?.slot(of: VenueID(subject.venue)) else { return Measured.missing }
            return Int128(books[0].tops[slot].age(at: now).nanoseconds)
        case .modeForAll, .modeForOpenings: return Int128(mode.rawValue)
        default: return Measured.notApplicable
        }
    }

    private func brokenFilters(_ order: OrderIntent) -> Int128 {
        guard let place = listingPlace(order.venue, order.instrument) else { return Measured.missing }
        let listings = policy.venues[order.venue.index].listings
        return listings.span[place].brokenFilters(order)
    }

    /// Venues with a proven, fresh book around the limit.
    private func agreeing(_ order: OrderIntent, _ band: Rate, _ now: Moment) -> Int128 {
        let index = order.instrument.index
        var count: Int128 = 0
        let reach = Int128(order.limit.raw) * Int128(band.raw) / Int128(Rate.one)
        var rest = books[index].synced
        while let slot = rest.popFirst() {
            let top = books[index].tops[slot]
            guard top.hasBid, top.hasAsk, top.age(at: now) <= policy.limits.bookAge else { continue }
            let middle = Int128(top.bid.price.raw / 2 + top.ask.price.raw / 2)
            if (middle - Int128(order.limit.raw)).magnitude <= reach.magnitude { count += 1 }
        }
        return count
    }

    // MARK: Flow

    private func flowValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        let isNew = subject.order != nil && !subject.isAmend
        switch measure {
        case .disabled:
            guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
            return loopGuards[subject.strategy].reason == nil ? 0 : 1
        case .locked: return isLocked(subject, now) ? 1 : 0
        case .cycles:
            guard loopGuards.indices.contains(subject.strategy), !planted(.ignoreLogicLoop) else {
                return Measured.notApplicable
            }
            return Int128(loopGuards[subject.strategy].recent(at: now))
        case .openOrders:
            return Int128(orders.working) + (isNew ? 1 : 0)
        case .venueOpenOrders:
            return Int128(orders.working(at: VenueID(subject.venue))) + (isNew ? 1 : 0)
        case .refusals: return ruleMemory.refusals.sum(of: subject.venue, .minute, at: now)
        case .ordersPerFill:
            let sent = ruleMemory.venueOrders.sum(of: subject.venue, .day, at: now)
            guard sent >= Int128(governor.limits.rules.sample) else { return 0 }
            return sent / max(1, ruleMemory.venueFills.sum(of: subject.venue, .day, at: now))
        case .feesThisHour: return ruleMemory.fees.sum(of: 0, .hour, at: now)
        default: return frequency(measure, subject, now)
        }
    }

    private func frequency(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        let first = Measure.venueOrdersSecond.rawValue
        let number = measure.rawValue - first
        guard (0..<24).contains(number), let window = FlowMeters.Window(rawValue: number % 4) else {
            return Measured.notApplicable
        }
        let added: Int128 = subject.order == nil ? 0 : 1
        if number >= 12, !loopGuards.indices.contains(subject.strategy) { return Measured.notApplicable }
        switch number / 4 {
        case 0:
            return ruleMemory.venueOrders.sum(of: subject.venue, window, at: now)
                + (subject.isAmend ? 0 : added)
        case 1: return ruleMemory.venueCancels.sum(of: subject.venue, window, at: now)
        case 2: return ruleMemory.venueMessages.sum(of: subject.venue, window, at: now) + added
        case 3:
            return ruleMemory.strategyOrders.sum(of: subject.strategy, window, at: now)
                + (subject.isAmend ? 0 : added)
        case 4: return ruleMemory.strategyCancels.sum(of: subject.strategy, window, at: now)
        default: return ruleMemory.strategyMessages.sum(of: subject.strategy, window, at: now) + added
        }
    }

    private func isLocked(_ subject: RuleSubject, _ now: Moment) -> Bool {
        guard !ruleMemory.lockouts.list.isEmpty else { return false }
        let lockouts = ruleMemory.lockouts
        if lockouts.holds(.global, "", at: now) { return true }
        guard subject.order != nil else { return false }
        return lockouts.holds(.venue, policy.venues[subject.venue].name, at: now)
            || lockouts.holds(.symbol, policy.instruments[subject.symbol].symbol, at: now)
            || loopGuards.indices.contains(subject.strategy)
                && lockouts.holds(.strategy, policy.strategyNames[subject.strategy], at: now)
    }
}

extension Listing {
    /// How many of the venue's filters the order breaks.
    fileprivate func brokenFilters(_ order: OrderIntent) -> Int128 {
        var broken: Int128 = 0
        if order.limit.raw % tick.raw != 0 { broken += 1 }
        if order.quantity.raw % lot.raw != 0 { broken += 1 }
        if order.quantity < minimumQuantity { broken += 1 }
        if order.quantity > maximumQuantity { broken += 1 }
        if instrument.notional(order.limit, order.quantity) < minimumNotional { broken += 1 }
        return broken
    }
}
