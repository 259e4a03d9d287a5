import Ports
import TradingModel

/// REST answers: the object or array itself on success, `{"code":-1121,"msg":"…"}` with a 4xx status on
/// refusal.
extension BinanceDialect {
    // MARK: Orders

    public func decodePlace(_ outcome: RequestOutcome) -> PlaceAnswer {
        switch verdict(outcome) {
        case .done(let tree):
            guard let id = tree["orderId"]?.integer, id >= 0 else { return .ambiguous(code: "no-order-id") }
            return .accepted(venueOrderID: String(id))
        case .refused(let code, let message):
            // A second order with the id of an open one is refused by −2010, the code of every refusal by the
            // engine: the first copy exists, and only a query can say what became of it.
            if code == "-2010", message.hasPrefix("Duplicate") {
                return .ambiguous(code: "duplicate:" + code)
            }
            return .refused(code: code, message: message)
        case .unclear(let code): return .ambiguous(code: code)
        case .neverSent(let why): return .neverSent(why)
        }
    }

    public func decodeCancel(_ outcome: RequestOutcome) -> CancelAnswer {
        switch verdict(outcome) {
        // Any other readable success is no answer to this request.
        case .done(let tree): return tree["orderId"] == nil ? .ambiguous(code: "no-order-id") : .accepted
        case .refused(let code, let message):
            // −2011 is "Unknown order sent." and also "Order was not canceled due to cancel restrictions.".
            if code == "-2013" || code == "-2011" && !message.contains("restrictions") {
                return .unknownOrder
            }
            return .refused(code: code, message: message)
        case .unclear(let code): return .ambiguous(code: code)
        case .neverSent: return .ambiguous(code: "never-sent")
        }
    }

    private func verdict(_ outcome: RequestOutcome) -> RequestVerdict {
        let response: HTTPResponse
        switch outcome {
        case .fault(.neverSent(let why)): return .neverSent(why)
        case .fault(let fault): return .unclear(fault.evidenceCode)
        case .response(let answer): response = answer
        }
        let status = response.status
        let tree: JSONTree?
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch { tree = nil }
        let code = tree?["code"]?.text
        switch status {
        case 200..<300:
            guard let tree, code == nil else { return .unclear(code ?? "http-\(status):unreadable") }
            return .done(tree)
        case _ where profile.refusedStatuses.contains(status):
            return .refused(code: String(status), message: tree?["msg"]?.text ?? "")
        case 403, 418, 429: return .unclear("http-\(status)")
        case 400..<500:
            guard let code else { return .unclear("http-\(status):unreadable") }
            if profile.duplicateCodes.contains(code) { return .unclear("duplicate:" + code) }
            if profile.ambiguousCodes.contains(code) { return .unclear(code) }
            return .refused(code: code, message: tree?["msg"]?.text ?? "")
        default:
            // "It is important to NOT treat [5xx] as a failure operation; the execution status is UNKNOWN."
            return .unclear("http-\(status)" + (code.map { ":" + $0 } ?? ""))
        }
    }

    // MARK: Queries

    /// −2013: no such order. An order that ended long ago without a fill is archived (−2026), which is no
    /// absence.
    public func decodeQuery(_ outcome: RequestOutcome, of order: OrderReference) -> QueryAnswer {
        switch verdict(outcome) {
        case .done(let row): return found(row, order)
        case .refused("-2013", _): return .absent
        case .refused(let code, _), .unclear(let code): return .ambiguous(code: code)
        case .neverSent: return .ambiguous(code: "never-sent")
        }
    }

    private func found(_ row: JSONTree, _ order: OrderReference) -> QueryAnswer {
        guard let listing = symbols.listing(order.instrument) else { return .ambiguous(code: "not-listed") }
        do throws(QuarantineReason) {
            var report = try BinanceRow.order(row, listing)
            // A cancelled order may carry the id of its cancel request, which the venue made up; never
            // another of ours.
            guard order.isStranger || report.clientID == order.id || report.clientID == nil,
                report.side == order.side
            else { return .ambiguous(code: "other-order") }
            if !order.isStranger { report.clientID = order.id }
            return .found(report)
        } catch {
            return .ambiguous(code: error.rawValue)
        }
    }

