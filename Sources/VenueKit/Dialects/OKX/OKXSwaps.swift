import Ports
import TradingModel

/// What linear swaps (`instType` SWAP) need besides. The segment trades on an account of its own, in net
/// mode and with cross margin; sizes on the wire count contracts.
extension OKXDialect {
    var isSwap: Bool { profile.perpetual != nil }
    var instrumentType: String { isSwap ? "SWAP" : "SPOT" }

    /// Channels that a swap's terms come by.
    static let termsChannels = ["mark-price", "funding-rate"]

    public func positions(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        guard isSwap else { return nil }
        return signed("GET", "/api/v5/account/positions?instType=SWAP", stamp, access)
    }

    /// `pos` is signed in net mode. In long/short mode two rows would describe one instrument: refused,
    /// because orders would then open where they should close.
    public func decodePositions(_ response: HTTPResponse) throws(VenueFault) -> [PositionReport] {
        var reports: [PositionReport] = []
        for row in try data(response) {
            guard let symbol = row["instId"]?.text, let listing = symbols.listing(symbol: symbol) else {
                continue
            }
            guard row["posSide"]?.text ?? "net" == "net" else { throw .quarantined(.unknownMessage) }
            do throws(QuarantineReason) {
                reports.append(try PositionNumbers.report(row["pos"]?.text, row["avgPx"]?.text, listing))
            } catch { throw .quarantined(error) }
        }
        return reports
    }

    public func accountMode(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        isSwap ? signed("GET", "/api/v5/account/config", stamp, access) : nil
    }

    /// `acctLv` 1 trades spot alone.
    public func decodeAccountMode(_ response: HTTPResponse) throws(VenueFault) -> [String] {
        guard let row = try data(response).first, let mode = row["posMode"]?.text,
            let level = row["acctLv"]?.text
        else { throw .quarantined(.missingField) }
        var problems: [String] = []
        if mode != "net_mode" { problems.append("position mode is \(mode): set it to net") }
        if level == "1" {
            problems.append("account mode is spot: set it to futures or multi-currency margin")
        }
        return problems
    }

    /// Bills of type 8, newest first; a full page goes on before its last bill. `bills` reaches seven days
    /// back, `bills-archive` three months.
    public func fundings(
        since: Moment, page: FillsCursor?, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        guard isSwap else { return nil }
        let isRecent = since > stamp.venueTime - .seconds(7 * 86_400 - 600)
        var target = "/api/v5/account/" + (isRecent ? "bills" : "bills-archive")
        target += "?instType=SWAP&type=8&begin=\(max(0, since.milliseconds))"
        if let page { target += "&after=" + PercentEncoding.encode(page.text) }
        return signed("GET", target, stamp, access)
    }

    public func decodeFundings(
        _ response: HTTPResponse, since: Moment, page: FillsCursor?, at now: Moment
    ) throws(VenueFault) -> FundingsPage {
        let rows = try data(response)
        var told = FundingsPage()
        for row in rows {
            guard let symbol = row["instId"]?.text, let listing = symbols.listing(symbol: symbol) else {
                continue
            }
            guard let id = row["billId"]?.text, !id.isEmpty else { throw .quarantined(.missingField) }
            do throws(QuarantineReason) {
                told.payments.append(
                    FundingReport(
                        instrument: listing.instrument.id, id: id,
                        amount: try ReportNumbers.amount(row["balChg"]?.text),
                        venueTime: try ReportNumbers.moment(milliseconds: row["ts"]?.text)))
            } catch { throw .quarantined(error) }
        }
        if rows.count >= OKXDialect.fillsPerPage, let bill = rows.last?["billId"]?.text, !bill.isEmpty {
            told.next = FillsCursor(bill, isOlder: true)
        }
        return told
    }

    /// Rows of `mark-price` and `funding-rate`. `fundingTime` is when `fundingRate` will be paid.
    static let termsFields = TermsFields(mark: "markPx", rate: "fundingRate", next: "fundingTime")
}
