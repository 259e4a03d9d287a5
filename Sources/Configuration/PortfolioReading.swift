import Portfolio
import TradingModel

// `portfolio`: limits for all positions together.
extension PolicyReading {
    /// Off where it is not written. Where it is, every limit in it is somebody's choice: none has a default.
    /// `nil`: a problem was reported.
    func portfolio() -> PortfolioPolicy?? {
        guard root.has("portfolio") else { return .some(nil) }
        guard let section = root.section("portfolio") else { return nil }
        let step = section.value("step", .span(.seconds(1)...(.seconds(3_600))))
        let window = section.value("window", .integer(10...10_000))
        let least = section.value("least", .integer(2...10_000))
        let horizon = section.value("horizon", .span(.seconds(1)...(.seconds(30 * 86_400))))
        let confidence = section.value("confidence", .percent(51...99))
        let limit = section.value("value_at_risk", .positive(upTo: 10_000_000_000))
        let assumed = section.value("assumed_move", .rate(bps: 1...10_000))
        let warmUp = section.value("warm_up", .span(.seconds(1)...(.seconds(7 * 86_400))))
        let drawdown = section.value("drawdown", .rate(bps: 1...10_000))
        let stress = stress(section)
        let throttle = throttle(section)
        section.finish()
        if let step, let horizon, horizon < step {
            section.report("must not be shorter than step", at: "horizon")
        }
        if let window, let least, least > window {
            section.report("must not exceed window (\(window))", at: "least")
        }
        if let least, let confidence, least < PortfolioPolicy.needed(confidence: confidence) {
            section.report(
                "a quantile of \(confidence)% takes at least "
                    + "\(PortfolioPolicy.needed(confidence: confidence)) returns", at: "least")
        }
        if let warmUp, let step, let least, let window, least <= window, warmUp < step * Int64(least) {
            section.report("ends before \(least) returns can be there", at: "warm_up")
        }
        guard let step, let window, let least, let horizon, let confidence, let limit, let assumed,
            let warmUp, let drawdown, let stress, let throttle, horizon >= step, least <= window
        else { return nil }
        return .some(
            PortfolioPolicy(
                step: step, window: window, least: least, horizon: horizon, confidence: confidence,
                valueAtRisk: limit, assumedMove: assumed, warmUp: warmUp, drawdown: drawdown, stress: stress,
                throttle: throttle))
    }

    private func stress(_ portfolio: Section) -> StressPolicy? {
        guard let section = portfolio.section("stress") else { return nil }
        let crash = trial(section, "crash", upTo: 9_900)
        let depeg = trial(section, "depeg", upTo: 9_900)
        let venueLoss = trial(section, "venue_loss", upTo: 10_000)
        let funding = trial(section, "funding_spike", upTo: 10_000)
        let factor = section.value("spread_factor", .integer(1...1_000))
        let spread = section.value("spread_limit", .rate(bps: 1...10_000))
        let correlation = section.value("correlation_limit", .rate(bps: 1...10_000))
        section.finish()
        guard let crash, let depeg, let venueLoss, let funding, let factor, let spread, let correlation
        else { return nil }
        return StressPolicy(
            crash: crash, depeg: depeg, venueLoss: venueLoss, funding: funding, spreadFactor: factor,
            spreadLimit: spread, correlationLimit: correlation)
    }

    /// `crash: 2000bps` and `crash_limit: 1000bps`.
    private func trial(_ section: Section, _ key: String, upTo most: Int64) -> StressPolicy.Trial? {
        let size = section.value(key, .rate(bps: 1...most))
        let limit = section.value(key + "_limit", .rate(bps: 1...10_000))
        guard let size, let limit else { return nil }
        return StressPolicy.Trial(size: size, limit: limit)
    }

    /// Off where it is not written.
    private func throttle(_ portfolio: Section) -> ThrottlePolicy?? {
        guard portfolio.has("throttle") else { return .some(nil) }
        guard let section = portfolio.section("throttle") else { return nil }
        let drawdown = section.value("drawdown", .positive(upTo: 1_000_000_000))
        let slippage = section.value("slippage", .rate(bps: 1...5_000))
        let range = section.value("range", .rate(bps: 1...5_000))
        let trades = section.value("good_trades", .integer(1...10_000))
        let calm = section.value("calm", .span(.seconds(1)...(.seconds(86_400))))
        let least = section.value("least", .percent(1...100))
        section.finish()
        guard let drawdown, let slippage, let range, let trades, let calm, let least else { return nil }
        return .some(
            ThrottlePolicy(
                drawdown: drawdown, slippage: slippage, range: range, trades: trades, calm: calm,
                least: Int64(least) * 100))
    }
}
