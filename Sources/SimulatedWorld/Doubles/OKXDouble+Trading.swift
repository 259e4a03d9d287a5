import TradingModel

/// Orders in: one at a time, in batches, from REST and from the private WebSocket alike.
extension OKXDouble {
    /// What became of one element of an order request.
    struct Acknowledgement {
        var orderID = ""
        var clientID = ""
        var tag = ""
        var code = "0"
        var message = ""
    }

    func trade(_ path: String, _ body: [UInt8], _ account: Int, at now: Moment) throws(OKXRefusal)
        -> DoubleResponse
    {
        let document: JSONDocument
        do throws(JSONDocument.Fault) { document = try JSONDocument(body) } catch {
            throw OKXRefusal(status: 400, code: "50002", message: "JSON syntax error")
        }
        let acknowledged: [Acknowledgement]
        switch path {
        case "/api/v5/account/set-leverage": return try setLeverage(document, account, at: now)
        case "/api/v5/trade/order": acknowledged = [try place(try single(document), account, at: now)]
        case "/api/v5/trade/cancel-order": acknowledged = [try cancel(try single(document), account, at: now)]
        case "/api/v5/trade/batch-orders":
            acknowledged = try batch(document) { (order) throws(OKXRefusal) in
                try place(order, account, at: now)
            }
        case "/api/v5/trade/cancel-batch-orders":
            acknowledged = try batch(document) { (order) throws(OKXRefusal) in
                try cancel(order, account, at: now)
            }
        case "/api/v5/trade/cancel-all-after": return try setDeadMan(document, account, at: now)
        default: throw OKXRefusal(status: 404, code: "404", message: "Invalid API request")
        }
        let body = JSONWriter.object { OKXDouble.outcome(acknowledged, at: now, into: &$0) }
        return DoubleResponse(status: 200, headers: [("content-type", "application/json")], body: body)
    }

    private func single(_ document: JSONDocument) throws(OKXRefusal) -> JSONDocument {
        guard document.members != nil else {
            throw OKXRefusal(status: 400, code: "50002", message: "JSON syntax error")
        }
        return document
    }

    /// At most 20 elements; each is judged alone.
    func batch(
        _ document: JSONDocument, _ body: (JSONDocument) throws(OKXRefusal) -> Acknowledgement
    ) throws(OKXRefusal) -> [Acknowledgement] {
        guard let elements = document.elements, !elements.isEmpty else {
            throw OKXRefusal(status: 400, code: "50002", message: "JSON syntax error")
        }
        guard elements.count <= 20 else {
            throw OKXRefusal(status: 400, code: "51000", message: "Parameter args error: at most 20 orders")
        }
        var out: [Acknowledgement] = []
        for element in elements { out.append(try body(element)) }
        return out
    }

    /// `code` 0: all done; 1: none; 2: some.
    static func outcome(_ all: [Acknowledgement], at now: Moment, into json: inout JSONWriter) {
        let failed = all.count { $0.code != "0" }
        json.field("code", failed == 0 ? "0" : (failed == all.count ? "1" : "2"))
        json.array("data") { json in
            for one in all {
                json.object { json in
                    json.field("clOrdId", one.clientID)
                    json.field("ordId", one.orderID)
                    json.field("sCode", one.code)
                    json.field("sMsg", one.message)
                    json.field("tag", one.tag)
                    json.field("ts", String(now.milliseconds))
                }
            }
        }
        json.field(
            "msg",
            failed == 0
                ? "" : (failed == all.count ? "All operations failed" : "Bulk operation partially succeeded.")
        )
        json.field("inTime", String(now.nanoseconds / 1000))
        json.field("outTime", String(now.nanoseconds / 1000))
    }

    // MARK: Place

    func place(_ fields: JSONDocument, _ account: Int, at now: Moment) throws(OKXRefusal) -> Acknowledgement {
        var answer = Acknowledgement()
        answer.clientID = fields["clOrdId"]?.text ?? ""
        answer.tag = fields["tag"]?.text ?? ""
        try charge("order " + (fields["instId"]?.text ?? ""), limit: 60, at: now)
        do throws(OKXRefusal) {
            let request = try orderRequest(fields)
            let order: ExchangeOrder
            do throws(Refusal) { order = try exchange.place(request, account: account, at: now) } catch {
                throw refusal(error, request)
            }
            answer.orderID = String(order.id)
            answer.message = "Order placed"
        } catch {
            answer.code = error.code
            answer.message = error.message
        }
        return answer
    }

