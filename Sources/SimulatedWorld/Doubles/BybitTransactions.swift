import TradingModel

/// Perpetuals: what moved the balance (v5/account/transaction-log) and executions, funding among them
/// (v5/order/execution).
extension BybitDouble {
    private enum Entry {
        case trade(Execution)
        case funding(FundingPayment)

        /// Trades and payments draw their ids from one count; both sides of a self-trade are entries.
        var key: Int64 {
            switch self {
            case .trade(let fill): fill.tradeID * 2 + (fill.isMaker ? 1 : 0)
            case .funding(let payment): payment.id * 2
            }
        }
        var at: Moment {
            switch self {
            case .trade(let fill): fill.at
            case .funding(let payment): payment.at
            }
        }
        var symbol: Int {
            switch self {
            case .trade(let fill): fill.symbol
            case .funding(let payment): payment.symbol
            }
        }
    }

    func createType(_ request: OrderRequest) -> String {
        request.isLiquidation ? "CreateByTakeOver_PassThrough" : "CreateByUser"
    }

    /// What an execution says of a perpetual and not of spot.
    func perpetualFields(_ fill: Execution) -> [String: String] {
        guard let effect = fill.effect else { return [:] }
        func text(_ raw: Int64) -> String { DecimalText.format(raw, scale: SymbolRules.scale) }
        return [
            "closedSize": text(effect.closed.raw), "execPnl": effect.realised.description,
            "markPrice": text(exchange.mark(fill.symbol, at: fill.at).raw),
            "indexPrice": text(exchange.index(fill.symbol, at: fill.at).raw),
        ]
    }

    private func entries(_ account: Int) -> [Entry] {
        let payments = (exchange.perpetual?.payments ?? []).filter { $0.account == account }
        return exchange.history.filter { $0.account == account }.map { .trade($0) }
            + payments.map { .funding($0) }
    }

    /// Newest first; the cursor is the last key of the page before.
    private func page(
        _ entries: [Entry], _ call: BybitCall, limits: (standard: Int64, most: Int64),
        _ row: (inout JSONWriter, Entry) -> Void
    ) -> [UInt8] {
        let limit = Int(min(max(call["limit"].flatMap { Int64($0) } ?? limits.standard, 1), limits.most))
        let before = call["cursor"].flatMap { Int64($0) } ?? .max
        let rest = entries.filter { $0.key < before }.sorted { $0.key > $1.key }
        let page = rest.prefix(limit)
        return JSONWriter.object { json in
            json.field("category", call["category"] ?? "linear")
            json.field("nextPageCursor", rest.count > limit ? page.last.map { String($0.key) } ?? "" : "")
            json.array("list") { json in for entry in page { row(&json, entry) } }
        }
    }

    // MARK: Transaction log

    /// Of 24 hours unless told otherwise, of seven days at most.
    func transactionLog(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        if let type = call["accountType"], type != "UNIFIED" {
            throw .parameters("accountType only support UNIFIED.")
        }
        let day: Int64 = 86_400_000
        let from = call["startTime"].flatMap { Int64($0) }
        let until = call["endTime"].flatMap { Int64($0) }
        let end = until ?? from.map { $0 + day } ?? exchange.venueTime(call.at).milliseconds
        let start = from ?? end - day
        guard end - start <= 7 * day else { throw .parameters("endTime - startTime should be within 7 days") }
        let settles = exchange.assets[exchange.settlementAsset]
        let isHere = call["category"] == nil ? true : try isOwn(call)
        let found = entries(call.account).filter { entry in
            let type = if case .funding = entry { "SETTLEMENT" } else { "TRADE" }
            return isHere && (call["type"] ?? type) == type && (call["currency"] ?? settles) == settles
                && (call["baseCoin"] ?? exchange.symbols[entry.symbol].base)
                    == exchange.symbols[entry.symbol].base
                && entry.at.milliseconds >= start && entry.at.milliseconds <= end
        }
        return page(found, call, limits: (20, 50)) { transaction(&$0, $1, call.account) }
    }

