import Ports
import TradingModel

/// REST requests. Weights are those of the documentation's endpoint tables.
extension BinanceDialect {
    public func timeRequest() -> RequestPlan { RequestPlan(method: "GET", target: "/api/v3/time", weight: 1) }

    /// `symbols` is a JSON array; without it the answer describes thousands of pairs.
    public func filtersRequest() -> RequestPlan {
        let names = symbols.listings.map { JSONText.quoted($0.symbol) }.joined(separator: ",")
        let query = BinanceDialect.query([("symbols", "[\(names)]")])
        return RequestPlan(method: "GET", target: "/api/v3/exchangeInfo?" + query, weight: 20)
    }

    /// `ACK` answers as soon as the engine has the order; fills come through the stream and `myTrades`.
    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan
    {
        let place = symbols.place(of: order.instrument)
        let symbolLength = symbols.listings[place].symbol.utf8.count
        let query = RequestText.bytes(atMost: RequestText.frame + 3 * symbolLength) { text in
            text.append("symbol=")
            text.append(encoded: symbols.listings[place].symbol)
            text.append(order.side == .buy ? "&side=BUY" : "&side=SELL")
            switch order.timeInForce {
            case .immediateOrCancel: text.append("&type=LIMIT&timeInForce=IOC")
            case .goodTillCanceled: text.append("&type=LIMIT&timeInForce=GTC")
            case .fillOrKill: text.append("&type=LIMIT&timeInForce=FOK")
            case .postOnly: text.append("&type=LIMIT_MAKER")  // it takes no timeInForce
            }
            text.append("&quantity=")
            text.append(order.quantity.raw, scale: symbols.listings[place].instrument.quantityScale)
            text.append("&price=")
            text.append(order.limit.raw, scale: symbols.listings[place].instrument.priceScale)
            text.append("&newClientOrderId=")
            text.append(order.id)
            text.append("&newOrderRespType=ACK&recvWindow=")
            text.append(profile.orderWindow.milliseconds, scale: 0)
            text.append("&timestamp=")
            text.append(stamp.venueTime.milliseconds, scale: 0)
        }
        let signature = access.signer.hmacSHA256(query)
        let target = RequestText.string(atMost: 32 + query.count + 2 * signature.count) { text in
            text.append("/api/v3/order?")
            text.append(query)
            text.append("&signature=")
            text.append(hex: signature)
        }
        return RequestPlan(
            method: "POST", target: target, headers: [HTTPHeader("X-MBX-APIKEY", access.apiKey)],
            weight: 1)
    }

    public func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed("DELETE", "/api/v3/order", named(order), weight: 1, stamp, access)
    }

    public func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed("GET", "/api/v3/order", named(order), weight: 4, stamp, access)
    }

    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        signed("GET", "/api/v3/openOrders", [("symbol", own(instrument).symbol)], weight: 6, stamp, access)
    }

    static let fillsPerPage = 1_000

    /// The first trades from `since` on, then those from an id on: `fromId` and `startTime` are not among the
    /// combinations that the endpoint takes together.
    public func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let start = page.map { ("fromId", $0.text) } ?? ("startTime", String(max(0, since.milliseconds)))
        let parameters = [
            ("symbol", own(instrument).symbol), start, ("limit", String(BinanceDialect.fillsPerPage)),
        ]
        return signed("GET", "/api/v3/myTrades", parameters, weight: 20, stamp, access)
    }

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        signed("GET", "/api/v3/account", [("omitZeroBalances", "true")], weight: 20, stamp, access)
    }

    /// `X-MBX-USED-WEIGHT-1M`: the weight that this address has used in the current minute.
    public func statedUsage(_ response: HTTPResponse) -> StatedUsage? {
        guard let limit = profile.budget.limit,
            let used = response.header("x-mbx-used-weight-1m").flatMap({ Int($0) }), used >= 0
        else { return nil }
        return StatedUsage(used: used, limit: limit)
    }

    private func named(_ order: OrderReference) -> [(String, String)] {
        let name =
            order.isStranger
            ? ("orderId", order.venueOrderID) : ("origClientOrderId", order.id.description)
        return [("symbol", own(order.instrument).symbol), name]
    }

    private func own(_ instrument: InstrumentID) -> Listing {
        symbols.listings[symbols.place(of: instrument)]
    }

    /// Everything stands in the query; the signature (HMAC-SHA256 in hex over the query as sent) is its last
    /// parameter.
    func signed(
        _ method: String, _ path: String, _ parameters: [(String, String)], weight: Int,
        _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let query = BinanceDialect.query(
            parameters + [
                ("recvWindow", String(profile.receiveWindow.milliseconds)),
                ("timestamp", String(stamp.venueTime.milliseconds)),
            ])
        let signature = Hex.encode(access.signer.hmacSHA256(Array(query.utf8)))
        return RequestPlan(
            method: method, target: path + "?" + query + "&signature=" + signature,
            headers: [HTTPHeader("X-MBX-APIKEY", access.apiKey)], weight: weight)
    }
}
