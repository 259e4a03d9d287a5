import TradingModel

/// WebSocket v2: what a client says.
extension KrakenDouble {
    func hear(_ text: [UInt8], _ index: Int, at now: Moment) {
        let message: JSONDocument
        do throws(JSONDocument.Fault) { message = try JSONDocument(text) } catch {
            complain("Malformed request", method: nil, JSONDocument.null, index, at: now)
            return
        }
        guard let method = message["method"]?.string else {
            complain("Malformed request", method: nil, message, index, at: now)
            return
        }
        let parameters = message["params"] ?? .object([])
        switch method {
        case "ping":
            reply(method: "pong", message, index, at: now) { _ in }
        case "subscribe", "unsubscribe":
            do throws(KrakenRefusal) {
                try change(method, parameters, message, index, at: now)
            } catch {
                complain(error.text, method: method, message, index, at: now)
            }
        case "add_order", "cancel_order", "cancel_all", "cancel_all_orders_after":
            do throws(KrakenRefusal) {
                try command(method, parameters, message, index, at: now)
            } catch {
                complain(error.text, method: method, message, index, at: now)
            }
        default: complain("Malformed request", method: method, message, index, at: now)
        }
    }

    /// `{"method":…,"req_id":…, body, "time_in":…,"time_out":…}`.
    private func reply(
        method: String, _ message: JSONDocument, _ index: Int, at now: Moment,
        _ body: (inout JSONWriter) -> Void
    ) {
        let stamp = CalendarTime.text(now, decimals: 6)
        let frame = JSONWriter.object { json in
            json.field("method", method)
            if let id = message["req_id"] {
                json.key("req_id")
                json.document(id)
            }
            body(&json)
            json.field("time_in", stamp)
            json.field("time_out", stamp)
        }
        send(frame, index, at: now)
    }

    private func complain(
        _ text: String, method: String?, _ message: JSONDocument, symbol: String? = nil, _ index: Int,
        at now: Moment
    ) {
        let stamp = CalendarTime.text(now, decimals: 6)
        let frame = JSONWriter.object { json in
            json.field("error", text)
            if let method { json.field("method", method) }
            if let id = message["req_id"] {
                json.key("req_id")
                json.document(id)
            }
            json.field("success", false)
            if let symbol { json.field("symbol", symbol) }
            json.field("time_in", stamp)
            json.field("time_out", stamp)
        }
        send(frame, index, at: now)
    }

    // MARK: Subscriptions

    private static let depths = [10, 25, 100, 500, 1000]

    private func change(
        _ method: String, _ parameters: JSONDocument, _ message: JSONDocument, _ index: Int, at now: Moment
    ) throws(KrakenRefusal) {
        let isNew = method == "subscribe"
        let channel: KrakenSocket.Subscription.Channel
        switch parameters["channel"]?.string {
        case "book":
            let depth = parameters["depth"].map { $0.integer ?? -1 } ?? 10
            guard KrakenDouble.depths.contains(Int(depth)) else {
                throw KrakenRefusal("Subscription depth not supported")
            }
            channel = .book(depth: Int(depth))
        case "trade": channel = .trade
        case "ticker": channel = .ticker
        case "instrument": channel = .instrument
        case "executions": channel = .executions
        case "balances": channel = .balances
        default: throw KrakenRefusal("Subscription name invalid")
        }
        switch channel {
        case .book, .trade, .ticker:
            guard let names = parameters["symbol"]?.elements, !names.isEmpty else {
                throw KrakenRefusal("Pair field must be an array")
            }
            for name in names {
                changePublic(method, channel, name.string ?? "", parameters, message, index, at: now)
            }
        case .instrument:
            apply(isNew, KrakenSocket.Subscription(channel: channel, symbol: nil), index)
            confirm(method, parameters, nil, message, index, at: now)
            if isNew { sendInstruments(index, at: now) }
        case .executions, .balances:
            try changePrivate(method, channel, parameters, message, index, at: now)
        }
    }

    private func changePublic(
        _ method: String, _ channel: KrakenSocket.Subscription.Channel, _ name: String,
        _ parameters: JSONDocument,
        _ message: JSONDocument, _ index: Int, at now: Moment
    ) {
        guard let symbol = exchange.symbols.firstIndex(where: { KrakenSpelling.streamName($0) == name })
        else {
            complain(
                "Currency pair not supported \(name)", method: method, message, symbol: name, index, at: now)
            return
        }
        let isNew = method == "subscribe"
        let known = sockets[index].subscriptions.contains { $0.channel == channel && $0.symbol == symbol }
        if isNew == known {
            let text = isNew ? "Already subscribed" : "Subscription Not Found"
            complain(text, method: method, message, symbol: name, index, at: now)
            return
        }
        apply(isNew, KrakenSocket.Subscription(channel: channel, symbol: symbol), index)
        confirm(method, parameters, name, message, index, at: now)
        guard isNew else { return }
        let wantsSnapshot = parameters["snapshot"].map { $0 == .bool(true) }
        switch channel {
        case .book(let depth): openBook(symbol, depth, snapshot: wantsSnapshot ?? true, index, at: now)
        case .trade: if wantsSnapshot == true { sendRecentTrades(symbol, index, at: now) }
        case .ticker: if wantsSnapshot ?? true { sendTicker(symbol, "snapshot", index, at: now) }
        default: return
        }
    }

