import Orders
import Risk
import TradingModel

// A quote stands for minutes, and rules are asked when it is sent: what has come to forbid it since pulls it.
extension TradingEngine {
    /// What lasts and is no order's own. Rates, counts and prices are judged when something is sent.
    private static let lasting: [Measure] = [
        .disabled, .locked, .blocked, .closed, .unhedgedNotional, .unhedgedAge, .unknownNotional,
        .unknownOrders, .realisedLoss, .totalLoss, .strategyLoss, .drawdown, .unrealisedProfit,
        .losingStreak, .sinceLoss, .givenBack, .volatility, .chaos, .depeg, .quality, .skew, .disk, .stream,
        .drift,
    ]

    /// Whether a rule would refuse this quote if it were sent now.
    func isForbidden(_ quote: OrderIntent, _ now: Moment) -> Bool {
        let places = places(of: quote)
        let subject = RuleSubject(quote, edge: nil, closes: false, isAmend: true, asset: places.asset)
        var figures = RuleFigures()
        return TradingEngine.lasting.contains { measure in
            !governor.passes(measure, value(measure, subject, &figures, now), places)
        }
    }
}
