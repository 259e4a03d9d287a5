import TradingModel

/// One WebSocket to Bybit and what it asked for.
struct BybitConnection {
    let id: Int
    let isPrivate: Bool
    /// `nil` until `auth` succeeded.
    var account: Int?
    var topics: [String] = []
    var lastHeard: Moment
    var isClosing = false

    /// What the venue calls this connection.
    var name: String { "double-" + String(id, radix: 36) }
}

/// One `orderbook.<depth>.<symbol>` topic: its own counter `u`, one higher with every message.
struct BybitBookTopic {
    /// Levels and how often they are pushed (v5/websocket/public/orderbook).
    static let depths = [1, 50, 200, 1_000]

    let name: String
    let depth: Int
    let symbol: Int
    let spelling: String
    let interval: Int64
    var feed: BookFeed
    var updateID: Int64
    var lastSent = Moment.distantPast

    init(depth: Int, symbol: Int, spelling: String) {
        name = "orderbook.\(depth).\(spelling)"
        self.depth = depth
        self.symbol = symbol
        self.spelling = spelling
        interval =
            switch depth {
            case 1: 10
            case 50: 20
            case 200: 100
            default: 200
            }
        feed = BookFeed(depth: depth)
        updateID = SeededHash.between(4_000_000, 60_000_000, SeededHash.hash(UInt64(depth), spelling))
    }

    static func levels(_ json: inout JSONWriter, _ name: String, _ levels: [FeedLevel]) {
        json.key(name)
        json.beginArray()
        for level in levels {
            json.beginArray()
            json.plain(level.price)
            json.plain(level.quantity)
            json.endArray()
        }
        json.endArray()
    }

    /// The view as it was last published.
    func snapshot(at now: Moment) -> [UInt8] { frame("snapshot", bids: feed.bids, asks: feed.asks, at: now) }

    func frame(_ type: String, bids: [FeedLevel], asks: [FeedLevel], at now: Moment) -> [UInt8] {
        JSONWriter.object { json in
            json.field("topic", name)
            json.field("ts", now.milliseconds)
            json.field("type", type)
            json.object("data") { json in
                json.field("s", spelling)
                BybitBookTopic.levels(&json, "b", bids)
                BybitBookTopic.levels(&json, "a", asks)
                json.field("u", updateID)
                json.field("seq", feed.lastID)
            }
            json.field("cts", now.milliseconds - 2)
        }
    }
}

extension BybitDouble {
    /// A connection that says nothing for ten minutes is cut (v5/ws/connect).
    static let idleLimit = Span.seconds(600)

    func opened(_ connection: Int, path: String, at now: Moment) {
        advance(to: now)
        guard !exchange.mischief.isDown else {
            return outgoing.send(.close(code: 1001, reason: "service restart"), to: connection, due: now)
        }
        switch RequestTarget(path).path {
        case segment.publicPath: connections.append(.init(id: connection, isPrivate: false, lastHeard: now))
        case "/v5/private": connections.append(.init(id: connection, isPrivate: true, lastHeard: now))
        default: outgoing.send(.close(code: 1008, reason: "Invalid path"), to: connection, due: now)
        }
    }

