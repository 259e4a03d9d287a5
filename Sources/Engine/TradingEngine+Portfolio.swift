import Books
import Hedging
import Orders
import Portfolio
import Risk
import TradingModel

/// The portfolio as the engine keeps it.
struct WatchedPortfolio: Sendable {
    var watch: PortfolioWatch
    /// By instrument: the last spread and depth seen.
    var spreads: [Double?]
    var depths: [Double]

    init(policy: PortfolioPolicy, instruments: Int) {
        watch = PortfolioWatch(policy: policy, assets: instruments)
        spreads = Array(repeating: nil, count: instruments)
        depths = Array(repeating: 0, count: instruments)
    }
}

// All positions together: measured on the timer, never while a book message is decided.
extension TradingEngine {
    /// The last look's figures; `nil` where none are configured or before the first look.
    public var portfolioReport: PortfolioReport? { portfolio?.watch.report }
    /// Its score, 0…100; `nil` while it is not known.
    var capitalHealth: Int? { portfolioReport?.health.score }
    /// Limits that the last look found broken.
    public var portfolioBreaches: [PortfolioBreach] { portfolio?.watch.breaches ?? [] }

    /// Once, at the start.
    mutating func watchAllPositions() {
        portfolio = policy.portfolio.map {
            WatchedPortfolio(policy: $0, instruments: policy.instruments.count)
        }
        throttling = policy.portfolio?.throttle.map {
            Throttling(policy: $0, strategies: policy.takerTaker.count + policy.makerTaker.count)
        }
        nextThrottleLooks = policy.instruments.map { _ in
            throttling == nil ? .distantFuture : .distantPast
        }
    }

    mutating func watchPortfolio(_ now: Moment) {
        if portfolio?.watch.history.isDue(at: now) == true {
            let row = provenMids(now)
            portfolio?.watch.sample(row, at: now)
        }
        guard portfolio?.watch.isDue(at: now) == true else { return }
        noteTouches()
        let holdings = holdings()
        guard let (new, lacks) = portfolio?.watch.look(holdings, at: now) else { return }
        if let lacks { alarm(.varLimit, .warning, nil, lacks, now) }
        // A limit is a limit after a person's resume as well: while it is broken, that lasts until here.
        let isFree = governor.mode < .hold
        for breach in portfolioBreaches where isFree || new.contains(breach) {
            alarm(breach.code, .critical, nil, breach.text, now)
        }
        if let first = portfolioBreaches.first {
            lowerMode(to: .hold, reason: "\(first.code.rawValue): \(first.text)", now)
        }
    }

    /// Consolidated mid prices that are proven now; 0 where there is none.
    private func provenMids(_ now: Moment) -> [Double] {
        books.indices.map { index in
            guard let bid = books[index].bestBid, let ask = books[index].bestAsk,
                max(bid.age(at: now), ask.age(at: now)) <= policy.limits.bookAge
            else { return 0 }
            return units(Price(raw: bid.bid.price.raw / 2 + ask.ask.price.raw / 2), index)
        }
    }

    private func units(_ price: Price, _ index: Int) -> Double {
        Double(price.raw) / Double(DecimalText.power(policy.instruments[index].priceScale))
    }

    private func units(_ quantity: Quantity, _ index: Int) -> Double {
        Double(quantity.raw) / Double(DecimalText.power(policy.instruments[index].quantityScale))
    }

    /// What closing would meet: how wide the venues' touches are, and what stands at them.
    private mutating func noteTouches() {
        for index in books.indices where mids[index] > .zero {
            let mid = Double(mids[index].raw)
            var (sum, count, depth) = (0.0, 0.0, 0.0)
            for top in books[index].tops where top.isSynced && top.hasBid && top.hasAsk {
                sum += Double(top.ask.price.raw - top.bid.price.raw) / mid
                count += 1
                depth += units(min(top.bid.quantity, top.ask.quantity), index)
            }
            guard count > 0 else { continue }
            portfolio?.spreads[index] = sum / count
            portfolio?.depths[index] = depth
        }
    }

    /// Everything owned, owed and on its way. A base asset that several instruments trade is priced by the
    /// first; quote assets count as one unit each, as in `summary`.
    func holdings() -> Holdings {
        var profit = Amount.zero
        var quotes: [Asset] = []
        for index in policy.instruments.indices {
            profit += policy.instruments[index].notional(mids[index], obligations[index].deviation)
            let quote = policy.instruments[index].quote
            if !quotes.contains(quote) { quotes.append(quote) }
        }
        for quote in quotes { profit += ledger.deviation(quote) }
        return Holdings(
            assets: policy.instruments.indices.map { held($0) },
            accounts: policy.venues.indices.map { account($0) }, profit: profit.units, peak: profit.units)
    }

