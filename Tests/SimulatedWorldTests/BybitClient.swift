import TradingModel

@testable import SimulatedWorld

final class BybitClient: VenueClient {
    override init(_ venue: String = "bybit", isInstitutional: Bool = false, withMarket: Bool = true) {
        super.init(venue, isInstitutional: isInstitutional, withMarket: withMarket)
    }

    func get(_ target: String) throws -> JSONDocument {
        try JSONDocument(respond(DoubleRequest(method: "GET", target: target, headers: [], body: [])).body)
    }

    func response(
        _ method: String, _ path: String, _ payload: String, at stamp: Moment? = nil, key: String = "key",
        secret: String = "secret", window: String = "5000"
    ) -> DoubleResponse {
        let time = String((stamp ?? now).milliseconds)
        let prehash = Array((time + key + window + payload).utf8)
        let headers = [
            ("x-bapi-api-key", key), ("x-bapi-timestamp", time), ("x-bapi-recv-window", window),
            ("x-bapi-sign", Hexadecimal.encode(Digest.hmacSHA256(key: Array(secret.utf8), prehash))),
        ]
        let isPost = method == "POST"
        return respond(
            DoubleRequest(
                method: method, target: isPost || payload.isEmpty ? path : path + "?" + payload,
                headers: headers,
                body: isPost ? Array(payload.utf8) : []))
    }

    func signed(_ method: String, _ path: String, _ payload: String) throws -> JSONDocument {
        try JSONDocument(response(method, path, payload).body)
    }

    /// A limit order in BTCUSDT.
    func order(_ side: String, _ quantity: String, _ price: String, _ force: String = "GTC", id: String = "")
        throws -> JSONDocument
    {
        try signed(
            "POST", "/v5/order/create",
            #"{"category":"spot","symbol":"BTCUSDT","side":"\#(side)","orderType":"Limit","#
                + #""qty":"\#(quantity)","price":"\#(price)","timeInForce":"\#(force)","#
                + #""orderLinkId":"\#(id)"}"#)
    }

    func authenticate(_ connection: Int) {
        let expires = (now + .seconds(10)).milliseconds
        let signature = Hexadecimal.encode(
            Digest.hmacSHA256(key: Array("secret".utf8), Array("GET/realtime\(expires)".utf8)))
        send(connection, #"{"op":"auth","args":["key",\#(expires),"\#(signature)"]}"#)
    }
}
