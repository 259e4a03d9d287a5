import TradingModel

/// Public REST.
extension KrakenDouble {
    func reveal(_ target: RequestTarget, at now: Moment, into json: inout JSONWriter) throws(KrakenRefusal) {
        let fields = FormFields(target.query)
        let time = exchange.venueTime(now)
        switch target.path.dropFirst("/0/public/".count) {
        case "Time":
            json.object { json in
                json.field("unixtime", time.nanoseconds / 1_000_000_000)
                json.field("rfc1123", CalendarTime.rfc1123(time))
            }
        case "SystemStatus":
            json.object { json in
                json.field("status", exchange.mischief.isDown ? "maintenance" : "online")
                json.field("timestamp", CalendarTime.text(time, decimals: 0))
            }
        case "Assets": assets(into: &json)
        case "AssetPairs": try assetPairs(fields["pair"], into: &json)
        case "Depth": try depth(fields, at: now, into: &json)
        case "Ticker": try ticker(fields["pair"], into: &json)
        case "Trades": try trades(fields, into: &json)
        default: throw KrakenRefusal("EGeneral:Unknown method")
        }
    }

    /// Pairs named in a comma list; all of them without one.
    private func listed(_ pairs: String?) throws(KrakenRefusal) -> [Int] {
        guard let pairs, !pairs.isEmpty else {
            return exchange.symbols.indices.filter { exchange.mischief.isListed($0) }
        }
        var found: [Int] = []
        for name in pairs.split(separator: ",") { found.append(try symbol(String(name))) }
        return found
    }

    private func assets(into json: inout JSONWriter) {
        json.object { json in
            for code in exchange.assets {
                json.object(KrakenSpelling.asset(code)) { json in
                    json.field("aclass", "currency")
                    json.field("altname", KrakenSpelling.alternative(code))
                    json.field("decimals", code.hasPrefix("USD") ? 8 : 10)
                    json.field("display_decimals", 5)
                    json.field("status", "enabled")
                }
            }
        }
    }

    private func assetPairs(_ pairs: String?, into json: inout JSONWriter) throws(KrakenRefusal) {
        let listed = try listed(pairs)
        json.object { json in
            for index in listed {
                let rules = exchange.symbols[index]
                json.object(KrakenSpelling.pair(rules)) { json in
                    json.field("altname", KrakenSpelling.pairAlternative(rules))
                    json.field("wsname", KrakenSpelling.oldStreamName(rules))
                    json.field("aclass_base", "currency")
                    json.field("base", KrakenSpelling.asset(rules.base))
                    json.field("aclass_quote", "currency")
                    json.field("quote", KrakenSpelling.asset(rules.quote))
                    json.field("lot", "unit")
                    json.field("cost_decimals", 8)
                    json.field("pair_decimals", Int64(rules.priceDecimals))
                    json.field("lot_decimals", Int64(rules.quantityDecimals))
                    json.field("lot_multiplier", 1)
                    json.array("leverage_buy") { _ in }
                    json.array("leverage_sell") { _ in }
                    fees("fees", exchange.rules.takerFee, into: &json)
                    fees("fees_maker", exchange.rules.makerFee, into: &json)
                    json.field("fee_volume_currency", "ZUSD")
                    json.field("margin_call", 80)
                    json.field("margin_stop", 40)
                    json.field(
                        "ordermin", DecimalText.format(rules.minimumQuantity.raw, scale: SymbolRules.scale))
                    json.field("costmin", rules.minimumNotional.description)
                    json.field("tick_size", DecimalText.format(rules.tick.raw, scale: SymbolRules.scale))
                    json.field("status", exchange.mischief.isTrading(index) ? "online" : "cancel_only")
                }
            }
        }
    }

    /// `[[0, 0.26]]`: volume from which the percentage holds.
    private func fees(_ name: String, _ rate: Rate, into json: inout JSONWriter) {
        json.array(name) { json in
            json.array { json in
                json.integer(0)
                json.raw(DecimalText.format(rate.raw, scale: 6))
            }
        }
    }

    private func depth(_ fields: FormFields, at now: Moment, into json: inout JSONWriter)
        throws(KrakenRefusal)
    {
        let symbol = try symbol(fields["pair"])
        guard let count = Int(fields["count"] ?? "100"), (1...500).contains(count) else {
            throw KrakenRefusal("EGeneral:Invalid arguments:count")
        }
        let engine = exchange.published(symbol)
        json.object { json in
            json.object(KrakenSpelling.pair(exchange.symbols[symbol])) { json in
                for (name, levels) in [("asks", engine.asks), ("bids", engine.bids)] {
                    json.array(name) { json in
                        for level in BookFeed.view(levels, count) {
                            json.array { json in
                                json.string(price(level.price, symbol))
                                json.string(quantity(level.quantity))
                                json.integer(now.nanoseconds / 1_000_000_000)
                            }
                        }
                    }
                }
            }
        }
    }

    private func ticker(_ pairs: String?, into json: inout JSONWriter) throws(KrakenRefusal) {
        let listed = try listed(pairs)
        json.object { json in
            for symbol in listed {
                let engine = exchange.published(symbol)
                let last = price(exchange.lastTrade[symbol], symbol)
                let size = quantity(exchange.recentPrints[symbol].last?.quantity.raw ?? 0)
                json.object(KrakenSpelling.pair(exchange.symbols[symbol])) { json in
                    for (name, level) in [("a", engine.asks.last), ("b", engine.bids.last)] {
                        json.array(name) { json in
                            json.string(price(level?.price ?? 0, symbol))
                            json.string("1")
                            json.string(quantity(level?.total ?? 0))
                        }
                    }
                    json.array("c") { json in
                        json.string(last)
                        json.string(size)
                    }
                    for name in ["v", "p", "l", "h"] {
                        json.array(name) { json in
                            json.string(name == "v" ? "0.00000000" : last)
                            json.string(name == "v" ? "0.00000000" : last)
                        }
                    }
                    json.array("t") { json in
                        json.integer(0)
                        json.integer(0)
                    }
                    json.field("o", last)
                }
            }
        }
    }

    /// Oldest first; `since` is in nanoseconds (or seconds) and exclusive, `last` is the next `since`.
    private func trades(_ fields: FormFields, into json: inout JSONWriter) throws(KrakenRefusal) {
        let symbol = try symbol(fields["pair"])
        var since = fields.integer("since") ?? 0
        if since < 100_000_000_000 { since *= 1_000_000_000 }
        let count = min(1000, max(1, Int(fields["count"] ?? "1000") ?? 1000))
        let found = exchange.recentPrints[symbol].filter { $0.at.nanoseconds > since }.suffix(count)
        json.object { json in
            json.array(KrakenSpelling.pair(exchange.symbols[symbol])) { json in
                for print in found {
                    json.array { json in
                        json.string(price(print.price.raw, symbol))
                        json.string(quantity(print.quantity.raw))
                        json.raw(KrakenSpelling.seconds(print.at))
                        json.string(print.takerSide == .buy ? "b" : "s")
                        json.string("l")
                        json.string("")
                        json.integer(print.tradeID)
                    }
                }
            }
            json.field("last", String(found.last?.at.nanoseconds ?? since))
        }
    }
}
