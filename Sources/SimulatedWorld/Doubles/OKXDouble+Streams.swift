import TradingModel

/// WebSockets: login, subscriptions, order commands, and what is pushed.
extension OKXDouble {
    func hear(_ text: [UInt8], _ index: Int, at now: Moment) {
        if text == Array("ping".utf8) {
            send(Array("pong".utf8), index, at: now)
            return
        }
        let message: JSONDocument
        do throws(JSONDocument.Fault) { message = try JSONDocument(text) } catch {
            complain(
                index, code: "60012", "Illegal request: " + String(decoding: text.prefix(200), as: UTF8.self),
                at: now)
            return
        }
        let arguments = message["args"]?.elements ?? []
        switch message["op"]?.string {
        case "subscribe": for argument in arguments { subscribe(argument, index, at: now) }
        case "unsubscribe": for argument in arguments { unsubscribe(argument, index, at: now) }
        case "login": login(arguments.first, index, at: now)
        case "order", "batch-orders", "cancel-order", "batch-cancel-orders":
            command(message, arguments, index, at: now)
        default:
            complain(
                index, code: "60012", "Illegal request: " + String(decoding: text.prefix(200), as: UTF8.self),
                at: now)
        }
    }

    func connectionID(_ index: Int) -> String {
        let bits = SeededHash.mix(UInt64(sockets[index].id))
        return Hexadecimal.encode((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
    }

    private func complain(_ index: Int, code: String, _ message: String, at now: Moment) {
        let connection = connectionID(index)
        let frame = JSONWriter.object { json in
            json.field("event", "error")
            json.field("code", code)
            json.field("msg", message)
            json.field("connId", connection)
        }
        send(frame, index, at: now)
    }

    // MARK: Login

    /// sign = base64(HMAC-SHA256(secret, timestamp + "GET" + "/users/self/verify")), timestamp in seconds.
    private func login(_ argument: JSONDocument?, _ index: Int, at now: Moment) {
        guard sockets[index].kind != .open else {
            complain(index, code: "60012", "Illegal request: login on a public connection", at: now)
            return
        }
        let trouble = exchange.mischief.keyTrouble
        if trouble == .addressNotAllowed {
            let text = "Your IP is not included in your API key's IP whitelist."
            return complain(index, code: "50110", text, at: now)
        }
        guard let key = argument?["apiKey"]?.text, let account = exchange.account(apiKey: key),
            trouble != .revoked
        else {
            complain(index, code: "60005", "Invalid apiKey", at: now)
            return
        }
        let spec = exchange.accounts[account].spec
        guard argument?["passphrase"]?.text == spec.passphrase else {
            complain(index, code: "60024", "Wrong passphrase", at: now)
            return
        }
        // The field's unit is seconds; a fraction is tolerated.
        guard let text = argument?["timestamp"]?.text, let whole = text.split(separator: ".").first,
            let seconds = Int64(whole), seconds < 100_000_000_000
        else {
            complain(index, code: "60004", "Invalid timestamp", at: now)
            return
        }
        guard abs(exchange.venueTime(now).nanoseconds / 1_000_000_000 - seconds) <= 30 else {
            complain(index, code: "60006", "Timestamp request expired", at: now)
            return
        }
        let prehash = Array((text + "GET" + "/users/self/verify").utf8)
        guard argument?["sign"]?.text == OKXDouble.signature(prehash, secret: spec.secret) else {
            complain(index, code: "60007", "Invalid sign", at: now)
            return
        }
        sockets[index].account = account
        let connection = connectionID(index)
        let frame = JSONWriter.object { json in
            json.field("event", "login")
            json.field("code", "0")
            json.field("msg", "")
            json.field("connId", connection)
        }
        send(frame, index, at: now)
    }

    // MARK: Subscriptions

    private var publicChannels: Set<String> {
        let shared: Set = ["books", "books5", "bbo-tbt", "trades", "tickers"]
        return segment == .spot ? shared : shared.union(["mark-price", "funding-rate"])
    }
    private var privateChannels: Set<String> {
        let shared: Set = ["orders", "account", "balance_and_position"]
        return segment == .spot ? shared : shared.union(["positions"])
    }

    private func subscribe(_ argument: JSONDocument, _ index: Int, at now: Moment) {
        let channel = argument["channel"]?.string ?? ""
        let instID = argument["instId"]?.string
        let symbol = instID.flatMap { symbolIndex($0) }
        let isPublic = publicChannels.contains(channel)
        let isPrivate = privateChannels.contains(channel)
        let fits =
            sockets[index].kind == .open
            ? isPublic && symbol != nil : isPrivate && (instID == nil || symbol != nil)
        guard fits, sockets[index].kind != .business else {
            let what = "channel:\(channel)" + (instID.map { ",instId:\($0)" } ?? "")
            complain(
                index, code: "60018",
                "Wrong URL or \(what) doesn't exist. Please use the correct URL, channel and parameters.",
                at: now)
            return
        }
        if isPrivate, sockets[index].account == nil {
            complain(index, code: "60011", "Please log in", at: now)
            return
        }
        confirm("subscribe", argument, index, at: now)
        let isFirst = symbol.map { symbol in !sockets.contains { $0.hears(channel, symbol) } } ?? false
        let subscription = OKXSocket.Subscription(channel: channel, symbol: symbol, argument: argument)
        sockets[index].subscriptions.removeAll { $0.channel == channel && $0.symbol == symbol }
        sockets[index].subscriptions.append(subscription)
        switch channel {
        case "books":
            guard let symbol else { return }
            if isFirst {
                feeds[symbol].book.seed(from: exchange.published(symbol))
                feeds[symbol].lastSent = now
            }
            sendSnapshot(symbol, argument, index, at: now)
        case "account", "balance_and_position":
            guard let account = sockets[index].account else { return }
            guard segment == .spot else {
                return tellMargin(account, subscription, index, event: "snapshot", at: now)
            }
            tellBalances(exchange.balances(of: account), subscription, index, event: "snapshot", at: now)
        case "positions":
            guard let account = sockets[index].account else { return }
            let open = exchange.symbols.indices.filter {
                exchange.position($0, of: account).size.raw != 0 && (symbol == nil || symbol == $0)
            }
            tellPositions(Array(open), account, subscription, index, at: now)
        default: break
        }
    }

    private func unsubscribe(_ argument: JSONDocument, _ index: Int, at now: Moment) {
        let channel = argument["channel"]?.string ?? ""
        let symbol = argument["instId"]?.string.flatMap { symbolIndex($0) }
        sockets[index].subscriptions.removeAll { $0.channel == channel && $0.symbol == symbol }
        confirm("unsubscribe", argument, index, at: now)
    }

    private func confirm(_ event: String, _ argument: JSONDocument, _ index: Int, at now: Moment) {
        let connection = connectionID(index)
        let frame = JSONWriter.object { json in
            json.field("event", event)
            json.key("arg")
            json.document(argument)
            json.field("connId", connection)
        }
        send(frame, index, at: now)
    }

    // MARK: Order commands

    private func command(_ message: JSONDocument, _ arguments: [JSONDocument], _ index: Int, at now: Moment) {
        guard let account = sockets[index].account else {
            complain(index, code: "60011", "Please log in", at: now)
            return
        }
        let verb = message["op"]?.string ?? ""
        let isCancel = verb == "cancel-order" || verb == "batch-cancel-orders"
        let frame: [UInt8]
        do throws(OKXRefusal) {
            try checkPermission()
            let done = try batch(.array(arguments)) { (one) throws(OKXRefusal) in
                isCancel ? try cancel(one, account, at: now) : try place(one, account, at: now)
            }
            frame = JSONWriter.object { json in
                json.field("id", message["id"]?.text ?? "")
                json.field("op", verb)
                OKXDouble.outcome(done, at: now, into: &json)
            }
        } catch {
            frame = JSONWriter.object { json in
                json.field("id", message["id"]?.text ?? "")
                json.field("op", verb)
                json.array("data") { _ in }
                json.field("code", error.code)
                json.field("msg", error.message)
            }
        }
        send(frame, index, at: now)
    }
}
