import TradingModel

/// The WebSocket API (web-socket-api.md) and the user data stream it carries (user-data-stream.md).
extension BinanceSpotDouble {
    func receivedCall(_ text: [UInt8], _ index: Int, at now: Moment) {
        let connection = connections[index].id
        var id = JSONDocument.null
        do throws(BinanceFault) {
            let message: JSONDocument
            do throws(JSONDocument.Fault) { message = try JSONDocument(text) } catch {
                throw BinanceFault(-1135, "Invalid JSON")
            }
            id = message["id"] ?? .null
            guard let method = message["method"]?.string else { throw .missing("method") }
            var fields = FormFields("")
            for member in message["params"]?.members ?? [] {
                if let value = member.value.text { fields.append(name: member.key, value: value) }
            }
            let result = try call(method, fields, index, at: now)
            send(result, id: id, to: connection, at: now)
        } catch {
            let body = JSONWriter.object { json in
                json.key("id")
                json.document(id)
                json.field("status", Int64(error.status))
                json.key("error")
                json.raw(error.body)
                rateLimits(&json)
            }
            outgoing.send(body, to: connection, due: now)
        }
    }

    private func send(_ result: [UInt8], id: JSONDocument, to connection: Int, at now: Moment) {
        let body = JSONWriter.object { json in
            json.key("id")
            json.document(id)
            json.field("status", 200)
            json.key("result")
            json.raw(result)
            rateLimits(&json)
        }
        outgoing.send(body, to: connection, due: now)
    }

    private func rateLimits(_ json: inout JSONWriter) {
        json.array("rateLimits") { json in
            json.object { json in
                json.field("rateLimitType", "REQUEST_WEIGHT")
                json.field("interval", "MINUTE")
                json.field("intervalNum", 1)
                json.field("limit", 6_000)
                json.field("count", Int64(weight.used))
            }
        }
    }

    private func call(
        _ method: String, _ fields: FormFields, _ index: Int, at now: Moment
    ) throws(BinanceFault) -> [UInt8] {
        switch method {
        case "userDataStream.subscribe.signature":
            guard weight.charge(2, at: now) else { throw .tooMuchWeight }
            let account = try socketAccount(fields, at: now)
            let subscription = nextSubscription
            nextSubscription += 1
            connections[index].users.append((subscription, account))
            return JSONWriter.object { $0.field("subscriptionId", subscription) }
        case "userDataStream.unsubscribe":
            let subscription = fields.integer("subscriptionId")
            connections[index].users.removeAll { subscription == nil || $0.subscription == subscription }
            return Array("{}".utf8)
        case "session.subscriptions":
            var json = JSONWriter()
            json.array { json in
                for user in connections[index].users {
                    json.object { $0.field("subscriptionId", user.subscription) }
                }
            }
            return json.bytes
        case "session.logon", "userDataStream.subscribe":
            // These need Ed25519 keys; a double's accounts have HMAC keys.
            throw BinanceFault(-4056, "HMAC_SHA256 API key is not supported.")
        default: break
        }
        guard let endpoint = BinanceEndpoint.webSocket(method) else {
            throw BinanceFault(-1130, "Invalid method '\(method)'.")
        }
        guard weight.charge(endpoint.weight(fields), at: now) else { throw .tooMuchWeight }
        let account = endpoint.isSigned ? try socketAccount(fields, at: now) : nil
        return try answer(endpoint, fields, account: account, at: now)
    }

    private func socketAccount(_ fields: FormFields, at now: Moment) throws(BinanceFault) -> Int {
        try authenticate(
            apiKey: fields["apiKey"], fields: fields, payload: BinanceSigning.socketPayload(fields), at: now,
            encoded: false)
    }

    // MARK: Events