    /// change = cashFlow + funding − fee; positive funding is received.
    private func transaction(_ json: inout JSONWriter, _ entry: Entry, _ account: Int) {
        json.object { json in
            let id = "\(24_617_703 + account)_\(spellings[entry.symbol])_\(entry.key)"
            json.field("id", id)
            json.field("symbol", spellings[entry.symbol])
            json.field("category", "linear")
            json.field("currency", exchange.assets[exchange.settlementAsset])
            json.field("transactionTime", String(entry.at.milliseconds))
            json.field("transSubType", "")
            json.field("bonusChange", "")
            switch entry {
            case .funding(let payment):
                let isLong = payment.position.raw > 0
                json.field("type", "SETTLEMENT")
                json.field("side", isLong ? "Buy" : "Sell")
                number(&json, "qty", payment.position.magnitude.raw)
                number(&json, "size", payment.position.raw)
                number(&json, "tradePrice", payment.mark.raw)
                json.field("funding", payment.amount.description)
                json.field("fee", "0")
                json.field("cashFlow", "0")
                json.field("change", payment.amount.description)
                json.field("cashBalance", payment.wallet.description)
                number(&json, "feeRate", isLong ? payment.rate.raw : -payment.rate.raw)
                json.field("tradeId", String(payment.id))
                json.field("orderId", "")
                json.field("orderLinkId", "")
            case .trade(let fill):
                let realised = fill.effect?.realised ?? .zero
                json.field("type", "TRADE")
                json.field("side", fill.side == .buy ? "Buy" : "Sell")
                number(&json, "qty", fill.quantity.raw)
                number(&json, "size", fill.effect?.position.size.raw ?? 0)
                number(&json, "tradePrice", fill.price.raw)
                json.field("funding", "")
                json.field("fee", fill.fee.description)
                json.field("cashFlow", realised.description)
                json.field("change", (realised - fill.fee).description)
                json.field("cashBalance", (fill.effect?.wallet ?? .zero).description)
                number(
                    &json, "feeRate", (fill.isMaker ? exchange.rules.makerFee : exchange.rules.takerFee).raw)
                json.field("tradeId", String(fill.tradeID))
                json.field("orderId", String(fill.orderID))
                json.field("orderLinkId", fill.clientID)
            }
        }
    }

    // MARK: Executions

    /// A payment of funding is an execution too, with `execType` Funding; its fee is positive when paid.
    func perpetualExecutions(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        let symbol = call["symbol"] == nil ? nil : try symbolIndex(call["symbol"])
        let order = call["orderId"] == nil && call["orderLinkId"] == nil ? nil : try find(call)?.id ?? -1
        let found = entries(call.account).filter { entry in
            guard symbol == nil || entry.symbol == symbol, within(call, entry.at) else { return false }
            guard case .trade(let fill) = entry else {
                return order == nil && (call["execType"] ?? "Funding") == "Funding"
            }
            let type = exchange.orders[fill.orderID]?.request.isLiquidation == true ? "BustTrade" : "Trade"
            return (order == nil || fill.orderID == order) && (call["execType"] ?? type) == type
        }
        return page(found, call, limits: (50, 100)) { json, entry in
            switch entry {
            case .trade(let fill):
                if let order = exchange.orders[fill.orderID] { executionPage(&json, fill, order) }
            case .funding(let payment): fundingExecution(&json, payment)
            }
        }
    }

    private func fundingExecution(_ json: inout JSONWriter, _ payment: FundingPayment) {
        let instrument = exchange.symbols[payment.symbol].instrument
        json.object { json in
            json.field("category", "linear")
            json.field("symbol", spellings[payment.symbol])
            json.field("execId", String(payment.id))
            json.field("orderId", "")
            json.field("orderLinkId", "")
            json.field("side", payment.position.raw > 0 ? "Buy" : "Sell")
            for zero in ["orderPrice", "orderQty", "leavesQty", "closedSize"] { json.field(zero, "0") }
            json.field("orderType", "UNKNOWN")
            json.field("execType", "Funding")
            number(&json, "execPrice", payment.mark.raw)
            number(&json, "execQty", payment.position.magnitude.raw)
            json.field("execValue", instrument.notional(payment.mark, payment.position.magnitude).description)
            json.field("execFee", (-payment.amount).description)
            json.field("feeCurrency", exchange.assets[exchange.settlementAsset])
            number(&json, "feeRate", payment.position.raw > 0 ? payment.rate.raw : -payment.rate.raw)
            json.field("isMaker", false)
            json.field("execTime", String(payment.at.milliseconds))
            json.field("seq", payment.id)
        }
    }
}
