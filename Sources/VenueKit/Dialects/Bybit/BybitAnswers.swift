import Ports
import TradingModel

/// REST answers: `{"retCode":0,"retMsg":"OK","result":{…},"time":…}`, with HTTP status 200 for refusals too.
extension BybitDialect {
    /// The order has ended, or is not known: too late to cancel.
    private static let notWorking: Set<String> = [
        "110001", "110008", "110010", "170139", "170142", "170143", "170190", "170213",
    ]

    // MARK: Orders

    /// The answer is an acknowledgement of the request alone; what the engine thinks of the order comes by
    /// the stream.
    public func decodePlace(_ outcome: RequestOutcome) -> PlaceAnswer {
        switch verdict(outcome) {
        case .done(let result):
            guard let id = result["orderId"]?.text, !id.isEmpty else {
                return .ambiguous(code: "no-order-id")
            }
            return .accepted(venueOrderID: id)
        case .refused(let code, let message): return .refused(code: code, message: message)
        case .unclear(let code): return .ambiguous(code: code)
        case .neverSent(let why): return .neverSent(why)
        }
    }

    public func decodeCancel(_ outcome: RequestOutcome) -> CancelAnswer {
        switch verdict(outcome) {
        case .done: return .accepted
        case .refused(let code, let message):
            if BybitDialect.notWorking.contains(code) { return .unknownOrder }
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
        guard status < 500 else { return .unclear("http-\(status)") }
        let tree: JSONTree?
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch { tree = nil }
        guard let code = tree?["retCode"]?.text else {
            if profile.refusedStatuses.contains(status) {
                return .refused(code: String(status), message: "")
            }
            return .unclear([403, 429].contains(status) ? "http-\(status)" : "http-\(status):unreadable")
        }
        // Codes of the gateway's own answers (10006, 10403) say nothing about the order.
        if [403, 418, 429].contains(status), !profile.refusedStatuses.contains(status) {
            return .unclear("http-\(status)")
        }
        let message = tree?["retMsg"]?.text ?? ""
        if code == "0" {
            guard response.isSuccess, let result = tree?["result"] else {
                return .unclear("http-\(status):no-result")
            }
            return .done(result)
        }
        if profile.duplicateCodes.contains(code) { return .unclear("duplicate:" + code) }
        if profile.ambiguousCodes.contains(code) { return .unclear(code) }
        return .refused(code: code, message: message)
    }

    // MARK: Queries

    /// An empty list is `absent` at this endpoint; `queryFallback` names the one that must agree.
    public func decodeQuery(_ outcome: RequestOutcome, of order: OrderReference) -> QueryAnswer {
        let result: JSONTree
        switch verdict(outcome) {
        case .done(let tree): result = tree
        case .refused(let code, _), .unclear(let code): return .ambiguous(code: code)
        case .neverSent: return .ambiguous(code: "never-sent")
        }
        guard case .array(let rows)? = result["list"], let listing = symbols.listing(order.instrument) else {
            return .ambiguous(code: "no-list")
        }
        guard !rows.isEmpty else { return .absent }
        let id = order.id.description
        guard let row = rows.first(where: { $0["orderLinkId"]?.text == id }) else {
            return .ambiguous(code: "other-order")
        }
        do throws(QuarantineReason) {
            let report = try BybitRow.order(row, listing, .query)
            guard report.side == order.side else { return .ambiguous(code: "other-order") }
            return .found(report)
        } catch {
            return .ambiguous(code: error.rawValue)
        }
    }

    /// The list may hold orders that ended; only the working ones are open.
    public func decodeOpenOrders(
        _ response: HTTPResponse, of instrument: InstrumentID
    ) throws(VenueFault) -> [OrderReport] {
        let orders = try rows(response, of: instrument) { (row, listing) throws(QuarantineReason) in
            try BybitRow.order(row, listing, .query)
        }
        guard orders.count < BybitDialect.openPerPage else { throw .partialList(orders: orders.count) }
        return orders.filter { $0.state == .working }
    }

    /// The venue lists the newest first. Only an empty cursor or an empty page ends the list: whether a short
    /// page is the last one is not documented.
    public func decodeFills(
        _ response: HTTPResponse, of instrument: InstrumentID, page: FillsCursor?
    ) throws(VenueFault) -> FillsPage {
        let newestFirst = try rows(response, of: instrument) { (row, listing) throws(QuarantineReason) in
            try BybitRow.fill(row, listing, .query)
        }
        let result = try content(response)["result"]
        var cursor = result?["nextPageCursor"]?.text ?? ""
        if result?["list"]?[0] == nil { cursor = "" }
        let next =
            if let window = page.flatMap({ HistoryWindow($0) }) {
                window.next(cursor, by: response.receivedAt)
            } else {
                cursor.isEmpty ? nil : FillsCursor(cursor, isOlder: true)
            }
        return FillsPage(fills: newestFirst.compactMap { $0 }.reversed(), next: next)
    }

    public func decodeBalances(_ response: HTTPResponse) throws(VenueFault) -> [BalanceReport] {
        var reports: [BalanceReport] = []
        for account in try list(response) {
            do throws(QuarantineReason) { reports += try BybitRow.balances(account) } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    /// `timeNano` is exact; the top-level `time` of every answer counts milliseconds.
    public func decodeTime(_ response: HTTPResponse) throws(VenueFault) -> Moment {
        let tree = try content(response)
        if let text = tree["result"]?["timeNano"]?.text, let nanoseconds = Int64(text), nanoseconds >= 0 {
            return Moment(nanoseconds: nanoseconds)
        }
        do throws(QuarantineReason) {
            return try ReportNumbers.moment(milliseconds: tree["time"]?.text)
        } catch {
            throw .quarantined(error)
        }
    }

    public func decodeFilters(_ response: HTTPResponse) throws(VenueFault) -> [ListingFilters] {
        var filters: [ListingFilters] = []
        for row in try list(response) {
            guard let symbol = row["symbol"]?.text, symbols.listing(symbol: symbol) != nil else { continue }
            guard let listed = BybitRow.filters(row, symbol, isLinear: isLinear) else {
                throw .quarantined(.missingField)
            }
            filters.append(listed)
        }
        return filters
    }

    private func rows<Report>(
        _ response: HTTPResponse, of instrument: InstrumentID,
        _ read: (JSONTree, Listing) throws(QuarantineReason) -> Report
    ) throws(VenueFault) -> [Report] {
        guard let listing = symbols.listing(instrument) else { throw .quarantined(.unknownSymbol) }
        var reports: [Report] = []
        for row in try list(response) where row["symbol"]?.text == listing.symbol {
            do throws(QuarantineReason) { reports.append(try read(row, listing)) } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    func list(_ response: HTTPResponse) throws(VenueFault) -> [JSONTree] {
        guard case .array(let rows)? = try content(response)["result"]?["list"] else {
            throw .quarantined(.missingField)
        }
        return rows
    }

    /// A successful answer.
    func content(_ response: HTTPResponse) throws(VenueFault) -> JSONTree {
        let tree: JSONTree
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            if response.isSuccess { throw .quarantined(error) }
            throw fault(response, "http-\(response.status)", error.rawValue)
        }
        guard let code = tree["retCode"]?.text else {
            if response.isSuccess { throw .quarantined(.missingField) }
            throw fault(response, "http-\(response.status)", "")
        }
        guard code == "0", response.isSuccess else { throw fault(response, code, tree["retMsg"]?.text ?? "") }
        return tree
    }

    private func fault(_ response: HTTPResponse, _ code: String, _ message: String) -> VenueFault {
        .refused(status: response.status, code: code, message: message, retryAfter: response.statedRetryAfter)
    }
}
