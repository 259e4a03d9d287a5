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

    /// Asked by symbol the list shows a row where nothing is open, too.
    public func accountMode(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        guard isLinear, let listing = symbols.listings.first else { return nil }
        return get(
            "/v5/position/list", [("category", "linear"), ("symbol", listing.symbol)], stamp, access)
    }

    public func decodeAccountMode(_ response: HTTPResponse) throws(VenueFault) -> [String] {
        var problems: [String] = []
        for row in try list(response) {
            if row["positionIdx"]?.text != "0" { problems = ["position mode is hedge: set it to one-way"] }
        }
        guard let rule = profile.perpetual, let text = try list(response).first?["leverage"]?.text,
            let leverage = Double(text), leverage < Double(rule.leverage)
        else { return problems }
        return problems + ["leverage is \(text), the node counts on \(rule.leverage): raise it"]
    }

    /// Settlements of the transaction log, newest first, 50 a page, in windows of at most seven days: with
    /// `startTime` alone the venue answers 24 hours from there. A page is named by its window and the venue's
    /// cursor in it.
    public func fundings(
        since: Moment, page: FillsCursor?, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        guard isLinear else { return nil }
        let window = HistoryWindow(page, since: since)
        var parameters = [
            ("accountType", "UNIFIED"), ("category", "linear"), ("type", "SETTLEMENT"),
            ("startTime", String(window.start)), ("endTime", String(window.end(by: stamp.venueTime))),
            ("limit", "50"),
        ]
        if !window.cursor.isEmpty { parameters.append(("cursor", window.cursor)) }
        return get("/v5/account/transaction-log", parameters, stamp, access)
    }

    /// `change` is what the wallet gained, whatever the field `funding` counts as positive.
    public func decodeFundings(
        _ response: HTTPResponse, since: Moment, page asked: FillsCursor?, at now: Moment
    ) throws(VenueFault) -> FundingsPage {
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
        let window = HistoryWindow(asked, since: since)
        let cursor = try content(response)["result"]?["nextPageCursor"]?.text ?? ""
        page.next = window.next(rows.isEmpty ? "" : cursor, by: now)
        return page
    }

    /// `tickers.<symbol>`: a snapshot with everything, then deltas with what changed.
    static let termsFields = TermsFields(mark: "markPrice", rate: "fundingRate", next: "nextFundingTime")
}
