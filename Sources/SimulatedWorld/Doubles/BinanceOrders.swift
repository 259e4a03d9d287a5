import TradingModel

/// Binance's trading pages (rest-api.md, "Trading endpoints" and "Account endpoints").
extension BinanceSpotDouble {
    /// Reads and checks the parameters of a new order.
    func orderRequest(_ fields: FormFields, at now: Moment) throws(BinanceFault) -> OrderRequest {
        let symbol = try symbolIndex(fields["symbol"])
        let side: Side
        switch fields["side"] {
        case "BUY": side = .buy
        case "SELL": side = .sell
        case nil, "": throw .missing("side")
        default: throw BinanceFault(-1117, "Invalid side.")
        }
        var request = OrderRequest(symbol: symbol, side: side)
        switch fields["type"] {
        case "LIMIT":
            guard let text = fields["timeInForce"], !text.isEmpty else { throw .missing("timeInForce") }
            guard let force = BinanceSpotDouble.timeInForce(text) else {
                throw BinanceFault(-1115, "Invalid timeInForce.")
            }
            request.timeInForce = force
        case "LIMIT_MAKER": request.timeInForce = .postOnly
        case "MARKET":
            request.kind = .market
            request.timeInForce = .immediateOrCancel
        case nil, "": throw .missing("type")
        default: throw BinanceFault(-1116, "Invalid orderType.")
        }
        if request.kind == .limit { request.price = Price(raw: try decimal(fields, "price")) }
        if request.kind == .market, fields["quantity"] == nil, fields["quoteOrderQty"] != nil {
            let budget = Amount(raw: Int128(try decimal(fields, "quoteOrderQty")) * 10_000_000_000)
            request.quoteBudget = budget
            if side == .sell { request = try soldForMoney(request, budget) }
        } else {
            request.quantity = Quantity(raw: try decimal(fields, "quantity"))
        }
        request.clientID =
            try clientID(fields["newClientOrderId"], "newClientOrderId")
            ?? generatedID(exchange.nextOrderID)
        return request
    }

    /// A market sell for `budget` quote units, at the last price.
    private func soldForMoney(_ request: OrderRequest, _ budget: Amount) throws(BinanceFault) -> OrderRequest
    {
        var request = request
        let price = exchange.engines[request.symbol].bestBid ?? exchange.lastTrade[request.symbol]
        let raw = budget.raw / VirtualExchange.quoteUnit / Int128(price)
        request.quoteBudget = nil
        request.quantity = Quantity(raw: Int64(clamping: raw)).rounded(
            downTo: exchange.symbols[request.symbol].lot)
        return request
    }

    private static func timeInForce(_ text: String) -> TimeInForce? {
        switch text {
        case "GTC": .goodTillCanceled
        case "IOC": .immediateOrCancel
        case "FOK": .fillOrKill
        default: nil
        }
    }

