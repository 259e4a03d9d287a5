import TradingModel

/// Bybit's trading pages (v5/order, v5/execution).
extension BybitDouble {
    func create(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let request = try orderRequest(call)
        let order: ExchangeOrder
        do throws(Refusal) { order = try exchange.place(request, account: call.account, at: call.at) } catch {
            throw fault(error)
        }
        publishPrivate()
        return acknowledgement(order)
    }

    private func acknowledgement(_ order: ExchangeOrder) -> [UInt8] {
        JSONWriter.object { json in
            json.field("orderId", String(order.id))
            json.field("orderLinkId", order.request.clientID)
        }
    }

    private func orderRequest(_ call: BybitCall) throws(BybitFault) -> OrderRequest {
        let symbol = try symbolIndex(call["symbol"])
        let side: Side
        switch call["side"] {
        case "Buy": side = .buy
        case "Sell": side = .sell
        default: throw .parameters("side is invalid")
        }
        var request = OrderRequest(symbol: symbol, side: side)
        let quantity = try decimal(call, "qty")
        switch call["orderType"] {
        case "Limit":
            request.price = Price(raw: try decimal(call, "price"))
            request.quantity = Quantity(raw: quantity)
            request.timeInForce = try timeInForce(call["timeInForce"] ?? "GTC")
        case "Market":
            request.kind = .market
            request.timeInForce = .immediateOrCancel
            // A spot market buy counts its quantity in money unless told otherwise.
            if segment == .spot, side == .buy, call["marketUnit"] != "baseCoin" {
                request.quoteBudget = Amount(raw: Int128(quantity) * 10_000_000_000)
            } else {
                request.quantity = Quantity(raw: quantity)
            }
        default: throw .parameters("orderType is invalid")
        }
        request.clientID = try linkID(call["orderLinkId"] ?? "")
        if segment == .linear {
            guard [nil, "", "0"].contains(call["positionIdx"]) else {
                throw BybitFault(10_001, "position idx not match position mode")
            }
            request.isReduceOnly = call["reduceOnly"] == "true"
        }
        return request
    }

    private func timeInForce(_ text: String) throws(BybitFault) -> TimeInForce {
        switch text {
        case "GTC", "": return .goodTillCanceled
        case "IOC": return .immediateOrCancel
        case "FOK": return .fillOrKill
        case "PostOnly": return .postOnly
        default: throw .parameters("timeInForce is invalid")
        }
    }

    private func decimal(_ call: BybitCall, _ name: String) throws(BybitFault) -> Int64 {
        guard let text = call[name], !text.isEmpty else { throw .parameters(name + " is required") }
        do throws(DecimalText.Fault) {
            let raw = try DecimalText.parse(text, scale: SymbolRules.scale)
            guard raw >= 0 else { throw .malformed }
            return raw
        } catch {
            if case .inexact = error { throw fault(name == "price" ? .tickSize : .lotSize) }
            throw .parameters(name + " is invalid")
        }
    }

    private func linkID(_ text: String) throws(BybitFault) -> String {
        let legal = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard legal, text.utf8.count <= 36 else { throw .parameters("orderLinkId is invalid") }
        return text
    }

    /// The order named by `orderId` or `orderLinkId`.
    func find(_ call: BybitCall) throws(BybitFault) -> ExchangeOrder? {
        if let id = call["orderId"], !id.isEmpty {
            return Int64(id).flatMap { exchange.order($0, of: call.account) }
        }
        if let id = call["orderLinkId"], !id.isEmpty {
            return exchange.order(clientID: id, of: call.account)
        }
        throw .parameters("orderId or orderLinkId is required")
    }

    func cancel(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let symbol = try symbolIndex(call["symbol"])
        guard let order = try find(call), order.request.symbol == symbol else { throw noSuchOrder }
        do throws(Refusal) { try exchange.cancel(order.id, account: call.account, at: call.at) } catch {
            throw fault(error)
        }
        publishPrivate()
        return acknowledgement(order)
    }

    func cancelAll(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let isOwn = try isOwn(call)
        if isOwn { try checkScope(call) }
        let symbol = call["symbol"] == nil ? nil : try symbolIndex(call["symbol"])
        let open = isOwn ? exchange.openOrders(of: call.account, symbol: symbol) : []
        for order in open {
            do throws(Refusal) { try exchange.cancel(order.id, account: call.account, at: call.at) } catch {
                continue  // filled in a race with its cancel
            }
        }
        publishPrivate()
        return JSONWriter.object { json in
            json.array("list") { json in for order in open { json.raw(acknowledgement(order)) } }
            json.field("success", "1")
        }
    }

