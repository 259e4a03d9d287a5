import Ports
import TradingModel

/// REST requests: form-encoded bodies that begin with the nonce. Signature: HMAC-SHA512 over the path's bytes
/// followed by SHA-256(nonce + body), keyed with the base64-decoded secret, in base64.
///
/// Pairs go out as the listing spells them (`BTC/USD`): REST accepts the WebSocket names beside `altname` and
/// id (docs.kraken.com, Add Order, Get Tradable Asset Pairs).
extension KrakenDialect {
    typealias Field = (name: String, value: String)

    func signed(
        _ path: String, _ fields: [Field], _ stamp: RequestStamp, _ access: VenueAccess, weight: Int = 1,
        counter: RequestCounter = .common
    ) -> RequestPlan {
        let nonce = String(stamp.nonce)
        let body = KrakenDialect.form([("nonce", nonce)] + fields)
        let sign = KrakenDialect.signature(path, nonce: nonce, body: body, access.signer)
        return RequestPlan(
            method: "POST", target: path, headers: headers(access, sign: sign), body: Array(body.utf8),
            weight: weight, counter: counter)
    }

    private func headers(_ access: VenueAccess, sign: String) -> [HTTPHeader] {
        [
            HTTPHeader("API-Key", access.apiKey), HTTPHeader("API-Sign", sign),
            HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ]
    }

    /// Private calls that are no orders raise a counter of their own, by one, history by two.
    func question(
        _ path: String, _ fields: [Field], _ stamp: RequestStamp, _ access: VenueAccess, weight: Int = 1
    ) -> RequestPlan {
        signed(path, fields, stamp, access, weight: weight, counter: .queries)
    }

    /// The counter is told only when it is full.
    public func statedUsage(_ response: HTTPResponse) -> StatedUsage? {
        if KrakenDialect.says("EOrder:Rate limit exceeded", response) {
            return StatedUsage(used: profile.budget.capacity, limit: profile.budget.capacity)
        }
        guard let limit = profile.queryBudget?.capacity,
            KrakenDialect.says("EAPI:Rate limit exceeded", response)
        else { return nil }
        return StatedUsage(used: limit, limit: limit, counter: .queries)
    }

    public func refusesNonce(_ response: HTTPResponse) -> Bool {
        KrakenDialect.says("EAPI:Invalid nonce", response)
    }

    /// Errors are short; what is longer need not be searched.
    private static func says(_ error: String, _ response: HTTPResponse) -> Bool {
        response.body.count < 256 && String(decoding: response.body, as: UTF8.self).contains(error)
    }

    static func signature(_ path: String, nonce: String, body: String, _ signer: any Signer) -> String {
        let digest = signer.sha256(Array((nonce + body).utf8))
        return Base64.encode(signer.hmacSHA512(Array(path.utf8) + digest))
    }

