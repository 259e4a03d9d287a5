import TradingModel

/// Orders, fills, balances and filters as REST answers spell them.
enum BinanceRow {
    static func order(_ row: JSONTree, _ listing: Listing) throws(QuarantineReason) -> OrderReport {
        guard row["symbol"]?.text == listing.symbol else { throw .unknownSymbol }
        guard let id = row["orderId"]?.text, let client = row["clientOrderId"]?.text else {
            throw .missingField
        }
        return OrderReport(
            instrument: listing.instrument.id, clientID: ClientOrderID(client), venueOrderID: id,
            side: try side(row["side"]), state: try state(row["status"]),
            filled: try ReportNumbers.quantity(row["executedQty"]?.text, listing),
            quantity: try ReportNumbers.quantity(row["origQty"]?.text, listing), evidence: .query,
            venueTime: try ReportNumbers.moment(milliseconds: row["updateTime"]?.text ?? row["time"]?.text))
    }

    /// `myTrades` does not name the client id; the order id joins it.
    static func fill(_ row: JSONTree, _ listing: Listing) throws(QuarantineReason) -> FillReport {
        guard let trade = row["id"]?.text, let order = row["orderId"]?.text,
            let isBuyer = row["isBuyer"]?.isTrue,
            let isMaker = row["isMaker"]?.isTrue, let asset = row["commissionAsset"]?.text
        else { throw .missingField }
        let price = try ReportNumbers.price(row["price"]?.text, listing)
        let quantity = try ReportNumbers.quantity(row["qty"]?.text, listing)
        guard quantity.raw > 0 else { throw .badNumber }
        try ReportNumbers.checkNotional(price, quantity, listing)
        return FillReport(
            instrument: listing.instrument.id, clientID: nil, venueOrderID: order, tradeID: trade,
            side: isBuyer ? .buy : .sell, price: price, quantity: quantity,
            fee: try ReportNumbers.amount(row["commission"]?.text), feeAsset: Asset(asset), isMaker: isMaker,
            evidence: .query, venueTime: try ReportNumbers.moment(milliseconds: row["time"]?.text))
    }

    static func balance(
        _ asset: JSONTree?, free: JSONTree?, locked: JSONTree?
    ) throws(QuarantineReason) -> BalanceReport {
        guard let code = asset?.text, !code.isEmpty else { throw .missingField }
        let free = try ReportNumbers.amount(free?.text)
        let locked = try ReportNumbers.amount(locked?.text)
        guard free >= .zero, locked >= .zero else { throw .badNumber }
        return BalanceReport(asset: Asset(code), total: free + locked, available: free)
    }

    static func side(_ value: JSONTree?) throws(QuarantineReason) -> Side {
        switch value?.text {
        case "BUY": return .buy
        case "SELL": return .sell
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    static func state(_ value: JSONTree?) throws(QuarantineReason) -> ReportedState {
        switch value?.text {
        case "NEW", "PARTIALLY_FILLED", "PENDING_NEW", "PENDING_CANCEL": return .working
        case "FILLED": return .filled
        case "CANCELED": return .canceled
        // An IOC's or FOK's remainder expires; EXPIRED_IN_MATCH is self-trade prevention.
        case "EXPIRED", "EXPIRED_IN_MATCH": return .expired
        case "REJECTED": return .rejected
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    /// `nil` when a filter is missing. Older listings say MIN_NOTIONAL, newer ones NOTIONAL.
    static func filters(_ row: JSONTree, _ symbol: String) -> ListingFilters? {
        let filters = row["filters"]?.elements ?? []
        func filter(_ type: String) -> JSONTree? { filters.first { $0["filterType"]?.text == type } }
        guard let tick = filter("PRICE_FILTER")?["tickSize"]?.text, let lotSize = filter("LOT_SIZE"),
            let lot = lotSize["stepSize"]?.text, let least = lotSize["minQty"]?.text
        else { return nil }
        let notional = (filter("NOTIONAL") ?? filter("MIN_NOTIONAL"))?["minNotional"]?.text
        return ListingFilters(
            symbol: symbol, tick: tick, lot: lot, minimumQuantity: least, minimumNotional: notional ?? "0",
            trading: row["status"]?.text == "TRADING")
    }
}
