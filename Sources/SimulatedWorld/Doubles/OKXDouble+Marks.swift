import TradingModel

/// Perpetuals in public: how they are listed, their marks and their funding rates.
extension OKXDouble {
    /// `mark-price` is pushed every 200 ms while it changes.
    private var markCadence: Span { exchange.markCadence(.milliseconds(200)) }
    /// `funding-rate` is pushed every 30 to 90 seconds.
    static let rateCadence = Span.seconds(30)

    func perpetual(_ index: Int, into json: inout JSONWriter) {
        let rules = exchange.symbols[index]
        let family = rules.symbol
        json.object { json in
            for empty in ["alias", "baseCcy", "category", "expTime", "optType", "quoteCcy", "stk"] {
                json.field(empty, "")
            }
            json.field("ctMult", "1")
            json.field("ctType", "linear")
            json.field("ctVal", OKXDouble.text(rules.contractSize.raw))
            json.field("ctValCcy", rules.base)
            json.field("instFamily", family)
            json.field("instId", instID(index))
            json.field("instIdCode", Int64(10_001 + index))
            json.field("instType", "SWAP")
            json.field("lever", "100")
            json.field("listTime", "1611916828000")
            json.field("lotSz", size(rules.lot.raw, index))
            json.field("maxLmtAmt", "20000000")
            json.field("maxLmtSz", size(rules.maximumQuantity.raw, index))
            json.field("maxMktAmt", "")
            json.field("maxMktSz", size(rules.maximumQuantity.raw, index))
            json.field("minSz", size(rules.minimumQuantity.raw, index))
            json.field("ruleType", "normal")
            json.field("settleCcy", rules.quote)
            json.field("state", exchange.mischief.isTrading(index) ? "live" : "suspend")
            json.field("tickSz", OKXDouble.text(rules.tick.raw))
            json.field("uly", family)
        }
    }

    func markPrices(_ fields: FormFields, at now: Moment) throws(OKXRefusal) -> DoubleResponse {
        guard fields["instType"] == "SWAP" else { return try emptyUnlessKnownType(fields["instType"]) }
        var listed = Array(exchange.symbols.indices)
        if let only = fields["instId"], !only.isEmpty { listed = [try symbol(only)] }
        return OKXDouble.response { json in
            for index in listed { markPrice(index, at: now, into: &json) }
        }
    }

    private func markPrice(_ symbol: Int, at now: Moment, into json: inout JSONWriter) {
        json.object { json in
            json.field("instType", "SWAP")
            json.field("instId", instID(symbol))
            json.field("markPx", OKXDouble.text(exchange.mark(symbol, at: now).raw))
            json.field("ts", String(exchange.venueTime(now).milliseconds))
        }
    }

    func fundingRate(_ fields: FormFields, at now: Moment) throws(OKXRefusal) -> DoubleResponse {
        let symbol = try symbol(fields["instId"])
        return OKXDouble.response { fundingRate(symbol, at: now, into: &$0) }
    }

    private func fundingRate(_ symbol: Int, at now: Moment, into json: inout JSONWriter) {
        guard let perpetual = exchange.perpetual else { return }
        let due = perpetual.nextFunding(after: now)
        let settled = perpetual.settled.last { $0.symbol == symbol }
        json.object { json in
            json.field("instType", "SWAP")
            json.field("instId", instID(symbol))
            json.field("method", "current_period")
            json.field("formulaType", "noRate")
            json.field("fundingRate", OKXDouble.text(exchange.fundingRate(symbol, at: now).raw))
            json.field("nextFundingRate", "")
            json.field("fundingTime", String(due.milliseconds))
            json.field("nextFundingTime", String((due + perpetual.fundingInterval).milliseconds))
            json.field("minFundingRate", OKXDouble.text(-perpetual.terms.fundingCap.raw))
            json.field("maxFundingRate", OKXDouble.text(perpetual.terms.fundingCap.raw))
            json.field("interestRate", OKXDouble.text(perpetual.terms.interest.raw))
            json.field("impactValue", "")
            json.field("settState", "settled")
            json.field("settFundingRate", settled.map { OKXDouble.text($0.rate.raw) } ?? "")
            json.field("premium", DecimalText.format(exchange.premium(symbol, at: now), scale: 9))
            json.field("ts", String(exchange.venueTime(now).milliseconds))
        }
    }

    /// Newest first, at most 400; `after` and `before` are funding times.
    func fundingHistory(_ fields: FormFields) throws(OKXRefusal) -> DoubleResponse {
        let symbol = try symbol(fields["instId"])
        var found = (exchange.perpetual?.settled ?? []).filter { $0.symbol == symbol }
        if let after = fields.integer("after") { found = found.filter { $0.at.milliseconds < after } }
        if let before = fields.integer("before") { found = found.filter { $0.at.milliseconds > before } }
        let limit = min(400, max(1, Int(fields["limit"] ?? "400") ?? 400))
        return OKXDouble.response { json in
            for settled in found.reversed().prefix(limit) {
                json.object { json in
                    json.field("instType", "SWAP")
                    json.field("instId", instID(symbol))
                    json.field("method", "current_period")
                    json.field("formulaType", "noRate")
                    json.field("fundingRate", OKXDouble.text(settled.rate.raw))
                    json.field("realizedRate", OKXDouble.text(settled.rate.raw))
                    json.field("fundingTime", String(settled.at.milliseconds))
                }
            }
        }
    }

    // MARK: Pushes

    func publishMarks(at now: Moment) {
        for index in sockets.indices where sockets[index].kind == .open {
            for place in sockets[index].subscriptions.indices {
                let subscription = sockets[index].subscriptions[place]
                guard let symbol = subscription.symbol, let value = mark(of: subscription, at: now),
                    subscription.lastSent?.value != value
                else { continue }
                sockets[index].subscriptions[place].lastSent = .init(
                    updateID: 0, lastTrade: 0, value: value)
                let frame = push(subscription.argument) { json in
                    if subscription.channel == "mark-price" {
                        markPrice(symbol, at: now, into: &json)
                    } else {
                        fundingRate(symbol, at: now, into: &json)
                    }
                }
                send(frame, index, at: now)
            }
        }
    }

    /// What a new push of these channels differs by; `nil` when nothing is due.
    private func mark(of subscription: OKXSocket.Subscription, at now: Moment) -> Int64? {
        guard let symbol = subscription.symbol else { return nil }
        switch subscription.channel {
        case "mark-price":
            let isDue = now.nanoseconds % markCadence.nanoseconds == 0
            return isDue ? exchange.mark(symbol, at: now).raw : nil
        case "funding-rate": return now.nanoseconds / OKXDouble.rateCadence.nanoseconds
        default: return nil
        }
    }

    /// When a mark or a rate is told next.
    var nextMarkBeat: Moment {
        guard segment == .swap else { return .distantFuture }
        var next = Moment.distantFuture
        let soon = exchange.clock + .nanoseconds(1)
        for socket in sockets where socket.kind == .open {
            for subscription in socket.subscriptions {
                switch subscription.channel {
                case "mark-price": next = min(next, soon.rounded(up: markCadence))
                case "funding-rate":
                    let isNew = subscription.lastSent == nil
                    next = min(next, soon.rounded(up: isNew ? OKXDouble.cadence : OKXDouble.rateCadence))
                default: continue
                }
            }
        }
        return next
    }
}