    private func decimal(_ fields: FormFields, _ name: String) throws(BinanceFault) -> Int64 {
        guard let text = fields[name], !text.isEmpty else { throw .missing(name) }
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) else {
            throw .illegal(name, "^([0-9]{1,20})(\\.[0-9]{1,20})?$")
        }
        do throws(DecimalText.Fault) { return try DecimalText.parse(text, scale: SymbolRules.scale) } catch {
            if case .inexact = error {
                throw BinanceFault(-1111, "Parameter '\(name)' has too much precision.")
            }
            throw .illegal(name, "^([0-9]{1,20})(\\.[0-9]{1,20})?$")
        }
    }

    /// `nil` when absent.
    private func clientID(_ text: String?, _ name: String) throws(BinanceFault) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let legal = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard legal, text.utf8.count <= 36 else { throw .illegal(name, "^[a-zA-Z0-9-_]{1,36}$") }
        return text
    }

    /// What Binance calls an order whose owner gave it no name.
    private func generatedID(_ number: Int64) -> String {
        "double" + String(SeededHash.mix(UInt64(number)), radix: 36) + String(number, radix: 36)
    }

    func placeOrder(_ fields: FormFields, account: Int, at now: Moment) throws(BinanceFault) -> [UInt8] {
        let request = try orderRequest(fields, at: now)
        let within = (ordersTenSeconds.charge(1, at: now), ordersDay.charge(1, at: now))
        guard within == (true, true) else { throw .tooManyOrders }
        let order: ExchangeOrder
        do throws(Refusal) { order = try exchange.place(request, account: account, at: now) } catch {
            throw BinanceFault(error)
        }
        publishUserEvents()
        let style = fields["newOrderRespType"] ?? (fields["type"] == "LIMIT_MAKER" ? "ACK" : "FULL")
        return JSONWriter.object { json in
            json.field("symbol", spellings[order.request.symbol])
            json.field("orderId", order.id)
            json.field("orderListId", -1)
            json.field("clientOrderId", order.request.clientID)
            json.field("transactTime", now.milliseconds)
            guard style != "ACK" else { return }
            state(&json, order)
            guard style == "FULL" else { return }
            json.array("fills") { json in
                for fill in exchange.executions(of: order.id) {
                    json.object { json in
                        price(&json, "price", fill.price.raw)
                        price(&json, "qty", fill.quantity.raw)
                        json.key("commission")
                        json.amount(fill.fee, decimals: 8)
                        json.field("commissionAsset", fill.feeAsset)
                        json.field("tradeId", fill.tradeID)
                    }
                }
            }
        }
    }

    /// The fields of an order that every answer about it shares.
    private func state(_ json: inout JSONWriter, _ order: ExchangeOrder) {
        price(&json, "price", order.request.price.raw)
        price(&json, "origQty", order.request.quantity.raw)
        price(&json, "executedQty", order.filled.raw)
        json.key("origQuoteOrderQty")
        json.amount(order.request.quoteBudget ?? .zero, decimals: 8)
        json.key("cummulativeQuoteQty")
        json.amount(order.filledQuote, decimals: 8)
        json.field("status", BinanceSpotDouble.status(order))
        json.field("timeInForce", BinanceSpotDouble.timeInForce(order))
        json.field("type", BinanceSpotDouble.type(order))
        json.field("side", order.request.side == .buy ? "BUY" : "SELL")
        json.field("workingTime", order.createdAt.milliseconds)
        json.field("selfTradePreventionMode", "EXPIRE_MAKER")
    }

    static func status(_ order: ExchangeOrder) -> String {
        switch order.state {
        case .open: order.filled.raw == 0 ? "NEW" : "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .canceled: "CANCELED"
        case .expired: order.endReason == .selfTrade ? "EXPIRED_IN_MATCH" : "EXPIRED"
        }
    }

    static func timeInForce(_ order: ExchangeOrder) -> String {
        if order.request.kind == .market { return "GTC" }
        switch order.request.timeInForce {
        case .immediateOrCancel: return "IOC"
        case .fillOrKill: return "FOK"
        case .goodTillCanceled, .postOnly: return "GTC"
        }
    }

    static func type(_ order: ExchangeOrder) -> String {
        if order.request.kind == .market { return "MARKET" }
        return order.request.timeInForce == .postOnly ? "LIMIT_MAKER" : "LIMIT"
    }

    /// The order an account names by `orderId` or `origClientOrderId`, of the given symbol.
    private func find(
        _ fields: FormFields, account: Int, absent: BinanceFault
    ) throws(BinanceFault) -> ExchangeOrder {
        let symbol = try symbolIndex(fields["symbol"])
        let order: ExchangeOrder?
        if let id = fields["orderId"] {
            guard let number = Int64(id) else { throw .illegal("orderId", "^[0-9]{1,20}$") }
            order = exchange.order(number, of: account)
        } else if let id = fields["origClientOrderId"], !id.isEmpty {
            order = exchange.order(clientID: id, of: account)
        } else {
            throw BinanceFault(
                -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
        }
        guard let order, order.request.symbol == symbol else { throw absent }
        return order
    }

    func queryOrder(_ fields: FormFields, account: Int) throws(BinanceFault) -> [UInt8] {
        var json = JSONWriter()
        let order = try find(fields, account: account, absent: .noSuchOrder)
        if exchange.hidesOrder() { throw .noSuchOrder }
        orderPage(&json, order)
        return json.bytes
    }

    private func orderPage(_ json: inout JSONWriter, _ order: ExchangeOrder) {
        json.object { json in
            json.field("symbol", spellings[order.request.symbol])
            json.field("orderId", order.id)
            json.field("orderListId", -1)
            json.field("clientOrderId", order.request.clientID)
            state(&json, order)
            json.field("stopPrice", "0.00000000")
            json.field("icebergQty", "0.00000000")
            json.field("time", order.createdAt.milliseconds)
            json.field("updateTime", order.updatedAt.milliseconds)
            json.field("isWorking", true)
        }
    }

    func cancelOrder(_ fields: FormFields, account: Int, at now: Moment) throws(BinanceFault) -> [UInt8] {
        let order = try find(fields, account: account, absent: .unknownOrder)
        let name = try clientID(fields["newClientOrderId"], "newClientOrderId") ?? generatedID(order.id ^ 1)
        var json = JSONWriter()
        canceled(&json, try cancel(order, account: account, named: name, at: now), named: name, at: now)
        return json.bytes
    }

    private func cancel(
        _ order: ExchangeOrder, account: Int, named name: String, at now: Moment
    ) throws(BinanceFault) -> ExchangeOrder {
        let ended: ExchangeOrder
        do throws(Refusal) { ended = try exchange.cancel(order.id, account: account, at: now) } catch {
            throw .unknownOrder
        }
        publishUserEvents(cancelName: name)
        return ended
    }

    private func canceled(
        _ json: inout JSONWriter, _ order: ExchangeOrder, named name: String, at now: Moment
    ) {
        json.object { json in
            json.field("symbol", spellings[order.request.symbol])
            json.field("origClientOrderId", order.request.clientID)
            json.field("orderId", order.id)
            json.field("orderListId", -1)
            json.field("clientOrderId", name)
            json.field("transactTime", now.milliseconds)
            state(&json, order)
        }
    }

    func cancelOpenOrders(_ fields: FormFields, account: Int, at now: Moment) throws(BinanceFault) -> [UInt8]
    {
        let open = exchange.openOrders(of: account, symbol: try symbolIndex(fields["symbol"]))
        guard !open.isEmpty else { throw .unknownOrder }
        var json = JSONWriter()
        json.beginArray()
        for order in open {
            let name = generatedID(order.id ^ 1)
            canceled(&json, try cancel(order, account: account, named: name, at: now), named: name, at: now)
        }
        json.endArray()
        return json.bytes
    }

    func openOrders(_ fields: FormFields, account: Int) throws(BinanceFault) -> [UInt8] {
        let symbol = fields["symbol"] == nil ? nil : try symbolIndex(fields["symbol"])
        return orderPages(exchange.openOrders(of: account, symbol: symbol))
    }

    func allOrders(_ fields: FormFields, account: Int) throws(BinanceFault) -> [UInt8] {
        let from = fields.integer("orderId") ?? 0
        let limit = Int(min(max(fields.integer("limit") ?? 500, 1), 1_000))
        let orders = exchange.allOrders(of: account, symbol: try symbolIndex(fields["symbol"]))
            .filter { $0.id >= from && within(fields, $0.createdAt) }
        return orderPages(
            fields["orderId"] == nil ? Array(orders.suffix(limit)) : Array(orders.prefix(limit)))
    }

    private func orderPages(_ orders: [ExchangeOrder]) -> [UInt8] {
        var json = JSONWriter()
        json.array { json in for order in orders { orderPage(&json, order) } }
        return json.bytes
    }

    private func within(_ fields: FormFields, _ moment: Moment) -> Bool {
        moment.milliseconds >= fields.integer("startTime") ?? 0
            && moment.milliseconds <= fields.integer("endTime") ?? .max
    }

    func accountInformation(_ fields: FormFields, account: Int, at now: Moment) -> [UInt8] {
        let rules = exchange.rules
        let omitsZero = fields["omitZeroBalances"] == "true"
        return JSONWriter.object { json in
            json.field("makerCommission", rules.makerFee.raw / 10_000)
            json.field("takerCommission", rules.takerFee.raw / 10_000)
            json.field("buyerCommission", 0)
            json.field("sellerCommission", 0)
            json.object("commissionRates") { json in
                price(&json, "maker", rules.makerFee.raw)
                price(&json, "taker", rules.takerFee.raw)
                price(&json, "buyer", 0)
                price(&json, "seller", 0)
            }
            for flag in ["canTrade", "canWithdraw", "canDeposit"] { json.field(flag, true) }
            for flag in ["brokered", "requireSelfTradePrevention", "preventSor"] { json.field(flag, false) }
            json.field("updateTime", now.milliseconds)
            json.field("accountType", "SPOT")
            json.array("balances") { json in
                for balance in exchange.toldBalances(of: account) where !omitsZero || balance.total.raw != 0 {
                    json.object { json in
                        json.field("asset", balance.asset)
                        json.key("free")
                        json.amount(balance.available, decimals: 8)
                        json.key("locked")
                        json.amount(balance.held, decimals: 8)
                    }
                }
            }
            json.array("permissions") { $0.string("SPOT") }
            json.field("uid", Int64(354_937_868 + account))
        }
    }

    func myTrades(_ fields: FormFields, account: Int) throws(BinanceFault) -> [UInt8] {
        let symbol = try symbolIndex(fields["symbol"])
        let order = fields.integer("orderId")
        let from = fields.integer("fromId")
        let limit = Int(min(max(fields.integer("limit") ?? 500, 1), 1_000))
        let fills = exchange.history.filter { fill in
            fill.account == account && fill.symbol == symbol && (order == nil || fill.orderID == order)
                && fill.tradeID >= from ?? 0 && within(fields, fill.at)
        }
        // From a start the oldest come first; without one the newest are meant.
        let fromStart = from != nil || fields["startTime"] != nil
        let page = fromStart ? Array(fills.prefix(limit)) : Array(fills.suffix(limit))
        var json = JSONWriter()
        json.array { json in for fill in page { tradePage(&json, fill) } }
        return json.bytes
    }

    private func tradePage(_ json: inout JSONWriter, _ fill: Execution) {
        json.object { json in
            json.field("symbol", spellings[fill.symbol])
            json.field("id", fill.tradeID)
            json.field("orderId", fill.orderID)
            json.field("orderListId", -1)
            price(&json, "price", fill.price.raw)
            price(&json, "qty", fill.quantity.raw)
            json.key("quoteQty")
            json.amount(fill.notional, decimals: 8)
            json.key("commission")
            json.amount(fill.fee, decimals: 8)
            json.field("commissionAsset", fill.feeAsset)
            json.field("time", fill.at.milliseconds)
            json.field("isBuyer", fill.side == .buy)
            json.field("isMaker", fill.isMaker)
            json.field("isBestMatch", true)
        }
    }

    func orderRateLimits() -> [UInt8] {
        var json = JSONWriter()
        json.array { json in
            for (interval, number, limit, used) in [
                ("SECOND", Int64(10), Int64(100), Int64(ordersTenSeconds.used)),
                ("DAY", 1, 200_000, Int64(ordersDay.used)),
            ] {
                json.object { json in
                    json.field("rateLimitType", "ORDERS")
                    json.field("interval", interval)
                    json.field("intervalNum", number)
                    json.field("limit", limit)
                    json.field("count", used)
                }
            }
        }
        return json.bytes
    }
}
