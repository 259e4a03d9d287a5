import TradingModel

/// Private REST reads, and the JSON of orders, fills and balances that the private stream shares.
extension OKXDouble {
    func report(_ target: RequestTarget, _ account: Int, at now: Moment) throws(OKXRefusal) -> DoubleResponse
    {
        let fields = FormFields(target.query)
        switch target.path {
        case "/api/v5/trade/order":
            _ = try symbol(fields["instId"])
            let clientID = fields["clOrdId"] ?? ""
            let orderID = fields["ordId"] ?? ""
            guard !clientID.isEmpty || !orderID.isEmpty else {
                throw OKXRefusal(
                    status: 400, code: "51003", message: "Either client order ID or order ID is required.")
            }
            guard let order = find(orderID, clientID, account), !exchange.hidesOrder() else {
                throw OKXRefusal(code: "51603", message: "Order does not exist")
            }
            return OKXDouble.response { json in json.object { self.order(order, into: &$0) } }
        case "/api/v5/trade/orders-pending":
            return try orders(fields, areOpen: true, account)
        case "/api/v5/trade/orders-history":
            return try orders(fields, areOpen: false, account)
        case "/api/v5/trade/fills", "/api/v5/trade/fills-history": return try fills(fields, account)
        case "/api/v5/account/balance" where segment == .swap: return margin(fields, account, at: now)
        case "/api/v5/account/positions": return try positions(fields, account, at: now)
        case "/api/v5/account/bills": return try bills(fields, account)
        case "/api/v5/account/leverage-info": return try leverage(fields, account)
        case "/api/v5/account/balance":
            let wanted = fields["ccy"].map { $0.split(separator: ",").map { String($0) } }
            let balances = exchange.toldBalances(of: account).filter { wanted?.contains($0.asset) ?? true }
            return OKXDouble.response { self.balances(balances, at: now, into: &$0) }
        case "/api/v5/account/config": return configuration(account)
        case "/api/v5/asset/currencies": return currencies()
        default: throw OKXRefusal(status: 404, code: "404", message: "Invalid API request")
        }
    }

    // MARK: Orders

    /// Newest first, at most 100, `after` and `before` an order id.
    private func orders(
        _ fields: FormFields, areOpen: Bool, _ account: Int
    ) throws(OKXRefusal) -> DoubleResponse {
        var symbol: Int?
        if let instID = fields["instId"], !instID.isEmpty { symbol = try self.symbol(instID) }
        // Open ones are few among all: a day's worth is not gone through for them.
        var found =
            areOpen
            ? exchange.openOrders(of: account, symbol: symbol)
            : exchange.allOrders(of: account, symbol: symbol).filter { !$0.isOpen }
        if let state = fields["state"] { found = found.filter { OKXDouble.state($0) == state } }
        if let after = fields.integer("after") { found = found.filter { $0.id < after } }
        if let before = fields.integer("before") { found = found.filter { $0.id > before } }
        if let type = fields["instType"], type != segment.instrumentType { found = [] }
        let limit = min(100, max(1, Int(fields["limit"] ?? "100") ?? 100))
        return OKXDouble.response { json in
            for one in found.reversed().prefix(limit) { json.object { self.order(one, into: &$0) } }
        }
    }

    static func state(_ order: ExchangeOrder) -> String {
        switch order.state {
        case .open: order.filled.raw > 0 ? "partially_filled" : "live"
        case .filled: "filled"
        case .canceled, .expired: "canceled"
        }
    }

    private static func orderType(_ request: OrderRequest) -> String {
        if request.kind == .market { return "market" }
        return switch request.timeInForce {
        case .goodTillCanceled: "limit"
        case .postOnly: "post_only"
        case .immediateOrCancel: "ioc"
        case .fillOrKill: "fok"
        }
    }

