import TradingModel

/// What OKX pushes by itself: books, prints, and each account's orders and balances.
extension OKXDouble {
    // MARK: Books

    /// One step of every book that somebody reads.
    func publishBooks(at now: Moment) {
        for symbol in exchange.symbols.indices {
            if sockets.contains(where: { $0.hears("books", symbol) }) { publishBook(symbol, at: now) }
            conflate("books5", symbol, at: now) { view(symbol, depth: 5, at: now, into: &$0) }
            conflate("bbo-tbt", symbol, at: now) { view(symbol, depth: 1, at: now, into: &$0) }
            conflate("tickers", symbol, at: now) { ticker(symbol, at: now, into: &$0) }
        }
        if segment == .swap { publishMarks(at: now) }
    }

    private func publishBook(_ symbol: Int, at now: Moment) {
        let previous = feeds[symbol].book.lastID
        if let delta = feeds[symbol].book.step(exchange.published(symbol)) {
            pushBook(symbol, delta.bids, delta.asks, delta.lastID, previous: delta.previousID, at: now)
        } else if now - feeds[symbol].lastSent >= OKXDouble.bookKeepAlive {
            pushBook(symbol, [], [], previous, previous: previous, at: now)
        }
    }

    private func pushBook(
        _ symbol: Int, _ bids: [FeedLevel], _ asks: [FeedLevel], _ id: Int64, previous: Int64, at now: Moment
    ) {
        feeds[symbol].lastSent = now
        let mischief = exchange.mischief
        let stream = instID(symbol)
        let spoils = !mischief.bookFaults.isEmpty
        let fault = spoils ? mischief.takeBookFault(symbol, stream: stream) : nil
        for index in sockets.indices {
            for subscription in sockets[index].subscriptions
            where subscription.channel == "books" && subscription.symbol == symbol {
                let frame = book(subscription.argument, symbol, "update", bids, asks, id, previous, at: now)
                guard spoils else {
                    send(frame, index, at: now)
                    continue
                }
                for frame in mischief.spoiled(frame, fault, stream: stream, name: stream) {
                    send(frame, index, at: now)
                }
            }
        }
    }

    func sendSnapshot(_ symbol: Int, _ argument: JSONDocument, _ index: Int, at now: Moment) {
        if let old = exchange.takeOldSnapshot(symbol) {
            let bids = BookFeed.view(old.bids, feeds[symbol].book.depth)
            let asks = BookFeed.view(old.asks, feeds[symbol].book.depth)
            return send(
                book(argument, symbol, "snapshot", bids, asks, old.updateID, -1, at: now), index, at: now)
        }
        let feed = feeds[symbol].book
        send(
            book(argument, symbol, "snapshot", feed.bids, feed.asks, feed.lastID, -1, at: now), index, at: now
        )
    }

