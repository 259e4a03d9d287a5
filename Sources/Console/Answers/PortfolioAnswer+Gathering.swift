import Control
import Engine
import Hedging
import Node
import Portfolio
import TradingModel

extension PortfolioAnswer {
    static func gather(_ desk: isolated TradingDesk) -> PortfolioAnswer {
        let now = desk.now
        return desk.inspect { PortfolioAnswer.gather($0, at: now) }
    }

    static func gather(_ engine: TradingEngine, at now: Moment) -> PortfolioAnswer {
        var answer = PortfolioAnswer()
        answer.atNs = now.nanoseconds
        answer.throttles = zip(engine.policy.strategyNames, engine.throttles).map { Throttle($0, $1) }
        guard let policy = engine.policy.portfolio else { return answer }
        answer.isConfigured = true
        answer.terms = policy.terms
        guard let report = engine.portfolioReport else { return answer }
        answer.capital = report.capital.map { "\(RiskMoney.worth($0))" }
        answer.drawdown = "\(RiskMoney.loss(report.drawdown))"
        answer.valueAtRisk = Risk(report.net, policy)
        answer.valueAtRisk.counted = report.counted.map { "\(RiskMoney.loss($0))" }
        answer.valueAtRisk.limit = "\(report.limit)"
        answer.inventory = Risk(report.inventory, policy)
        answer.positions = engine.policy.instruments.enumerated().map { index, instrument in
            var position = Position()
            position.symbol = instrument.symbol
            let (net, mid) = (engine.obligations[index].deviation, engine.mids[index])
            position.net = instrument.text(net)
            // Without a price it cannot be said, and that is not nothing.
            position.value = net == .zero || mid > .zero ? "\(instrument.notional(mid, net))" : nil
            return position
        }
        answer.stress = report.stress.map { Stress($0) }
        answer.health = Health(report.health)
        answer.breaches = engine.portfolioBreaches.map { "\($0.code.rawValue): \($0.text)" }
        return answer
    }
}

extension PortfolioAnswer.Risk {
    init(_ reading: RiskReading, _ policy: PortfolioPolicy) {
        self.init()
        state = reading.state
        needed = policy.least
        switch reading {
        case .measured(let value):
            returns = value.observations
            parametric = "\(RiskMoney.loss(value.parametric))"
            historical = "\(RiskMoney.loss(value.historical))"
            counted = "\(RiskMoney.loss(value.worse))"
        case .insufficient(let have, _): returns = have
        case .unpriced: break
        }
    }
}

extension PortfolioAnswer.Stress {
    init(_ result: StressResult) {
        self.init()
        scenario = result.scenario.rawValue
        loss = result.loss.map { "\(RiskMoney.loss($0))" }
        limit = result.limit.map { "\(RiskMoney.worth($0))" }
        isWithin = result.isWithin
        closing = "\(RiskMoney.loss(result.closing))"
        marginCall = "\(RiskMoney.loss(result.marginCall))"
        uncovered = "\(RiskMoney.loss(result.uncovered))"
        stuck = "\(RiskMoney.loss(result.stuck))"
        note = result.note
    }
}

extension PortfolioAnswer.Health {
    init(_ health: CapitalHealth) {
        self.init()
        score = health.score
        weakest = health.weakest?.rawValue
        parts = health.parts.map {
            var part = Part()
            part.name = $0.name.rawValue
            part.score = $0.score
            part.why = $0.why
            return part
        }
    }
}

extension PortfolioAnswer.Throttle {
    init(_ name: String, _ throttle: StrategyThrottle) {
        self.init()
        strategy = name
        sharePercent = Double(throttle.share) / 100
        conductSteps = throttle.conduct
        marketSteps = throttle.market
        goodTrades = throttle.goodTrades
        goodTradesNeeded = throttle.policy.trades
        recoveries = throttle.recoveries
        steps = zip(StrategyThrottle.Cause.allCases, throttle.steps).map {
            var count = Count()
            count.cause = $0.rawValue
            count.count = $1
            return count
        }
        last = throttle.last.map {
            var step = Step()
            step.atNs = $0.at.nanoseconds
            step.cause = $0.cause.rawValue
            step.fromPercent = Double($0.from) / 100
            step.toPercent = Double($0.to) / 100
            step.why = $0.why
            return step
        }
    }
}
