import Ports
import TradingModel

/// What category linear needs besides. The segment trades on an account of its own, in one-way mode and with
/// cross margin; sizes count base units.
extension BybitDialect {
    var isLinear: Bool { profile.perpetual != nil }
    var category: String { isLinear ? "linear" : "spot" }

    public func positions(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        guard isLinear, let quote = symbols.listings.first?.instrument.quote else { return nil }
        return get(
            "/v5/position/list",
            [("category", "linear"), ("settleCoin", quote.code), ("limit", "200")], stamp, access)
    }

    /// `size` has no sign, `side` is empty where nothing is open. Rows of hedge mode (`positionIdx` 1 and 2)
    /// are refused: orders would then open where they should close.
    public func decodePositions(_ response: HTTPResponse) throws(VenueFault) -> [PositionReport] {
        var reports: [PositionReport] = []
        for row in try list(response) {
            guard let symbol = row["symbol"]?.text, let listing = symbols.listing(symbol: symbol) else {
                continue
            }
            guard row["positionIdx"]?.text ?? "0" == "0" else { throw .quarantined(.unknownMessage) }
            guard let size = row["size"]?.text else { throw .quarantined(.missingField) }
            do throws(QuarantineReason) {
                let text = row["side"]?.text == "Sell" ? "-" + size : size
                reports.append(try PositionNumbers.report(text, row["avgPrice"]?.text, listing))
            } catch { throw .quarantined(error) }
        }
        return reports
    }

    /// Settlements of the transaction log (at most seven days back), newest first, 50 a page.
    public func fundings(
        since: Moment, page: FillsCursor?, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        guard isLinear else { return nil }
        let oldest = stamp.venueTime - .seconds(7 * 86_400) + .seconds(60)
        var parameters = [
            ("accountType", "UNIFIED"), ("category", "linear"), ("type", "SETTLEMENT"),
            ("startTime", String(max(max(since, oldest).milliseconds, 0))), ("limit", "50"),
        ]
        if let page { parameters.append(("cursor", page.text)) }
        return get("/v5/account/transaction-log", parameters, stamp, access)
    }

    /// `change` is what the wallet gained, whatever the field `funding` counts as positive.
    public func decodeFundings(_ response: HTTPResponse) throws(VenueFault) -> FundingsPage {
        var page = FundingsPage()
        let rows = try list(response)
        for row in rows where row["type"]?.text == "SETTLEMENT" {
            guard let symbol = row["symbol"]?.text, let listing = symbols.listing(symbol: symbol) else {
                continue
            }
            guard let id = row["id"]?.text, let time = row["transactionTime"]?.text else {
                throw .quarantined(.missingField)
            }
            do throws(QuarantineReason) {
                page.payments.append(
                    FundingReport(
                        instrument: listing.instrument.id, id: id,
                        amount: try ReportNumbers.amount(row["change"]?.text),
                        venueTime: try ReportNumbers.moment(milliseconds: time)))
            } catch { throw .quarantined(error) }
        }
        page.payments.reverse()
        if let cursor = try content(response)["result"]?["nextPageCursor"]?.text, !cursor.isEmpty,
            !rows.isEmpty
        {
            page.next = FillsCursor(cursor, isOlder: true)
        }
        return page
    }

    /// `tickers.<symbol>`: a snapshot with everything, then deltas with what changed.
    func readTerms(
        _ cursor: inout WireJSON, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var terms = ContractTerms(instrument: listing.instrument.id)
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("markPrice") {
                terms.markPrice = try PositionNumbers.markPrice(try cursor.numberText().text, listing)
            } else if key.equals("fundingRate") {
                terms.fundingRate = try ReportNumbers.rate(try cursor.numberText().text)
            } else if key.equals("nextFundingTime") {
                terms.nextFunding = try ReportNumbers.moment(milliseconds: try cursor.integer())
            } else {
                try cursor.skip()
            }
        }
        frame.addTerms(terms)
    }
}
