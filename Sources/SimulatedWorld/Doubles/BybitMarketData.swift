import TradingModel

/// Bybit's public REST pages (v5/market).
extension BybitDouble {
    func instruments(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let isOwn = try isOwn(call)
        var wanted = isOwn ? exchange.symbols.indices.filter { exchange.mischief.isListed($0) } : []
        if isOwn, let symbol = call["symbol"] { wanted = [try symbolIndex(symbol)] }
        return JSONWriter.object { json in
            json.field("category", call["category"] ?? "")
            json.array("list") { json in
                for index in wanted {
                    if segment == .spot { instrument(&json, index) } else { perpetual(&json, index) }
                }
            }
            json.field("nextPageCursor", "")
        }
    }

    private func instrument(_ json: inout JSONWriter, _ index: Int) {
        let rules = exchange.symbols[index]
        json.object { json in
            json.field("symbol", spellings[index])
            json.field("baseCoin", rules.base)
            json.field("quoteCoin", rules.quote)
            json.field("innovation", "0")
            json.field("status", exchange.mischief.isTrading(index) ? "Trading" : "Closed")
            json.field("marginTrading", "none")
            json.field("stTag", "0")
            json.object("lotSizeFilter") { json in
                number(&json, "basePrecision", rules.lot.raw)
                json.field("quotePrecision", "0.0000001")
                number(&json, "minOrderQty", rules.minimumQuantity.raw)
                number(&json, "maxOrderQty", rules.maximumQuantity.raw)
                json.field("minOrderAmt", rules.minimumNotional.description)
                json.field("maxOrderAmt", "8000000")
                number(&json, "maxLimitOrderQty", rules.maximumQuantity.raw)
                number(&json, "maxMarketOrderQty", rules.maximumQuantity.raw)
            }
            json.object("priceFilter") { json in number(&json, "tickSize", rules.tick.raw) }
            json.object("riskParameters") { json in
                json.field("priceLimitRatioX", "0.005")
                json.field("priceLimitRatioY", "0.01")
            }
        }
    }

    func number(_ json: inout JSONWriter, _ name: String, _ raw: Int64) {
        json.key(name)
        json.plain(raw)
    }

    func orderBook(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let index = try symbolIndex(call["symbol"])
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? 1, 1), 200))
        let engine = exchange.published(index)
        return JSONWriter.object { json in
            json.field("s", spellings[index])
            BybitBookTopic.levels(&json, "b", BookFeed.view(engine.bids, limit))
            BybitBookTopic.levels(&json, "a", BookFeed.view(engine.asks, limit))
            json.field("ts", call.at.milliseconds)
            json.field("u", engine.updateID % 1_000_000_000)
            json.field("seq", engine.updateID)
            json.field("cts", call.at.milliseconds)
        }
    }

    func tickers(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let isOwn = try isOwn(call)
        var wanted = isOwn ? Array(exchange.symbols.indices) : []
        if isOwn, let symbol = call["symbol"] { wanted = [try symbolIndex(symbol)] }
        return JSONWriter.object { json in
            json.field("category", call["category"] ?? "")
            json.array("list") { json in
                for index in wanted {
                    guard segment == .spot else {
                        BybitTicker(self, index, at: call.at).write(&json)
                        continue
                    }
                    let bid = exchange.published(index).bids.last
                    let ask = exchange.published(index).asks.last
                    json.object { json in
                        json.field("symbol", spellings[index])
                        number(&json, "bid1Price", bid?.price ?? 0)
                        number(&json, "bid1Size", bid?.total ?? 0)
                        number(&json, "ask1Price", ask?.price ?? 0)
                        number(&json, "ask1Size", ask?.total ?? 0)
                        for name in ["lastPrice", "prevPrice24h", "highPrice24h", "lowPrice24h"] {
                            number(&json, name, exchange.lastTrade[index])
                        }
                        for name in ["price24hPcnt", "turnover24h", "volume24h"] { json.field(name, "0") }
                    }
                }
            }
        }
    }

    func recentTrades(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let index = try symbolIndex(call["symbol"])
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? 60, 1), 60))
        return JSONWriter.object { json in
            json.field("category", segment.category)
            json.array("list") { json in
                for print in exchange.recentPrints[index].suffix(limit).reversed() {
                    json.object { json in
                        json.field("execId", String(print.tradeID))
                        json.field("symbol", spellings[index])
                        number(&json, "price", print.price.raw)
                        number(&json, "size", print.quantity.raw)
                        json.field("side", print.takerSide == .buy ? "Buy" : "Sell")
                        json.field("time", String(print.at.milliseconds))
                        json.field("isBlockTrade", false)
                        json.field("isRPITrade", false)
                        json.field("seq", String(print.tradeID))
                    }
                }
            }
        }
    }
}