    private func held(_ index: Int) -> Holdings.Asset {
        let deviation = obligations[index].deviation
        let live = orders.tally(InstrumentID(index))
        let (longest, shortest) = (deviation + live.pendingBuys, deviation - live.pendingSells)
        return Holdings.Asset(
            symbol: policy.instruments[index].symbol, mid: units(mids[index], index),
            net: units(deviation, index), longest: units(longest, index), shortest: units(shortest, index),
            spread: portfolio?.spreads[index] ?? nil, depth: portfolio?.depths[index] ?? 0)
    }

    private func account(_ index: Int) -> Holdings.Account {
        let venue = VenueID(index)
        let bases = policy.instruments.map(\.base)
        var base = [Double](repeating: 0, count: bases.count)
        var cash = 0.0
        for account in ledger.accounts where account.venue == venue {
            if let asset = bases.firstIndex(of: account.asset) {
                base[asset] += account.balance.units
            } else {
                cash += account.balance.units
            }
        }
        return Holdings.Account(
            venue: policy.venues[index].name, leverage: margin(of: venue).map { Double($0.leverage) },
            cash: cash, base: base,
            isOpen: policy.venues[index].listings.allSatisfy {
                ledger.isOpen(venue, $0.instrument.base) && ledger.isOpen(venue, $0.instrument.quote)
            },
            mayOpen: venues[index].mayOpen)
    }
}

extension PortfolioBreach {
    /// As people and incidents know it.
    public var code: IncidentCode {
        switch kind {
        case .valueAtRisk: .varLimit
        case .stress: .stressFail
        }
    }
}

/// What `whatIf` is asked.
public struct PortfolioQuestion: Sendable {
    public var hypothesis: Hypothesis
    /// As they would be; as they are where nothing is supposed of them.
    public var policy: PortfolioPolicy
    public var limits: RiskLimits
    public init(hypothesis: Hypothesis, policy: PortfolioPolicy, limits: RiskLimits) {
        self.hypothesis = hypothesis
        self.policy = policy
        self.limits = limits
    }
}

// What would be, without being.
extension TradingEngine {
    /// Every portfolio figure and the governor's limits, as they are and as they would be. `nil` where no
    /// portfolio is configured.
    public func whatIf(_ question: PortfolioQuestion, at now: Moment) -> WhatIf? {
        guard let watch = portfolio?.watch else { return nil }
        return WhatIf(
            question.hypothesis, of: watch.holdings(holdings()), watch.history, policy: watch.policy,
            supposed: question.policy, isWarm: watch.isWarm(at: now), at: now
        ) { holdings, isSupposed in
            governorLines(holdings, isSupposed ? question.limits : policy.limits)
        }
    }

    /// The governor's exposure limits for these holdings, as they bind openings now.
    private func governorLines(_ holdings: Holdings, _ limits: RiskLimits) -> [LimitLine] {
        let position = Amount(
            raw: governor.bindingOpenings(limits.positionNotional.raw, .positionNotional))
        let exposure = Amount(
            raw: governor.bindingOpenings(limits.exposureNotional.raw, .exposureNotional))
        let worst: [Amount?] = holdings.assets.map { asset in
            let quantity = max(asset.longest.magnitude, asset.shortest.magnitude)
            // Without a price it cannot be said, and that is not nothing.
            guard quantity == 0 || asset.mid > 0 else { return nil }
            return RiskMoney.loss(quantity * asset.mid)
        }
        var lines = zip(holdings.assets, worst).map { asset, notional in
            LimitLine(name: "position_notional \(asset.symbol)", value: notional, limit: position)
        }
        let known = worst.compactMap { $0 }
        lines.append(
            LimitLine(
                name: "exposure_notional",
                value: known.count == worst.count ? known.reduce(.zero) { $0 + $1 } : nil,
                limit: exposure))
        return lines
    }

    /// What the governor would say to an opening of this size at the mid price now; `nil`: it would pass.
    /// Asked of a copy: neither its counts nor its order rate notice. Whoever supposes a position supposes
    /// that it earns enough.
    public func wouldDeny(
        _ venue: VenueID, _ instrument: InstrumentID, _ side: Side, _ quantity: Quantity, limits: RiskLimits,
        at now: Moment
    ) -> Denial? {
        var copy = self
        var supposed = limits
        supposed.rules = governor.limits.rules
        copy.governor.limits = supposed
        let order = OrderIntent(
            id: ClientOrderID(epoch: epoch, node: policy.node, strategy: 0, intent: 0, leg: 0, attempt: 0),
            venue: venue, instrument: instrument, side: side, quantity: quantity,
            limit: mids[instrument.index], timeInForce: .immediateOrCancel, purpose: .open, decidedAt: now,
            sendBefore: now + TradingEngine.openWindow)
        return copy.verdict(order, edge: Rate(raw: .max), now)
    }
}
