import Ports
import TradingModel

/// REST answers: `{"code":"0","msg":"","data":[…]}`; order endpoints add `sCode` and `sMsg` to each row of
/// `data`.
extension OKXDialect {
    // MARK: Order answers

    public func decodePlace(_ outcome: RequestOutcome) -> PlaceAnswer {
        switch verdict(outcome) {
        case .done(let row):
            guard let id = row["ordId"]?.text, !id.isEmpty else { return .ambiguous(code: "no-order-id") }
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
            switch code {
            case "51400", "51401", "51402", "51405", "51603": return .unknownOrder
            case "51410": return .accepted  // "already under cancelling status"
            default: return .refused(code: code, message: message)
            }
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
        guard response.status < 500 else { return .unclear("http-\(response.status)") }
        let tree: JSONTree
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            return gateway(response.status, error.rawValue)
        }
        // A row about the order is the engine's word, whatever the status.
        let row = tree["data"]?[0]
        if let rowCode = row?["sCode"]?.text, rowCode != "0" {
            return refusal(rowCode, row?["sMsg"]?.text)
        }
        guard let code = tree["code"]?.text else { return gateway(response.status, "missing-code") }
        if [403, 418, 429].contains(response.status), !profile.refusedStatuses.contains(response.status) {
            return .unclear("http-\(response.status)")
        }
        guard code == "0" else { return refusal(code, tree["msg"]?.text) }
        guard response.isSuccess, let row, row["sCode"]?.text == "0" else {
            return .unclear("http-\(response.status):no-row")
        }
        return .done(row)
    }

    /// What a status proves whose body is not OKX's.
    private func gateway(_ status: Int, _ why: String) -> RequestVerdict {
        profile.refusedStatuses.contains(status)
            ? .refused(code: String(status), message: "") : .unclear("http-\(status):\(why)")
    }

    private func refusal(_ code: String, _ message: String?) -> RequestVerdict {
        if profile.duplicateCodes.contains(code) { return .unclear("duplicate:" + code) }
        if profile.ambiguousCodes.contains(code) { return .unclear(code) }
        return .refused(code: code, message: message ?? "")
    }

    // MARK: Queries

    public func decodeQuery(_ outcome: RequestOutcome, of order: OrderReference) -> QueryAnswer {
        let response: HTTPResponse
        switch outcome {
        case .fault(let fault): return .ambiguous(code: fault.evidenceCode)
        case .response(let answer): response = answer
        }
        let rows: [JSONTree]
        do throws(VenueFault) { rows = try data(response) } catch {
            guard case .refused(let status, let code, _, _) = error else {
                return .ambiguous(code: "unreadable")
            }
            // 51603: the order does not exist. An order that was cancelled without a fill disappears after
            // two hours, which for us is the same: nothing was traded and nothing is open.
            return code == "51603" && status < 500 ? .absent : .ambiguous(code: code)
        }
        guard let row = rows.first, let listing = symbols.listing(order.instrument) else {
            return .ambiguous(code: "empty")
        }
        guard row["clOrdId"]?.text == order.id.description, row["instId"]?.text == listing.symbol else {
            return .ambiguous(code: "other-order")
        }
        do throws(QuarantineReason) { return .found(try OKXRow.order(row, listing, .query)) } catch {
            return .ambiguous(code: error.rawValue)
        }
    }

    public func decodeOpenOrders(
        _ response: HTTPResponse, of instrument: InstrumentID
    ) throws(VenueFault) -> [OrderReport] {
        let orders = try rows(response, of: instrument) { (row, listing) throws(QuarantineReason) in
            try OKXRow.order(row, listing, .query)
        }
        guard orders.count < OKXDialect.openPerPage else { throw .partialList(orders: orders.count) }
        return orders
    }

    /// OKX lists the newest first; a full page goes on before its last bill.
    public func decodeFills(
        _ response: HTTPResponse, of instrument: InstrumentID, page: FillsCursor?
    ) throws(VenueFault) -> FillsPage {
        let newestFirst = try rows(response, of: instrument) { (row, listing) throws(QuarantineReason) in
            try OKXRow.fill(listed: row, listing)
        }
        let told = try data(response)
        var next: FillsCursor?
        if told.count >= OKXDialect.fillsPerPage {
            guard let bill = told.last?["billId"]?.text, !bill.isEmpty else {
                throw .quarantined(.missingField)
            }
            next = FillsCursor(bill, isOlder: true)
        }
        return FillsPage(fills: newestFirst.reversed(), next: next)
    }

    public func decodeBalances(_ response: HTTPResponse) throws(VenueFault) -> [BalanceReport] {
        guard case .array(let details)? = try data(response).first?["details"] else {
            throw .quarantined(.missingField)
        }
        var reports: [BalanceReport] = []
        for detail in details {
            do throws(QuarantineReason) { reports.append(try OKXRow.balance(detail)) } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    public func decodeTime(_ response: HTTPResponse) throws(VenueFault) -> Moment {
        let text = try data(response).first?["ts"]?.text
        do throws(QuarantineReason) { return try ReportNumbers.moment(milliseconds: text) } catch {
            throw .quarantined(error)
        }
    }

    /// OKX has no minimum notional. A swap's sizes are told in contracts.
    public func decodeFilters(_ response: HTTPResponse) throws(VenueFault) -> [ListingFilters] {
        var filters: [ListingFilters] = []
        for row in try data(response) {
            guard let symbol = row["instId"]?.text, let listing = symbols.listing(symbol: symbol) else {
                continue
            }
            guard let tick = row["tickSz"]?.text, let lot = row["lotSz"]?.text, let least = row["minSz"]?.text
            else {
                throw .quarantined(.missingField)
            }
            let contract = isSwap ? row["ctVal"]?.text : "1"
            filters.append(
                ListingFilters(
                    symbol: symbol, tick: tick, lot: ListingFilters.inBase(lot, listing),
                    minimumQuantity: ListingFilters.inBase(least, listing), minimumNotional: "0",
                    trading: row["state"]?.text == "live", contract: contract ?? ""))
        }
        return filters
    }

    private func rows<Report>(
        _ response: HTTPResponse, of instrument: InstrumentID,
        _ read: (JSONTree, Listing) throws(QuarantineReason) -> Report
    ) throws(VenueFault) -> [Report] {
        guard let listing = symbols.listing(instrument) else { throw .quarantined(.unknownSymbol) }
        var reports: [Report] = []
        for row in try data(response) {
            guard row["instId"]?.text == listing.symbol else { continue }
            do throws(QuarantineReason) { reports.append(try read(row, listing)) } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    /// The rows of a successful answer.
    func data(_ response: HTTPResponse) throws(VenueFault) -> [JSONTree] {
        let tree: JSONTree
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            if response.isSuccess { throw .quarantined(error) }
            throw fault(response, "http-\(response.status)", error.rawValue)
        }
        guard let code = tree["code"]?.text else { throw .quarantined(.missingField) }
        guard code == "0", response.isSuccess else { throw fault(response, code, tree["msg"]?.text ?? "") }
        guard case .array(let rows)? = tree["data"] else { throw .quarantined(.missingField) }
        return rows
    }

    private func fault(_ response: HTTPResponse, _ code: String, _ message: String) -> VenueFault {
        .refused(status: response.status, code: code, message: message, retryAfter: response.statedRetryAfter)
    }
}
