import TradingModel

/// One WebSocket to Binance and what it asked for.
struct BinanceConnection {
    enum Kind { case raw, combined, api }

    let id: Int
    let kind: Kind
    let openedAt: Moment
    var streams: [String] = []
    /// User data subscriptions of a WebSocket API connection.
    var users: [(subscription: Int64, account: Int)] = []
    /// Five messages a second on stream connections (web-socket-streams.md, "WebSocket Limits").
    var messages = RateWindow(limit: 5, per: .seconds(1))
    var nextPing: Moment
}

/// The public streams of one symbol.
struct BinanceMarketStreams {
    let symbol: String
    let trade, bookTicker, depthFast, depthSlow: String
    let partials: [(name: String, depth: Int, isFast: Bool)]
    var fast = BookFeed(depth: nil)
    var slow = BookFeed(depth: nil)
    var best: [FeedLevel] = []
    /// The update id at which `best` was looked at.
    var bestID: Int64 = 0
    /// Which of the streams have a listener.
    var wanted: Wanted = []

    struct Wanted: OptionSet {
        let rawValue: UInt8
        static let trade = Wanted(rawValue: 1)
        static let best = Wanted(rawValue: 2)
        static let fast = Wanted(rawValue: 4)
        static let slow = Wanted(rawValue: 8)
        static let partial = Wanted(rawValue: 16)
    }

    init(symbol: String) {
        self.symbol = symbol
        let prefix = symbol.lowercased()
        trade = prefix + "@trade"
        bookTicker = prefix + "@bookTicker"
        depthFast = prefix + "@depth@100ms"
        depthSlow = prefix + "@depth"
        partials = [5, 10, 20].flatMap { depth in
            [(prefix + "@depth\(depth)", depth, false), (prefix + "@depth\(depth)@100ms", depth, true)]
        }
    }

    static func levels(_ json: inout JSONWriter, _ name: String, _ levels: [FeedLevel]) {
        json.key(name)
        json.beginArray()
        for level in levels {
            json.beginArray()
            json.decimal(level.price, scale: SymbolRules.scale, decimals: 8)
            json.decimal(level.quantity, scale: SymbolRules.scale, decimals: 8)
            json.endArray()
        }
        json.endArray()
    }

    /// The diff stream's event: `U` and `u` are the first and last update ids it covers.
    func depthUpdate(_ delta: FeedDelta, at now: Moment) -> [UInt8] {
        JSONWriter.object { json in
            json.field("e", "depthUpdate")
            json.field("E", now.milliseconds)
            json.field("s", symbol)
            json.field("U", delta.firstID)
            json.field("u", delta.lastID)
            BinanceMarketStreams.levels(&json, "b", delta.bids)
            BinanceMarketStreams.levels(&json, "a", delta.asks)
        }
    }
}

extension BinanceSpotDouble {
    func opened(_ connection: Int, path: String, at now: Moment) {
        advance(to: now)
        guard !exchange.mischief.isDown else {
            return outgoing.send(.close(code: 1001, reason: "Going away"), to: connection, due: now)
        }
        let target = RequestTarget(path)
        var state = BinanceConnection(
            id: connection, kind: .raw, openedAt: now, nextPing: now + .seconds(20))
        var streams: [String] = []
        if target.path.hasPrefix("/ws-api/") {
            state = BinanceConnection(id: connection, kind: .api, openedAt: now, nextPing: now + .seconds(20))
            _ = weight.charge(2, at: now)
        } else if target.path == "/stream" {
            state = BinanceConnection(
                id: connection, kind: .combined, openedAt: now, nextPing: now + .seconds(20))
            streams = FormFields(target.query)["streams"]?.split(separator: "/").map { String($0) } ?? []
        } else if target.path == "/ws" || target.path.hasPrefix("/ws/") {
            streams = target.path.split(separator: "/").dropFirst().map { String($0) }
        } else {
            outgoing.send(.close(code: 1008, reason: "Invalid path"), to: connection, due: now)
            return
        }
        connections.append(state)
        for stream in streams { subscribe(stream, connections.count - 1) }
    }

