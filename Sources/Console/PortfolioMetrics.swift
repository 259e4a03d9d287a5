import Engine

// Figures over all positions together. A figure that is not known has no sample: absent is not zero.
extension MetricsText {
    mutating func portfolio(_ summary: PortfolioSummary) {
        func sample(_ value: String?) -> [(labels: String, value: String)] { value.map { [("", $0)] } ?? [] }
        family(
            "arbnode_capital", "gauge", "Everything owned at mid prices, in quote units.",
            sample(summary.capital))
        family(
            "arbnode_value_at_risk", "gauge",
            "Of the net positions, in quote units; none while data is short.",
            sample(summary.valueAtRisk))
        family(
            "arbnode_value_at_risk_limit", "gauge", "In quote units.", sample(summary.valueAtRiskLimit))
        family(
            "arbnode_stress_loss", "gauge", "What a scenario would cost, in quote units.",
            summary.stress.map { ("scenario=\"\($0.scenario)\"", $0.loss) })
        family(
            "arbnode_portfolio_breaches", "gauge", "Portfolio limits that are broken.",
            [("", "\(summary.breaches)")])
        family(
            "arbnode_capital_health", "gauge", "0 to 100, the weakest part.",
            sample(summary.health.map { "\($0)" }))
        family(
            "arbnode_capital_health_part", "gauge", "0 to 100.",
            summary.healthParts.map { ("part=\"\($0.name)\"", "\($0.score)") })
        family(
            "arbnode_strategy_size_percent", "gauge", "What the throttle leaves of a strategy's size.",
            summary.throttles.map { ("strategy=\"\($0.strategy)\"", "\($0.percent)") })
    }
}
