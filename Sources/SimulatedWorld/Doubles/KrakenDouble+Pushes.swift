import TradingModel

/// WebSocket v2: what the venue says by itself. Prices and quantities are JSON numbers with the pair's full
/// decimals, because the checksum is made of that text.
extension KrakenDouble {
    private func frame(
        _ channel: String, _ type: String, sequence: Int64? = nil, _ data: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.field("channel", channel)
            json.field("type", type)
            json.array("data", data)
            if let sequence { json.field("sequence", sequence) }
        }
    }

    private func number(_ name: String, _ text: String, into json: inout JSONWriter) {
        json.key(name)
        json.raw(text)
    }

    private func streamName(_ symbol: Int) -> String { KrakenSpelling.streamName(exchange.symbols[symbol]) }

    // MARK: Books

    func openBook(_ symbol: Int, _ depth: Int, snapshot: Bool, _ index: Int, at now: Moment) {
        if !feeds.contains(where: { $0.symbol == symbol && $0.depth == depth }) {
            feeds.append(KrakenFeed(symbol: symbol, depth: depth, engine: exchange.published(symbol)))
        }
        if snapshot, let old = exchange.takeOldSnapshot(symbol) {
            let feed = KrakenFeed(symbol: symbol, depth: depth, engine: old)
            return send(book(feed, "snapshot", feed.book.bids, feed.book.asks, at: now), index, at: now)
        }
        guard snapshot, let feed = feeds.first(where: { $0.symbol == symbol && $0.depth == depth }) else {
            return
        }
        send(book(feed, "snapshot", feed.book.bids, feed.book.asks, at: now), index, at: now)
    }

    func publishBooks(at now: Moment) {
        for place in feeds.indices {
            guard let delta = feeds[place].book.step(exchange.published(feeds[place].symbol)) else {
                continue
            }
            let update = book(feeds[place], "update", delta.bids, delta.asks, at: now)
            for update in spoiled(update, feeds[place]) {
                for index in sockets.indices
                where sockets[index].reads(feeds[place].symbol, feeds[place].depth) {
                    send(update, index, at: now)
                }
            }
        }
        for index in sockets.indices {
            for subscription in sockets[index].subscriptions where subscription.channel == .ticker {
                if let symbol = subscription.symbol { sendTicker(symbol, "update", index, at: now) }
            }
        }
    }

    private func spoiled(_ update: [UInt8], _ feed: KrakenFeed) -> [[UInt8]] {
        let mischief = exchange.mischief
        guard !mischief.bookFaults.isEmpty else { return [update] }
        let name = streamName(feed.symbol)
        let stream = name + String(feed.depth)
        let fault = mischief.takeBookFault(feed.symbol, stream: stream)
        return mischief.spoiled(update, fault, stream: stream, name: name)
    }

    private func book(
        _ feed: KrakenFeed, _ type: String, _ bids: [FeedLevel], _ asks: [FeedLevel], at now: Moment
    ) -> [UInt8] {
        let checksum = KrakenChecksum.of(
            asks: feed.book.asks, bids: feed.book.bids,
            priceDecimals: exchange.symbols[feed.symbol].priceDecimals)
        return frame("book", type) { json in
            json.object { json in
                json.field("symbol", streamName(feed.symbol))
                levels("bids", bids, feed.symbol, into: &json)
                levels("asks", asks, feed.symbol, into: &json)
                json.field("checksum", Int64(checksum))
                json.field("timestamp", CalendarTime.text(exchange.venueTime(now), decimals: 6))
            }
        }
    }

    private func levels(_ name: String, _ levels: [FeedLevel], _ symbol: Int, into json: inout JSONWriter) {
        let decimals = exchange.symbols[symbol].priceDecimals
        json.array(name) { json in
            for level in levels {
                json.beginObject()
                json.key("price")
                json.number(level.price, decimals: decimals)
                json.key("qty")
                json.number(level.quantity, decimals: 8)
                json.endObject()
            }
        }
    }

    func sendTicker(_ symbol: Int, _ type: String, _ index: Int, at now: Moment) {
        guard
            let place = sockets[index].subscriptions.firstIndex(where: {
                $0.channel == .ticker && $0.symbol == symbol
            })
        else { return }
        let mark = mark(symbol)
        if type == "update", sockets[index].subscriptions[place].lastMark == mark { return }
        sockets[index].subscriptions[place].lastMark = mark
        let engine = exchange.published(symbol)
        let last = price(exchange.lastTrade[symbol], symbol)
        let text = frame("ticker", type) { json in
            json.object { json in
                json.field("symbol", streamName(symbol))
                number("bid", price(engine.bids.last?.price ?? 0, symbol), into: &json)
                number("bid_qty", quantity(engine.bids.last?.total ?? 0), into: &json)
                number("ask", price(engine.asks.last?.price ?? 0, symbol), into: &json)
                number("ask_qty", quantity(engine.asks.last?.total ?? 0), into: &json)
                for name in ["last", "vwap", "low", "high"] { number(name, last, into: &json) }
                for name in ["volume", "change", "change_pct"] { number(name, "0.00000000", into: &json) }
            }
        }
        // Told when the best bid, the best offer or the last price has changed.
        let told = type == "snapshot" ? [] : sockets[index].subscriptions[place].lastSent
        let state = Array(text.drop { $0 != UInt8(ascii: "[") })
        guard state != told else { return }
        sockets[index].subscriptions[place].lastSent = state
        send(text, index, at: now)
    }

    // MARK: Trades, instruments

    func sendRecentTrades(_ symbol: Int, _ index: Int, at now: Moment) {
        let recent = exchange.recentPrints[symbol].suffix(50)
        send(
            frame("trade", "snapshot") { json in for print in recent { trade(print, into: &json) } }, index,
            at: now)
    }

    private func trade(_ print: TradePrint, into json: inout JSONWriter) {
        json.object { json in
            json.field("symbol", streamName(print.symbol))
            json.field("side", print.takerSide == .buy ? "buy" : "sell")
            number("price", price(print.price.raw, print.symbol), into: &json)
            number("qty", quantity(print.quantity.raw), into: &json)
            json.field("ord_type", "limit")
            json.field("trade_id", print.tradeID)
            json.field("timestamp", CalendarTime.text(print.at, decimals: 6))
        }
    }

    func sendInstruments(_ index: Int, at now: Moment) {
        let text = JSONWriter.object { json in
            json.field("channel", "instrument")
            json.field("type", "snapshot")
            json.object("data") { json in
                json.array("assets") { json in
                    for code in exchange.assets {
                        json.object { json in
                            json.field("id", code)
                            json.field("status", "enabled")
                            json.field("precision", code.hasPrefix("USD") ? 8 : 10)
                            json.field("precision_display", 5)
                            json.field("borrowable", false)
                        }
                    }
                }
                json.array("pairs") { json in
                    for (place, rules) in exchange.symbols.enumerated()
                    where exchange.mischief.isListed(place) {
                        let isTrading = exchange.mischief.isTrading(place)
                        json.object { json in
                            json.field("symbol", KrakenSpelling.streamName(rules))
                            json.field("base", rules.base)
                            json.field("quote", rules.quote)
                            json.field("status", isTrading ? "online" : "cancel_only")
                            json.field("qty_precision", Int64(rules.quantityDecimals))
                            number("qty_increment", quantity(rules.lot.raw), into: &json)
                            number("qty_min", quantity(rules.minimumQuantity.raw), into: &json)
                            json.field("price_precision", Int64(rules.priceDecimals))
                            number("price_increment", quantity(rules.tick.raw), into: &json)
                            json.field("cost_precision", 8)
                            number("cost_min", rules.minimumNotional.description, into: &json)
                            json.field("marginable", false)
                            json.field("has_index", true)
                        }
                    }
                }
            }
        }
        send(text, index, at: now)
    }

    // MARK: Everything since the last call

    func tell(at now: Moment) {
        for print in exchange.takePrints() {
            for index in sockets.indices {
                let hears = sockets[index].subscriptions.contains {
                    $0.channel == .trade && $0.symbol == print.symbol
                }
                if hears { send(frame("trade", "update") { trade(print, into: &$0) }, index, at: now) }
            }
        }
        for event in exchange.takeEvents() {
            for index in sockets.indices {
                for place in sockets[index].subscriptions.indices
                where sockets[index].subscriptions[place].account == event.order.account {
                    switch sockets[index].subscriptions[place].channel {
                    case .executions: tellExecution(event, index, place, at: now)
                    case .balances: tellLedger(event, index, place, at: now)
                    default: continue
                    }
                }
            }
        }
    }

    /// Sends a private message with its running number.
    func sendNumbered(
        _ channel: String, _ type: String, _ index: Int, _ place: Int, at now: Moment,
        _ data: (inout JSONWriter) -> Void
    ) {
        sockets[index].subscriptions[place].sequence += 1
        let text = frame(channel, type, sequence: sockets[index].subscriptions[place].sequence, data)
        send(text, index, at: now)
    }
}