    func closed(_ connection: Int, at now: Moment) {
        advance(to: now)
        outgoing.drop(connection)
        for topic in connections.first(where: { $0.id == connection })?.topics ?? [] {
            subscribers[topic]?.removeAll { $0 == connection }
        }
        let account = connections.first { $0.id == connection }?.account
        connections.removeAll { $0.id == connection }
        noteWanted()
        watchProtection(of: account, at: now)
    }

    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        advance(to: now)
        guard let index = connections.firstIndex(where: { $0.id == connection }) else { return }
        connections[index].lastHeard = now
        let message: JSONDocument
        do throws(JSONDocument.Fault) { message = try JSONDocument(text) } catch {
            return reply(index, .null, success: false, "error:invalid request", operation: "", at: now)
        }
        let topics = message["args"]?.elements?.compactMap(\.string) ?? []
        switch message["op"]?.string {
        case "ping": pong(index, message, at: now)
        case "auth" where connections[index].isPrivate: authenticate(index, message, at: now)
        case "subscribe": subscribe(index, topics, message, at: now)
        case "unsubscribe":
            for topic in topics { unsubscribe(index, topic) }
            watchProtection(of: connections[index].account, at: now)
            reply(index, message, success: true, "", operation: "unsubscribe", at: now)
        default: reply(index, message, success: false, "error:invalid op", operation: "", at: now)
        }
    }

    private func reply(
        _ index: Int, _ message: JSONDocument, success: Bool, _ text: String, operation: String,
        at now: Moment
    ) {
        let state = connections[index]
        let body = JSONWriter.object { json in
            json.field("success", success)
            json.field("ret_msg", text)
            json.field("conn_id", state.name)
            json.field("req_id", message["req_id"]?.text ?? "")
            json.field("op", operation)
        }
        outgoing.send(body, to: state.id, due: now)
    }

    /// Public streams answer a ping with `ret_msg: pong`, private ones with `op: pong` (v5/ws/connect).
    private func pong(_ index: Int, _ message: JSONDocument, at now: Moment) {
        let state = connections[index]
        guard state.isPrivate else {
            return reply(index, message, success: true, "pong", operation: "ping", at: now)
        }
        let body = JSONWriter.object { json in
            if let id = message["req_id"]?.text { json.field("req_id", id) }
            json.field("op", "pong")
            json.array("args") { $0.string(String(now.milliseconds)) }
            json.field("conn_id", state.name)
        }
        outgoing.send(body, to: state.id, due: now)
    }

    /// HMAC-SHA256 over `GET/realtime` and a moment in the future (v5/ws/connect).
    private func authenticate(_ index: Int, _ message: JSONDocument, at now: Moment) {
        let arguments = message["args"]?.elements ?? []
        var account: Int?
        if arguments.count == 3, let key = arguments[0].string, let expires = arguments[1].integer,
            let stamp = arguments[1].text, let signature = arguments[2].string,
            expires > exchange.venueTime(now).milliseconds,
            [nil, .tradingNotAllowed].contains(exchange.mischief.keyTrouble),
            let candidate = exchange.account(apiKey: key)
        {
            let secret = Array(exchange.accounts[candidate].spec.secret.utf8)
            let expected = Digest.hmacSHA256(key: secret, Array(("GET/realtime" + stamp).utf8))
            if signature.lowercased() == Hexadecimal.encode(expected) { account = candidate }
        }
        connections[index].account = account
        let text = account == nil ? "Params Error" : ""
        reply(index, message, success: account != nil, text, operation: "auth", at: now)
        if account == nil {
            outgoing.send(.close(code: 1000, reason: "auth failed"), to: connections[index].id, due: now)
        }
    }

    private func subscribe(_ index: Int, _ topics: [String], _ message: JSONDocument, at now: Moment) {
        let isPrivate = connections[index].isPrivate
        if isPrivate, connections[index].account == nil {
            return reply(
                index, message, success: false, "Request not authorized", operation: "subscribe", at: now)
        }
        if !isPrivate, topics.count > 10 {
            return reply(index, message, success: false, "args size >10", operation: "subscribe", at: now)
        }
        for topic in topics where !isKnown(topic, on: connections[index]) {
            let text = isPrivate ? "error:handler not found,topic:\(topic)" : "Invalid symbol :[\(topic)]"
            return reply(index, message, success: false, text, operation: "subscribe", at: now)
        }
        reply(index, message, success: true, isPrivate ? "" : "subscribe", operation: "subscribe", at: now)
        for topic in topics { subscribe(index, topic, at: now) }
        watchProtection(of: connections[index].account, at: now)
    }

    private func isKnown(_ topic: String, on connection: BybitConnection) -> Bool {
        if connection.isPrivate {
            if topic == segment.protectionTopic {
                return connection.account.map { exchange.accounts[$0].spec.isInstitutional } ?? false
            }
            return segment.privateTopics.contains(topic)
        }
        return books.contains { $0.name == topic }
            || spellings.contains {
                topic == "publicTrade." + $0 || (segment == .linear && topic == "tickers." + $0)
            }
    }

    /// A book subscription begins with a snapshot of the view as last published: the next delta fits it.
    private func subscribe(_ index: Int, _ topic: String, at now: Moment) {
        let connection = connections[index].id
        let book = books.firstIndex { $0.name == topic }
        if let book, subscribers[topic, default: []].isEmpty {
            books[book].feed.seed(from: exchange.published(books[book].symbol))
            books[book].updateID += 1
            books[book].lastSent = now
        }
        if !connections[index].topics.contains(topic) {
            connections[index].topics.append(topic)
            subscribers[topic, default: []].append(connection)
            noteWanted()
        }
        if let book, let old = exchange.takeOldSnapshot(books[book].symbol) {
            var earlier = books[book]
            earlier.feed.seed(from: old)
            earlier.updateID -= 3
            return outgoing.send(earlier.snapshot(at: now), to: connection, due: now)
        }
        if let book { outgoing.send(books[book].snapshot(at: now), to: connection, due: now) }
        if segment == .linear { sendTicker(topic, to: connection, at: now) }
    }

    private func unsubscribe(_ index: Int, _ topic: String) {
        let connection = connections[index].id
        connections[index].topics.removeAll { $0 == topic }
        subscribers[topic]?.removeAll { $0 == connection }
        noteWanted()
    }

    func broadcast(_ topic: String, _ body: [UInt8], at now: Moment) {
        for connection in subscribers[topic] ?? [] { outgoing.send(body, to: connection, due: now) }
    }

    func publish(at now: Moment) {
        publishPrivate()
        publishTrades(at: now)
        for index in wantedBooks where now.milliseconds % books[index].interval == 0 {
            publishBook(index, at: now)
        }
        if !wantedTickers.isEmpty { publishTickers(at: now) }
        for index in connections.indices
        where !connections[index].isClosing && now - connections[index].lastHeard > BybitDouble.idleLimit {
            connections[index].isClosing = true
            outgoing.send(.close(code: 1001, reason: "idle"), to: connections[index].id, due: now)
        }
    }

    /// Depth 1 sends snapshots only, and says the same again, same `u`, after three silent seconds.
    private func publishBook(_ index: Int, at now: Moment) {
        let delta = books[index].feed.step(exchange.published(books[index].symbol))
        let time = exchange.venueTime(now)
        if let delta {
            books[index].updateID += 1
            books[index].lastSent = now
            let body =
                books[index].depth == 1
                ? books[index].snapshot(at: time)
                : books[index].frame("delta", bids: delta.bids, asks: delta.asks, at: time)
            broadcastBook(index, body, at: now)
        } else if books[index].depth == 1, now - books[index].lastSent >= .seconds(3) {
            books[index].lastSent = now
            broadcast(books[index].name, books[index].snapshot(at: time), at: now)
        }
    }

    private func broadcastBook(_ index: Int, _ body: [UInt8], at now: Moment) {
        let topic = books[index].name
        let mischief = exchange.mischief
        guard !mischief.bookFaults.isEmpty else { return broadcast(topic, body, at: now) }
        let fault = mischief.takeBookFault(books[index].symbol, stream: topic)
        for frame in mischief.spoiled(body, fault, stream: topic, name: books[index].spelling) {
            broadcast(topic, frame, at: now)
        }
    }

    private func publishTrades(at now: Moment) {
        let prints = exchange.takePrints()
        guard !prints.isEmpty, wantsTrades else { return }
        for index in spellings.indices {
            let topic = "publicTrade." + spellings[index]
            let own = prints.filter { $0.symbol == index }
            guard !own.isEmpty, subscribers[topic]?.isEmpty == false else { continue }
            let body = JSONWriter.object { json in
                json.field("topic", topic)
                json.field("ts", now.milliseconds)
                json.field("type", "snapshot")
                json.array("data") { json in for print in own { tradeRow(&json, print) } }
            }
            broadcast(topic, body, at: now)
        }
    }

    private func tradeRow(_ json: inout JSONWriter, _ print: TradePrint) {
        json.object { json in
            json.field("i", String(print.tradeID))
            json.field("T", print.at.milliseconds)
            number(&json, "p", print.price.raw)
            number(&json, "v", print.quantity.raw)
            json.field("S", print.takerSide == .buy ? "Buy" : "Sell")
            json.field("seq", print.tradeID)
            json.field("s", spellings[print.symbol])
            json.field("BT", false)
            json.field("RPI", false)
        }
    }

    // MARK: Private topics

    /// Tells every private subscriber what happened, a few milliseconds after the fact: the REST answer to
    /// `create` is only an acknowledgement and comes first.
    func publishPrivate() {
        for event in exchange.takeEvents() {
            let bits = SeededHash.hash(UInt64(event.order.id), UInt64(event.at.nanoseconds))
            let due = event.at + .microseconds(SeededHash.between(2_000, 9_000, bits))
            if case .executed(let fill) = event.kind {
                tell(event, "execution", due) { json in executionPage(&json, fill, event.order) }
            }
            tell(event, "order", due) { json in orderPage(&json, event.order) }
            if segment == .linear {
                tellPositions(event, due)
            } else {
                tell(event, "wallet", due) { json in wallet(&json, event.balances) }
            }
        }
        for payment in exchange.takePayments() { tell(payment) }
    }

    private func tell(_ event: OrderEvent, _ topic: String, _ due: Moment, _ row: (inout JSONWriter) -> Void)
    {
        tell(event.order.account, event.order.id, topic, due, row)
    }

    /// `id` makes the message's own.
    func tell(
        _ account: Int, _ id: Int64, _ topic: String, _ due: Moment, _ row: (inout JSONWriter) -> Void
    ) {
        let own = topic + "." + segment.category
        for connection in connections where connection.account == account {
            guard let name = connection.topics.first(where: { $0 == topic || $0 == own }) else { continue }
            let body = JSONWriter.object { json in
                json.field("id", connection.name + "-" + String(id, radix: 36))
                json.field("topic", name)
                json.field("creationTime", due.milliseconds)
                json.array("data", row)
            }
            outgoing.send(body, to: connection.id, due: due)
        }
    }
}
