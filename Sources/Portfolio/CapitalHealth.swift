/// How sound the capital is, 0…100, and why. A chain is as strong as its weakest link: the score is the
/// lowest part that is known.
public struct CapitalHealth: Hashable, Sendable {
    public enum Name: String, CaseIterable, Hashable, Sendable {
        /// Profit below its peak: none left at the policy's share of capital.
        case drawdown
        /// Use of the value-at-risk limit; where returns are too few, of the assumed loss.
        case valueAtRisk = "value_at_risk"
        /// Use of the limit of the scenario that uses most of its own, the lost venue apart.
        case stress
        /// Equity against the margin of what is open at venues of perpetuals: 100 where it covers it, 0 at
        /// half of that.
        case margin
        /// Share of capital that lies where new risk may go.
        case access
        /// How evenly capital lies: 100 in equal parts, 0 all at one venue.
        case concentration
    }

    public struct Part: Hashable, Sendable {
        public var name: Name
        /// Rounded down; `nil` while it cannot be said.
        public var score: Int?
        /// Its numbers, for people.
        public var why: String
    }

    public var parts: [Part]

    /// `nil` while no part is known.
    public var score: Int? { parts.compactMap(\.score).min() }
    /// Which part decides.
    public var weakest: Name? {
        parts.filter { $0.score != nil }.min { ($0.score ?? 0) < ($1.score ?? 0) }?.name
    }
}

extension PortfolioPolicy {
    func health(_ holdings: Holdings, net: RiskReading, stress: [StressResult]) -> CapitalHealth {
        CapitalHealth(parts: [
            drawdownPart(holdings), valueAtRiskPart(holdings, net), stressPart(stress),
            marginPart(holdings), accessPart(holdings), concentrationPart(holdings),
        ])
    }

    /// A limit used by half or less is healthy; used up, nothing is left.
    private static func score(use: Double) -> Int {
        use.isNaN ? 0 : Int(max(0, min(100, 200 * (1 - use))))
    }

    private func part(_ name: CapitalHealth.Name, use: Double, _ what: String) -> CapitalHealth.Part {
        CapitalHealth.Part(
            name: name, score: PortfolioPolicy.score(use: use), why: "\(percent(use)) of \(what) used")
    }

    /// Whole percents, rounded up; what is no number is above all.
    private func percent(_ share: Double) -> String {
        share.isFinite && share.magnitude < 1e6 ? "\(Int((share * 100).rounded(.up))) %" : "all"
    }

    private func unknown(_ name: CapitalHealth.Name, _ why: String) -> CapitalHealth.Part {
        CapitalHealth.Part(name: name, score: nil, why: why)
    }

    private func drawdownPart(_ holdings: Holdings) -> CapitalHealth.Part {
        guard let capital = holdings.capital, capital > 0 else {
            return unknown(.drawdown, "capital is not known")
        }
        let below = max(0, holdings.peak - holdings.profit)
        return part(.drawdown, use: below / (capital * drawdown.fraction), "the drawdown that is borne")
    }

    private func valueAtRiskPart(_ holdings: Holdings, _ net: RiskReading) -> CapitalHealth.Part {
        let limit = valueAtRisk.units
        if let value = net.value { return part(.valueAtRisk, use: value.worse / limit, "the limit") }
        guard let values = holdings.netValues else {
            return unknown(.valueAtRisk, "a position has no price")
        }
        return part(.valueAtRisk, use: assumedLoss(of: values) / limit, "the limit (assumed move)")
    }

    private func stressPart(_ results: [StressResult]) -> CapitalHealth.Part {
        let known = results.filter { $0.scenario != .venueLoss && $0.use != nil }
        guard let worst = known.max(by: { ($0.use ?? 0) < ($1.use ?? 0) }), let use = worst.use else {
            return unknown(.stress, "no scenario can be reckoned")
        }
        return part(.stress, use: use, "what \(worst.scenario.rawValue) may cost")
    }

    private func marginPart(_ holdings: Holdings) -> CapitalHealth.Part {
        var thinnest: (ratio: Double, venue: String)?
        for account in holdings.accounts {
            guard let leverage = account.leverage else { continue }
            guard let equity = holdings.equity(of: account) else {
                return unknown(.margin, "a position at \(account.venue) has no price")
            }
            let margin = zip(holdings.assets, account.base).reduce(0) {
                $0 + $1.1.magnitude * $1.0.mid / leverage
            }
            guard margin > 0 else { continue }
            let ratio = equity / margin
            if thinnest.map({ ratio < $0.ratio }) ?? true { thinnest = (ratio, account.venue) }
        }
        guard let thinnest else {
            return CapitalHealth.Part(name: .margin, score: 100, why: "no perpetuals are open")
        }
        return CapitalHealth.Part(
            name: .margin, score: Int(max(0, min(100, 200 * (thinnest.ratio - 0.5)))),
            why: "equity at \(thinnest.venue) is \(percent(thinnest.ratio)) of the margin there")
    }

    /// Equity by account; `nil` while it says nothing.
    private func shares(_ holdings: Holdings) -> [Double]? {
        var equities: [Double] = []
        for account in holdings.accounts {
            guard account.isOpen, let equity = holdings.equity(of: account) else { return nil }
            equities.append(max(0, equity))
        }
        let sum = equities.reduce(0, +)
        return sum > 0 ? equities.map { $0 / sum } : nil
    }

    private func accessPart(_ holdings: Holdings) -> CapitalHealth.Part {
        guard let shares = shares(holdings) else { return unknown(.access, "not all accounts are known") }
        let open = zip(shares, holdings.accounts).reduce(0) { $0 + ($1.1.mayOpen ? $1.0 : 0) }
        return CapitalHealth.Part(
            name: .access, score: Int(max(0, min(100, 100 * open + 1e-9))),
            why: "\(percent(open - 1e-9)) of capital lies where new risk may go")
    }

    private func concentrationPart(_ holdings: Holdings) -> CapitalHealth.Part {
        guard let shares = shares(holdings), shares.count > 1, let largest = shares.max(),
            let place = shares.firstIndex(of: largest)
        else { return unknown(.concentration, "not all accounts are known") }
        let even = 1 / Double(shares.count)
        return CapitalHealth.Part(
            name: .concentration, score: Int(max(0, min(100, 100 * (1 - largest) / (1 - even) + 1e-9))),
            why: "\(percent(largest - 1e-9)) of capital lies at \(holdings.accounts[place].venue)")
    }
}
