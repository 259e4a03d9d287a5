import Ports
import TradingModel

/// REST answers: `{"error":[…],"result":…}`, with HTTP 200 for refusals too. An error reads
/// `ECategory:Text[:detail]`; those that begin with `W` are warnings beside a result.
extension KrakenDialect {
    // MARK: Order answers

    public func decodePlace(_ outcome: RequestOutcome) -> PlaceAnswer {
        switch verdict(outcome) {
        case .done(let result):
            guard let id = result["txid"]?[0]?.text, !id.isEmpty else {
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
        case .done(let result):
            if result["pending"]?.isTrue == true { return .accepted }
            guard let count = result["count"]?.integer else { return .ambiguous(code: "no-count") }
            return count > 0 ? .accepted : .unknownOrder
        case .refused(let code, let message):
            if code.hasPrefix("EOrder:Unknown order") { return .unknownOrder }
            if code.hasPrefix("EOrder:Cancel pending") { return .accepted }
            return .refused(code: code, message: message)
        case .unclear(let code): return .ambiguous(code: code)
        case .neverSent: return .ambiguous(code: "never-sent")
        }
    }

    public func decodeAmend(_ outcome: RequestOutcome) -> AmendAnswer {
        switch verdict(outcome) {
        case .done(let result):
            return result["amend_id"]?.text == nil ? .ambiguous(code: "no-amend-id") : .amended
        case .refused(let code, let message):
            return code.hasPrefix("EOrder:Unknown order")
                ? .unknownOrder : .refused(code: code, message: message)
        case .unclear(let code): return .ambiguous(code: code)
        case .neverSent(let why): return .neverSent(why)
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
        // An answer that is not Kraken's (a proxy's page, a cut body) proves nothing, whatever its status
        // says.
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            if profile.refusedStatuses.contains(response.status) {
                return .refused(code: String(response.status), message: "")
            }
            return .unclear("http-\(response.status):\(error.rawValue)")
        }
        // Refusals come with HTTP 200; these statuses are the gateway's.
        if [403, 418, 429].contains(response.status) {
            return profile.refusedStatuses.contains(response.status)
                ? .refused(code: String(response.status), message: "") : .unclear("http-\(response.status)")
        }
        guard let error = KrakenDialect.firstError(tree) else {
            guard response.isSuccess, let result = tree["result"] else {
                return .unclear("http-\(response.status):no-result")
            }
            return .done(result)
        }
        // Refused and yet a result: two statements that contradict each other.
        if let result = tree["result"], result != .null { return .unclear(error) }
        if profile.duplicateCodes.contains(error) || KrakenDialect.namesDuplicate(error) {
            return .unclear("duplicate:" + error)
        }
        if profile.ambiguousCodes.contains(error) || KrakenDialect.provesNothing(error) {
            return .unclear(error)
        }
        return .refused(code: error, message: error)
    }

    /// The first error that is none of the warnings; `nil` when there is none.
    private static func firstError(_ tree: JSONTree) -> String? {
        guard case .array(let errors)? = tree["error"] else { return "missing-error-list" }
        return errors.lazy.compactMap(\.text).first { !$0.hasPrefix("W") }
    }

    /// Kraken does not document what a second order with a live `cl_ord_id` is answered; whatever complains
    /// about the id may mean that the first copy exists.
    private static func namesDuplicate(_ error: String) -> Bool {
        error.contains("cl_ord_id") || error.lowercased().contains("duplicate")
    }

    /// Trouble inside Kraken (unavailable, busy, timeout, internal): the order may or may not have reached
    /// the engine. "Market in … mode" is a plain refusal that happens to share the category.
    private static func provesNothing(_ error: String) -> Bool {
        if error.hasPrefix("EService:") { return !error.hasPrefix("EService:Market in") }
        return error.hasPrefix("EGeneral:Internal error") || error.hasPrefix("EGeneral:Unknown")
            || error.hasPrefix("EDatabase:") || error == "missing-error-list"
    }

    // MARK: Queries

    /// Reads the answers of `QueryOrders` (a map by `txid`), `OpenOrders` (`open`) and `ClosedOrders`
    /// (`closed`).
    public func decodeQuery(_ outcome: RequestOutcome, of order: OrderReference) -> QueryAnswer {
        decode(outcome, order, isFiltered: true)
    }

    public func decodeListed(_ outcome: RequestOutcome, _ order: OrderReference) -> QueryAnswer {
        decode(outcome, order, isFiltered: false)
    }

    /// Rows of one answer of ClosedOrders; a full page may go on.
    private static let closedPage = 50

    private func decode(_ outcome: RequestOutcome, _ order: OrderReference, isFiltered: Bool) -> QueryAnswer {
        let response: HTTPResponse
        switch outcome {
        case .fault(let fault): return .ambiguous(code: fault.evidenceCode)
        case .response(let answer): response = answer
        }
        let answer: JSONTree
        do throws(VenueFault) { answer = try result(response) } catch {
            guard case .refused(let status, let code, _, _) = error else {
                return .ambiguous(code: "unreadable")
            }
            return code.hasPrefix("EOrder:Unknown order") && status < 500 ? .absent : .ambiguous(code: code)
        }
        guard let listing = symbols.listing(order.instrument) else {
            return .ambiguous(code: "unknown-symbol")
        }
        guard case .object(let rows) = answer["open"] ?? answer["closed"] ?? answer else {
            return .ambiguous(code: "unreadable")
        }
        let wanted = rows.first { row in
            if order.isStranger { return row.name == order.venueOrderID }
            if let echoed = KrakenNames.clientID(row.value["cl_ord_id"]?.text) { return echoed == order.id }
            return !order.venueOrderID.isEmpty && row.name == order.venueOrderID
        }
        if let wanted {
            do throws(QuarantineReason) {
                var report = try KrakenRow.order(listed: wanted.value, wanted.name, listing)
                if !order.isStranger { report.clientID = order.id }
                return .found(report)
            } catch {
                return .ambiguous(code: error.rawValue)
            }
        }
        // Rows, but none that says it is ours: the filter was not understood, which is no proof of absence.
        guard rows.isEmpty || !isFiltered else { return .ambiguous(code: "other-order") }
        if answer["closed"] != nil, rows.count >= KrakenDialect.closedPage {
            return .ambiguous(code: QueryAnswer.listGoesOn)
        }
        // Not open is not absent: only the closed orders, asked afterwards, can say that.
        return answer["open"] == nil ? .absent : .ambiguous(code: KrakenDialect.notAmongOpen)
    }

    public func decodeOpenOrders(
        _ response: HTTPResponse, of instrument: InstrumentID
    ) throws(VenueFault) -> [OrderReport] {
        guard let listing = symbols.listing(instrument) else { throw .quarantined(.unknownSymbol) }
        guard case .object(let rows)? = try result(response)["open"] else {
            throw .quarantined(.missingField)
        }
        var reports: [OrderReport] = []
        for row in rows {
            guard let pair = row.value["descr"]?["pair"]?.text else { throw .quarantined(.missingField) }
            guard KrakenNames.names(pair, listing.instrument) else { continue }
            do throws(QuarantineReason) {
                reports.append(try KrakenRow.order(listed: row.value, row.name, listing))
            } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    private static let fillsPerPage = 50

    /// One page, the newest 50 trades of all pairs; sorted here, oldest first. `count` tells how many there
    /// are in all.
    public func decodeFills(
        _ response: HTTPResponse, of instrument: InstrumentID, page: FillsCursor?
    ) throws(VenueFault) -> FillsPage {
        guard let listing = symbols.listing(instrument) else { throw .quarantined(.unknownSymbol) }
        let answer = try result(response)
        guard case .object(let rows)? = answer["trades"] else { throw .quarantined(.missingField) }
        var reports: [FillReport] = []
        for row in rows {
            guard let pair = row.value["pair"]?.text else { throw .quarantined(.missingField) }
            guard KrakenNames.names(pair, listing.instrument) else { continue }
            do throws(QuarantineReason) {
                reports.append(try KrakenRow.fill(listed: row.value, row.name, listing))
            } catch {
                throw .quarantined(error)
            }
        }
        let read = (page.flatMap { Int64($0.text) } ?? 0) + Int64(rows.count)
        let isMore = answer["count"]?.integer.map { $0 > read } ?? (rows.count >= KrakenDialect.fillsPerPage)
        return FillsPage(
            fills: reports.reversed().enumerated().sorted {
                // Newest first in the answer; ids tell no order.
                ($0.element.venueTime, $0.offset) < ($1.element.venueTime, $1.offset)
            }.map(\.element),
            next: isMore && !rows.isEmpty ? FillsCursor(String(read), isOlder: true) : nil)
    }

    /// `BalanceEx`: `balance` is the total, `hold_trade` what open orders lock.
    public func decodeBalances(_ response: HTTPResponse) throws(VenueFault) -> [BalanceReport] {
        guard case .object(let rows) = try result(response) else { throw .quarantined(.wrongType) }
        var reports: [BalanceReport] = []
        for row in rows {
            do throws(QuarantineReason) {
                let total = try ReportNumbers.amount(row.value["balance"]?.text)
                let held = try ReportNumbers.amountOrZero(row.value["hold_trade"]?.text)
                reports.append(
                    BalanceReport(asset: KrakenNames.asset(row.name), total: total, available: total - held))
            } catch {
                throw .quarantined(error)
            }
        }
        return reports
    }

    // MARK: Public answers

    /// Whole seconds only; the middle of the second keeps the error within half of one.
    public func decodeTime(_ response: HTTPResponse) throws(VenueFault) -> Moment {
        let text = try result(response)["unixtime"]?.text
        do throws(QuarantineReason) { return try KrakenTime.unixSeconds(text) + .milliseconds(500) } catch {
            throw .quarantined(error)
        }
    }

    public func decodeFilters(_ response: HTTPResponse) throws(VenueFault) -> [ListingFilters] {
        guard case .object(let rows) = try result(response) else { throw .quarantined(.wrongType) }
        var filters: [ListingFilters] = []
        for row in rows {
            let name = row.value["wsname"]?.text ?? row.value["altname"]?.text ?? row.name
            guard let listing = symbols.listings.first(where: { KrakenNames.names(name, $0.instrument) })
            else { continue }
            guard let tick = row.value["tick_size"]?.text,
                let lotDecimals = row.value["lot_decimals"]?.integer,
                let least = row.value["ordermin"]?.text
            else { throw .quarantined(.missingField) }
            guard (0...18).contains(lotDecimals) else { throw .quarantined(.badNumber) }
            filters.append(
                ListingFilters(
                    symbol: listing.symbol, tick: tick,
                    lot: DecimalText.format(Int64(1), scale: Int(lotDecimals)),
                    minimumQuantity: least, minimumNotional: row.value["costmin"]?.text ?? "0",
                    trading: row.value["status"]?.text == "online"))
        }
        return filters
    }

    /// The `result` of a successful answer.
    func result(_ response: HTTPResponse) throws(VenueFault) -> JSONTree {
        let tree: JSONTree
        do throws(QuarantineReason) { tree = try JSONTree(response.body) } catch {
            if response.isSuccess { throw .quarantined(error) }
            throw fault(response, "http-\(response.status)", error.rawValue)
        }
        if let error = KrakenDialect.firstError(tree) { throw fault(response, error, error) }
        guard response.isSuccess else { throw fault(response, "http-\(response.status)", "") }
        guard let result = tree["result"] else { throw .quarantined(.missingField) }
        return result
    }

    private func fault(_ response: HTTPResponse, _ code: String, _ message: String) -> VenueFault {
        .refused(status: response.status, code: code, message: message, retryAfter: response.statedRetryAfter)
    }
}
