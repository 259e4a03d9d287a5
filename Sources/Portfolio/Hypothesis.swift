import TradingModel

/// What if: positions, price moves and limits that are not there, and what every figure would then be.
/// Positions are taken at present prices, then prices move. Nothing is changed by asking.
public struct Hypothesis: Hashable, Sendable {
    public struct Position: Hashable, Sendable {
        public var asset: Int
        /// Index of the account where it is bought or sold for cash; `nil`: net only, wherever it lies.
        public var account: Int?
        /// In base units; negative is sold.
        public var quantity: Double
        public init(asset: Int, account: Int?, quantity: Double) {
            self.asset = asset
            self.account = account
            self.quantity = quantity
        }
    }

    public struct Move: Hashable, Sendable {
        /// `nil`: every price.
        public var asset: Int?
        /// As a fraction; above −1.
        public var share: Double
        public init(asset: Int?, share: Double) {
            self.asset = asset
            self.share = share
        }
    }

    public var positions: [Position]
    public var moves: [Move]

    public init(positions: [Position] = [], moves: [Move] = []) {
        self.positions = positions
        self.moves = moves
    }

    public func applied(to holdings: Holdings) -> Holdings {
        var holdings = holdings
        for position in positions {
            holdings.assets[position.asset].net += position.quantity
            holdings.assets[position.asset].longest += position.quantity
            holdings.assets[position.asset].shortest += position.quantity
            guard let account = position.account else { continue }
            holdings.accounts[account].base[position.asset] += position.quantity
            holdings.accounts[account].cash -= position.quantity * holdings.assets[position.asset].mid
        }
        for move in moves {
            for index in holdings.assets.indices where move.asset ?? index == index {
                let before = holdings.assets[index].mid
                holdings.assets[index].mid = before * (1 + move.share)
                holdings.profit += holdings.assets[index].net * before * move.share
            }
        }
        holdings.peak = max(holdings.peak, holdings.profit)
        return holdings
    }
}

/// One figure and its limit, for a table of all of them.
public struct LimitLine: Hashable, Sendable {
    public var name: String
    /// `nil` while it cannot be said.
    public var value: Amount?
    public var limit: Amount?
    public init(name: String, value: Amount?, limit: Amount?) {
        self.name = name
        self.value = value
        self.limit = limit
    }

    /// `nil` while there is no figure or no limit.
    public var isWithin: Bool? {
        guard let value, let limit else { return nil }
        return value <= limit
    }
}

/// The figures as they are, and as they would be.
public struct WhatIf: Hashable, Sendable {
    public var before: PortfolioReport
    public var after: PortfolioReport
    /// The governor's limits, as far as positions reach them.
    public var limitsBefore: [LimitLine]
    public var limitsAfter: [LimitLine]
    /// What would be broken.
    public var breaches: [PortfolioBreach]

    /// - Parameters:
    ///   - policy: in force now.
    ///   - supposed: as it would be.
    ///   - gauge: the governor's limits for these holdings; the second argument says whether the limits are
    ///     the supposed ones. It answers from what it is given and changes nothing.
    public init(
        _ hypothesis: Hypothesis, of holdings: Holdings, _ history: PriceHistory, policy: PortfolioPolicy,
        supposed: PortfolioPolicy, isWarm: Bool, at now: Moment, gauge: (Holdings, Bool) -> [LimitLine]
    ) {
        let then = hypothesis.applied(to: holdings)
        before = policy.report(holdings, history, at: now)
        after = supposed.report(then, history, at: now)
        limitsBefore = gauge(holdings, false)
        limitsAfter = gauge(then, true)
        breaches = supposed.breaches(after, isWarm: isWarm)
    }
}

extension PortfolioReport {
    /// Money figures with their limits.
    public var lines: [LimitLine] {
        var lines = [
            LimitLine(name: "capital", value: capital.map { RiskMoney.worth($0) }, limit: nil),
            LimitLine(name: "value_at_risk", value: counted.map { RiskMoney.loss($0) }, limit: limit),
            LimitLine(
                name: "value_at_risk_parametric", value: net.value.map { RiskMoney.loss($0.parametric) },
                limit: nil),
            LimitLine(
                name: "value_at_risk_historical", value: net.value.map { RiskMoney.loss($0.historical) },
                limit: nil),
            LimitLine(
                name: "inventory_value_at_risk", value: inventory.value.map { RiskMoney.loss($0.worse) },
                limit: nil),
            LimitLine(name: "drawdown", value: RiskMoney.loss(drawdown), limit: nil),
        ]
        for result in stress {
            lines.append(
                LimitLine(
                    name: "stress_" + result.scenario.rawValue,
                    value: result.loss.map { RiskMoney.loss($0) },
                    limit: result.limit.map { RiskMoney.worth($0) }))
        }
        return lines
    }
}