    /// `cancelSource`: 1 user, 13 FOK, 14 IOC, 20 cancel-all-after, 31 post-only, 32 self-trade,
    /// 3 the risk engine, 23 reduce-only with nothing left to reduce, 0 the system.
    private func cancelSource(_ order: ExchangeOrder) -> String {
        guard order.state == .canceled || order.state == .expired else { return "" }
        if canceledByTimer.contains(order.id) { return "20" }
        return switch order.endReason {
        case .user: "1"
        case .timeInForce: order.request.timeInForce == .fillOrKill ? "13" : "14"
        case .wouldTake: "31"
        case .selfTrade: "32"
        case .liquidation: "3"
        case .reduceOnly: "23"
        case .noLiquidity, .venue, .none: "0"
        }
    }

    /// The fields of a REST answer: they show the order's newest fill.
    func order(_ order: ExchangeOrder, into json: inout JSONWriter) {
        self.order(order, showing: exchange.executions(of: order.id).last, into: &json)
    }

    /// The fields shared by REST and stream; `last` is the fill the message tells about, `nil` when it tells
    /// of none.
    func order(_ order: ExchangeOrder, showing last: Execution?, into json: inout JSONWriter) {
        let request = order.request
        let rules = exchange.symbols[request.symbol]
        let received = request.side == .buy && segment == .spot ? rules.base : rules.quote
        let fee = order.fees.reduce(Amount.zero) { $0 + $1.amount }
        json.field("accFillSz", size(order.filled.raw, request.symbol))
        json.field("avgPx", order.filled.raw == 0 ? "" : order.averagePrice.description)
        json.field("cTime", String(order.createdAt.milliseconds))
        json.field("cancelSource", cancelSource(order))
        json.field("cancelSourceReason", "")
        json.field("category", request.isLiquidation ? "full_liquidation" : "normal")
        json.field("clOrdId", request.clientID)
        json.field("fee", (-fee).description)
        json.field("feeCcy", received)
        json.field("fillPx", last.map { OKXDouble.text($0.price.raw) } ?? "")
        json.field("fillSz", last.map { size($0.quantity.raw, request.symbol) } ?? "0")
        json.field("fillTime", last.map { String($0.at.milliseconds) } ?? "")
        json.field("instId", instID(request.symbol))
        json.field("instType", segment.instrumentType)
        json.field("lever", lever(request.symbol, order.account))
        json.field("ordId", String(order.id))
        json.field("ordType", OKXDouble.orderType(request))
        json.field("pnl", realised(order).description)
        json.field("posSide", "net")
        json.field("px", request.kind == .market ? "" : OKXDouble.text(request.price.raw))
        json.field("rebate", "0")
        json.field("rebateCcy", request.side == .buy || segment == .swap ? rules.quote : rules.base)
        json.field("reduceOnly", request.isReduceOnly ? "true" : "false")
        json.field("side", request.side == .buy ? "buy" : "sell")
        json.field("source", "")
        json.field("state", OKXDouble.state(order))
        json.field("sz", request.quoteBudget?.description ?? size(request.quantity.raw, request.symbol))
        json.field("tag", "")
        json.field("tdMode", segment.tradeMode)
        json.field(
            "tgtCcy",
            request.kind != .market || segment == .swap
                ? "" : (request.quoteBudget == nil ? "base_ccy" : "quote_ccy"))
        json.field("tradeId", last.map { String($0.tradeID) } ?? "")
        json.field("uTime", String(order.updatedAt.milliseconds))
    }

    // MARK: Fills

