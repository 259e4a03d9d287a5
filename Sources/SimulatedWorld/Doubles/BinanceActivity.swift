import TradingModel

/// When Binance's double has something to say by itself, and how it goes down.
extension BinanceSpotDouble {
    var nextActivity: Moment? {
        var next = min(outgoing.nextDue, nextBeat, exchange.nextLateEvent)
        for connection in connections where connection.nextPing < .distantFuture {
            next = min(next, connection.nextPing, connection.openedAt + .seconds(86_400))
        }
        if exchange.mischief.owesClose { next = exchange.clock }
        return next == .distantFuture ? nil : next
    }

    /// When streams publish next.
    private var nextBeat: Moment {
        var wantsBooks = false
        var isBehind = false
        var wantsTicks = exchange.hasOpenOrders
        var next = Moment.distantFuture
        for index in markets.indices {
            let wanted = markets[index].wanted
            if wanted.isEmpty { continue }
            wantsTicks = wantsTicks || wanted.contains(.trade) || wanted.contains(.best)
            wantsBooks = true
            if wanted.contains(.partial) { next = after(.milliseconds(100)) }
            if wanted.contains(.fast), markets[index].fast.isBehind(exchange.published(index)) {
                isBehind = true
            }
            if wanted.contains(.slow), markets[index].slow.isBehind(exchange.published(index)) {
                isBehind = true
            }
            if wanted.contains(.best), markets[index].bestID != exchange.published(index).updateID {
                next = min(next, after(BinanceSpotDouble.cadence))
            }
        }
        if exchange.hasEvents || (exchange.hasPrints && wantsTicks) {
            next = min(next, after(BinanceSpotDouble.cadence))
        }
        if isBehind { next = min(next, after(.milliseconds(100))) }
        guard wantsTicks || wantsBooks else { return next }
        let market = exchange.nextTimer
        guard market < .distantFuture else { return next }
        return min(next, market.rounded(up: wantsTicks ? BinanceSpotDouble.cadence : .milliseconds(100)))
    }

    private func after(_ step: Span) -> Moment { (exchange.clock + .nanoseconds(1)).rounded(up: step) }

    /// `serverShutdown` in each kind of connection's dress (web-socket-streams.md, web-socket-api.md), then
    /// the close.
    func closeForMaintenance(at now: Moment) {
        exchange.mischief.owesClose = false
        let event = JSONWriter.object { json in
            json.field("e", "serverShutdown")
            json.field("E", exchange.venueTime(now).milliseconds)
        }
        for connection in connections {
            let text: [UInt8]
            switch connection.kind {
            case .raw: text = event
            case .combined:
                text = JSONWriter.object { json in
                    json.field("stream", "!serverShutdown")
                    json.key("data")
                    json.raw(event)
                }
            case .api:
                text = JSONWriter.object { json in
                    json.key("event")
                    json.raw(event)
                }
            }
            outgoing.send(text, to: connection.id, due: now)
            outgoing.send(.close(code: 1001, reason: "Server shutdown"), to: connection.id, due: now)
        }
        connections = []
        subscribers = [:]
        for index in markets.indices { markets[index].wanted = [] }
    }

    /// errors.md: −1016 SERVICE_SHUTTING_DOWN.
    static var shutdown: DoubleResponse {
        DoubleResponse(
            status: 503, headers: [("content-type", "application/json;charset=UTF-8")],
            body: BinanceFault(-1016, "This service is no longer available.", status: 503).body)
    }
}

extension Moment {
    /// The next multiple of `step`, itself when it is one.
    func rounded(up step: Span) -> Moment {
        let step = step.nanoseconds
        return Moment(nanoseconds: (nanoseconds + step - 1) / step * step)
    }
}
