import Ports
import TradingModel

/// REST requests. Prehash: ISO 8601 time with milliseconds + method + path with query + body, HMAC-SHA256,
/// base64.
extension OKXDialect {
    private func signed(
        _ method: String, _ target: String, body: String = "", _ stamp: RequestStamp, _ access: VenueAccess,
        extra: [HTTPHeader] = []
    ) -> RequestPlan {
        let time = Timestamp.iso8601Milliseconds(stamp.venueTime)
        let prehash = Array((time + method + target + body).utf8)
        let headers = [
            HTTPHeader("OK-ACCESS-KEY", access.apiKey),
            HTTPHeader("OK-ACCESS-SIGN", Base64.encode(access.signer.hmacSHA256(prehash))),
            HTTPHeader("OK-ACCESS-TIMESTAMP", time),
            HTTPHeader("OK-ACCESS-PASSPHRASE", access.passphrase),
            HTTPHeader("Content-Type", "application/json"),
        ]
        return RequestPlan(method: method, target: target, headers: headers + extra, body: Array(body.utf8))
    }

    private func listing(_ instrument: InstrumentID) -> Listing {
        guard let listing = symbols.listing(instrument) else {
            preconditionFailure("an order names an instrument that this venue does not list")
        }
        return listing
    }

    private func symbolParameter(_ instrument: InstrumentID) -> String {
        "instId=" + PercentEncoding.encode(listing(instrument).symbol)
    }

    public func timeRequest() -> RequestPlan { RequestPlan(method: "GET", target: "/api/v5/public/time") }

    public func filtersRequest() -> RequestPlan {
        RequestPlan(method: "GET", target: "/api/v5/public/instruments?instType=SPOT")
    }

    /// `tdMode` cash is spot without margin. A limit order's `sz` is in the base asset whatever `tgtCcy`
    /// says. The header `expTime` makes OKX refuse what it reads too late, so that a delayed leg is never new
    /// risk.
    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        let listing = listing(order.instrument)
        let body =
            "{\"instId\":\(JSONText.quoted(listing.symbol)),\"tdMode\":\"cash\",\"clOrdId\":\"\(order.id)\","
            + "\"side\":\"\(order.side == .buy ? "buy" : "sell")\","
            + "\"ordType\":\"\(OKXDialect.orderType(order))\","
            + "\"px\":\"\(listing.instrument.text(order.limit))\","
            + "\"sz\":\"\(listing.instrument.text(order.quantity))\"}"
        let expiry = stamp.venueTime + profile.receiveWindow
        return signed(
            "POST", "/api/v5/trade/order", body: body, stamp, access,
            extra: [HTTPHeader("expTime", String(expiry.milliseconds))])
    }

    private static func orderType(_ order: OrderIntent) -> String {
        switch order.timeInForce {
        case .immediateOrCancel: "ioc"
        case .goodTillCanceled: "limit"
        case .fillOrKill: "fok"
        case .postOnly: "post_only"
        }
    }

    public func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        let symbol = JSONText.quoted(listing(order.instrument).symbol)
        return signed(
            "POST", "/api/v5/trade/cancel-order", body: "{\"instId\":\(symbol),\"clOrdId\":\"\(order.id)\"}",
            stamp,
            access)
    }

    public func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed(
            "GET", "/api/v5/trade/order?\(symbolParameter(order.instrument))&clOrdId=\(order.id)", stamp,
            access)
    }

    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        signed(
            "GET", "/api/v5/trade/orders-pending?instType=SPOT&\(symbolParameter(instrument))", stamp, access)
    }

    /// The last three days, the newest 100: `begin` is inclusive.
    public func fills(
        _ instrument: InstrumentID, since: Moment, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        let begin = String(since.milliseconds)
        return signed(
            "GET", "/api/v5/trade/fills?instType=SPOT&\(symbolParameter(instrument))&begin=\(begin)", stamp,
            access)
    }

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed("GET", "/api/v5/account/balance", stamp, access)
    }
}
