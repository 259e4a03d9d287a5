import TradingModel

/// Every portfolio figure at one moment.
public struct PortfolioReport: Hashable, Sendable {
    public var at: Moment
    public var terms: String
    /// `nil` while a price is missing.
    public var capital: Double?
    /// Of the net positions: what the limit is about.
    public var net: RiskReading
    /// Signed value of the net positions, by asset; `nil` while one has no price.
    public var netValues: [Double]?
    /// What stands in for `net` while it is no figure.
    public var assumed: Double?
    /// Of everything owned, working stock included; no limit is about it.
    public var inventory: RiskReading
    public var limit: Amount
    public var stress: [StressResult]
    public var health: CapitalHealth
    public var drawdown: Double

    /// What is held against the limit: the worse method, or the assumed loss; `nil` while neither is known.
    public var counted: Double? { net.value?.worse ?? assumed }
}

/// A limit that is broken.
public struct PortfolioBreach: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case valueAtRisk
        case stress(StressScenario)
    }
    public var kind: Kind
    /// Cause and numbers, for people.
    public var text: String
}

extension PortfolioPolicy {
    public func report(
        _ holdings: Holdings, _ history: PriceHistory, at now: Moment
    ) -> PortfolioReport {
        let values = holdings.netValues
        let net = valueAtRisk(of: values, history)
        let stress = stress(holdings, history)
        return PortfolioReport(
            at: now, terms: terms, capital: holdings.capital, net: net, netValues: values,
            assumed: net.value == nil ? values.map { assumedLoss(of: $0) } : nil,
            inventory: valueAtRisk(of: holdings.inventoryValues, history), limit: valueAtRisk,
            stress: stress, health: health(holdings, net: net, stress: stress),
            drawdown: max(0, holdings.peak - holdings.profit))
    }

    /// What the report says is too much.
    ///
    /// - Parameter isWarm: the warm-up is over: a position that still has no price is then above the limit.
    public func breaches(_ report: PortfolioReport, isWarm: Bool) -> [PortfolioBreach] {
        var breaches: [PortfolioBreach] = []
        if let counted = report.counted {
            let loss = RiskMoney.loss(counted)
            if loss > valueAtRisk {
                breaches.append(PortfolioBreach(kind: .valueAtRisk, text: exceeded(loss, report)))
            }
        } else if isWarm {
            breaches.append(
                PortfolioBreach(
                    kind: .valueAtRisk,
                    text:
                        "insufficient_data: a position has had no price for \(warmUp.milliseconds / 1_000) s"
                ))
        }
        for result in report.stress where result.isWithin == false {
            guard let loss = result.loss, let limit = result.limit else { continue }
            let note = result.note.isEmpty ? "" : " (\(result.note))"
            breaches.append(
                PortfolioBreach(
                    kind: .stress(result.scenario),
                    text: "\(result.scenario.rawValue)\(note) would cost \(RiskMoney.loss(loss)), limit "
                        + "\(RiskMoney.worth(limit))"))
        }
        return breaches
    }

    private func exceeded(_ loss: Amount, _ report: PortfolioReport) -> String {
        switch report.net {
        case .measured(let value):
            return "value at risk \(loss) (parametric \(RiskMoney.loss(value.parametric)), historical "
                + "\(RiskMoney.loss(value.historical)), \(terms)), limit \(valueAtRisk)"
        case .insufficient(let have, let needed):
            return "insufficient_data (\(have) of \(needed) returns): at \(assumedMove.basisPoints) bps "
                + "assumed the loss is \(loss), limit \(valueAtRisk)"
        case .unpriced: return "insufficient_data: a position has no price"
        }
    }
}