    private func changePrivate(
        _ method: String, _ channel: KrakenSocket.Subscription.Channel, _ parameters: JSONDocument,
        _ message: JSONDocument, _ index: Int, at now: Moment
    ) throws(KrakenRefusal) {
        let account = try account(parameters, at: now)
        let isNew = method == "subscribe"
        let known = sockets[index].subscriptions.contains { $0.channel == channel }
        guard isNew != known else {
            throw KrakenRefusal(isNew ? "Already subscribed" : "Subscription Not Found")
        }
        var subscription = KrakenSocket.Subscription(channel: channel, symbol: nil)
        subscription.account = account
        subscription.allStatuses = parameters["order_status"] != .bool(false)
        apply(isNew, subscription, index)
        confirm(method, parameters, nil, message, index, at: now)
        guard isNew else { return }
        let place = sockets[index].subscriptions.count - 1
        if channel == .balances {
            if parameters["snapshot"] != .bool(false) { sendBalances(account, index, place, at: now) }
        } else {
            let wantsOrders = parameters["snap_orders"] != .bool(false)
            let wantsTrades = parameters["snap_trades"] == .bool(true)
            sendExecutions(account, orders: wantsOrders, trades: wantsTrades, index, place, at: now)
        }
    }

    private func account(_ parameters: JSONDocument, at now: Moment) throws(KrakenRefusal) -> Int {
        guard let account = account(token: parameters["token"]?.string, at: now),
            [nil, .tradingNotAllowed].contains(exchange.mischief.keyTrouble)
        else {
            throw KrakenRefusal("ESession:Invalid session")
        }
        return account
    }

    private func apply(_ isNew: Bool, _ subscription: KrakenSocket.Subscription, _ index: Int) {
        sockets[index].subscriptions.removeAll {
            $0.channel == subscription.channel && $0.symbol == subscription.symbol
        }
        if isNew { sockets[index].subscriptions.append(subscription) }
        feeds.removeAll { feed in !sockets.contains { $0.reads(feed.symbol, feed.depth) } }
    }

    private func confirm(
        _ method: String, _ parameters: JSONDocument, _ symbol: String?, _ message: JSONDocument,
        _ index: Int,
        at now: Moment
    ) {
        reply(method: method, message, index, at: now) { json in
            json.object("result") { json in
                json.field("channel", parameters["channel"]?.string ?? "")
                if let depth = parameters["depth"]?.integer { json.field("depth", depth) }
                json.field("snapshot", parameters["snapshot"] != .bool(false))
                if let symbol { json.field("symbol", symbol) }
            }
            json.field("success", true)
        }
    }

    // MARK: Order commands

    private func command(
        _ method: String, _ parameters: JSONDocument, _ message: JSONDocument, _ index: Int, at now: Moment
    ) throws(KrakenRefusal) {
        let account = try account(parameters, at: now)
        try checkPermission()
        let fields = KrakenFields(parameters)
        switch method {
        case "add_order":
            let id = try submit(try orderCommand(fields), account, at: now)
            answer(method, message, index, at: now) { json in
                if let id { json.field("order_id", KrakenSpelling.id("O", id)) }
                if let clientID = fields["cl_ord_id"] { json.field("cl_ord_id", clientID) }
            }
        case "cancel_order":
            let ids = parameters["order_id"]?.elements?.compactMap { $0.text } ?? []
            let clientIDs = parameters["cl_ord_id"]?.elements?.compactMap { $0.text } ?? []
            guard !ids.isEmpty || !clientIDs.isEmpty else {
                throw KrakenRefusal("EGeneral:Invalid arguments:order_id")
            }
            for (name, value) in ids.map({ ("txid", $0) }) + clientIDs.map({ ("cl_ord_id", $0) }) {
                var ignored = JSONWriter()
                let one = KrakenFields(.object([.init(key: name, value: .string(value))]))
                try cancelOrder(one, account, at: now, into: &ignored)
                answer(method, message, index, at: now) { json in
                    json.field(name == "txid" ? "order_id" : name, value)
                }
            }
        case "cancel_all":
            let count = cancelAll(account, at: now)
            answer(method, message, index, at: now) { $0.field("count", count) }
        default:
            var result = JSONWriter()
            try setDeadMan(fields, account, at: now, into: &result)
            reply(method: method, message, index, at: now) { json in
                json.key("result")
                json.raw(result.bytes)
                json.field("success", true)
            }
        }
    }

    private func answer(
        _ method: String, _ message: JSONDocument, _ index: Int, at now: Moment,
        _ result: (inout JSONWriter) -> Void
    ) {
        reply(method: method, message, index, at: now) { json in
            json.object("result", result)
            json.field("success", true)
        }
    }

    private func orderCommand(_ fields: KrakenFields) throws(KrakenRefusal) -> OrderCommand {
        let name = fields["symbol"] ?? ""
        guard let symbol = exchange.symbols.firstIndex(where: { KrakenSpelling.streamName($0) == name })
        else {
            throw KrakenRefusal("Currency pair not supported \(name)")
        }
        var request = OrderRequest(symbol: symbol, side: try side(fields["side"]))
        switch fields["order_type"] {
        case "limit": request.kind = .limit
        case "market": request.kind = .market
        default: throw KrakenRefusal("EGeneral:Invalid arguments:order_type")
        }
        request.timeInForce = try timeInForce(fields["time_in_force"], post: fields.isTrue("post_only"))
        guard let quantity = try fields.decimal("order_qty"), quantity > 0 else {
            throw KrakenRefusal("EGeneral:Invalid arguments:order_qty")
        }
        request.quantity = Quantity(raw: quantity)
        if request.kind == .limit {
            guard let price = try fields.decimal("limit_price"), price > 0 else {
                throw KrakenRefusal("EGeneral:Invalid arguments:limit_price")
            }
            request.price = Price(raw: price)
        }
        request.clientID = fields["cl_ord_id"] ?? ""
        var command = OrderCommand(request: request)
        command.userReference = fields["order_userref"].flatMap { Int64($0) }
        command.isValidationOnly = fields.isTrue("validate")
        return command
    }
}