    private static func form(_ fields: [Field]) -> String {
        fields.map { $0.name + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
    }

    private func listing(_ instrument: InstrumentID) -> Listing {
        symbols.listings[symbols.place(of: instrument)]
    }

    public func timeRequest() -> RequestPlan { RequestPlan(method: "GET", target: "/0/public/Time") }

    public func filtersRequest() -> RequestPlan {
        let pairs = symbols.listings.map(\.symbol).joined(separator: ",")
        return RequestPlan(
            method: "GET", target: "/0/public/AssetPairs?pair=" + PercentEncoding.encode(pairs))
    }

    /// `fciq` pins the fee to the quote asset; Kraken's default for a sale is the base asset. `deadline`
    /// makes the matching engine refuse what reaches it too late. FOK goes out as such although the
    /// documentation of the REST endpoint lists only GTC, IOC and GTD: where it is unknown it is refused, and
    /// never quietly becomes something else.
    public func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan
    {
        let place = symbols.place(of: order.instrument)
        let nonce = String(stamp.nonce)
        let symbolLength = symbols.listings[place].symbol.utf8.count
        var start = 0
        let text = RequestText.bytes(atMost: RequestText.frame + 3 * symbolLength) { text in
            text.append(verbatim: nonce)
            start = text.count
            text.append("nonce=")
            text.append(verbatim: nonce)
            text.append(
                order.side == .buy
                    ? "&ordertype=limit&type=buy&volume=" : "&ordertype=limit&type=sell&volume=")
            text.append(order.quantity.raw, scale: symbols.listings[place].instrument.quantityScale)
            text.append("&price=")
            text.append(order.limit.raw, scale: symbols.listings[place].instrument.priceScale)
            text.append("&pair=")
            text.append(encoded: symbols.listings[place].symbol)
            text.append("&cl_ord_id=")
            text.append(order.id)
            switch order.timeInForce {
            case .immediateOrCancel: text.append("&timeinforce=IOC&oflags=fciq")
            case .goodTillCanceled: text.append("&timeinforce=GTC&oflags=fciq")
            case .fillOrKill: text.append("&timeinforce=FOK&oflags=fciq")
            case .postOnly: text.append("&timeinforce=GTC&oflags=post%2Cfciq")
            }
            let deadline = deadline(stamp)
            text.append("&deadline=")
            text.append(encoded: deadline.value)
        }
        let digest = access.signer.sha256(text)
        let signed = RequestText.bytes(atMost: 32 + digest.count) { signed in
            signed.append("/0/private/AddOrder")
            signed.append(digest)
        }
        return RequestPlan(
            method: "POST", target: "/0/private/AddOrder",
            headers: headers(access, sign: Base64.encode(access.signer.hmacSHA512(signed))),
            body: Array(text[start...]))
    }

    /// Documented range: 2 s to 60 s ahead.
    private func deadline(_ stamp: RequestStamp) -> Field {
        ("deadline", Timestamp.iso8601Milliseconds(stamp.venueTime + profile.orderWindow))
    }

    /// In place: `txid` and `cl_ord_id` stay, and so do earlier fills, which `order_qty` includes.
    /// `post_only` has to be said again: without it a price that crosses would take (docs.kraken.com, Amend
    /// Order; Spot Atomic Amends).
    public func amend(
        _ amendment: Amendment, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        let instrument = listing(amendment.order.instrument).instrument
        let fields: [Field] = [
            ("cl_ord_id", amendment.order.id.description),
            ("order_qty", instrument.text(amendment.terms.quantity)),
            ("limit_price", instrument.text(amendment.terms.limit)),
            ("post_only", "true"),
            deadline(stamp),
        ]
        return signed("/0/private/AmendOrder", fields, stamp, access, weight: KrakenDialect.youngAmend)
    }

    public func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        let name = order.isStranger ? ("txid", order.venueOrderID) : ("cl_ord_id", order.id.description)
        // One whose answer never came is canceled to prove that it is not there: that adds next to nothing.
        let weight = order.venueOrderID.isEmpty ? 1 : KrakenDialect.youngCancel
        return signed("/0/private/CancelOrder", [name], stamp, access, weight: weight)
    }

    /// What the engine's counter takes for an amend and for a cancel of an order younger than five seconds.
    /// Older ones cost less, down to one: as many are counted, so that what is kept for hedges is there
    /// (docs.kraken.com, Spot Trading Rate Limits).
    private static let (youngAmend, youngCancel) = (4, 8)

    /// `QueryOrders` knows only `txid`. Without one, open orders are asked first and closed ones second
    /// (`queryFallback`): in this order an order that closes in between is seen all the same.
    public func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        guard order.venueOrderID.isEmpty else {
            return question("/0/private/QueryOrders", [("txid", order.venueOrderID)], stamp, access)
        }
        return question("/0/private/OpenOrders", [("cl_ord_id", order.id.description)], stamp, access)
    }

    /// What `decodeQuery` says when the order is not among the open ones: the closed ones must be asked.
    static var notAmongOpen: String { "not-among-open" }

    public func needsQueryFallback(_ answer: QueryAnswer) -> Bool {
        answer == .absent || answer == .ambiguous(code: KrakenDialect.notAmongOpen)
    }

    public func queryFallback(
        _ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan? {
        question(
            "/0/private/ClosedOrders", [("cl_ord_id", order.id.description), ("without_count", "true")],
            stamp, access, weight: 2)
    }

    public func closedOrders(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        question("/0/private/ClosedOrders", [("without_count", "true")], stamp, access, weight: 2)
    }

    public func openOrders(
        _ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess
    ) -> RequestPlan {
        question("/0/private/OpenOrders", [], stamp, access)
    }

    /// `start` is exclusive and in seconds. `consolidate_taker=false` keeps single executions apart, as the
    /// stream does: joined ones would come under ids the stream never told. `ofs` counts from the newest
    /// trade of all pairs. History calls weigh 2.
    public func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan {
        let start = max(0, since.nanoseconds / 1_000_000_000 - 1)
        var fields: [Field] = [("start", String(start)), ("consolidate_taker", "false")]
        if let page { fields.append(("ofs", page.text)) }
        return question("/0/private/TradesHistory", fields, stamp, access, weight: 2)
    }

    public func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan {
        question("/0/private/BalanceEx", [], stamp, access)
    }
}
