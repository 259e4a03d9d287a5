import Ports
import TradingModel

/// REST v5 requests. The venue counts requests, not weights.
extension BybitDialect {
    public func timeRequest() -> RequestPlan { RequestPlan(method: "GET", target: "/v5/market/time") }

    /// The endpoint takes one symbol or answers all of them; spot has no pages.
    public func filtersRequest() -> RequestPlan {
        var query = "category=" + category
        if symbols.listings.count == 1 {
            query += "&symbol=" + PercentEncoding.encode(symbols.listings[0].symbol)
        }
        return RequestPlan(method: "GET", target: "/v5/market/instruments-info?" + query)
    }

    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan
    {
        let place = symbols.place(of: order.instrument)
        let time = String(stamp.venueTime.milliseconds)
        let window = String(profile.orderWindow.milliseconds)
        let symbolLength = symbols.listings[place].symbol.utf8.count
        var start = 0
        let text = RequestText.bytes(
            atMost: RequestText.frame + 6 * symbolLength + access.apiKey.utf8.count
        ) { text in
            text.append(verbatim: time)
            text.append(verbatim: access.apiKey)
            text.append(verbatim: window)
            start = text.count
            text.append("{\"category\":")
            text.append(json: category)
            text.append(",\"symbol\":")
            text.append(json: symbols.listings[place].symbol)
            text.append(
                order.side == .buy
                    ? ",\"side\":\"Buy\",\"orderType\":\"Limit\",\"qty\":\""
                    : ",\"side\":\"Sell\",\"orderType\":\"Limit\",\"qty\":\"")
            text.append(order.quantity.raw, scale: symbols.listings[place].wireScale)
            text.append("\",\"price\":\"")
            text.append(order.limit.raw, scale: symbols.listings[place].instrument.priceScale)
            switch order.timeInForce {
            case .immediateOrCancel: text.append("\",\"timeInForce\":\"IOC\"")
            case .goodTillCanceled: text.append("\",\"timeInForce\":\"GTC\"")
            case .fillOrKill: text.append("\",\"timeInForce\":\"FOK\"")
            case .postOnly: text.append("\",\"timeInForce\":\"PostOnly\"")
            }
            text.append(",\"orderLinkId\":\"")
            text.append(order.id)
            text.append(order.reduceOnly ? "\",\"reduceOnly\":true}" : "\"}")
        }
        return RequestPlan(
            method: "POST", target: "/v5/order/create",
            headers: headers(access, time: time, window: window, over: text)
                + [HTTPHeader("Content-Type", "application/json")],
            body: Array(text[start...]))
    }

    public func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        post("/v5/order/cancel", named(order), stamp, access)
    }

    /// Open orders and the last 500 that ended.
    public func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        get("/v5/order/realtime", named(order), stamp, access)
    }

    /// "After a server release or restart, filled, cancelled, and rejected orders should only be queried
    /// through order history": an order is absent only when both say so.
    public func queryFallback(
        _ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        get("/v5/order/history", named(order), stamp, access)
    }

    static let openPerPage = 50

    /// One page is more than the node keeps open on one instrument. Where somebody else keeps more, a full
    /// page is none that could prove anything.
    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        get(
            "/v5/order/realtime",
            [
                ("category", category), ("symbol", own(instrument).symbol), ("openOnly", "0"),
                ("limit", String(BybitDialect.openPerPage)),
            ],
            stamp,
            access)
    }

    /// Executions since a moment, newest first, 100 a page. Later pages repeat the question and name where
    /// the last one ended. What lies further back than one answer may reach is read window by window.
    public func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let window = page.flatMap { HistoryWindow($0) }
        let start = window?.start ?? max(since.milliseconds, 0)
        var parameters = [
            ("category", category), ("symbol", own(instrument).symbol), ("startTime", String(start)),
            ("limit", "100"),
        ]
        if let window { parameters.append(("endTime", String(window.end(by: stamp.venueTime)))) }
        let cursor = window?.cursor ?? page?.text ?? ""
        if !cursor.isEmpty { parameters.append(("cursor", cursor)) }
        return get("/v5/execution/list", parameters, stamp, access)
    }

    public func firstFillsPage(since: Moment, at now: Moment) -> FillsCursor? {
        let since = max(since.milliseconds, (now - BybitDialect.historyReach).milliseconds)
        guard since + HistoryWindow.length < now.milliseconds else { return nil }
        return HistoryWindow(start: since, cursor: "").page
    }

    /// Executions of the last two years are kept (bybit-exchange.github.io/docs/v5/order/execution).
    private static let historyReach = Span.seconds(2 * 365 * 86_400)

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        get("/v5/account/wallet-balance", [("accountType", "UNIFIED")], stamp, access)
    }

    /// `X-Bapi-Limit-Status` tells what is left of `X-Bapi-Limit` for this endpoint in this second.
    public func statedUsage(_ response: HTTPResponse) -> StatedUsage? {
        guard let limit = response.header("x-bapi-limit").flatMap({ Int($0) }),
            let left = response.header("x-bapi-limit-status").flatMap({ Int($0) }), 0 <= left, left <= limit
        else { return nil }
        return StatedUsage(used: limit - left, limit: limit)
    }

    private func named(_ order: OrderReference) -> [(String, String)] {
        [
            ("category", category), ("symbol", own(order.instrument).symbol),
            order.isStranger ? ("orderId", order.venueOrderID) : ("orderLinkId", order.id.description),
        ]
    }

    private func own(_ instrument: InstrumentID) -> Listing {
        symbols.listings[symbols.place(of: instrument)]
    }

    func get(
        _ path: String, _ parameters: [(String, String)], _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        let query = parameters.map { $0.0 + "=" + PercentEncoding.encode($0.1) }.joined(separator: "&")
        return RequestPlan(
            method: "GET", target: query.isEmpty ? path : path + "?" + query,
            headers: headers(query, stamp, access))
    }

    private func post(
        _ path: String, _ parameters: [(String, String)], _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        post(path, BybitDialect.object(parameters), stamp, access)
    }

    private static func object(_ parameters: [(String, String)]) -> String {
        let members = parameters.map { JSONText.quoted($0.0) + ":" + JSONText.quoted($0.1) }
        return "{" + members.joined(separator: ",") + "}"
    }

    func post(
        _ path: String, _ body: String, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        RequestPlan(
            method: "POST", target: path,
            headers: headers(body, stamp, access) + [HTTPHeader("Content-Type", "application/json")],
            body: Array(body.utf8))
    }

    /// Prehash: timestamp + key + window + query string or body, as sent.
    private func headers(_ payload: String, _ stamp: RequestStamp, _ access: VenueAccess) -> [HTTPHeader] {
        let time = String(stamp.venueTime.milliseconds)
        let window = String(profile.receiveWindow.milliseconds)
        return headers(
            access, time: time, window: window,
            over: Array((time + access.apiKey + window + payload).utf8))
    }

    private func headers(
        _ access: VenueAccess, time: String, window: String, over prehash: [UInt8]
    ) -> [HTTPHeader] {
        [
            HTTPHeader("X-BAPI-API-KEY", access.apiKey), HTTPHeader("X-BAPI-TIMESTAMP", time),
            HTTPHeader("X-BAPI-RECV-WINDOW", window),
            HTTPHeader("X-BAPI-SIGN", Hex.encode(access.signer.hmacSHA256(prehash))),
        ]
    }
}