    public func decodeOpenOrders(
        _ response: HTTPResponse, of instrument: InstrumentID
    ) throws(VenueFault) -> [OrderReport] {
        try rows(response, of: instrument, BinanceRow.order)
    }

    /// Trade ids rise within a symbol and the venue lists by id: a full page goes on after its highest.
    public func decodeFills(
        _ response: HTTPResponse, of instrument: InstrumentID, page: FillsCursor?
    ) throws(VenueFault) -> FillsPage {
        let fills = try rows(response, of: instrument, BinanceRow.fill)
        var next: FillsCursor?
        if fills.count >= BinanceDialect.fillsPerPage {
            let ids = fills.compactMap { Int64($0.tradeID) }
            guard ids.count == fills.count, let last = ids.max(), last < .max else {
                throw .quarantined(.badNumber)
            }
            next = FillsCursor(String(last + 1), isOlder: false)
        }
        // The order of bookings must not rest on the venue's.
        return FillsPage(fills: fills.sorted { $0.venueTime < $1.venueTime }, next: next)
    }

    private func rows<Report>(
        _ response: HTTPResponse, of instrument: InstrumentID,
        _ read: (JSONTree, Listing) throws(QuarantineReason) -> Report
    ) throws(VenueFault) -> [Report] {
        guard let listing = symbols.listing(instrument) else { throw .quarantined(.unknownSymbol) }
        guard case .array(let rows) = try content(response) else { throw .quarantined(.wrongType) }
        var reports: [Report] = []
        for row in rows where row["symbol"]?.text == listing.symbol {
            do throws(QuarantineReason) { reports.append(try read(row, listing)) } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    public func decodeBalances(_ response: HTTPResponse) throws(VenueFault) -> [BalanceReport] {
        guard case .array(let rows)? = try content(response)["balances"] else {
            throw .quarantined(.missingField)
        }
        var reports: [BalanceReport] = []
        for row in rows {
            do throws(QuarantineReason) {
                reports.append(try BinanceRow.balance(row["asset"], free: row["free"], locked: row["locked"]))
            } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    public func decodeTime(_ response: HTTPResponse) throws(VenueFault) -> Moment {
        let text = try content(response)["serverTime"]?.text
        do throws(QuarantineReason) { return try ReportNumbers.moment(milliseconds: text) } catch {
            throw .quarantined(error)
        }
    }

    public func decodeFilters(_ response: HTTPResponse) throws(VenueFault) -> [ListingFilters] {
        guard case .array(let rows)? = try content(response)["symbols"] else {
            throw .quarantined(.missingField)
        }
        var filters: [ListingFilters] = []
        for row in rows {
            guard let symbol = row["symbol"]?.text, symbols.listing(symbol: symbol) != nil else { continue }
            guard let listed = BinanceRow.filters(row, symbol) else { throw .quarantined(.missingField) }
            filters.append(listed)
        }
        return filters
    }

    /// The body of a successful answer.
    func content(_ response: HTTPResponse) throws(VenueFault) -> JSONTree {
        let tree: JSONTree
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            if response.isSuccess { throw .quarantined(error) }
            throw fault(response, "http-\(response.status)", error.rawValue)
        }
        guard response.isSuccess, tree["code"] == nil else {
            throw fault(response, tree["code"]?.text ?? "http-\(response.status)", tree["msg"]?.text ?? "")
        }
        return tree
    }

    private func fault(_ response: HTTPResponse, _ code: String, _ message: String) -> VenueFault {
        .refused(status: response.status, code: code, message: message, retryAfter: response.statedRetryAfter)
    }
}
