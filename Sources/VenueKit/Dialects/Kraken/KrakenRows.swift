import TradingModel

/// Rows of the `executions` and `balances` channels, and of the REST endpoints.
enum KrakenRow {
    typealias Facts = KrakenOrderFacts

    // MARK: Stream

    /// What is known about the order after this message; `nil` when too little is.
    static func facts(_ row: JSONTree, _ listing: Listing, _ known: Facts?) throws(QuarantineReason) -> Facts?
    {
        let side = try side(row["side"]?.text) ?? known?.side
        let stated = row["order_qty"]?.text
        let quantity = stated == nil ? known?.quantity : try ReportNumbers.quantity(stated, listing)
        guard let side, let quantity else { return nil }
        var filled = known?.filled ?? .zero
        if let text = row["cum_qty"]?.text { filled = max(filled, try ReportNumbers.quantity(text, listing)) }
        // Both or none: terms of which one half is remembered from another message are nobody's.
        let limit = stated == nil ? nil : row["limit_price"]?.text
        return Facts(
            instrument: listing.instrument.id,
            clientID: KrakenNames.clientID(row["cl_ord_id"]?.text) ?? known?.clientID,
            side: side, quantity: quantity, filled: filled,
            limit: limit == nil ? nil : try ReportNumbers.price(limit, listing))
    }

    static func order(pushed row: JSONTree, _ orderID: String, _ facts: Facts) throws(QuarantineReason)
        -> OrderReport
    {
        let state: ReportedState
        switch row["order_status"]?.text {
        case "pending_new", "new", "partially_filled": state = .working
        case "filled": state = .filled
        case "canceled": state = .canceled
        case "expired": state = .expired
        case nil: throw .missingField
        default: throw .unknownMessage
        }
        // An order's last word must state its sum: guessing it could close an order with a fill unaccounted
        // for.
        if state != .working, row["cum_qty"] == nil { throw .missingField }
        return OrderReport(
            instrument: facts.instrument, clientID: facts.clientID, venueOrderID: orderID, side: facts.side,
            state: state, filled: facts.filled, quantity: facts.quantity, limit: facts.limit,
            reason: row["reason"]?.text ?? row["cancel_reason"]?.text ?? "", evidence: .stream,
            venueTime: try KrakenTime.rfc3339(row["timestamp"]?.text))
    }

    static func fill(pushed row: JSONTree, _ listing: Listing, _ known: Facts?) throws(QuarantineReason)
        -> FillReport
    {
        guard let tradeID = row["exec_id"]?.text, !tradeID.isEmpty else { throw .missingField }
        guard let side = try side(row["side"]?.text) ?? known?.side else { throw .missingField }
        let (price, quantity) = try execution(row["last_price"]?.text, row["last_qty"]?.text, listing)
        var fee = Amount.zero
        var feeAsset: Asset?
        for part in row["fees"]?.elements ?? [] {
            guard let code = part["asset"]?.text else { throw .missingField }
            let asset = KrakenNames.asset(code)
            // Two fee assets on one fill do not occur with `fciq`; adding them up would be wrong.
            guard feeAsset == nil || feeAsset == asset else { throw .unknownMessage }
            feeAsset = asset
            fee += try ReportNumbers.amount(part["qty"]?.text)
        }
        return FillReport(
            instrument: listing.instrument.id,
            clientID: KrakenNames.clientID(row["cl_ord_id"]?.text) ?? known?.clientID,
            venueOrderID: row["order_id"]?.text ?? "", tradeID: tradeID, side: side, price: price,
            quantity: quantity,
            fee: fee, feeAsset: feeAsset ?? listing.instrument.quote,
            isMaker: row["liquidity_ind"]?.text == "m",
            evidence: .stream, venueTime: try KrakenTime.rfc3339(row["timestamp"]?.text))
    }

