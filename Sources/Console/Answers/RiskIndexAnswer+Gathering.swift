import Control
import Engine
import Node
import Risk
import TradingModel

extension RiskIndexAnswer {
    /// As it stands; with a target, after that was set.
    static func gather(
        _ desk: isolated TradingDesk, _ target: Int?, _ reason: String, _ actor: String
    ) throws(ControlFault) -> RiskIndexAnswer {
        guard let before = desk.inspect({ $0.riskIndex }) else {
            throw ControlFault(.conflict, "this node runs without a risk index", remedy: "")
        }
        var change: Change?
        if let target {
            let now = desk.now
            let denial = desk.inspect { $0.riskDenial(of: target, at: now) }
            desk.setRiskTarget(target, reason: reason, actor: actor)
            if let denial {
                throw ControlFault(
                    .conflict, "RPI_OVERRIDE_DENIED: \(denial)",
                    remedy: "arbctl risk-index shows what caps it")
            }
            var made = Change()
            (made.actor, made.reason) = (actor, reason)
            (made.before, made.after) = (before.value, desk.inspect { $0.riskIndex?.value ?? 0 })
            change = made
        }
        var answer = RiskIndexAnswer(desk)
        answer.change = change
        return answer
    }

    private init(_ desk: isolated TradingDesk) {
        self.init()
        let now = desk.now
        guard let index = desk.inspect({ $0.riskIndex }) else { return }
        riskIndex = index.value
        target = index.target
        ceiling = index.ceiling
        ceilingCause = index.ceilingCause
        sizePercent = Int(index.multipliers.sizeShare)
        edgeBps = Double(index.multipliers.edge.raw) / Double(Rate.one) * 10_000
        exposurePercent = Int(index.multipliers.exposureShare)
        let reading = desk.inspect { $0.riskReading(now) }
        inputs.capitalHealth = reading.capitalHealth
        inputs.heartbeats = reading.heartbeats
        inputs.canary = reading.canary
        inputs.operatorPresent = reading.operatorPresent
        inputs.venueStability = reading.venueStability
        inputs.marketStability = reading.marketStability
    }
}
