import TradingModel

/// Binance's public REST pages.
extension BinanceSpotDouble {
    func exchangeInfo(_ fields: FormFields, at now: Moment) throws(BinanceFault) -> [UInt8] {
        var wanted = exchange.symbols.indices.filter { exchange.mischief.isListed($0) }
        if let symbol = fields["symbol"] {
            wanted = [try symbolIndex(symbol)]
        } else if let list = fields["symbols"] {
            wanted = []
            for name in try BinanceSpotDouble.names(list) { wanted.append(try symbolIndex(name)) }
        }
        return JSONWriter.object { json in
            json.field("timezone", "UTC")
            json.field("serverTime", exchange.venueTime(now).milliseconds)
            json.array("rateLimits") { json in
                limit(&json, "REQUEST_WEIGHT", "MINUTE", 1, 6_000)
                limit(&json, "ORDERS", "SECOND", 10, 100)
                limit(&json, "ORDERS", "DAY", 1, 200_000)
                limit(&json, "RAW_REQUESTS", "MINUTE", 5, 61_000)
            }
            json.array("exchangeFilters") { _ in }
            json.array("symbols") { json in
                for index in wanted { symbolInfo(&json, index) }
            }
        }
    }

    private static func names(_ list: String) throws(BinanceFault) -> [String] {
        do throws(JSONDocument.Fault) {
            if let elements = try JSONDocument(text: list).elements { return elements.compactMap(\.string) }
        } catch {
            throw .illegal("symbols", "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$")
        }
        throw .invalidSymbol
    }

    private func limit(
        _ json: inout JSONWriter, _ type: String, _ interval: String, _ number: Int64, _ limit: Int64
    ) {
        json.object { json in
            json.field("rateLimitType", type)
            json.field("interval", interval)
            json.field("intervalNum", number)
            json.field("limit", limit)
        }
    }

    private func symbolInfo(_ json: inout JSONWriter, _ index: Int) {
        let rules = exchange.symbols[index]
        json.object { json in
            json.field("symbol", spellings[index])
            json.field("status", exchange.mischief.isTrading(index) ? "TRADING" : "HALT")
            json.field("baseAsset", rules.base)
            json.field("baseAssetPrecision", 8)
            json.field("quoteAsset", rules.quote)
            json.field("quotePrecision", 8)
            json.field("quoteAssetPrecision", 8)
            json.field("baseCommissionPrecision", 8)
            json.field("quoteCommissionPrecision", 8)
            json.array("orderTypes") { json in
                for type in ["LIMIT", "LIMIT_MAKER", "MARKET"] { json.string(type) }
            }
            for flag in [
                "icebergAllowed", "ocoAllowed", "otoAllowed", "allowTrailingStop", "cancelReplaceAllowed",
            ] {
                json.field(flag, false)
            }
            json.field("quoteOrderQtyMarketAllowed", true)
            json.field("isSpotTradingAllowed", true)
            json.field("isMarginTradingAllowed", false)
            json.array("filters") { json in filters(&json, rules) }
            json.array("permissions") { _ in }
            json.array("permissionSets") { json in json.array { $0.string("SPOT") } }
            json.field("defaultSelfTradePreventionMode", "EXPIRE_MAKER")
            json.array("allowedSelfTradePreventionModes") { $0.string("EXPIRE_MAKER") }
        }
    }

    private func filters(_ json: inout JSONWriter, _ rules: SymbolRules) {
        json.object { json in
            json.field("filterType", "PRICE_FILTER")
            price(&json, "minPrice", rules.tick.raw)
            price(&json, "maxPrice", rules.maximumPrice.raw)
            price(&json, "tickSize", rules.tick.raw)
        }
        for type in ["LOT_SIZE", "MARKET_LOT_SIZE"] {
            json.object { json in
                json.field("filterType", type)
                price(&json, "minQty", rules.minimumQuantity.raw)
                price(&json, "maxQty", rules.maximumQuantity.raw)
                price(&json, "stepSize", rules.lot.raw)
            }
        }
        json.object { json in
            json.field("filterType", "NOTIONAL")
            json.key("minNotional")
            json.amount(rules.minimumNotional, decimals: 8)
            json.field("applyMinToMarket", true)
            json.field("maxNotional", "9000000.00000000")
            json.field("applyMaxToMarket", false)
            json.field("avgPriceMins", 5)
        }
        json.object { json in
            json.field("filterType", "MAX_NUM_ORDERS")
            json.field("maxNumOrders", 200)
        }
    }

