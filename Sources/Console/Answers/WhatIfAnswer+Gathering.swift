import Books
import Control
import Engine
import Node
import Portfolio
import Risk
import TradingModel

extension WhatIfAnswer {
    static func gather(
        _ desk: isolated TradingDesk, _ question: WhatIfQuestion
    ) throws(ControlFault) -> WhatIfAnswer {
        let now = desk.now
        return try desk.inspect { engine in
            Result { () throws(ControlFault) in try WhatIfAnswer.gather(engine, question, at: now) }
        }.get()
    }

    static func gather(
        _ engine: TradingEngine, _ question: WhatIfQuestion, at now: Moment
    ) throws(ControlFault) -> WhatIfAnswer {
        guard let policy = engine.policy.portfolio else {
            throw ControlFault(
                .conflict, "no portfolio is configured", remedy: "see `portfolio:` in config/limits.yaml")
        }
        let reading = try WhatIfReading(question, engine, policy)
        guard let found = engine.whatIf(reading.question, at: now) else {
            throw ControlFault(.conflict, "no portfolio is watched", remedy: "ask again in a second")
        }
        var answer = WhatIfAnswer()
        answer.atNs = now.nanoseconds
        answer.supposed = reading.supposed
        answer.figures =
            figures(found.before.lines, found.after.lines) + figures(found.limitsBefore, found.limitsAfter)
        answer.healthBefore = found.before.health.score
        answer.healthAfter = found.after.health.score
        answer.breaches = found.breaches.map { "\($0.code.rawValue): \($0.text)" }
        if let order = reading.order {
            answer.denial =
                engine.wouldDeny(
                    order.venue, order.instrument, order.side, order.quantity,
                    limits: reading.question.limits, at: now)?.rawValue
        }
        return answer
    }

    private static func figures(_ before: [LimitLine], _ after: [LimitLine]) -> [Figure] {
        zip(before, after).map { old, new in
            var figure = Figure()
            figure.name = old.name
            figure.before = old.value.map { "\($0)" }
            figure.after = new.value.map { "\($0)" }
            figure.limitBefore = old.limit.map { "\($0)" }
            figure.limitAfter = new.limit.map { "\($0)" }
            figure.isWithinAfter = new.isWithin
            return figure
        }
    }
}

/// A question as people spell it, held against what the node knows.
private struct WhatIfReading {
    struct Order {
        var venue: VenueID
        var instrument: InstrumentID
        var side: Side
        var quantity: Quantity
    }

    var question: PortfolioQuestion
    var supposed: [String] = []
    var order: Order?

    init(
        _ asked: WhatIfQuestion, _ engine: TradingEngine, _ policy: PortfolioPolicy
    ) throws(ControlFault) {
        question = PortfolioQuestion(
            hypothesis: Hypothesis(), policy: policy, limits: engine.policy.limits)
        if let text = asked.position {
            try position(text, asked.venue, engine)
        } else if asked.venue != nil {
            throw WhatIfReading.bad("a venue belongs to a position")
        }
        if let text = asked.shock { try shock(text, engine) }
        if let text = asked.limit { try limit(text) }
        guard !supposed.isEmpty else { throw WhatIfReading.bad("nothing is supposed") }
    }

    private static func bad(_ what: String) -> ControlFault {
        ControlFault(
            .badArguments, what,
            remedy: "like --position BTC-USDT:-0.5 --venue okx, --shock -10%, --limit value_at_risk:1000")
    }

    /// `NAME:VALUE`.
    private static func halves(_ text: String) -> (name: String, value: String)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private mutating func position(
        _ text: String, _ venue: String?, _ engine: TradingEngine
    ) throws(ControlFault) {
        guard let (symbol, number) = WhatIfReading.halves(text) else {
            throw WhatIfReading.bad("position takes SYMBOL:QUANTITY")
        }
        let instrument = try BooksAnswer.book(symbol, engine).instrument
        let raw: Int64
        do throws(DecimalText.Fault) {
            raw = try DecimalText.parse(number, scale: instrument.quantityScale)
        } catch {
            throw WhatIfReading.bad(
                "a quantity is a plain decimal with at most \(instrument.quantityScale) decimals")
        }
        guard raw != 0, raw != .min else { throw WhatIfReading.bad("a quantity is above or below zero") }
        var place: VenueID?
        if let venue {
            guard let index = engine.policy.venues.firstIndex(where: { $0.name == venue }),
                engine.policy.venues[index].listings.contains(where: { $0.instrument.id == instrument.id })
            else {
                throw ControlFault(
                    .unknownVenue, "no venue of that name lists \(instrument.symbol)",
                    remedy: "see arbctl venues")
            }
            place = VenueID(index)
        }
        let quantity = Quantity(raw: raw)
        question.hypothesis.positions.append(
            Hypothesis.Position(
                asset: instrument.id.index, account: place?.index,
                quantity: Double(raw) / Double(DecimalText.power(instrument.quantityScale))))
        let spot = venue.map { " at \($0)" } ?? ""
        supposed.append("position \(instrument.text(quantity)) \(instrument.symbol)\(spot)")
        if let place {
            order = Order(
                venue: place, instrument: instrument.id, side: raw > 0 ? .buy : .sell,
                quantity: quantity.magnitude)
        }
    }

