import TradingModel

/// The journal's lines that only an exchange of perpetuals writes.
extension VirtualExchange {
    func fundingLine(_ payment: FundingPayment) -> String {
        let fields = [
            "funding", String(payment.id), String(payment.account), symbols[payment.symbol].symbol,
            String(payment.position.raw), String(payment.mark.raw), String(payment.rate.raw),
            payment.amount.description, String(payment.at.nanoseconds),
        ]
        return fields.joined(separator: "\t")
    }

    func leverageLine(_ account: Int, _ symbol: Int, _ hundredths: Int64) -> String {
        ["leverage", String(account), symbols[symbol].symbol, String(hundredths)].joined(separator: "\t")
    }

    func fundingEntry(_ fields: [String]) -> JournalEntry? {
        guard perpetual != nil, fields.count == 9, let id = Int64(fields[1]), isID(id),
            let account = Int(fields[2]), accounts.indices.contains(account),
            let symbol = symbolIndex(fields[3]), let size = Int64(fields[4]), size != 0,
            let mark = Int64(fields[5]), (0...symbols[symbol].maximumPrice.raw).contains(mark),
            let rate = Int64(fields[6]), abs(rate) <= Rate.one, let amount = amount(fields[7]),
            let at = Int64(fields[8])
        else { return nil }
        return .funding(
            FundingPayment(
                id: id, account: account, symbol: symbol, position: Quantity(raw: size),
                mark: Price(raw: mark), rate: Rate(raw: rate), amount: amount,
                wallet: holding(of: account).wallet + amount, at: Moment(nanoseconds: at)))
    }

    func leverageEntry(_ fields: [String]) -> JournalEntry? {
        guard let terms = perpetual?.terms, fields.count == 4, let account = Int(fields[1]),
            accounts.indices.contains(account), let symbol = symbolIndex(fields[2]),
            let hundredths = Int64(fields[3]), (100...terms.maximumLeverage).contains(hundredths)
        else { return nil }
        return .leverage(account: account, symbol: symbol, hundredths: hundredths)
    }

    /// The flags of an order, a thirteenth field that spot journals do not have.
    func flags(_ request: OrderRequest) -> [String] {
        guard perpetual != nil else { return [] }
        return [request.isLiquidation ? "liquidation" : request.isReduceOnly ? "reduce" : "-"]
    }

    /// `nil`: no such flags.
    func flagged(_ request: OrderRequest, _ flags: ArraySlice<String>) -> OrderRequest? {
        var request = request
        guard perpetual != nil else { return flags.isEmpty ? request : nil }
        guard flags.count == 1, let word = flags.first, ["-", "reduce", "liquidation"].contains(word) else {
            return nil
        }
        request.isReduceOnly = word != "-"
        request.isLiquidation = word == "liquidation"
        return request
    }
}
