import TradingModel

/// Perpetuals: what moved the balance, and the leverage it is measured with.
extension OKXDouble {
    private enum Bill {
        case trade(Execution)
        case funding(FundingPayment)

        /// Payments and trades draw their ids from one count, so that ids rise with time.
        var id: Int64 {
            switch self {
            case .trade(let fill): OKXDouble.billID(fill)
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

    /// `type` 2 trades, 8 funding. Newest first, at most 100; `after` and `before` are bill ids, `begin` and
    /// `end` milliseconds.
    func bills(_ fields: FormFields, _ account: Int) throws(OKXRefusal) -> DoubleResponse {
        var found: [Bill] = []
        let type = fields["type"] ?? ""
        if type.isEmpty || type == "2" {
            found += exchange.history.filter { $0.account == account }.map { .trade($0) }
        }
        if type.isEmpty || type == "8" {
            let payments = exchange.perpetual?.payments ?? []
            found += payments.filter { $0.account == account }.map { .funding($0) }
        }
        if let type = fields["instType"], !type.isEmpty, type != segment.instrumentType { found = [] }
        if let instID = fields["instId"], !instID.isEmpty {
            let symbol = try symbol(instID)
            found = found.filter { $0.symbol == symbol }
        }
        if let after = fields.integer("after") { found = found.filter { $0.id < after } }
        if let before = fields.integer("before") { found = found.filter { $0.id > before } }
        if let begin = fields.integer("begin") { found = found.filter { $0.at.milliseconds >= begin } }
        if let end = fields.integer("end") { found = found.filter { $0.at.milliseconds <= end } }
        let limit = min(100, max(1, Int(fields["limit"] ?? "100") ?? 100))
        return OKXDouble.response { json in
            for bill in found.sorted(by: { $0.id > $1.id }).prefix(limit) {
                json.object { self.bill(bill, into: &$0) }
            }
        }
    }

    private func bill(_ bill: Bill, into json: inout JSONWriter) {
        json.field("billId", String(bill.id))
        json.field("ccy", exchange.assets[exchange.settlementAsset])
        json.field("instId", instID(bill.symbol))
        json.field("instType", "SWAP")
        json.field("mgnMode", "cross")
        json.field("ts", String(bill.at.milliseconds))
        for empty in ["from", "interest", "notes", "tag", "to"] { json.field(empty, "") }
        switch bill {
        case .trade(let fill):
            let effect = fill.effect
            json.field("bal", (effect?.wallet ?? .zero).description)
            json.field("balChg", ((effect?.realised ?? .zero) - fill.fee).description)
            json.field("clOrdId", fill.clientID)
            json.field("execType", fill.isMaker ? "M" : "T")
            json.field("fee", (-fill.fee).description)
            json.field("fillTime", String(fill.at.milliseconds))
            json.field("ordId", String(fill.orderID))
            json.field("pnl", (effect?.realised ?? .zero).description)
            json.field("px", OKXDouble.text(fill.price.raw))
            json.field("subType", subType(fill))
            json.field("sz", size(fill.quantity.raw, fill.symbol))
            json.field("tradeId", String(fill.tradeID))
            json.field("type", exchange.orders[fill.orderID]?.request.isLiquidation == true ? "5" : "2")
        case .funding(let payment):
            json.field("bal", payment.wallet.description)
            json.field("balChg", payment.amount.description)
            json.field("clOrdId", "")
            json.field("execType", "")
            json.field("fee", "0")
            json.field("fillTime", "")
            json.field("ordId", "")
            json.field("pnl", payment.amount.description)
            json.field("px", OKXDouble.text(payment.mark.raw))
            // 173 expense, 174 income.
            json.field("subType", payment.amount < .zero ? "173" : "174")
            json.field("sz", size(payment.position.magnitude.raw, payment.symbol))
            json.field("tradeId", "")
            json.field("type", "8")
        }
    }

    // MARK: Leverage

    func leverage(_ fields: FormFields, _ account: Int) throws(OKXRefusal) -> DoubleResponse {
        let symbol = try symbol(fields["instId"])
        guard fields["mgnMode"] == "cross" else {
            throw OKXRefusal(status: 400, code: "51000", message: "Parameter mgnMode error")
        }
        return OKXDouble.response { leverage(symbol, account, into: &$0) }
    }

    private func leverage(_ symbol: Int, _ account: Int, into json: inout JSONWriter) {
        json.object { json in
            json.field("instId", instID(symbol))
            json.field("lever", lever(symbol, account))
            json.field("mgnMode", "cross")
            json.field("posSide", "net")
        }
    }

    func setLeverage(_ document: JSONDocument, _ account: Int, at now: Moment) throws(OKXRefusal)
        -> DoubleResponse
    {
        func parameter(_ name: String) -> OKXRefusal {
            OKXRefusal(code: "51000", message: "Parameter \(name) error")
        }
        let symbol = try symbol(document["instId"]?.text)
        guard document["mgnMode"]?.text == "cross" else { throw parameter("mgnMode") }
        let hundredths: Int64
        do throws(DecimalText.Fault) {
            hundredths = try DecimalText.parse(document["lever"]?.text ?? "", scale: 2)
        } catch { throw parameter("lever") }
        guard hundredths >= 100 else { throw parameter("lever") }
        guard hundredths <= exchange.perpetual?.terms.maximumLeverage ?? 0 else {
            throw OKXRefusal(code: "59102", message: "Leverage exceeds the maximum limit.")
        }
        guard exchange.setLeverage(hundredths, symbol: symbol, account: account, at: now) else {
            throw OKXRefusal(
                code: "59108", message: "Low leverage and insufficient margin. Please adjust the leverage.")
        }
        return OKXDouble.response { leverage(symbol, account, into: &$0) }
    }
}