    /// Open orders, or one order of any state among the latest 500.
    func realtime(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { return try orderList([], call) }
        if call["orderId"] != nil || call["orderLinkId"] != nil {
            let found = try find(call)
            if exchange.hidesOrder() { return try orderList([], call) }
            return try orderList(found.map { [$0] } ?? [], call)
        }
        try checkScope(call)
        let closedToo = call["openOnly"] == "1" || call["openOnly"] == "2"
        let symbol = call["symbol"] == nil ? nil : try symbolIndex(call["symbol"])
        return try orderList(
            closedToo
                ? exchange.allOrders(of: call.account, symbol: symbol).suffix(500).filter { !$0.isOpen }
                : exchange.openOrders(of: call.account, symbol: symbol), call)
    }

    /// Orders that have ended.
    func history(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { return try orderList([], call) }
        if call["orderId"] != nil || call["orderLinkId"] != nil {
            let found = try find(call)
            if exchange.hidesOrder() { return try orderList([], call) }
            return try orderList([found].compactMap { $0 }.filter { !$0.isOpen }, call)
        }
        let symbol = call["symbol"] == nil ? nil : try symbolIndex(call["symbol"])
        let orders = exchange.allOrders(of: call.account, symbol: symbol)
        return try orderList(orders.filter { !$0.isOpen && within(call, $0.createdAt) }, call)
    }

    func within(_ call: BybitCall, _ moment: Moment) -> Bool {
        moment.milliseconds >= call["startTime"].flatMap { Int64($0) } ?? 0
            && moment.milliseconds <= call["endTime"].flatMap { Int64($0) } ?? .max
    }