    /// A row of `balances`; `nil` for a wallet that cannot trade (earn). The stream states no holds: what
    /// open orders lock is still counted as available, and `BalanceEx` corrects it.
    static func balance(pushed row: JSONTree) throws(QuarantineReason) -> BalanceReport? {
        guard let code = row["asset"]?.text, !code.isEmpty else { throw .missingField }
        if let type = row["wallet_type"]?.text, type != "spot" { return nil }
        var total = try ReportNumbers.amount(row["balance"]?.text)
        if case .array(let wallets)? = row["wallets"] {
            total = .zero
            for wallet in wallets.prefix(16) where wallet["type"]?.text == "spot" {
                total += try ReportNumbers.amount(wallet["balance"]?.text)
            }
        }
        return BalanceReport(asset: KrakenNames.asset(code), total: total, available: total)
    }

    // MARK: REST

    /// An order of `OpenOrders`, `ClosedOrders` or `QueryOrders`, keyed by its `txid`.
    static func order(
        listed row: JSONTree, _ orderID: String, _ listing: Listing
    ) throws(QuarantineReason) -> OrderReport {
        guard let side = try side(row["descr"]?["type"]?.text) else { throw .missingField }
        let quantity = try ReportNumbers.quantity(row["vol"]?.text, listing)
        let filled = try ReportNumbers.quantity(row["vol_exec"]?.text, listing)
        let state: ReportedState
        switch row["status"]?.text {
        case "pending", "open": state = .working
        // What was closed short of its quantity (an IOC's rest) is no filled order.
        case "closed": state = filled < quantity ? .canceled : .filled
        case "canceled": state = .canceled
        case "expired": state = .expired
        case nil: throw .missingField
        default: throw .unknownMessage
        }
        let time = row["closetm"]?.text ?? row["opentm"]?.text
        // A market order has none.
        let price = row["descr"]?["ordertype"]?.text == "limit" ? row["descr"]?["price"]?.text : nil
        let limit = price == nil ? nil : try ReportNumbers.price(price, listing)
        return OrderReport(
            instrument: listing.instrument.id, clientID: KrakenNames.clientID(row["cl_ord_id"]?.text),
            venueOrderID: orderID, side: side, state: state, filled: filled, quantity: quantity, limit: limit,
            reason: row["reason"]?.text ?? "", evidence: .query, venueTime: try KrakenTime.unixSeconds(time))
    }

    /// A trade of `TradesHistory`, keyed by the id that the stream calls `exec_id`. Its fee is in the quote
    /// asset: every order of ours says `fciq`.
    static func fill(listed row: JSONTree, _ tradeID: String, _ listing: Listing) throws(QuarantineReason)
        -> FillReport
    {
        guard let side = try side(row["type"]?.text) else { throw .missingField }
        let (price, quantity) = try execution(row["price"]?.text, row["vol"]?.text, listing)
        return FillReport(
            instrument: listing.instrument.id, clientID: KrakenNames.clientID(row["cl_ord_id"]?.text),
            venueOrderID: row["ordertxid"]?.text ?? "", tradeID: tradeID, side: side, price: price,
            quantity: quantity, fee: try ReportNumbers.amount(row["fee"]?.text),
            feeAsset: listing.instrument.quote,
            isMaker: row["maker"]?.isTrue ?? false, evidence: .query,
            venueTime: try KrakenTime.unixSeconds(row["time"]?.text))
    }

    private static func execution(
        _ priceText: String?, _ quantityText: String?, _ listing: Listing
    ) throws(QuarantineReason) -> (Price, Quantity) {
        let price = try ReportNumbers.price(priceText, listing)
        let quantity = try ReportNumbers.quantity(quantityText, listing)
        guard quantity.raw > 0 else { throw .badNumber }
        try ReportNumbers.checkNotional(price, quantity, listing)
        return (price, quantity)
    }

    private static func side(_ text: String?) throws(QuarantineReason) -> Side? {
        switch text {
        case "buy": return .buy
        case "sell": return .sell
        case nil: return nil
        default: throw .unknownMessage
        }
    }
}
