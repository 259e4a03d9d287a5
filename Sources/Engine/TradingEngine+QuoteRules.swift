import Orders
import Risk
import TradingModel

// A quote stands for minutes, and rules are asked when it is sent: what has come to forbid it since pulls it.
extension TradingEngine {
    /// Whether a rule would refuse this quote if it were sent now, by what lasts.
    mutating func isForbidden(_ quote: OrderIntent, _ now: Moment) -> Bool {
        let places = places(of: quote)
        let subject = RuleSubject(quote, edge: nil, closes: false, isAmend: true, asset: places.asset)
        var figures = RuleFigures()
        for measure in governor.wantedOfResting {
            governor.state(measure, value(measure, subject, &figures, now))
        }
        return !governor.tolerates(places)
    }
}
