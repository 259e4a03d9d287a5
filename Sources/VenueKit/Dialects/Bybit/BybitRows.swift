import TradingModel

/// Orders, executions, balances and filters, spelled alike by REST answers and the private stream.
enum BybitRow {
    static func order(
        _ row: JSONTree, _ listing: Listing, _ evidence: Evidence
    ) throws(QuarantineReason) -> OrderReport {
        guard let id = row["orderId"]?.text, let client = row["orderLinkId"]?.text else {
            throw .missingField
        }
        let reason = row["rejectReason"]?.text ?? ""
        return OrderReport(
            instrument: listing.instrument.id, clientID: ClientOrderID(client), venueOrderID: id,
            side: try side(row["side"]), state: try state(row["orderStatus"]),
            filled: try ReportNumbers.quantity(row["cumExecQty"]?.text, listing),
            quantity: try ReportNumbers.quantity(row["qty"]?.text, listing),
            reason: reason == "EC_NoError" ? "" : reason, evidence: evidence,
            venueTime: try ReportNumbers.moment(milliseconds: row["updatedTime"]?.text))
    }

    /// `nil` for entries of the execution list that are no trades (funding, settlement). A liquidation or a
    /// deleveraging is one: it changes the position, at a price.
    static func fill(
        _ row: JSONTree, _ listing: Listing, _ evidence: Evidence
    ) throws(QuarantineReason) -> FillReport? {
        let kind = row["execType"]?.text ?? "Trade"
        guard ["Trade", "BustTrade", "AdlTrade"].contains(kind) else { return nil }
        guard let id = row["orderId"]?.text, let trade = row["execId"]?.text, !trade.isEmpty,
            let isMaker = row["isMaker"]?.isTrue
        else { throw .missingField }
        let price = try ReportNumbers.price(row["execPrice"]?.text, listing)
        let quantity = try ReportNumbers.quantity(row["execQty"]?.text, listing)
        guard quantity.raw > 0 else { throw .badNumber }
        try ReportNumbers.checkNotional(price, quantity, listing)
        let side = try side(row["side"])
        let fee = try ReportNumbers.amountOrZero(row["execFee"]?.text)
        var report = FillReport(
            instrument: listing.instrument.id,
            clientID: row["orderLinkId"]?.text.flatMap { ClientOrderID($0) },
            venueOrderID: id, tradeID: trade, side: side, price: price, quantity: quantity, fee: fee,
            feeAsset: feeAsset(row, side, fee, listing), isMaker: isMaker, evidence: evidence,
            venueTime: try ReportNumbers.moment(milliseconds: row["execTime"]?.text))
        report.isForced = kind != "Trade"
        return report
    }

    /// Where the execution does not name it: a fee is taken from what the trade brought in, a maker's rebate
    /// is paid in the other asset (`v5/enum`, "Spot Fee Currency Instruction").
    private static func feeAsset(_ row: JSONTree, _ side: Side, _ fee: Amount, _ listing: Listing) -> Asset {
        if let named = row["feeCurrency"]?.text, !named.isEmpty { return Asset(named) }
        let instrument = listing.instrument
        if listing.isPerpetual { return instrument.quote }
        return (side == .buy) == (fee >= .zero) ? instrument.base : instrument.quote
    }

    /// The coins of one account. A unified account may owe: `walletBalance` is then negative.
    static func balances(_ account: JSONTree) throws(QuarantineReason) -> [BalanceReport] {
        guard case .array(let coins)? = account["coin"] else { throw .missingField }
        var reports: [BalanceReport] = []
        for coin in coins {
            guard let code = coin["coin"]?.text, !code.isEmpty else { throw .missingField }
            let total = try ReportNumbers.amount(coin["walletBalance"]?.text)
            // `locked` is what open spot orders hold; `free` exists for classic accounts alone.
            let locked = try ReportNumbers.amountOrZero(coin["locked"]?.text)
            guard locked >= .zero else { throw .badNumber }
            reports.append(BalanceReport(asset: Asset(code), total: total, available: total - locked))
        }
        return reports
    }

    static func side(_ value: JSONTree?) throws(QuarantineReason) -> Side {
        switch value?.text {
        case "Buy": return .buy
        case "Sell": return .sell
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    static func state(_ value: JSONTree?) throws(QuarantineReason) -> ReportedState {
        switch value?.text {
        case "Created", "New", "PartiallyFilled", "Untriggered", "Triggered", "Active", "PendingCancel":
            return .working
        case "Filled": return .filled
        // Spot says PartiallyFilledCanceled when a part was filled and the rest taken back.
        case "Cancelled", "PartiallyFilledCanceled", "Deactivated": return .canceled
        case "Rejected": return .rejected
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    static func filters(_ row: JSONTree, _ symbol: String, isLinear: Bool) -> ListingFilters? {
        guard let tick = row["priceFilter"]?["tickSize"]?.text, let size = row["lotSizeFilter"],
            let lot = size[isLinear ? "qtyStep" : "basePrecision"]?.text,
            let least = size["minOrderQty"]?.text
        else { return nil }
        return ListingFilters(
            symbol: symbol, tick: tick, lot: lot, minimumQuantity: least,
            minimumNotional: size[isLinear ? "minNotionalValue" : "minOrderAmt"]?.text ?? "0",
            trading: row["status"]?.text == "Trading")
    }
}