    /// Prices and quantities are printed with eight decimals, whatever the tick.
    func price(_ json: inout JSONWriter, _ name: String, _ raw: Int64) {
        json.key(name)
        json.decimal(raw, scale: SymbolRules.scale, decimals: 8)
    }

    func depth(_ fields: FormFields) throws(BinanceFault) -> [UInt8] {
        let index = try symbolIndex(fields["symbol"])
        guard let limit = fields["limit"].map({ Int($0) }) ?? 100, limit > 0 else {
            throw .illegal("limit", "^[0-9]{1,4}$")
        }
        let engine = exchange.takeOldSnapshot(index) ?? exchange.published(index)
        // A feed that nobody reads starts anew with its first reader.
        if isWanted(markets[index].depthFast) { markets[index].fast.serve(engine) }
        if isWanted(markets[index].depthSlow) { markets[index].slow.serve(engine) }
        return JSONWriter.object { json in
            json.field("lastUpdateId", engine.updateID)
            BinanceMarketStreams.levels(&json, "bids", BookFeed.view(engine.bids, min(limit, 5_000)))
            BinanceMarketStreams.levels(&json, "asks", BookFeed.view(engine.asks, min(limit, 5_000)))
        }
    }

    func recentTrades(_ fields: FormFields) throws(BinanceFault) -> [UInt8] {
        let index = try symbolIndex(fields["symbol"])
        let limit = min(max(fields.integer("limit") ?? 500, 1), 1_000)
        var json = JSONWriter()
        json.array { json in
            for print in exchange.recentPrints[index].suffix(Int(limit)) {
                json.object { json in
                    json.field("id", print.tradeID)
                    price(&json, "price", print.price.raw)
                    price(&json, "qty", print.quantity.raw)
                    json.key("quoteQty")
                    json.amount(
                        exchange.symbols[index].instrument.notional(print.price, print.quantity), decimals: 8)
                    json.field("time", print.at.milliseconds)
                    json.field("isBuyerMaker", print.takerSide == .sell)
                    json.field("isBestMatch", true)
                }
            }
        }
        return json.bytes
    }

    func bookTicker(_ fields: FormFields) throws(BinanceFault) -> [UInt8] {
        var json = JSONWriter()
        if let symbol = fields["symbol"] {
            ticker(&json, try symbolIndex(symbol))
        } else {
            json.array { json in for index in spellings.indices { ticker(&json, index) } }
        }
        return json.bytes
    }

    private func ticker(_ json: inout JSONWriter, _ index: Int) {
        let bid = exchange.published(index).bids.last
        let ask = exchange.published(index).asks.last
        json.object { json in
            json.field("symbol", spellings[index])
            price(&json, "bidPrice", bid?.price ?? 0)
            price(&json, "bidQty", bid?.total ?? 0)
            price(&json, "askPrice", ask?.price ?? 0)
            price(&json, "askQty", ask?.total ?? 0)
        }
    }

    /// `/sapi/v1/capital/config/getall`: enough for clients that list currencies; no networks, no transfers.
    func coins(account: Int) -> [UInt8] {
        var json = JSONWriter()
        json.array { json in
            for balance in exchange.balances(of: account) {
                json.object { json in
                    json.field("coin", balance.asset)
                    json.field("name", balance.asset)
                    json.field("depositAllEnable", false)
                    json.field("withdrawAllEnable", false)
                    json.field("isLegalMoney", false)
                    json.field("trading", true)
                    json.key("free")
                    json.amount(balance.available, decimals: 8)
                    json.key("locked")
                    json.amount(balance.held, decimals: 8)
                    for name in ["freeze", "withdrawing", "ipoing", "ipoable", "storage"] {
                        json.field(name, "0")
                    }
                    json.array("networkList") { _ in }
                }
            }
        }
        return json.bytes
    }
}