    /// `checksum` is deprecated and always 0 (`venue-facts.md` §4c); a snapshot's `prevSeqId` is −1.
    private func book(
        _ argument: JSONDocument, _ symbol: Int, _ action: String, _ bids: [FeedLevel], _ asks: [FeedLevel],
        _ id: Int64, _ previous: Int64, at now: Moment
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.key("arg")
            json.document(argument)
            json.field("action", action)
            json.array("data") { json in
                json.object { json in
                    levels("asks", asks, symbol, into: &json)
                    levels("bids", bids, symbol, into: &json)
                    json.field("ts", String(exchange.venueTime(now).milliseconds))
                    json.field("checksum", 0)
                    json.field("prevSeqId", previous)
                    json.field("seqId", id)
                }
            }
        }
    }

    private func view(_ symbol: Int, depth: Int, at now: Moment, into json: inout JSONWriter) {
        let engine = exchange.published(symbol)
        json.object { json in
            levels("asks", BookFeed.view(engine.asks, depth), symbol, into: &json)
            levels("bids", BookFeed.view(engine.bids, depth), symbol, into: &json)
            json.field("instId", instID(symbol))
            json.field("ts", String(now.milliseconds))
            json.field("seqId", engine.updateID)
        }
    }

    /// Sends a whole state when it differs from what this subscriber saw last, times apart.
    private func conflate(
        _ channel: String, _ symbol: Int, at now: Moment, _ state: (inout JSONWriter) -> Void
    ) {
        for index in sockets.indices {
            for place in sockets[index].subscriptions.indices {
                let subscription = sockets[index].subscriptions[place]
                guard subscription.channel == channel, subscription.symbol == symbol else { continue }
                let mark = mark(symbol)
                guard mark != subscription.lastSent else { continue }
                sockets[index].subscriptions[place].lastSent = mark
                send(push(subscription.argument, state), index, at: now)
            }
        }
    }

    func push(
        _ argument: JSONDocument, event: String? = nil, _ data: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.key("arg")
            json.document(argument)
            if let event { json.field("eventType", event) }
            json.array("data", data)
        }
    }

    // MARK: Prints and private events

    /// Everything that has happened since the last call.
    func tell(at now: Moment) {
        for print in exchange.takePrints() {
            for index in sockets.indices {
                for subscription in sockets[index].subscriptions
                where subscription.channel == "trades" && subscription.symbol == print.symbol {
                    send(push(subscription.argument) { trade(print, into: &$0, count: "1") }, index, at: now)
                }
            }
        }
        for event in exchange.takeEvents() {
            for index in sockets.indices where sockets[index].account == event.order.account {
                for subscription in sockets[index].subscriptions { tell(event, subscription, index, at: now) }
            }
        }
        for payment in exchange.takePayments() { tell(payment, at: now) }
    }

    private func tell(
        _ event: OrderEvent, _ subscription: OKXSocket.Subscription, _ index: Int, at now: Moment
    ) {
        let symbol = event.order.request.symbol
        guard subscription.symbol == nil || subscription.symbol == symbol else { return }
        switch subscription.channel {
        case "orders":
            let type = subscription.argument["instType"]?.string
            guard type == segment.instrumentType || type == "ANY" else { return }
            send(push(subscription.argument) { order(event, into: &$0) }, index, at: now)
        case "account", "balance_and_position":
            guard segment == .spot else {
                return tellMargin(
                    event.order.account, subscription, index, event: "event_update", at: now)
            }
            tellBalances(event.balances, subscription, index, event: "event_update", at: now)
        case "positions":
            guard case .executed(let fill) = event.kind else { return }
            tellPositions([fill.symbol], event.order.account, subscription, index, at: now)
        default: return
        }
    }

    private func order(_ event: OrderEvent, into json: inout JSONWriter) {
        var fill: Execution?
        if case .executed(let execution) = event.kind { fill = execution }
        json.object { json in
            order(event.order, showing: fill, into: &json)
            json.field("amendResult", "")
            json.field("code", "0")
            json.field("execType", fill.map { $0.isMaker ? "M" : "T" } ?? "")
            json.field("fillFee", fill.map { (-$0.fee).description } ?? "0")
            json.field("fillFeeCcy", fill?.feeAsset ?? "")
            json.field("fillNotionalUsd", fill?.notional.description ?? "")
            if segment == .swap { json.field("fillPnl", (fill?.effect?.realised ?? .zero).description) }
            json.field("msg", "")
            json.field("reqId", "")
        }
    }

    func tellBalances(
        _ balances: [AssetBalance], _ subscription: OKXSocket.Subscription, _ index: Int, event: String,
        at now: Moment
    ) {
        let frame: [UInt8]
        if subscription.channel == "account" {
            frame = push(subscription.argument, event: event) { self.balances(balances, at: now, into: &$0) }
        } else {
            frame = push(subscription.argument) { json in
                json.object { json in
                    json.field("pTime", String(now.milliseconds))
                    json.field("eventType", event == "snapshot" ? "snapshot" : "filled")
                    json.array("balData") { json in
                        for balance in balances {
                            json.object { json in
                                json.field("ccy", balance.asset)
                                json.field("cashBal", balance.total.description)
                                json.field("uTime", String(now.milliseconds))
                            }
                        }
                    }
                    json.array("posData") { _ in }
                }
            }
        }
        send(frame, index, at: now)
    }
}