    private mutating func shock(_ text: String, _ engine: TradingEngine) throws(ControlFault) {
        let named = WhatIfReading.halves(text)
        var asset: Int?
        if let named { asset = try BooksAnswer.book(named.name, engine).instrument.id.index }
        let rate = try WhatIfReading.rate(named?.value ?? text)
        guard rate.raw > -Rate.one, rate.raw <= 10 * Rate.one else {
            throw WhatIfReading.bad("a shock lies above -100% and up to 1000%")
        }
        question.hypothesis.moves.append(Hypothesis.Move(asset: asset, share: rate.fraction))
        let what = asset.map { engine.policy.instruments[$0].symbol } ?? "all prices"
        supposed.append("\(what) move by \(DecimalText.format(rate.raw, scale: 6))%")
    }

    /// `-10%` or `-1000bps`.
    private static func rate(_ text: String) throws(ControlFault) -> Rate {
        do throws(DecimalText.Fault) {
            if text.hasSuffix("bps") {
                return Rate(raw: try DecimalText.parse(String(text.dropLast(3)), scale: 4))
            }
            if text.hasSuffix("%") {
                return Rate(raw: try DecimalText.parse(String(text.dropLast()), scale: 6))
            }
        } catch { throw bad("a share is a plain decimal with % or bps") }
        throw bad("a share is a plain decimal with % or bps")
    }

    private static let amounts = [
        "value_at_risk", "order_notional", "position_notional", "exposure_notional",
    ]
    private static let shares = [
        "crash_limit", "depeg_limit", "venue_loss_limit", "funding_spike_limit", "spread_limit",
        "correlation_limit",
    ]

    private mutating func limit(_ text: String) throws(ControlFault) {
        guard let (name, value) = WhatIfReading.halves(text),
            (WhatIfReading.amounts + WhatIfReading.shares).contains(name)
        else {
            let known = (WhatIfReading.amounts + WhatIfReading.shares).joined(separator: ", ")
            throw WhatIfReading.bad("limit takes NAME:VALUE with one of \(known)")
        }
        if WhatIfReading.shares.contains(name) {
            let share = try WhatIfReading.rate(value)
            guard share > .zero, share.raw <= Rate.one else {
                throw WhatIfReading.bad("a share of capital lies above 0% and up to 100%")
            }
            set(name, share)
        } else {
            let amount: Amount
            do throws(DecimalText.Fault) { amount = try Amount(text: value) } catch {
                throw WhatIfReading.bad("\(name) takes a plain decimal")
            }
            guard amount > .zero, amount <= RiskMoney.unbounded else {
                throw WhatIfReading.bad("\(name) is above zero")
            }
            set(name, amount)
        }
        supposed.append("\(name) \(value)")
    }

    private mutating func set(_ name: String, _ amount: Amount) {
        switch name {
        case "value_at_risk": question.policy.valueAtRisk = amount
        case "order_notional": question.limits.orderNotional = amount
        case "position_notional": question.limits.positionNotional = amount
        default: question.limits.exposureNotional = amount
        }
    }

    private mutating func set(_ name: String, _ share: Rate) {
        switch name {
        case "crash_limit": question.policy.stress.crash.limit = share
        case "depeg_limit": question.policy.stress.depeg.limit = share
        case "venue_loss_limit": question.policy.stress.venueLoss.limit = share
        case "funding_spike_limit": question.policy.stress.funding.limit = share
        case "spread_limit": question.policy.stress.spreadLimit = share
        default: question.policy.stress.correlationLimit = share
        }
    }
}
