import TradingModel

/// When Kraken's double has something to say by itself, and how it goes down.
extension KrakenDouble {
    public var nextActivity: Moment? {
        var next = min(outgoing.nextDue, exchange.nextLateEvent)
        for due in deadMan { if let due { next = min(next, due) } }
        var wantsBooks = !feeds.isEmpty
        var wantsPrints = exchange.hasOpenOrders
        for socket in sockets {
            if !socket.subscriptions.isEmpty { next = min(next, nextHeartbeat) }
            for subscription in socket.subscriptions {
                if subscription.channel == .trade { wantsPrints = true }
                guard subscription.channel == .ticker, let symbol = subscription.symbol else { continue }
                wantsBooks = true
                if subscription.lastMark != mark(symbol) { next = min(next, nextTick) }
            }
        }
        for feed in feeds where feed.book.isBehind(exchange.published(feed.symbol)) {
            next = min(next, nextTick)
        }
        let market = exchange.nextTimer
        if wantsPrints {
            next = min(next, market)
        } else if wantsBooks, market < .distantFuture {
            next = min(next, market.rounded(up: KrakenDouble.cadence))
        }
        if exchange.hasEvents || (wantsPrints && exchange.hasPrints) || exchange.mischief.owesClose {
            next = exchange.clock
        }
        return next == .distantFuture ? nil : next
    }

    private var nextTick: Moment { (exchange.clock + .nanoseconds(1)).rounded(up: KrakenDouble.cadence) }

    /// What a ticker tells the changes of.
    func mark(_ symbol: Int) -> (updateID: Int64, lastTrade: Int64) {
        (exchange.published(symbol).updateID, exchange.lastTrade[symbol])
    }

    /// docs.kraken.com, WebSocket v2 `status`: `maintenance` is told, then the connection ends.
    func closeForMaintenance(at now: Moment) {
        exchange.mischief.owesClose = false
        for socket in sockets {
            outgoing.send(status(socket.id, "maintenance"), to: socket.id, due: now)
            outgoing.send(.close(code: 1001, reason: "maintenance"), to: socket.id, due: now)
        }
        sockets = []
        feeds = []
        tokens = []
    }

    /// Everything but `SystemStatus` and `Time` is unavailable.
    func maintenance(_ request: DoubleRequest, at now: Moment) -> DoubleResponse {
        let path = RequestTarget(request.target).path
        if ["/0/public/SystemStatus", "/0/public/Time"].contains(path) { return answer(request, at: now) }
        let body = JSONWriter.object { json in json.array("error") { $0.string("EService:Unavailable") } }
        return DoubleResponse(status: 200, headers: [("content-type", "application/json")], body: body)
    }
}
