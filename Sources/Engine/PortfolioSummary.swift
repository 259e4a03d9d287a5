import Portfolio
import TradingModel

/// The portfolio's figures for metrics: money as decimal text in quote units, absent where it is not known.
public struct PortfolioSummary: Sendable {
    public var capital: String?
    public var valueAtRisk: String?
    public var valueAtRiskLimit: String?
    public var stress: [(scenario: String, loss: String)] = []
    public var breaches = 0
    public var health: Int?
    public var healthParts: [(name: String, score: Int)] = []
    public var throttles: [(strategy: String, percent: Double)] = []
}

extension TradingEngine {
    /// `nil` where no limits for all positions together are configured.
    public var portfolioSummary: PortfolioSummary? {
        guard let policy = policy.portfolio else { return nil }
        var summary = PortfolioSummary()
        summary.valueAtRiskLimit = "\(policy.valueAtRisk)"
        summary.throttles = zip(self.policy.strategyNames, throttles).map { ($0, Double($1.share) / 100) }
        guard let report = portfolioReport else { return summary }
        summary.capital = report.capital.map { "\(RiskMoney.worth($0))" }
        summary.valueAtRisk = report.net.value.map { "\(RiskMoney.loss($0.worse))" }
        summary.stress = report.stress.compactMap { result in
            result.loss.map { (result.scenario.rawValue, "\(RiskMoney.loss($0))") }
        }
        summary.breaches = portfolioBreaches.count
        summary.health = report.health.score
        summary.healthParts = report.health.parts.compactMap { part in
            part.score.map { (part.name.rawValue, $0) }
        }
        return summary
    }
}
