import TradingModel

/// Private REST reads.
extension KrakenDouble {
    func queryOrders(_ fields: KrakenFields, _ account: Int, into json: inout JSONWriter)
        throws(KrakenRefusal)
    {
        let ids = (fields["txid"] ?? "").split(separator: ",")
        guard (1...50).contains(ids.count) else { throw KrakenRefusal("EGeneral:Invalid arguments:txid") }
        var found: [ExchangeOrder] = []
        for id in ids {
            guard let number = KrakenSpelling.number("O", String(id)) else {
                throw KrakenRefusal("EOrder:Invalid order")
            }
            if let order = exchange.order(number, of: account) { found.append(order) }
        }
        guard !found.isEmpty, !exchange.hidesOrder() else { throw KrakenRefusal("EOrder:Unknown order") }
        orders(found, fields, into: &json)
    }

    func openOrders(_ fields: KrakenFields, _ account: Int, into json: inout JSONWriter) throws(KrakenRefusal)
    {
        let open = try selected(exchange.openOrders(of: account), fields)
        json.object { json in
            json.key("open")
            orders(open.reversed(), fields, into: &json)
        }
    }

    /// Newest first, 50 a page.
    func closedOrders(_ fields: KrakenFields, _ account: Int, into json: inout JSONWriter)
        throws(KrakenRefusal)
    {
        var closed = try selected(exchange.allOrders(of: account).filter { !$0.isOpen }, fields)
        let byOpening = fields["closetime"] == "open"
        func time(_ order: ExchangeOrder) -> Moment { byOpening ? order.createdAt : order.updatedAt }
        if let start = try bound(fields, "start", "O", account) {
            closed = closed.filter { time($0) > start }
        }
        if let end = try bound(fields, "end", "O", account) { closed = closed.filter { time($0) <= end } }
        closed.sort { (time($0), $0.id) > (time($1), $1.id) }
        let page = closed.dropFirst(try offset(fields)).prefix(50)
        json.object { json in
            json.key("closed")
            orders(Array(page), fields, into: &json)
            if !fields.isTrue("without_count") { json.field("count", Int64(closed.count)) }
        }
    }

    private func selected(_ orders: [ExchangeOrder], _ fields: KrakenFields) throws(KrakenRefusal)
        -> [ExchangeOrder]
    {
        var orders = orders
        if let clientID = fields["cl_ord_id"], !clientID.isEmpty {
            orders = orders.filter { $0.request.clientID == clientID }
            // The only query for one order by its client id.
            if !orders.isEmpty, exchange.hidesOrder() { orders = [] }
        }
        if let text = fields["userref"], !text.isEmpty {
            guard let reference = Int64(text) else {
                throw KrakenRefusal("EGeneral:Invalid arguments:userref")
            }
            orders = orders.filter { userReferences[$0.id] == reference }
        }
        return orders
    }

    private func offset(_ fields: KrakenFields) throws(KrakenRefusal) -> Int {
        guard let offset = Int(fields["ofs"] ?? "0"), offset >= 0 else {
            throw KrakenRefusal("EGeneral:Invalid arguments:ofs")
        }
        return offset
    }

    /// `start` and `end` are unix seconds (a fraction is allowed) or the id of an order or trade.
    private func bound(
        _ fields: KrakenFields, _ name: String, _ letter: String, _ account: Int
    ) throws(KrakenRefusal) -> Moment? {
        guard let text = fields[name], !text.isEmpty else { return nil }
        if let number = KrakenSpelling.number(letter, text) {
            return letter == "O"
                ? exchange.order(number, of: account)?.createdAt
                : exchange.executions.first { $0.tradeID == number }?.at
        }
        do throws(DecimalText.Fault) {
            return Moment(nanoseconds: try DecimalText.parse(text, scale: 9))
        } catch {
            throw KrakenRefusal("EGeneral:Invalid arguments:" + name)
        }
    }

    private func orders(_ orders: [ExchangeOrder], _ fields: KrakenFields, into json: inout JSONWriter) {
        json.object { json in
            for one in orders {
                json.object(KrakenSpelling.id("O", one.id)) {
                    order(one, trades: fields.isTrue("trades"), into: &$0)
                }
            }
        }
    }

    static func status(_ order: ExchangeOrder) -> String {
        switch order.state {
        case .open: "open"
        case .filled: "closed"
        case .canceled, .expired: "canceled"
        }
    }

