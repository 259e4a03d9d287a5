import Books
import Control
import Engine
import Node
import Routing
import TradingModel

extension RouteAnswer {
    static func gather(
        _ desk: isolated TradingDesk, _ question: RouteQuestion
    ) throws(ControlFault) -> RouteAnswer {
        let now = desk.now
        return try desk.inspect { engine in
            Result { () throws(ControlFault) in try RouteAnswer.gather(engine, question, at: now) }
        }.get()
    }

    static func gather(
        _ engine: TradingEngine, _ question: RouteQuestion, at now: Moment
    ) throws(ControlFault) -> RouteAnswer {
        let instrument = try BooksAnswer.book(question.symbol, engine).instrument
        let side: Side = question.side == .buy ? .buy : .sell
        let quantity = Quantity(raw: try read(question.quantity, instrument.quantityScale, "quantity"))
        let limit: Price? =
            if let text = question.limit { Price(raw: try read(text, instrument.priceScale, "limit")) } else {
                nil
            }
        guard
            let (plan, worst) = engine.wouldRoute(
                instrument.id, side, quantity, limit: limit, rests: question.isPostOnly, at: now)
        else {
            throw ControlFault(
                .conflict, "no book of \(instrument.symbol) has a price to start from",
                remedy: "see arbctl books \(instrument.symbol)")
        }
        var answer = RouteAnswer(plan, instrument, engine.policy.venues.map(\.name))
        answer.atNs = now.nanoseconds
        answer.quantity = instrument.text(quantity)
        answer.limit = instrument.text(worst)
        answer.isPostOnly = question.isPostOnly
        return answer
    }

    /// A positive decimal at the symbol's scale.
    private static func read(_ text: String, _ scale: Int, _ what: String) throws(ControlFault) -> Int64 {
        let raw: Int64
        do throws(DecimalText.Fault) { raw = try DecimalText.parse(text, scale: scale) } catch {
            throw ControlFault(
                .badArguments, "\(what) takes a plain decimal",
                remedy: "at most \(scale) decimals, like 0.5")
        }
        guard raw > 0 else {
            throw ControlFault(.badArguments, "\(what) is above zero", remedy: "like 0.5")
        }
        return raw
    }

    private init(_ plan: RoutePlan, _ instrument: Instrument, _ names: [String]) {
        self.init()
        symbol = instrument.symbol
        side = plan.side == .buy ? "buy" : "sell"
        unrouted = instrument.text(plan.unrouted)
        total = plan.total.description
        let one = instrument.notional(Price(raw: 1), plan.quantity).raw
        if one > 0 {
            averagePrice = instrument.text(Price(raw: Int64(clamping: plan.total.raw / one)))
        }
        legs = plan.legs.map { leg in
            var line = Leg()
            line.venue = names[leg.venue.index]
            line.quantity = instrument.text(leg.quantity)
            line.limit = instrument.text(leg.limit)
            line.notional = leg.notional.description
            line.fee = leg.fee.description
            return line
        }
        venues = plan.reasons.map { reason in
            var line = Reason()
            line.venue = names[reason.venue.index]
            line.reason = reason.cause.rawValue
            return line
        }
    }
}