    func closed(_ connection: Int, at now: Moment) {
        advance(to: now)
        outgoing.drop(connection)
        guard let index = connections.firstIndex(where: { $0.id == connection }) else { return }
        for stream in connections[index].streams { subscribers[stream]?.removeAll { $0 == connection } }
        connections.remove(at: index)
        noteWanted()
    }

    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        advance(to: now)
        guard let index = connections.firstIndex(where: { $0.id == connection }) else { return }
        if connections[index].kind == .api { return receivedCall(text, index, at: now) }
        guard connections[index].messages.charge(1, at: now) else {
            outgoing.send(.close(code: 1008, reason: "Too many requests"), to: connection, due: now)
            return
        }
        let message: JSONDocument
        do throws(JSONDocument.Fault) { message = try JSONDocument(text) } catch {
            return refuse(connection, "Invalid JSON: expected value", id: nil, at: now)
        }
        let streams = message["params"]?.elements?.compactMap(\.string) ?? []
        switch message["method"]?.string {
        case "SUBSCRIBE": for stream in streams { subscribe(stream, index) }
        case "UNSUBSCRIBE": for stream in streams { unsubscribe(stream, index) }
        case "LIST_SUBSCRIPTIONS":
            reply(connection, id: message["id"], at: now) { json in
                json.array { json in for stream in connections[index].streams { json.string(stream) } }
            }
            return
        default: return refuse(connection, "Invalid request: unknown method", id: message["id"], at: now)
        }
        reply(connection, id: message["id"], at: now) { $0.null() }
    }

    private func reply(
        _ connection: Int, id: JSONDocument?, at now: Moment, _ result: (inout JSONWriter) -> Void
    ) {
        let body = JSONWriter.object { json in
            json.key("result")
            result(&json)
            json.key("id")
            json.document(id ?? .null)
        }
        outgoing.send(body, to: connection, due: now)
    }

    private func refuse(_ connection: Int, _ reason: String, id: JSONDocument?, at now: Moment) {
        let body = JSONWriter.object { json in
            json.object("error") { json in
                json.field("code", 2)
                json.field("msg", reason)
            }
            if let id {
                json.key("id")
                json.document(id)
            }
        }
        outgoing.send(body, to: connection, due: now)
    }

    /// Unknown streams are accepted and stay silent, as at the venue.
    private func subscribe(_ stream: String, _ index: Int) {
        let connection = connections[index].id
        guard !connections[index].streams.contains(stream) else { return }
        if subscribers[stream, default: []].isEmpty {
            for market in markets.indices {
                if markets[market].depthFast == stream {
                    markets[market].fast.seed(from: exchange.published(market))
                }
                if markets[market].depthSlow == stream {
                    markets[market].slow.seed(from: exchange.published(market))
                }
            }
        }
        connections[index].streams.append(stream)
        subscribers[stream, default: []].append(connection)
        noteWanted()
    }

    private func unsubscribe(_ stream: String, _ index: Int) {
        let connection = connections[index].id
        connections[index].streams.removeAll { $0 == stream }
        subscribers[stream]?.removeAll { $0 == connection }
        noteWanted()
    }

    /// Looked up once, so that a tick without listeners costs nothing.
    private func noteWanted() {
        for index in markets.indices {
            var wanted = BinanceMarketStreams.Wanted()
            if isWanted(markets[index].trade) { wanted.insert(.trade) }
            if isWanted(markets[index].bookTicker) { wanted.insert(.best) }
            if isWanted(markets[index].depthFast) { wanted.insert(.fast) }
            if isWanted(markets[index].depthSlow) { wanted.insert(.slow) }
            if markets[index].partials.contains(where: { isWanted($0.name) }) { wanted.insert(.partial) }
            markets[index].wanted = wanted
        }
    }

    func isWanted(_ stream: String) -> Bool { subscribers[stream]?.isEmpty == false }

    private func broadcast(_ stream: String, _ event: [UInt8], at now: Moment) {
        for connection in subscribers[stream] ?? [] {
            guard let state = connections.first(where: { $0.id == connection }) else { continue }
            if state.kind == .combined {
                var json = JSONWriter()
                json.object { json in
                    json.field("stream", stream)
                    json.key("data")
                    json.raw(event)
                }
                outgoing.send(json.bytes, to: connection, due: now)
            } else {
                outgoing.send(event, to: connection, due: now)
            }
        }
    }

    private func broadcastBook(_ index: Int, _ stream: String, _ delta: FeedDelta, at now: Moment) {
        let event = markets[index].depthUpdate(delta, at: exchange.venueTime(now))
        let mischief = exchange.mischief
        guard !mischief.bookFaults.isEmpty else { return broadcast(stream, event, at: now) }
        let fault = mischief.takeBookFault(index, stream: stream)
        for frame in mischief.spoiled(event, fault, stream: stream, name: spellings[index]) {
            broadcast(stream, frame, at: now)
        }
    }

    /// What is due on this tick: trades and best prices at once, books every 100 or 1,000 ms.
    func publish(at now: Moment) {
        publishUserEvents()
        for print in exchange.takePrints() where markets[print.symbol].wanted.contains(.trade) {
            broadcast(markets[print.symbol].trade, tradeEvent(print, at: now), at: now)
        }
        let isFast = now.milliseconds % 100 == 0
        let isSlow = now.milliseconds % 1_000 == 0
        for index in markets.indices {
            publishBest(index, at: now)
            guard isFast else { continue }
            let wanted = markets[index].wanted
            if wanted.contains(.fast),
                let delta = markets[index].fast.step(exchange.published(index))
            {
                broadcastBook(index, markets[index].depthFast, delta, at: now)
            }
            if isSlow, wanted.contains(.slow),
                let delta = markets[index].slow.step(exchange.published(index))
            {
                broadcastBook(index, markets[index].depthSlow, delta, at: now)
            }
            guard wanted.contains(.partial) else { continue }
            for partial in markets[index].partials where (partial.isFast || isSlow) && isWanted(partial.name)
            {
                broadcast(partial.name, partialBook(index, partial.depth), at: now)
            }
        }
        keepAlive(at: now)
    }

    private func publishBest(_ index: Int, at now: Moment) {
        guard markets[index].wanted.contains(.best) else { return }
        let engine = exchange.published(index)
        guard engine.updateID != markets[index].bestID else { return }
        markets[index].bestID = engine.updateID
        let best = BookFeed.view(engine.bids, 1) + BookFeed.view(engine.asks, 1)
        guard best.count == 2, best != markets[index].best else { return }
        markets[index].best = best
        let event = JSONWriter.object { json in
            json.field("u", engine.updateID)
            json.field("s", spellings[index])
            price(&json, "b", best[0].price)
            price(&json, "B", best[0].quantity)
            price(&json, "a", best[1].price)
            price(&json, "A", best[1].quantity)
        }
        broadcast(markets[index].bookTicker, event, at: now)
    }

    private func partialBook(_ index: Int, _ depth: Int) -> [UInt8] {
        let engine = exchange.published(index)
        return JSONWriter.object { json in
            json.field("lastUpdateId", engine.updateID)
            BinanceMarketStreams.levels(&json, "bids", BookFeed.view(engine.bids, depth))
            BinanceMarketStreams.levels(&json, "asks", BookFeed.view(engine.asks, depth))
        }
    }

    private func tradeEvent(_ print: TradePrint, at now: Moment) -> [UInt8] {
        JSONWriter.object { json in
            json.field("e", "trade")
            json.field("E", now.milliseconds)
            json.field("s", spellings[print.symbol])
            json.field("t", print.tradeID)
            price(&json, "p", print.price.raw)
            price(&json, "q", print.quantity.raw)
            json.field("T", print.at.milliseconds)
            json.field("m", print.takerSide == .sell)
            json.field("M", true)
        }
    }

    /// A ping every 20 seconds; a connection lives 24 hours.
    private func keepAlive(at now: Moment) {
        for index in connections.indices {
            let id = connections[index].id
            if now >= connections[index].nextPing {
                connections[index].nextPing = now + .seconds(20)
                outgoing.send(.ping, to: id, due: now)
            }
            if now - connections[index].openedAt >= .seconds(86_400),
                connections[index].nextPing < .distantFuture
            {
                connections[index].nextPing = .distantFuture
                outgoing.send(.close(code: 1001, reason: "Connection lifetime exceeded"), to: id, due: now)
            }
        }
    }
}