    /// The venue's words; empty for an order that was filled or is open.
    static func reason(_ order: ExchangeOrder) -> String {
        switch order.endReason {
        case .none: ""
        case .user: "User requested"
        case .timeInForce: "Insufficient liquidity to fill immediately"
        case .wouldTake: "Post only order"
        case .selfTrade: "Self trade prevention"
        case .noLiquidity: "Insufficient liquidity"
        case .venue: "Market maintenance"
        case .liquidation, .reduceOnly: "Liquidation"
        }
    }

    private func order(_ order: ExchangeOrder, trades: Bool, into json: inout JSONWriter) {
        let request = order.request
        let symbol = request.symbol
        let reason = KrakenDouble.reason(order)
        json.key("refid")
        json.null()
        json.key("userref")
        if let reference = userReferences[order.id] { json.integer(reference) } else { json.null() }
        if !request.clientID.isEmpty { json.field("cl_ord_id", request.clientID) }
        json.field("status", KrakenDouble.status(order))
        if !order.isOpen {
            json.key("reason")
            if reason.isEmpty { json.null() } else { json.string(reason) }
            json.key("closetm")
            json.raw(KrakenSpelling.seconds(order.updatedAt))
        }
        json.key("opentm")
        json.raw(KrakenSpelling.seconds(order.createdAt))
        json.field("starttm", 0)
        json.field("expiretm", 0)
        json.object("descr") { json in
            json.field("pair", KrakenSpelling.pairAlternative(exchange.symbols[symbol]))
            json.field("type", request.side == .buy ? "buy" : "sell")
            json.field("ordertype", request.kind.rawValue)
            json.field("price", request.kind == .market ? "0" : price(request.price.raw, symbol))
            json.field("price2", "0")
            json.field("leverage", "none")
            json.field("order", describe(request))
            json.field("close", "")
        }
        json.field("vol", request.quoteBudget?.description ?? quantity(request.quantity.raw))
        json.field("vol_exec", quantity(order.filled.raw))
        json.field("cost", order.filledQuote.description)
        json.field("fee", order.fees.first?.amount.description ?? "0.00000")
        json.field("price", order.averagePrice.description)
        json.field("stopprice", "0.00000")
        json.field("limitprice", "0.00000")
        json.field("misc", "")
        json.field("oflags", request.timeInForce == .postOnly ? "fciq,post" : "fciq")
        if trades {
            json.array("trades") { json in
                for fill in exchange.executions(of: order.id) {
                    json.string(KrakenSpelling.id("T", fill.tradeID))
                }
            }
        }
    }

    // MARK: Trades and balances

    /// Newest first, 50 a page.
    func tradesHistory(_ fields: KrakenFields, _ account: Int, into json: inout JSONWriter)
        throws(KrakenRefusal)
    {
        var found = exchange.history.filter { $0.account == account }
        if let start = try bound(fields, "start", "T", account) { found = found.filter { $0.at > start } }
        if let end = try bound(fields, "end", "T", account) { found = found.filter { $0.at <= end } }
        let page = found.reversed().dropFirst(try offset(fields)).prefix(50)
        json.object { json in
            json.object("trades") { json in
                for fill in page {
                    json.object(KrakenSpelling.id("T", fill.tradeID)) { trade(fill, into: &$0) }
                }
            }
            if !fields.isTrue("without_count") { json.field("count", Int64(found.count)) }
        }
    }

    private func trade(_ fill: Execution, into json: inout JSONWriter) {
        let kind = exchange.orders[fill.orderID]?.request.kind ?? .limit
        json.field("ordertxid", KrakenSpelling.id("O", fill.orderID))
        json.field("postxid", KrakenSpelling.id("T", 0))
        json.field("pair", KrakenSpelling.pair(exchange.symbols[fill.symbol]))
        json.key("time")
        json.raw(KrakenSpelling.seconds(fill.at))
        json.field("type", fill.side == .buy ? "buy" : "sell")
        json.field("ordertype", kind.rawValue)
        json.field("price", price(fill.price.raw, fill.symbol))
        json.field("cost", fill.notional.description)
        json.field("fee", fill.fee.description)
        json.field("vol", quantity(fill.quantity.raw))
        json.field("margin", "0.00000")
        json.field("leverage", "0")
        json.field("misc", "")
        json.field("trade_id", fill.tradeID)
        json.field("maker", fill.isMaker)
    }

    func balance(_ account: Int, extended: Bool, into json: inout JSONWriter) {
        json.object { json in
            for balance in exchange.toldBalances(of: account) {
                let name = KrakenSpelling.asset(balance.asset)
                if extended {
                    json.object(name) { json in
                        json.field("balance", balance.total.description)
                        json.field("hold_trade", balance.held.description)
                    }
                } else {
                    json.field(name, balance.total.description)
                }
            }
        }
    }
}
