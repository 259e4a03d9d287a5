import TradingModel

/// The private channels `executions` and `balances`.
extension KrakenDouble {
    // MARK: Executions

    /// Open orders and, when asked for, the last 50 trades.
    func sendExecutions(
        _ account: Int, orders: Bool, trades: Bool, _ index: Int, _ place: Int, at now: Moment
    ) {
        sendNumbered("executions", "snapshot", index, place, at: now) { json in
            if orders {
                for one in exchange.openOrders(of: account) {
                    let status = one.filled.raw > 0 ? "partially_filled" : "new"
                    json.object { json in
                        identity(one, "new", status, one.updatedAt, into: &json)
                        terms(one, into: &json)
                        progress(one, into: &json)
                    }
                }
            }
            if trades {
                for fill in exchange.executions.filter({ $0.account == account }).suffix(50) {
                    guard let order = exchange.orders[fill.orderID] else { continue }
                    json.object { trade(fill, order, into: &$0) }
                }
            }
        }
    }

    /// `pending_new` tells the order's terms, later messages only what changes; a trade leaves the order
    /// `partially_filled` even when it was the last one, and a message of its own then says `filled`.
    func tellExecution(_ event: OrderEvent, _ index: Int, _ place: Int, at now: Moment) {
        let order = event.order
        let all = sockets[index].subscriptions[place].allStatuses
        func update(_ data: @escaping (inout JSONWriter) -> Void) {
            sendNumbered("executions", "update", index, place, at: now) { json in json.object { data(&$0) } }
        }
        switch event.kind {
        case .accepted:
            if all {
                update { json in
                    self.identity(order, "pending_new", "pending_new", event.at, into: &json)
                    self.terms(order, into: &json)
                    self.progress(order, into: &json)
                }
            }
            update { json in
                self.identity(order, "new", "new", event.at, into: &json)
                if !all { self.terms(order, into: &json) }
            }
        case .executed(let fill):
            update { json in self.trade(fill, order, into: &json) }
            if order.state == .filled { update { json in self.ending(order, event.at, into: &json) } }
        case .amended:
            update { json in
                let status = order.filled.raw > 0 ? "partially_filled" : "new"
                self.identity(order, "amended", status, event.at, into: &json)
                self.terms(order, into: &json)
                self.progress(order, into: &json)
            }
        case .ended:
            update { json in self.ending(order, event.at, into: &json) }
        }
    }

    private func ending(_ order: ExchangeOrder, _ at: Moment, into json: inout JSONWriter) {
        let status = order.state == .filled ? "filled" : "canceled"
        identity(order, status, status, at, into: &json)
        progress(order, into: &json)
        let reason = KrakenDouble.reason(order)
        if !reason.isEmpty { json.field("reason", reason) }
    }

    private func identity(
        _ order: ExchangeOrder, _ execution: String, _ status: String, _ at: Moment,
        into json: inout JSONWriter
    ) {
        json.field("order_id", KrakenSpelling.id("O", order.id))
        if !order.request.clientID.isEmpty { json.field("cl_ord_id", order.request.clientID) }
        if let reference = userReferences[order.id] { json.field("order_userref", reference) }
        json.field("exec_type", execution)
        json.field("order_status", status)
        json.field("timestamp", CalendarTime.text(at, decimals: 6))
    }

    private func terms(_ order: ExchangeOrder, into json: inout JSONWriter) {
        let request = order.request
        json.field("symbol", KrakenSpelling.streamName(exchange.symbols[request.symbol]))
        json.field("side", request.side == .buy ? "buy" : "sell")
        json.field("order_type", request.kind.rawValue)
        if let budget = request.quoteBudget {
            number("cash_order_qty", budget.description, into: &json)
        } else {
            number("order_qty", quantity(request.quantity.raw), into: &json)
        }
        if request.kind == .limit {
            number("limit_price", price(request.price.raw, request.symbol), into: &json)
        }
        let timeInForce =
            switch request.timeInForce {
            case .goodTillCanceled, .postOnly: "GTC"
            case .immediateOrCancel: "IOC"
            case .fillOrKill: "FOK"
            }
        json.field("time_in_force", timeInForce)
        json.field("post_only", request.timeInForce == .postOnly)
        json.field("fee_ccy_pref", "fciq")
        json.field("sender_sub_id", "")
    }