    /// Newest first; the cursor is the last id of the page before.
    private func orderList(_ orders: [ExchangeOrder], _ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? 20, 1), 50))
        let before = call["cursor"].flatMap { Int64($0) } ?? .max
        let rest = orders.reversed().filter { $0.id < before }
        let page = rest.prefix(limit)
        return JSONWriter.object { json in
            json.field("category", call["category"] ?? "")
            json.field("nextPageCursor", rest.count > limit ? page.last.map { String($0.id) } ?? "" : "")
            json.array("list") { json in for order in page { orderPage(&json, order) } }
        }
    }

    /// `New`, `PartiallyFilled`, `Filled`, `Cancelled`, and for spot `PartiallyFilledCanceled` (v5/enum).
    func status(_ order: ExchangeOrder) -> String {
        switch order.state {
        case .open: order.filled.raw == 0 ? "New" : "PartiallyFilled"
        case .filled: "Filled"
        case .canceled, .expired:
            order.filled.raw == 0 || segment == .linear ? "Cancelled" : "PartiallyFilledCanceled"
        }
    }

    private static func rejectReason(_ order: ExchangeOrder) -> String {
        switch order.endReason {
        case .none: "EC_NoError"
        case .user: "EC_PerCancelRequest"
        case .timeInForce, .noLiquidity: "EC_NoImmediateQtyToFill"
        case .wouldTake: "EC_PostOnlyWillTakeLiquidity"
        case .selfTrade: "EC_ReachMaxTradeNum"
        case .venue, .liquidation, .reduceOnly: "EC_Others"
        }
    }

    private static func cancelType(_ order: ExchangeOrder) -> String {
        switch order.endReason {
        case .user: "CancelByUser"
        case .venue: "CancelByAdmin"
        case .liquidation: "CancelAllBeforeLiq"
        case .reduceOnly: "CancelByReduceOnly"
        case .none, .timeInForce, .wouldTake, .selfTrade, .noLiquidity: "UNKNOWN"
        }
    }

    private static func timeInForce(_ order: ExchangeOrder) -> String {
        switch order.request.timeInForce {
        case .immediateOrCancel: "IOC"
        case .goodTillCanceled: "GTC"
        case .fillOrKill: "FOK"
        case .postOnly: "PostOnly"
        }
    }

    private func cancelType(_ order: ExchangeOrder) -> String {
        if canceledByProtection.contains(order.id) { return "CancelByDCP" }
        return BybitDouble.cancelType(order)
    }

    /// One order as REST and stream spell it.
    func orderPage(_ json: inout JSONWriter, _ order: ExchangeOrder) {
        let request = order.request
        let leaves = order.isOpen ? order.remaining : .zero
        json.object { json in
            json.field("category", segment.category)
            json.field("symbol", spellings[request.symbol])
            json.field("orderId", String(order.id))
            json.field("orderLinkId", request.clientID)
            json.field("side", request.side == .buy ? "Buy" : "Sell")
            json.field("orderType", request.kind == .limit ? "Limit" : "Market")
            json.field("timeInForce", BybitDouble.timeInForce(order))
            number(&json, "price", request.price.raw)
            if let budget = request.quoteBudget {
                json.field("qty", budget.description)
                json.field("marketUnit", "quoteCoin")
            } else {
                number(&json, "qty", request.quantity.raw)
            }
            json.field("orderStatus", status(order))
            json.field("cancelType", cancelType(order))
            json.field("rejectReason", BybitDouble.rejectReason(order))
            json.field("avgPrice", order.filled.raw == 0 ? "" : order.averagePrice.description)
            number(&json, "leavesQty", leaves.raw)
            json.field(
                "leavesValue",
                exchange.symbols[request.symbol].instrument.notional(request.price, leaves).description)
            number(&json, "cumExecQty", order.filled.raw)
            json.field("cumExecValue", order.filledQuote.description)
            json.field("cumExecFee", (order.fees.first?.amount ?? .zero).description)
            json.object("cumFeeDetail") { json in
                for fee in order.fees { json.field(fee.asset, fee.amount.description) }
            }
            for name in [
                "blockTradeId", "orderIv", "stopOrderType", "triggerPrice", "takeProfit", "stopLoss",
                "tpTriggerBy",
                "slTriggerBy", "triggerBy", "lastPriceOnCreated", "smpOrderId", "tpslMode", "tpLimitPrice",
                "slLimitPrice", "placeType",
            ] { json.field(name, "") }
            json.field("isLeverage", "0")
            json.field("positionIdx", 0)
            json.field("triggerDirection", 0)
            json.field("reduceOnly", request.isReduceOnly)
            if segment == .linear { json.field("createType", createType(request)) }
            json.field("closeOnTrigger", false)
            json.field("smpType", "None")
            json.field("smpGroup", 0)
            json.field("createdTime", String(order.createdAt.milliseconds))
            json.field("updatedTime", String(order.updatedAt.milliseconds))
        }
    }

    func executionList(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let isOwn = try isOwn(call)
        if isOwn, segment == .linear { return try perpetualExecutions(call) }
        let symbol = call["symbol"] == nil || !isOwn ? nil : try symbolIndex(call["symbol"])
        let order = call["orderId"] == nil && call["orderLinkId"] == nil ? nil : try find(call)?.id ?? -1
        let before = call["cursor"].flatMap { Int64($0) } ?? .max
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? 50, 1), 100))
        let rest = exchange.history.indices.reversed().filter { index in
            let fill = exchange.executions[index]
            return isOwn && Int64(index) < before && fill.account == call.account
                && (symbol == nil || fill.symbol == symbol) && (order == nil || fill.orderID == order)
                && within(call, fill.at)
        }
        let page = rest.prefix(limit)
        return JSONWriter.object { json in
            json.field("category", call["category"] ?? "")
            json.field("nextPageCursor", rest.count > limit ? page.last.map { String($0) } ?? "" : "")
            json.array("list") { json in
                for index in page {
                    let fill = exchange.executions[index]
                    if let order = exchange.orders[fill.orderID] { executionPage(&json, fill, order) }
                }
            }
        }
    }

    /// One execution as REST and stream spell it; `order` as it stood after it.
    func executionPage(_ json: inout JSONWriter, _ fill: Execution, _ order: ExchangeOrder) {
        let rate = fill.isMaker ? exchange.rules.makerFee : exchange.rules.takerFee
        json.object { json in
            json.field("category", segment.category)
            json.field("symbol", spellings[fill.symbol])
            json.field("execId", String(fill.tradeID))
            json.field("orderId", String(fill.orderID))
            json.field("orderLinkId", fill.clientID)
            json.field("side", fill.side == .buy ? "Buy" : "Sell")
            number(&json, "orderPrice", order.request.price.raw)
            number(&json, "orderQty", order.request.quantity.raw)
            number(&json, "leavesQty", order.isOpen ? order.remaining.raw : 0)
            json.field("orderType", order.request.kind == .limit ? "Limit" : "Market")
            json.field("execType", order.request.isLiquidation ? "BustTrade" : "Trade")
            number(&json, "execPrice", fill.price.raw)
            number(&json, "execQty", fill.quantity.raw)
            json.field("execValue", fill.notional.description)
            json.field("execFee", fill.fee.description)
            json.field("feeCurrency", fill.feeAsset)
            number(&json, "feeRate", rate.raw)
            json.field("isMaker", fill.isMaker)
            json.field("execTime", String(fill.at.milliseconds))
            let told = perpetualFields(fill)
            for name in [
                "stopOrderType", "closedSize", "blockTradeId", "markPrice", "indexPrice", "underlyingPrice",
                "tradeIv", "markIv",
            ] { json.field(name, told[name] ?? "") }
            if let profit = told["execPnl"] { json.field("execPnl", profit) }
            json.field("isLeverage", "0")
            json.field("createType", createType(order.request))
            json.field("seq", fill.tradeID)
        }
    }
}
