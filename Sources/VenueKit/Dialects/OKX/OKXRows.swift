import TradingModel

/// Rows of the `orders` and `account` channels and of the REST endpoints that share their shape.
enum OKXRow {
    /// An order: `orders` channel, `/trade/order`, `/trade/orders-pending`.
    static func order(
        _ row: JSONTree, _ listing: Listing, _ evidence: Evidence
    ) throws(QuarantineReason) -> OrderReport {
        let filled = try quantityOrZero(row["accFillSz"]?.text, listing)
        // A market buy in quote units (never ours) states `sz` in the quote asset.
        let isQuoteSized = row["tgtCcy"]?.text == "quote_ccy"
        return OrderReport(
            instrument: listing.instrument.id, clientID: clientID(row),
            venueOrderID: row["ordId"]?.text ?? "",
            side: try side(row), state: try state(row),
            filled: filled,
            quantity: isQuoteSized ? filled : try ReportNumbers.quantity(row["sz"]?.text, listing),
            reason: reason(row), evidence: evidence,
            venueTime: try ReportNumbers.moment(milliseconds: row["uTime"]?.text))
    }

    /// The fill that an `orders` push carries; `nil` when the push is about something else.
    static func fill(pushed row: JSONTree, _ listing: Listing) throws(QuarantineReason) -> FillReport? {
        guard let tradeID = row["tradeId"]?.text, !tradeID.isEmpty else { return nil }
        guard try quantityOrZero(row["fillSz"]?.text, listing).raw > 0 else { return nil }
        var fee = row["fillFee"]?.text
        var feeAsset = row["fillFeeCcy"]?.text
        if fee == nil {
            // Pushes of before 2022 have only the order's total fee: this fill's, when it is the only one.
            guard row["accFillSz"]?.text == row["fillSz"]?.text else { throw .missingField }
            fee = row["fee"]?.text
            feeAsset = row["feeCcy"]?.text
        }
        // A charge without its currency cannot be booked to the last unit: the trade history will tell it.
        let isFree = try ReportNumbers.amountOrZero(fee) == .zero
        guard isFree || feeAsset?.isEmpty == false else { return nil }
        return try fill(row, listing, tradeID, fee: fee, feeAsset, time: row["fillTime"]?.text, .stream)
    }

    /// A row of `/trade/fills`.
    static func fill(listed row: JSONTree, _ listing: Listing) throws(QuarantineReason) -> FillReport {
        guard let tradeID = row["tradeId"]?.text, !tradeID.isEmpty else { throw .missingField }
        let time = row["fillTime"]?.text ?? row["ts"]?.text
        return try fill(row, listing, tradeID, fee: row["fee"]?.text, row["feeCcy"]?.text, time: time, .query)
    }

    private static func fill(
        _ row: JSONTree, _ listing: Listing, _ tradeID: String, fee: String?, _ feeAsset: String?,
        time: String?,
        _ evidence: Evidence
    ) throws(QuarantineReason) -> FillReport {
        let price = try ReportNumbers.price(row["fillPx"]?.text, listing)
        let quantity = try ReportNumbers.quantity(row["fillSz"]?.text, listing)
        guard quantity.raw > 0 else { throw .badNumber }
        try ReportNumbers.checkNotional(price, quantity, listing)
        // OKX counts from the account's side: a charged fee is negative, a rebate positive.
        let cost = -(try ReportNumbers.amountOrZero(fee))
        let asset = feeAsset.flatMap { $0.isEmpty ? nil : Asset($0) }
        guard asset != nil || cost == .zero else { throw .missingField }
        var report = FillReport(
            instrument: listing.instrument.id, clientID: clientID(row),
            venueOrderID: row["ordId"]?.text ?? "",
            tradeID: tradeID, side: try side(row), price: price, quantity: quantity, fee: cost,
            feeAsset: asset ?? listing.instrument.quote, isMaker: row["execType"]?.text == "M",
            evidence: evidence,
            venueTime: try ReportNumbers.moment(milliseconds: time))
        report.isForced = forced.contains(row["category"]?.text ?? "")
        return report
    }

    /// Categories of orders that the venue places to close a position.
    private static let forced: Set<String> = ["full_liquidation", "partial_liquidation", "adl"]

    /// One currency of the `account` channel or of `/account/balance`.
    static func balance(_ row: JSONTree) throws(QuarantineReason) -> BalanceReport {
        guard let code = row["ccy"]?.text, !code.isEmpty else { throw .missingField }
        return BalanceReport(
            asset: Asset(code), total: try ReportNumbers.amount(row["cashBal"]?.text),
            available: try ReportNumbers.amountOrZero(row["availBal"]?.text))
    }

    private static func clientID(_ row: JSONTree) -> ClientOrderID? {
        row["clOrdId"]?.text.flatMap { ClientOrderID($0) }
    }

    private static func side(_ row: JSONTree) throws(QuarantineReason) -> Side {
        switch row["side"]?.text {
        case "buy": return .buy
        case "sell": return .sell
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    private static func state(_ row: JSONTree) throws(QuarantineReason) -> ReportedState {
        switch row["state"]?.text {
        case "live", "partially_filled": return .working
        case "filled": return .filled
        case "canceled", "mmp_canceled": return .canceled
        case nil: throw .missingField
        default: throw .unknownMessage
        }
    }

    private static func reason(_ row: JSONTree) -> String {
        if let text = row["cancelSourceReason"]?.text, !text.isEmpty { return text }
        guard let source = row["cancelSource"]?.text, !source.isEmpty else { return "" }
        return "cancelSource " + source
    }

    private static func quantityOrZero(_ text: String?, _ listing: Listing) throws(QuarantineReason)
        -> Quantity
    {
        guard let text, !text.isEmpty else { return .zero }
        return try ReportNumbers.quantity(text, listing)
    }
}
