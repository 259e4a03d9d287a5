import Ports
import TradingModel

/// REST requests. Prehash: ISO 8601 time with milliseconds + method + path with query + body, HMAC-SHA256,
/// base64.
extension OKXDialect {
    func signed(
        _ method: String, _ target: String, body: String = "", _ stamp: RequestStamp, _ access: VenueAccess,
        extra: [HTTPHeader] = []
    ) -> RequestPlan {
        let time = Timestamp.iso8601Milliseconds(stamp.venueTime)
        let headers = headers(access, time: time, over: Array((time + method + target + body).utf8))
        return RequestPlan(
            method: method, target: target, headers: headers + extra, body: Array(body.utf8))
    }

    private func headers(_ access: VenueAccess, time: String, over prehash: [UInt8]) -> [HTTPHeader] {
        [
            HTTPHeader("OK-ACCESS-KEY", access.apiKey),
            HTTPHeader("OK-ACCESS-SIGN", Base64.encode(access.signer.hmacSHA256(prehash))),
            HTTPHeader("OK-ACCESS-TIMESTAMP", time),
            HTTPHeader("OK-ACCESS-PASSPHRASE", access.passphrase),
            HTTPHeader("Content-Type", "application/json"),
        ]
    }

    private func listing(_ instrument: InstrumentID) -> Listing {
        symbols.listings[symbols.place(of: instrument)]
    }

    private func symbolParameter(_ instrument: InstrumentID) -> String {
        "instId=" + PercentEncoding.encode(listing(instrument).symbol)
    }

    public func timeRequest() -> RequestPlan { RequestPlan(method: "GET", target: "/api/v5/public/time") }

    public func filtersRequest() -> RequestPlan {
        RequestPlan(method: "GET", target: "/api/v5/public/instruments?instType=" + instrumentType)
    }

    /// `tdMode` cash is spot without margin, cross a swap on the account's whole margin. A limit order's `sz`
    /// is in the base asset whatever `tgtCcy` says, and in contracts for a swap. The header `expTime` makes
    /// OKX refuse what it reads too late, so that a delayed leg is never new risk.
    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan
    {
        let place = symbols.place(of: order.instrument)
        let symbolLength = symbols.listings[place].symbol.utf8.count
        var start = 0
        let text = RequestText.bytes(atMost: RequestText.frame + 6 * symbolLength) { text in
            text.append(stamp.venueTime)
            text.append("POST/api/v5/trade/order")
            start = text.count
            text.append("{\"instId\":")
            text.append(json: symbols.listings[place].symbol)
            text.append(
                isSwap ? ",\"tdMode\":\"cross\",\"clOrdId\":\"" : ",\"tdMode\":\"cash\",\"clOrdId\":\"")
            text.append(order.id)
            text.append(order.side == .buy ? "\",\"side\":\"buy\"" : "\",\"side\":\"sell\"")
            switch order.timeInForce {
            case .immediateOrCancel: text.append(",\"ordType\":\"ioc\",\"px\":\"")
            case .goodTillCanceled: text.append(",\"ordType\":\"limit\",\"px\":\"")
            case .fillOrKill: text.append(",\"ordType\":\"fok\",\"px\":\"")
            case .postOnly: text.append(",\"ordType\":\"post_only\",\"px\":\"")
            }
            text.append(order.limit.raw, scale: symbols.listings[place].instrument.priceScale)
            text.append("\",\"sz\":\"")
            text.append(order.quantity.raw, scale: symbols.listings[place].wireScale)
            text.append(order.reduceOnly ? "\",\"reduceOnly\":true}" : "\"}")
        }
        let expiry = stamp.venueTime + profile.orderWindow
        return RequestPlan(
            method: "POST", target: "/api/v5/trade/order",
            headers: headers(
                access, time: Timestamp.iso8601Milliseconds(stamp.venueTime), over: text)
                + [HTTPHeader("expTime", String(expiry.milliseconds))],
            body: Array(text[start...]))
    }

    public func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan
    {
        let symbol = JSONText.quoted(listing(order.instrument).symbol)
        let name =
            order.isStranger
            ? "\"ordId\":\(JSONText.quoted(order.venueOrderID))" : "\"clOrdId\":\"\(order.id)\""
        return signed(
            "POST", "/api/v5/trade/cancel-order", body: "{\"instId\":\(symbol),\(name)}", stamp, access)
    }

    public func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed(
            "GET", "/api/v5/trade/order?\(symbolParameter(order.instrument))&clOrdId=\(order.id)", stamp,
            access)
    }

    static let openPerPage = 100

    /// One page; a full one proves nothing about what it does not show.
    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        signed(
            "GET",
            "/api/v5/trade/orders-pending?instType=\(instrumentType)&\(symbolParameter(instrument))",
            stamp, access)
    }

    static let fillsPerPage = 100

    /// Newest first; `begin` is inclusive, `after` brings what is older than a bill. `fills` reaches three
    /// days back, `fills-history` three months (and is counted apart, ten requests in two seconds).
    public func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let isRecent = since > stamp.venueTime - .seconds(3 * 86_400 - 600)
        var target = "/api/v5/trade/" + (isRecent ? "fills" : "fills-history")
        target += "?instType=\(instrumentType)&\(symbolParameter(instrument))"
        target += "&begin=\(max(0, since.milliseconds))"
        if let page { target += "&after=" + PercentEncoding.encode(page.text) }
        return signed("GET", target, stamp, access)
    }

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed("GET", "/api/v5/account/balance", stamp, access)
    }
}
