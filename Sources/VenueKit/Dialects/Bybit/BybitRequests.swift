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

    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        let listing = own(order.instrument)
        let timeInForce =
            switch order.timeInForce {
            case .immediateOrCancel: "IOC"
            case .goodTillCanceled: "GTC"
            case .fillOrKill: "FOK"
            case .postOnly: "PostOnly"
            }
        let body = BybitDialect.object([
            ("category", category), ("symbol", listing.symbol),
            ("side", order.side == .buy ? "Buy" : "Sell"),
            ("orderType", "Limit"), ("qty", listing.wireText(order.quantity)),
            ("price", listing.instrument.text(order.limit)), ("timeInForce", timeInForce),
            ("orderLinkId", order.id.description),
        ])
        return post(
            "/v5/order/create",
            order.reduceOnly ? body.dropLast() + ",\"reduceOnly\":true}" : body, stamp, access)
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

    /// One page is 50 orders, more than the node keeps open on one instrument.
    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        get(
            "/v5/order/realtime",
            [("category", category), ("symbol", own(instrument).symbol), ("openOnly", "0"), ("limit", "50")],
            stamp,
            access)
    }

    /// Executions since a moment (at most seven days back from now, the endpoint's window), newest first, 100
    /// a page. Later pages repeat the question and name where the last one ended.
    public func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let oldest = stamp.venueTime - .seconds(7 * 86_400) + .seconds(60)
        let start = max(max(since, oldest).milliseconds, 0)
        var parameters = [
            ("category", category), ("symbol", own(instrument).symbol), ("startTime", String(start)),
            ("limit", "100"),
        ]
        if let page { parameters.append(("cursor", page.text)) }
        return get("/v5/execution/list", parameters, stamp, access)
    }

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        get("/v5/account/wallet-balance", [("accountType", "UNIFIED")], stamp, access)
    }

    /// `X-Bapi-Limit-Status` tells what is left of `X-Bapi-Limit` for this endpoint in this second.
    public func statedUsage(_ response: HTTPResponse) -> StatedUsage? {
        guard let limit = response.header("x-bapi-limit").flatMap({ Int($0) }),
            let left = response.header("x-bapi-limit-status").flatMap({ Int($0) }), (0...limit).contains(left)
        else { return nil }
        return StatedUsage(used: limit - left, limit: limit)
    }

    private func named(_ order: OrderReference) -> [(String, String)] {
        [
            ("category", category), ("symbol", own(order.instrument).symbol),
            order.isStranger ? ("orderId", order.venueOrderID) : ("orderLinkId", order.id.description),
        ]
    }

    /// Orders come from our own code: one for an instrument that is not listed here is a defect.
    private func own(_ instrument: InstrumentID) -> Listing {
        guard let listing = symbols.listing(instrument) else {
            preconditionFailure("instrument \(instrument.index) is not listed at \(profile.name)")
        }
        return listing
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
        let signature = Hex.encode(
            access.signer.hmacSHA256(Array((time + access.apiKey + window + payload).utf8)))
        return [
            HTTPHeader("X-BAPI-API-KEY", access.apiKey), HTTPHeader("X-BAPI-TIMESTAMP", time),
            HTTPHeader("X-BAPI-RECV-WINDOW", window), HTTPHeader("X-BAPI-SIGN", signature),
        ]
    }
}
