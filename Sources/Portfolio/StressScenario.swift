import TradingModel

/// The stress library: what has happened to others.
public enum StressScenario: String, CaseIterable, Hashable, Sendable {
    /// All prices fall, or rise, within a second: no hedge gets through, and every order on its way fills on
    /// the wrong side.
    case crash
    case surge
    case depeg
    case venueLoss = "venue_loss"
    case fundingSpike = "funding_spike"
    case spread
    case correlation
}

/// What a scenario would cost. Money is in quote units.
public struct StressResult: Hashable, Sendable {
    public var scenario: StressScenario
    /// All of it: prices, closing, and margin that no cash is there for; `nil` while the figures it needs are
    /// missing.
    public var loss: Double?
    /// What closing the positions in those books would cost; a part of the loss.
    public var closing = 0.0
    /// What venues of perpetuals would call for.
    public var marginCall = 0.0
    /// Of the margin call, what no spot account holds in cash; a part of the loss.
    public var uncovered = 0.0
    /// What could not be moved or sold.
    public var stuck = 0.0
    /// Of the loss that is borne, in the same units; `nil` while capital is unknown.
    public var limit: Double?
    /// The venue that is gone, or what is missing.
    public var note = ""

    init(_ scenario: StressScenario) { self.scenario = scenario }

    /// `nil` while it cannot be said.
    public var isWithin: Bool? {
        guard let loss, let limit else { return nil }
        return loss <= limit
    }

    /// Share of the limit that the loss would use.
    public var use: Double? {
        guard let loss, let limit else { return nil }
        return limit > 0 ? loss / limit : (loss > 0 ? .infinity : 0)
    }
}

extension PortfolioPolicy {
    /// Every scenario, in the library's order.
    public func stress(_ holdings: Holdings, _ history: PriceHistory) -> [StressResult] {
        let capital = holdings.capital
        return StressScenario.allCases.map { scenario in
            var result = strike(scenario, holdings, history)
            result.limit = capital.map { max(0, $0) * share(scenario).fraction }
            if capital == nil, result.note.isEmpty { result.note = "capital is not known" }
            return result
        }
    }

    /// The loss that is borne, as a share of capital.
    func share(_ scenario: StressScenario) -> Rate {
        switch scenario {
        case .crash, .surge: stress.crash.limit
        case .depeg: stress.depeg.limit
        case .venueLoss: stress.venueLoss.limit
        case .fundingSpike: stress.funding.limit
        case .spread: stress.spreadLimit
        case .correlation: stress.correlationLimit
        }
    }

    private func strike(
        _ scenario: StressScenario, _ holdings: Holdings, _ history: PriceHistory
    ) -> StressResult {
        switch scenario {
        case .crash: move(.crash, by: -stress.crash.size.fraction, holdings)
        case .surge: move(.surge, by: stress.crash.size.fraction, holdings)
        case .depeg: depeg(holdings)
        case .venueLoss: venueLoss(holdings)
        case .fundingSpike: fundingSpike(holdings)
        case .spread: spread(holdings)
        case .correlation: correlation(holdings, history)
        }
    }

    /// Prices move at once. What is long, or short, with every order on its way that makes it worse, loses;
    /// what would gain is not counted. It is then closed in books as thin as the spread scenario's.
    private func move(_ scenario: StressScenario, by share: Double, _ holdings: Holdings) -> StressResult {
        var result = StressResult(scenario)
        guard holdings.worstValues != nil else { return result.missing("a position has no price") }
        var loss = 0.0
        for asset in holdings.assets {
            let position = share < 0 ? max(0, asset.longest) : min(0, asset.shortest)
            guard position != 0 else { continue }
            loss -= position * asset.mid * share
            guard let closing = closing(position, asset, at: asset.mid * (1 + share)) else {
                return result.missing("no spread of \(asset.symbol) is known")
            }
            result.closing += closing
        }
        call(&result, holdings, price: 1 + share)
        result.loss = loss + result.closing + result.uncovered
        return result
    }

    /// Counted in money that keeps its value: cash loses, base assets do not. At the venues prices in the
    /// weaker quote rise, and shorts there need margin.
    private func depeg(_ holdings: Holdings) -> StressResult {
        var result = StressResult(.depeg)
        let share = min(0.99, stress.depeg.size.fraction)
        let cash = holdings.accounts.reduce(0) { $0 + $1.cash }
        call(&result, holdings, price: 1 / (1 - share))
        result.loss = max(0, cash) * share + result.uncovered * (1 - share)
        return result
    }