    private func orderRequest(_ fields: JSONDocument) throws(OKXRefusal) -> OrderRequest {
        func parameter(_ name: String) -> OKXRefusal {
            OKXRefusal(code: "51000", message: "Parameter \(name) error")
        }
        func decimal(_ name: String) throws(OKXRefusal) -> Int64 {
            guard let text = fields[name]?.text else { throw parameter(name) }
            do throws(DecimalText.Fault) {
                return try DecimalText.parse(text, scale: SymbolRules.scale)
            } catch {
                throw parameter(name)
            }
        }
        var request = OrderRequest(symbol: try symbol(fields["instId"]?.text), side: .buy)
        guard fields["tdMode"]?.text == segment.tradeMode else { throw parameter("tdMode") }
        if segment == .swap {
            guard [nil, "", "net"].contains(fields["posSide"]?.text) else { throw parameter("posSide") }
            guard [nil, "", "true", "false"].contains(fields["reduceOnly"]?.text) else {
                throw parameter("reduceOnly")
            }
            request.isReduceOnly = fields["reduceOnly"]?.text == "true"
        }
        switch fields["side"]?.text {
        case "buy": request.side = .buy
        case "sell": request.side = .sell
        default: throw parameter("side")
        }
        switch fields["ordType"]?.text {
        case "limit": request.timeInForce = .goodTillCanceled
        case "post_only": request.timeInForce = .postOnly
        case "ioc": request.timeInForce = .immediateOrCancel
        case "fok": request.timeInForce = .fillOrKill
        case "market": request.kind = .market
        default: throw parameter("ordType")
        }
        let clientID = fields["clOrdId"]?.text ?? ""
        let allowed = clientID.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        }
        guard clientID.utf8.count <= 32, allowed else { throw parameter("clOrdId") }
        request.clientID = clientID
        let size = try decimal("sz")
        guard size > 0 else { throw parameter("sz") }
        // A spot market buy is sized in the quote currency unless `tgtCcy` says otherwise.
        let inQuote =
            segment == .spot && request.kind == .market && request.side == .buy
            && fields["tgtCcy"]?.text != "base_ccy"
        if inQuote {
            let unit = DecimalText.power(Amount.scale - SymbolRules.scale)
            request.quoteBudget = Amount(raw: Int128(size) * Int128(unit))
        } else {
            // What no contract of a hundred-millionth can be is no lot either.
            let contracts = contracts(request.symbol)
            guard size % contracts == 0 else { throw refusal(.lotSize, request) }
            request.quantity = Quantity(raw: size / contracts)
        }
        if request.kind == .limit {
            let price = try decimal("px")
            guard price > 0 else { throw parameter("px") }
            request.price = Price(raw: price)
        }
        return request
    }

    private func refusal(_ reason: Refusal, _ request: OrderRequest) -> OKXRefusal {
        let rules = exchange.symbols[request.symbol]
        let spent = request.side == .buy ? rules.quote : rules.base
        func refused(_ code: String, _ message: String) -> OKXRefusal {
            OKXRefusal(code: code, message: message)
        }
        return switch reason {
        case .unknownSymbol:
            refused("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
        case .tickSize:
            refused("51150", "The precision of the number of trades or the price exceeds the limit")
        case .lotSize: refused("51121", "Order quantity must be a multiple of the lot size.")
        case .quantityTooSmall, .notionalTooSmall:
            refused("51020", "Your order should meet or exceed the minimum order amount.")
        case .quantityTooLarge: refused("51202", "Market order amount exceeds the maximum amount.")
        case .priceOutOfRange: refused("51006", "Order price is not within the price limit")
        case .insufficientBalance where segment == .swap:
            refused("51008", "Order failed. Insufficient \(rules.quote) margin in account")
        case .insufficientBalance:
            refused("51008", "Order failed. Insufficient \(spent) balance in account.")
        case .nothingToReduce:
            refused(
                "51169",
                "Order failed because you don't have any positions in this direction for this contract to "
                    + "reduce or close.")
        case .sameDirection:
            refused(
                "51170",
                "Failed to place order. A reduce-only order can't be the same trading direction as your "
                    + "existing positions.")
        case .reductionsFull:
            refused(
                "51206",
                "Please cancel the Reduce Only order before placing the current order to avoid opening a "
                    + "reverse position.")
        case .duplicateClientID: refused("51016", "Client order ID already exists.")
        case .wouldTake: refused("51162", "The order would take liquidity")
        case .noLiquidity: refused("51154", "Order failed. The order book is empty.")
        case .unknownOrder, .orderEnded: refused("51400", "Cancellation failed as the order does not exist.")
        case .halted: refused("51022", "Instrument suspended")
        case .tooManyOpenOrders: refused("51025", "Order count exceeds the limit")
        }
    }

    // MARK: Cancel

    func cancel(_ fields: JSONDocument, _ account: Int, at now: Moment) throws(OKXRefusal) -> Acknowledgement
    {
        var answer = Acknowledgement()
        answer.clientID = fields["clOrdId"]?.text ?? ""
        answer.orderID = fields["ordId"]?.text ?? ""
        try charge("cancel " + (fields["instId"]?.text ?? ""), limit: 60, at: now)
        do throws(OKXRefusal) {
            _ = try symbol(fields["instId"]?.text)
            guard !answer.clientID.isEmpty || !answer.orderID.isEmpty else {
                throw OKXRefusal(code: "51003", message: "Either client order ID or order ID is required.")
            }
            guard let order = find(answer.orderID, answer.clientID, account) else {
                throw OKXRefusal(code: "51400", message: "Cancellation failed as the order does not exist.")
            }
            do throws(Refusal) { try exchange.cancel(order.id, account: account, at: now) } catch {
                // As it is now: it may have been filled in a race with this cancel.
                throw exchange.orders[order.id]?.state == .filled
                    ? OKXRefusal(
                        code: "51402", message: "Cancellation failed as the order is already completed.")
                    : OKXRefusal(
                        code: "51401", message: "Cancellation failed as the order is already canceled.")
            }
            answer.orderID = String(order.id)
            answer.clientID = order.request.clientID
        } catch {
            answer.code = error.code
            answer.message = error.message
        }
        return answer
    }

    /// By order id when there is one, else by client id.
    func find(_ orderID: String, _ clientID: String, _ account: Int) -> ExchangeOrder? {
        if !orderID.isEmpty { return Int64(orderID).flatMap { exchange.order($0, of: account) } }
        return clientID.isEmpty ? nil : exchange.order(clientID: clientID, of: account)
    }

    // MARK: Dead man's switch

    /// `timeOut` 0 disarms; 10…120 seconds arm. Setting it anew is the heartbeat.
    private func setDeadMan(_ fields: JSONDocument, _ account: Int, at now: Moment) throws(OKXRefusal)
        -> DoubleResponse
    {
        // "1 request per second", by user and tag.
        let tag = fields["tag"]?.text ?? ""
        try charge("dead man \(account) \(tag)", limit: 1, per: .seconds(1), at: now)
        guard let seconds = fields["timeOut"]?.integer, seconds == 0 || (10...120).contains(seconds) else {
            throw OKXRefusal(status: 400, code: "51000", message: "Parameter timeOut error")
        }
        deadMan[account] = seconds == 0 ? nil : now + .seconds(seconds)
        let trigger = deadMan[account].map { String($0.milliseconds) } ?? "0"
        return OKXDouble.response { json in
            json.object { json in
                json.field("triggerTime", trigger)
                json.field("tag", tag)
                json.field("ts", String(now.milliseconds))
            }
        }
    }

    func fireDeadMan(at now: Moment) {
        for account in deadMan.indices {
            guard let due = deadMan[account], due <= now else { continue }
            deadMan[account] = nil
            for order in exchange.openOrders(of: account) {
                canceledByTimer.insert(order.id)
                do throws(Refusal) { try exchange.cancel(order.id, account: account, at: due) } catch {
                    continue  // filled in a race with its cancel
                }
            }
        }
    }
}