    private func progress(_ order: ExchangeOrder, into json: inout JSONWriter) {
        number("cum_qty", quantity(order.filled.raw), into: &json)
        number("cum_cost", order.filledQuote.description, into: &json)
        number("avg_price", order.averagePrice.description, into: &json)
        number("fee_usd_equiv", order.fees.first?.amount.description ?? "0", into: &json)
    }

    private func trade(_ fill: Execution, _ order: ExchangeOrder, into json: inout JSONWriter) {
        identity(order, "trade", "partially_filled", fill.at, into: &json)
        json.field("symbol", KrakenSpelling.streamName(exchange.symbols[fill.symbol]))
        json.field("side", fill.side == .buy ? "buy" : "sell")
        json.field("order_type", order.request.kind.rawValue)
        json.field("exec_id", KrakenSpelling.id("T", fill.tradeID))
        json.field("trade_id", fill.tradeID)
        number("last_qty", quantity(fill.quantity.raw), into: &json)
        number("last_price", price(fill.price.raw, fill.symbol), into: &json)
        number("cost", fill.notional.description, into: &json)
        json.field("liquidity_ind", fill.isMaker ? "m" : "t")
        json.array("fees") { json in
            json.object { json in
                json.field("asset", fill.feeAsset)
                number("qty", fill.fee.description, into: &json)
            }
        }
        progress(order, into: &json)
    }

    private func number(_ name: String, _ text: String, into json: inout JSONWriter) {
        json.key(name)
        json.raw(text)
    }

    // MARK: Balances

    func sendBalances(_ account: Int, _ index: Int, _ place: Int, at now: Moment) {
        let balances = exchange.balances(of: account)
        sendNumbered("balances", "snapshot", index, place, at: now) { json in
            for balance in balances {
                json.object { json in
                    json.field("asset", balance.asset)
                    json.field("asset_class", "currency")
                    number("balance", balance.total.description, into: &json)
                    json.array("wallets") { json in
                        json.object { json in
                            json.field("type", "spot")
                            json.field("id", "main")
                            number("balance", balance.total.description, into: &json)
                        }
                    }
                }
            }
        }
    }

    /// A trade makes one ledger entry per asset; orders that only rest change no balance.
    func tellLedger(_ event: OrderEvent, _ index: Int, _ place: Int, at now: Moment) {
        guard case .executed(let fill) = event.kind else { return }
        let rules = exchange.symbols[fill.symbol]
        let base = rules.instrument.baseAmount(fill.quantity)
        let isBuy = fill.side == .buy
        sendNumbered("balances", "update", index, place, at: now) { json in
            for (number, balance) in event.balances.enumerated() {
                let isBase = balance.asset == rules.base
                let amount = isBase ? (isBuy ? base : -base) : (isBuy ? -fill.notional : fill.notional)
                let fee = balance.asset == fill.feeAsset ? fill.fee : .zero
                json.object { json in
                    json.field(
                        "ledger_id",
                        KrakenSpelling.id("L", fill.tradeID * 4 + (fill.isMaker ? 2 : 0) + Int64(number)))
                    json.field("ref_id", KrakenSpelling.id("T", fill.tradeID))
                    json.field("timestamp", CalendarTime.text(fill.at, decimals: 6))
                    json.field("type", "trade")
                    json.field("category", "trade")
                    json.field("asset", balance.asset)
                    json.field("asset_class", "currency")
                    json.field("wallet_type", "spot")
                    json.field("wallet_id", "main")
                    self.number("amount", amount.description, into: &json)
                    self.number("fee", fee.description, into: &json)
                    self.number("balance", balance.total.description, into: &json)
                }
            }
        }
    }
}