    /// Newest first, at most 100; `after` and `before` are bill ids, `begin` and `end` milliseconds.
    private func fills(_ fields: FormFields, _ account: Int) throws(OKXRefusal) -> DoubleResponse {
        var found = exchange.history.filter { $0.account == account }
        if let instID = fields["instId"], !instID.isEmpty {
            let symbol = try symbol(instID)
            found = found.filter { $0.symbol == symbol }
        }
        if let order = fields["ordId"], !order.isEmpty {
            found = found.filter { String($0.orderID) == order }
        }
        if let after = fields.integer("after") { found = found.filter { OKXDouble.billID($0) < after } }
        if let before = fields.integer("before") { found = found.filter { OKXDouble.billID($0) > before } }
        if let begin = fields.integer("begin") { found = found.filter { $0.at.milliseconds >= begin } }
        if let end = fields.integer("end") { found = found.filter { $0.at.milliseconds <= end } }
        if let type = fields["instType"], type != segment.instrumentType { found = [] }
        let limit = min(100, max(1, Int(fields["limit"] ?? "100") ?? 100))
        return OKXDouble.response { json in
            for fill in found.reversed().prefix(limit) { json.object { self.fill(fill, into: &$0) } }
        }
    }

    /// Two bills can share a trade (both sides of a self-trade), never an id.
    static func billID(_ fill: Execution) -> Int64 { fill.tradeID * 2 + (fill.isMaker ? 1 : 0) }

    private func fill(_ fill: Execution, into json: inout JSONWriter) {
        json.field("side", fill.side == .buy ? "buy" : "sell")
        json.field("fillSz", size(fill.quantity.raw, fill.symbol))
        json.field("fillPx", OKXDouble.text(fill.price.raw))
        json.field("fee", (-fill.fee).description)
        json.field("feeCcy", fill.feeAsset)
        json.field("feeRate", feeRate(fill))
        json.field("ordId", String(fill.orderID))
        if let effect = fill.effect { json.field("fillPnl", effect.realised.description) }
        json.field("instType", segment.instrumentType)
        json.field("instId", instID(fill.symbol))
        json.field("clOrdId", fill.clientID)
        json.field("posSide", "net")
        json.field("billId", String(OKXDouble.billID(fill)))
        json.field("subType", subType(fill))
        json.field("tag", "")
        json.field("fillTime", String(fill.at.milliseconds))
        json.field("execType", fill.isMaker ? "M" : "T")
        json.field("tradeId", String(fill.tradeID))
        json.field("ts", String(fill.at.milliseconds))
    }

    // MARK: Account

    func balances(_ balances: [AssetBalance], at now: Moment, into json: inout JSONWriter) {
        json.object { json in
            json.field("adjEq", "")
            json.array("details") { json in
                for balance in balances {
                    json.object { json in
                        json.field("availBal", balance.available.description)
                        json.field("availEq", balance.available.description)
                        json.field("cashBal", balance.total.description)
                        json.field("ccy", balance.asset)
                        json.field("eq", balance.total.description)
                        json.field("frozenBal", balance.held.description)
                        json.field("ordFrozen", balance.held.description)
                        json.field("uTime", String(now.milliseconds))
                    }
                }
            }
            json.field("totalEq", "")
            json.field("uTime", String(now.milliseconds))
        }
    }

    private func configuration(_ account: Int) -> DoubleResponse {
        OKXDouble.response { json in
            json.object { json in
                json.field("acctLv", segment == .spot ? "1" : "2")
                json.field("posMode", "net_mode")
                json.field("level", "Lv1")
                json.field("kycLv", "3")
                let key = exchange.mischief.keyRights
                json.field("perm", key.mayWithdraw ? "read_only,withdraw,trade" : "read_only,trade")
                json.field("ip", key.isBound ? "127.0.0.1" : "")
                json.field("uid", String(10_000 + account))
                json.field("mainUid", String(10_000 + account))
            }
        }
    }

    private func currencies() -> DoubleResponse {
        OKXDouble.response { json in
            for asset in exchange.assets {
                json.object { json in
                    json.field("ccy", asset)
                    json.field("name", asset)
                    json.field("chain", asset + "-Native")
                    json.field("canDep", false)
                    json.field("canInternal", false)
                    json.field("canWd", false)
                    json.field("fee", "0")
                    json.field("minFee", "0")
                    json.field("maxFee", "0")
                    json.field("minWd", "0")
                    json.field("maxWd", "0")
                    json.field("wdTickSz", "8")
                }
            }
        }
    }
}
