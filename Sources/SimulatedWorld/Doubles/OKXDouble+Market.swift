import TradingModel

/// Public REST.
extension OKXDouble {
    func market(_ target: RequestTarget, at now: Moment) throws(OKXRefusal) -> DoubleResponse {
        let fields = FormFields(target.query)
        switch target.path {
        case "/api/v5/public/time":
            let time = exchange.venueTime(now)
            return OKXDouble.response { json in json.object { $0.field("ts", String(time.milliseconds)) } }
        case "/api/v5/public/instruments": return try instruments(fields)
        case "/api/v5/market/books": return try books(fields, at: now)
        case "/api/v5/market/ticker":
            let symbol = try symbol(fields["instId"])
            return OKXDouble.response { ticker(symbol, at: now, into: &$0) }
        case "/api/v5/market/tickers":
            guard fields["instType"] == segment.instrumentType else {
                return try emptyUnlessKnownType(fields["instType"])
            }
            return OKXDouble.response { json in
                for symbol in exchange.symbols.indices { ticker(symbol, at: now, into: &json) }
            }
        case "/api/v5/market/trades": return try trades(fields)
        case "/api/v5/public/mark-price": return try markPrices(fields, at: now)
        case "/api/v5/public/funding-rate": return try fundingRate(fields, at: now)
        case "/api/v5/public/funding-rate-history": return try fundingHistory(fields)
        default: throw OKXRefusal(status: 404, code: "404", message: "Invalid API request")
        }
    }

    /// An `instId` parameter; `nil` is a missing one.
    func symbol(_ instID: String?) throws(OKXRefusal) -> Int {
        guard let instID, !instID.isEmpty else {
            throw OKXRefusal(status: 400, code: "50014", message: "Parameter instId can not be empty.")
        }
        guard let symbol = symbolIndex(instID) else {
            throw OKXRefusal(
                code: "51001", message: "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
        }
        return symbol
    }

    func emptyUnlessKnownType(_ type: String?) throws(OKXRefusal) -> DoubleResponse {
        guard let type, !type.isEmpty else {
            throw OKXRefusal(status: 400, code: "50014", message: "Parameter instType can not be empty.")
        }
        guard ["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"].contains(type) else {
            throw OKXRefusal(status: 400, code: "51000", message: "Parameter instType error.")
        }
        return OKXDouble.response { _ in }
    }

    private func instruments(_ fields: FormFields) throws(OKXRefusal) -> DoubleResponse {
        guard fields["instType"] == segment.instrumentType else {
            return try emptyUnlessKnownType(fields["instType"])
        }
        let listed: [Int]
        if let only = fields["instId"] {
            listed = [try symbol(only)]
        } else {
            listed = exchange.symbols.indices.filter { exchange.mischief.isListed($0) }
        }
        return OKXDouble.response { json in
            for index in listed {
                guard segment == .spot else {
                    perpetual(index, into: &json)
                    continue
                }
                let rules = exchange.symbols[index]
                json.object { json in
                    for empty in [
                        "alias", "ctMult", "ctType", "ctVal", "ctValCcy", "expTime", "instFamily", "optType",
                    ] {
                        json.field(empty, "")
                    }
                    json.field("baseCcy", rules.base)
                    json.field("category", "1")
                    json.field("instId", rules.symbol)
                    json.field("instIdCode", Int64(index + 1))
                    json.field("instType", "SPOT")
                    json.field("lever", "10")
                    json.field("listTime", "1606468572000")
                    json.field("lotSz", OKXDouble.text(rules.lot.raw))
                    json.field("maxLmtAmt", "20000000")
                    json.field("maxLmtSz", OKXDouble.text(rules.maximumQuantity.raw))
                    json.field("maxMktAmt", "1000000")
                    json.field("maxMktSz", "1000000")
                    json.field("minSz", OKXDouble.text(rules.minimumQuantity.raw))
                    json.field("quoteCcy", rules.quote)
                    json.field("ruleType", "normal")
                    json.field("settleCcy", "")
                    json.field("state", exchange.mischief.isTrading(index) ? "live" : "suspend")
                    json.field("stk", "")
                    json.field("tickSz", OKXDouble.text(rules.tick.raw))
                    json.field("uly", "")
                }
            }
        }
    }

    private func books(_ fields: FormFields, at now: Moment) throws(OKXRefusal) -> DoubleResponse {
        let symbol = try symbol(fields["instId"])
        let depth = Int(fields["sz"] ?? "1") ?? 0
        guard (1...400).contains(depth) else {
            throw OKXRefusal(status: 400, code: "51000", message: "Parameter sz error.")
        }
        let engine = exchange.published(symbol)
        return OKXDouble.response { json in
            json.object { json in
                levels("asks", BookFeed.view(engine.asks, depth), symbol, into: &json)
                levels("bids", BookFeed.view(engine.bids, depth), symbol, into: &json)
                json.field("ts", String(now.milliseconds))
                json.field("seqId", engine.updateID)
            }
        }
    }

    /// `[price, size, "0", number of orders]` per level; the third element is deprecated and always "0".
    func levels(_ name: String, _ levels: [FeedLevel], _ symbol: Int, into json: inout JSONWriter) {
        let contracts = contracts(symbol)
        json.array(name) { json in
            for level in levels {
                json.array { json in
                    json.plain(level.price)
                    json.plain(level.quantity * contracts)
                    json.string("0")
                    json.string(level.quantity == 0 ? "0" : "1")
                }
            }
        }
    }

    func ticker(_ symbol: Int, at now: Moment, into json: inout JSONWriter) {
        let engine = exchange.published(symbol)
        let last = exchange.recentPrints[symbol].last
        let bid = engine.bids.last
        let ask = engine.asks.last
        let price = OKXDouble.text(exchange.lastTrade[symbol])
        json.object { json in
            json.field("instType", segment.instrumentType)
            json.field("instId", instID(symbol))
            json.field("last", price)
            json.field("lastSz", size(last?.quantity.raw ?? 0, symbol))
            json.field("askPx", ask.map { OKXDouble.text($0.price) } ?? "")
            json.field("askSz", ask.map { size($0.total, symbol) } ?? "0")
            json.field("bidPx", bid.map { OKXDouble.text($0.price) } ?? "")
            json.field("bidSz", bid.map { size($0.total, symbol) } ?? "0")
            for day in ["open24h", "high24h", "low24h", "sodUtc0", "sodUtc8"] { json.field(day, price) }
            json.field("volCcy24h", "0")
            json.field("vol24h", "0")
            json.field("ts", String(now.milliseconds))
        }
    }

    private func trades(_ fields: FormFields) throws(OKXRefusal) -> DoubleResponse {
        let symbol = try symbol(fields["instId"])
        let limit = min(500, max(1, Int(fields["limit"] ?? "100") ?? 100))
        return OKXDouble.response { json in
            for print in exchange.recentPrints[symbol].suffix(limit).reversed() { trade(print, into: &json) }
        }
    }

    func trade(_ print: TradePrint, into json: inout JSONWriter, count: String? = nil) {
        json.object { json in
            json.field("instId", instID(print.symbol))
            json.field("tradeId", String(print.tradeID))
            json.field("px", OKXDouble.text(print.price.raw))
            json.field("sz", size(print.quantity.raw, print.symbol))
            json.field("side", print.takerSide == .buy ? "buy" : "sell")
            json.field("ts", String(print.at.milliseconds))
            if let count { json.field("count", count) }
        }
    }
}
