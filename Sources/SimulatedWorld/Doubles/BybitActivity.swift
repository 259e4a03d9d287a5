import TradingModel

/// When Bybit's double has something to say by itself, and how it goes down.
extension BybitDouble {
    var nextActivity: Moment? {
        var next = min(outgoing.nextDue, nextBeat, exchange.nextLateEvent, exchange.nextPerpetual)
        if !wantedTickers.isEmpty { next = min(next, after(tickerCadence)) }
        for protection in protections { if let due = protection.due { next = min(next, due) } }
        for connection in connections where !connection.isClosing {
            next = min(next, connection.lastHeard + BybitDouble.idleLimit + .nanoseconds(1))
        }
        if exchange.mischief.owesClose { next = exchange.clock }
        return next == .distantFuture ? nil : next
    }

    /// When books, prints and reports are told next.
    private var nextBeat: Moment {
        var next = Moment.distantFuture
        var interval = Int64.max
        for index in wantedBooks {
            interval = min(interval, books[index].interval)
            if books[index].feed.isBehind(exchange.published(books[index].symbol)) {
                next = min(next, after(.milliseconds(books[index].interval)))
            } else if books[index].depth == 1 {
                next = min(next, books[index].lastSent + .seconds(3))
            }
        }
        let wantsPrints = wantsTrades || exchange.hasOpenOrders
        if wantsPrints { interval = 10 }
        if exchange.hasEvents || (wantsPrints && exchange.hasPrints) {
            next = min(next, after(BybitDouble.cadence))
        }
        let market = exchange.nextTimer
        guard interval < .max, market < .distantFuture else { return next }
        return min(next, market.rounded(up: .milliseconds(interval)))
    }

    private func after(_ step: Span) -> Moment { (exchange.clock + .nanoseconds(1)).rounded(up: step) }

    /// Looked up once, so that a tick without listeners costs nothing.
    func noteWanted() {
        wantedBooks = books.indices.filter { subscribers[books[$0].name]?.isEmpty == false }
        wantedTickers = tickerTopics.indices.filter {
            subscribers["tickers." + spellings[$0]]?.isEmpty == false
        }
        wantsTrades = spellings.contains { subscribers["publicTrade." + $0]?.isEmpty == false }
    }

    /// Bybit announces nothing: the connections break (v5/ws/connect).
    func closeForMaintenance(at now: Moment) {
        exchange.mischief.owesClose = false
        for connection in connections {
            outgoing.send(.close(code: 1001, reason: "service restart"), to: connection.id, due: now)
        }
        connections = []
        subscribers = [:]
        noteWanted()
    }

    /// v5/error: 10016, the service is not available or restarts.
    func maintenance(at now: Moment) -> DoubleResponse {
        DoubleResponse(
            status: 200, headers: [("content-type", "application/json; charset=utf-8")],
            body: envelope(10_016, "Service is restarting", result: Array("{}".utf8), at: now))
    }
}
