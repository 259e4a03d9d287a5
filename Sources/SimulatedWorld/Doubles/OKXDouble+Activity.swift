import TradingModel

/// When OKX's double has something to say by itself, and how it goes down.
extension OKXDouble {
    public var nextActivity: Moment? {
        var next = min(outgoing.nextDue, exchange.nextLateEvent, exchange.nextPerpetual, nextMarkBeat)
        for socket in sockets { next = min(next, socket.lastActivity + OKXDouble.silence) }
        for due in deadMan { if let due { next = min(next, due) } }
        next = min(next, nextBeat)
        if exchange.hasEvents || exchange.mischief.owesClose { next = exchange.clock }
        return next == .distantFuture ? nil : next
    }

    /// When books and prints are told next.
    private var nextBeat: Moment {
        var next = Moment.distantFuture
        var wantsBooks = false
        var wantsPrints = exchange.hasOpenOrders
        for socket in sockets {
            for subscription in socket.subscriptions {
                guard let symbol = subscription.symbol, socket.kind == .open else { continue }
                if segment == .swap, ["mark-price", "funding-rate"].contains(subscription.channel) {
                    continue
                }
                wantsBooks = true
                switch subscription.channel {
                case "books":
                    let feed = feeds[symbol]
                    let isBehind = feed.book.isBehind(exchange.published(symbol))
                    next = min(next, isBehind ? nextTick : feed.lastSent + OKXDouble.bookKeepAlive)
                case "trades": wantsPrints = true
                default: if mark(symbol) != subscription.lastSent { next = min(next, nextTick) }
                }
            }
        }
        if wantsPrints, exchange.hasPrints { next = exchange.clock }
        guard wantsBooks || wantsPrints else { return next }
        let market = exchange.nextTimer
        guard market < .distantFuture else { return next }
        return min(next, wantsPrints ? market : market.rounded(up: OKXDouble.cadence))
    }

    private var nextTick: Moment { (exchange.clock + .nanoseconds(1)).rounded(up: OKXDouble.cadence) }

    /// What a conflated channel tells the changes of.
    func mark(_ symbol: Int) -> OKXSocket.Subscription.Mark {
        .init(updateID: exchange.published(symbol).updateID, lastTrade: exchange.lastTrade[symbol])
    }

    /// OKX API v5, "Notification": 64008 announces the close, which the venue lets follow some time later;
    /// here at once.
    func closeForMaintenance(at now: Moment) {
        exchange.mischief.owesClose = false
        for index in sockets.indices {
            let connection = connectionID(index)
            let notice = JSONWriter.object { json in
                json.field("event", "notice")
                json.field("code", "64008")
                json.field(
                    "msg", "The connection will soon be closed for a service upgrade. Please reconnect.")
                json.field("connId", connection)
            }
            outgoing.send(notice, to: sockets[index].id, due: now)
            outgoing.send(.close(code: 1001, reason: "service upgrade"), to: sockets[index].id, due: now)
        }
        sockets = []
    }

    static let maintenance = OKXRefusal(
        status: 503, code: "50001", message: "Service temporarily unavailable. Please try again later.")
}
