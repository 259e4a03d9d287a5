import Engine
import Risk
import TradingModel

extension MetricsText {
    mutating func governance(_ summary: EngineSummary) {
        family("arbnode_kills", "gauge", "Kills that stand.", [("", "\(summary.kills.count)")])
        guard let index = summary.riskIndex else { return }
        family("arbnode_risk_index", "gauge", "Appetite for risk, 0 to 100.", [("", "\(index.value)")])
        family("arbnode_risk_index_target", "gauge", "What people have set.", [("", "\(index.target)")])
        family("arbnode_risk_index_ceiling", "gauge", "What health allows.", [("", "\(index.ceiling)")])
    }
}