    /// The venue whose loss would cost most. Its balances are stuck; the part that is written off is lost,
    /// and what its perpetuals had hedged is closed elsewhere.
    private func venueLoss(_ holdings: Holdings) -> StressResult {
        var worst = StressResult(.venueLoss)
        // While a venue has not told its balances, the others look larger than they are.
        guard holdings.accounts.allSatisfy(\.isOpen) else {
            return worst.missing("not all accounts are open")
        }
        for account in holdings.accounts {
            guard let equity = holdings.equity(of: account) else {
                return worst.missing("a balance has no price")
            }
            var result = StressResult(.venueLoss)
            result.note = account.venue
            result.stuck = max(0, equity)
            if account.leverage != nil {
                for (asset, position) in zip(holdings.assets, account.base) where position != 0 {
                    guard let closing = closing(position, asset, at: asset.mid) else {
                        return worst.missing("no spread of \(asset.symbol) is known")
                    }
                    result.closing += closing
                }
            }
            let loss = result.stuck * stress.venueLoss.size.fraction + result.closing
            result.loss = loss
            if worst.loss.map({ loss > $0 }) ?? true { worst = result }
        }
        return worst
    }

    /// Every perpetual pays, whichever way it points.
    private func fundingSpike(_ holdings: Holdings) -> StressResult {
        var result = StressResult(.fundingSpike)
        let size = stress.funding.size.fraction
        guard let paid = perpetualValue(holdings) else { return result.missing("a position has no price") }
        call(&result, holdings, price: 1, funding: size)
        result.loss = paid * size + result.uncovered
        return result
    }

    /// All that is open is closed: what is net, and of each perpetual both legs.
    private func spread(_ holdings: Holdings) -> StressResult {
        var result = StressResult(.spread)
        guard holdings.worstValues != nil, perpetualValue(holdings) != nil else {
            return result.missing("a position has no price")
        }
        for (index, asset) in holdings.assets.enumerated() {
            let paired = holdings.accounts.reduce(0) {
                $0 + ($1.leverage == nil ? 0 : $1.base[index].magnitude)
            }
            let open = max(asset.longest.magnitude, asset.shortest.magnitude) + 2 * paired
            guard open != 0 else { continue }
            guard let closing = closing(open, asset, at: asset.mid) else {
                return result.missing("no spread of \(asset.symbol) is known")
            }
            result.closing += closing
        }
        result.loss = result.closing
        return result
    }

    private func correlation(_ holdings: Holdings, _ history: PriceHistory) -> StressResult {
        var result = StressResult(.correlation)
        guard let values = holdings.worstValues else { return result.missing("a position has no price") }
        result.loss = correlatedLoss(of: values, history)
        return result
    }
}

// What stress does to books and margins.
extension PortfolioPolicy {
    /// What closing costs: half the spread at the touch, and as much again for each time the position is
    /// larger than what stands there, with spreads as wide and touches as thin as the policy says; never more
    /// than the position is worth. `nil` while no spread is known.
    func closing(_ quantity: Double, _ asset: Holdings.Asset, at price: Double) -> Double? {
        guard let spread = asset.spread else { return nil }
        let factor = Double(stress.spreadFactor)
        let value = quantity.magnitude * price
        let depth = asset.depth / factor
        guard depth > 0 else { return value }
        let half = max(0, spread) * factor / 2
        return min(value, value * half * (1 + quantity.magnitude / depth))
    }

    private func perpetualValue(_ holdings: Holdings) -> Double? {
        var sum = 0.0
        for account in holdings.accounts where account.leverage != nil {
            for (asset, position) in zip(holdings.assets, account.base) where position != 0 {
                guard asset.mid > 0 else { return nil }
                sum += position.magnitude * asset.mid
            }
        }
        return sum
    }

    /// At each venue of perpetuals: how far equity is below the margin of its positions once prices stand at
    /// `price` times theirs and funding was paid. Positions without a price are the callers' concern.
    private func call(
        _ result: inout StressResult, _ holdings: Holdings, price: Double, funding: Double = 0
    ) {
        for account in holdings.accounts {
            guard let leverage = account.leverage else { continue }
            var equity = account.cash
            var margin = 0.0
            for (asset, position) in zip(holdings.assets, account.base) where position != 0 {
                let value = position * asset.mid * price
                equity += value - value.magnitude * funding
                margin += value.magnitude / leverage
            }
            if margin > 0 { result.marginCall += max(0, margin - equity) }
        }
        result.uncovered = max(0, result.marginCall - holdings.spareCash)
    }
}

extension StressResult {
    fileprivate func missing(_ what: String) -> StressResult {
        var result = StressResult(scenario)
        result.note = what
        return result
    }
}