    /// Tells every subscriber what happened to its orders. `cancelName` is the client id of a cancel request.
    func publishUserEvents(cancelName: String? = nil) {
        for event in exchange.takeEvents() {
            // The account's view leaves the matching engine a little after the fact.
            let bits = SeededHash.hash(UInt64(event.order.id), UInt64(event.at.nanoseconds))
            let due = event.at + .microseconds(SeededHash.between(800, 4_000, bits))
            let report = executionReport(event, cancelName: cancelName)
            let position = accountPosition(event)
            for connection in connections {
                for user in connection.users where user.account == event.order.account {
                    for body in [report, position] {
                        let frame = JSONWriter.object { json in
                            json.field("subscriptionId", user.subscription)
                            json.key("event")
                            json.raw(body)
                        }
                        outgoing.send(frame, to: connection.id, due: due)
                    }
                }
            }
        }
    }

    private func executionReport(_ event: OrderEvent, cancelName: String?) -> [UInt8] {
        let order = event.order
        var fill: Execution?
        var kind = "NEW"
        switch event.kind {
        case .accepted, .amended: break
        case .executed(let execution):
            fill = execution
            kind = "TRADE"
        case .ended: kind = order.state == .canceled ? "CANCELED" : "EXPIRED"
        }
        let isCancel = kind == "CANCELED" && cancelName != nil
        return JSONWriter.object { json in
            json.field("e", "executionReport")
            json.field("E", event.at.milliseconds)
            json.field("s", spellings[order.request.symbol])
            json.field("c", isCancel ? cancelName ?? "" : order.request.clientID)
            json.field("S", order.request.side == .buy ? "BUY" : "SELL")
            json.field("o", BinanceSpotDouble.type(order))
            json.field("f", BinanceSpotDouble.timeInForce(order))
            price(&json, "q", order.request.quantity.raw)
            price(&json, "p", order.request.price.raw)
            price(&json, "P", 0)
            price(&json, "F", 0)
            json.field("g", -1)
            json.field("C", isCancel ? order.request.clientID : "")
            json.field("x", kind)
            json.field("X", BinanceSpotDouble.status(order))
            json.field("r", "NONE")
            json.field("i", order.id)
            executionFields(&json, event, fill)
            json.field("W", order.createdAt.milliseconds)
            json.field("V", "EXPIRE_MAKER")
        }
    }

    private func executionFields(_ json: inout JSONWriter, _ event: OrderEvent, _ fill: Execution?) {
        let order = event.order
        price(&json, "l", fill?.quantity.raw ?? 0)
        price(&json, "z", order.filled.raw)
        price(&json, "L", fill?.price.raw ?? 0)
        if let fill {
            json.key("n")
            json.amount(fill.fee, decimals: 8)
            json.field("N", fill.feeAsset)
        } else {
            json.field("n", "0")
            json.key("N")
            json.null()
        }
        json.field("T", event.at.milliseconds)
        json.field("t", fill?.tradeID ?? -1)
        json.field("I", order.id &* 2 &+ (fill?.tradeID ?? 0) % 1_000_000)
        json.field("w", order.isOpen)
        json.field("m", fill?.isMaker ?? false)
        json.field("M", fill != nil)
        json.field("O", order.createdAt.milliseconds)
        json.key("Z")
        json.amount(order.filledQuote, decimals: 8)
        json.key("Y")
        json.amount(fill?.notional ?? .zero, decimals: 8)
        json.key("Q")
        json.amount(order.request.quoteBudget ?? .zero, decimals: 8)
    }

    private func accountPosition(_ event: OrderEvent) -> [UInt8] {
        JSONWriter.object { json in
            json.field("e", "outboundAccountPosition")
            json.field("E", event.at.milliseconds)
            json.field("u", event.at.milliseconds)
            json.array("B") { json in
                for balance in event.balances {
                    json.object { json in
                        json.field("a", balance.asset)
                        json.key("f")
                        json.amount(balance.available, decimals: 8)
                        json.key("l")
                        json.amount(balance.held, decimals: 8)
                    }
                }
            }
        }
    }
}
