import TradingModel

/// What `tickers.<symbol>` tells of a perpetual: a snapshot, then what has changed
/// (v5/websocket/public/ticker).
struct BybitTicker {
    /// In the order they are written.
    private(set) var fields: [(name: String, value: String)]

    init(_ double: BybitDouble, _ index: Int, at now: Moment) {
        let exchange = double.exchange
        let bid = exchange.published(index).bids.last
        let ask = exchange.published(index).asks.last
        func text(_ raw: Int64) -> String { DecimalText.format(raw, scale: SymbolRules.scale) }
        let last = text(exchange.lastTrade[index])
        let due = exchange.perpetual?.nextFunding(after: now) ?? now
        fields = [
            ("symbol", double.spellings[index]),
            ("lastPrice", last), ("prevPrice24h", last), ("highPrice24h", last), ("lowPrice24h", last),
            ("prevPrice1h", last), ("price24hPcnt", "0"), ("tickDirection", "ZeroPlusTick"),
            ("markPrice", text(exchange.mark(index, at: now).raw)),
            ("indexPrice", text(exchange.index(index, at: now).raw)),
            ("openInterest", "0"), ("openInterestValue", "0"), ("turnover24h", "0"), ("volume24h", "0"),
            ("fundingRate", text(exchange.fundingRate(index, at: now).raw)),
            ("nextFundingTime", String(due.milliseconds)),
            ("bid1Price", bid.map { text($0.price) } ?? ""), ("bid1Size", bid.map { text($0.total) } ?? ""),
            ("ask1Price", ask.map { text($0.price) } ?? ""), ("ask1Size", ask.map { text($0.total) } ?? ""),
        ]
    }

    /// The symbol and what differs from `earlier`; `nil` when nothing does.
    func changes(since earlier: BybitTicker) -> BybitTicker? {
        var changed = self
        changed.fields = zip(fields, earlier.fields).compactMap { now, before in
            now.name == "symbol" || now.value != before.value ? now : nil
        }
        return changed.fields.count > 1 ? changed : nil
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in for field in fields { json.field(field.name, field.value) } }
    }
}

extension BybitDouble {
    /// `tickers` is pushed every 100 ms while it changes.
    var tickerCadence: Span { exchange.markCadence(.milliseconds(100)) }

    private func ticker(_ type: String, _ index: Int, _ ticker: BybitTicker, at now: Moment) -> [UInt8] {
        let time = exchange.venueTime(now).milliseconds
        return JSONWriter.object { json in
            json.field("topic", "tickers." + spellings[index])
            json.field("type", type)
            json.key("data")
            ticker.write(&json)
            json.field("cs", exchange.published(index).updateID)
            json.field("ts", time)
        }
    }

    /// A subscription begins with the whole ticker as it was last told.
    func sendTicker(_ topic: String, to connection: Int, at now: Moment) {
        guard let index = spellings.firstIndex(where: { "tickers." + $0 == topic }) else { return }
        if tickerTopics.isEmpty {
            tickerTopics = exchange.symbols.indices.map { BybitTicker(self, $0, at: now) }
        } else if !wantedTickers.contains(index) {
            tickerTopics[index] = BybitTicker(self, index, at: now)
        }
        noteWanted()
        outgoing.send(ticker("snapshot", index, tickerTopics[index], at: now), to: connection, due: now)
    }

    func publishTickers(at now: Moment) {
        guard now.nanoseconds % tickerCadence.nanoseconds == 0 else { return }
        for index in wantedTickers {
            let current = BybitTicker(self, index, at: now)
            guard let changed = current.changes(since: tickerTopics[index]) else { continue }
            tickerTopics[index] = current
            broadcast("tickers." + spellings[index], ticker("delta", index, changed, at: now), at: now)
        }
    }

    // MARK: REST

    func perpetual(_ json: inout JSONWriter, _ index: Int) {
        let rules = exchange.symbols[index]
        guard let perpetual = exchange.perpetual else { return }
        json.object { json in
            json.field("symbol", spellings[index])
            json.field("contractType", "LinearPerpetual")
            json.field("status", exchange.mischief.isTrading(index) ? "Trading" : "Closed")
            json.field("baseCoin", rules.base)
            json.field("quoteCoin", rules.quote)
            json.field("settleCoin", rules.quote)
            json.field("symbolType", "")
            json.field("launchTime", "1584230400000")
            json.field("deliveryTime", "0")
            json.field("deliveryFeeRate", "")
            json.field("priceScale", String(rules.priceDecimals))
            json.object("leverageFilter") { json in
                json.field("minLeverage", "1")
                json.field("maxLeverage", DecimalText.format(perpetual.terms.maximumLeverage, scale: 2))
                json.field("leverageStep", "0.01")
            }
            json.object("priceFilter") { json in
                number(&json, "minPrice", rules.tick.raw)
                number(&json, "maxPrice", rules.maximumPrice.raw)
                number(&json, "tickSize", rules.tick.raw)
            }
            json.object("lotSizeFilter") { json in
                number(&json, "maxOrderQty", rules.maximumQuantity.raw)
                number(&json, "maxMktOrderQty", rules.maximumQuantity.raw)
                number(&json, "postOnlyMaxOrderQty", rules.maximumQuantity.raw)
                number(&json, "minOrderQty", rules.minimumQuantity.raw)
                number(&json, "qtyStep", rules.lot.raw)
                json.field("minNotionalValue", rules.minimumNotional.description)
            }
            json.field("unifiedMarginTrade", true)
            json.field("fundingInterval", perpetual.fundingInterval.milliseconds / 60_000)
            json.field("copyTrading", "none")
            number(&json, "upperFundingRate", perpetual.terms.fundingCap.raw)
            number(&json, "lowerFundingRate", -perpetual.terms.fundingCap.raw)
            json.field("isPreListing", false)
        }
    }

    /// Newest first, at most 200; `startTime` alone is an error.
    func fundingHistory(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let symbol = try symbolIndex(call["symbol"])
        if call["startTime"] != nil, call["endTime"] == nil { throw .parameters("endTime is required") }
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? 200, 1), 200))
        let settled = (exchange.perpetual?.settled ?? []).filter {
            $0.symbol == symbol && within(call, $0.at)
        }
        return JSONWriter.object { json in
            json.field("category", "linear")
            json.array("list") { json in
                for rate in settled.reversed().prefix(limit) {
                    json.object { json in
                        json.field("symbol", spellings[symbol])
                        number(&json, "fundingRate", rate.rate.raw)
                        json.field("fundingRateTimestamp", String(rate.at.milliseconds))
                    }
                }
            }
        }
    }
}
