import TradingModel

/// OKX's word for no.
struct OKXRefusal: Error {
    var status = 200
    let code: String
    let message: String
}

/// REST: routing, rate limits, authentication.
extension OKXDouble {
    /// Requests per window of two seconds, from each endpoint's documentation. Orders and cancels count per
    /// instrument besides (`trade`); here stands the cap of the whole account.
    private static let limits: [String: Int] = [
        "GET /api/v5/public/time": 10, "GET /api/v5/public/instruments": 20, "GET /api/v5/market/books": 40,
        "GET /api/v5/market/ticker": 20, "GET /api/v5/market/tickers": 20, "GET /api/v5/market/trades": 100,
        "POST /api/v5/trade/order": 1000, "POST /api/v5/trade/batch-orders": 300,
        "GET /api/v5/trade/order": 60,
        "POST /api/v5/trade/cancel-order": 1000, "POST /api/v5/trade/cancel-batch-orders": 300,
        "GET /api/v5/trade/orders-pending": 60, "GET /api/v5/trade/orders-history": 40,
        "GET /api/v5/trade/fills": 60, "GET /api/v5/trade/fills-history": 10,
        "POST /api/v5/trade/cancel-all-after": 1000, "GET /api/v5/account/balance": 10,
        "GET /api/v5/account/config": 5, "GET /api/v5/asset/currencies": 12,
    ]
    static let limitWindow = Span.seconds(2)
    /// How far `OK-ACCESS-TIMESTAMP` may be from the server's clock.
    static let timestampTolerance = Span.seconds(30)

    func answer(_ request: DoubleRequest, at now: Moment) -> DoubleResponse {
        let target = RequestTarget(request.target)
        let endpoint = request.method + " " + target.path
        do throws(OKXRefusal) {
            let perpetual = segment == .swap ? OKXDouble.perpetualLimits[endpoint] : nil
            guard let limit = OKXDouble.limits[endpoint] ?? perpetual else {
                throw OKXRefusal(status: 404, code: "404", message: "Invalid API request")
            }
            try charge(endpoint, limit: limit, at: now)
            if target.path.hasPrefix("/api/v5/public/") || target.path.hasPrefix("/api/v5/market/") {
                return try market(target, at: now)
            }
            let account = try authenticate(request, at: now)
            if request.method == "POST" { try checkPermission() }
            if request.method == "POST" { return try trade(target.path, request.body, account, at: now) }
            return try report(target, account, at: now)
        } catch {
            return OKXDouble.response(error)
        }
    }

    func charge(
        _ key: String, limit: Int, per span: Span = OKXDouble.limitWindow, at now: Moment
    ) throws(OKXRefusal) {
        var window = windows[key] ?? RateWindow(limit: limit, per: span)
        let allowed = window.charge(1, at: now)
        windows[key] = window
        guard allowed else { throw OKXRefusal(status: 429, code: "50011", message: "Too Many Requests") }
    }

    private func authenticate(_ request: DoubleRequest, at now: Moment) throws(OKXRefusal) -> Int {
        func unauthorized(_ code: String, _ message: String) -> OKXRefusal {
            OKXRefusal(status: 401, code: code, message: message)
        }
        func header(_ name: String, _ code: String) throws(OKXRefusal) -> String {
            guard let value = request.header(name.lowercased()), !value.isEmpty else {
                throw unauthorized(code, "Request header \"\(name)\" can not be empty.")
            }
            return value
        }
        let key = try header("OK-ACCESS-KEY", "50103")
        let passphrase = try header("OK-ACCESS-PASSPHRASE", "50104")
        let timestamp = try header("OK-ACCESS-TIMESTAMP", "50107")
        let sign = try header("OK-ACCESS-SIGN", "50106")
        let now = exchange.venueTime(now)
        guard let stamped = CalendarTime.moment(timestamp) else {
            throw unauthorized("50112", "Invalid OK-ACCESS-TIMESTAMP")
        }
        guard abs((now - stamped).nanoseconds) <= OKXDouble.timestampTolerance.nanoseconds else {
            throw unauthorized("50102", "Timestamp request expired")
        }
        // `expTime`: the client's own deadline. The code of its refusal is not documented where we could read
        // it.
        if let expiry = request.header("exptime").flatMap({ Int64($0) }), expiry < now.milliseconds {
            throw unauthorized("50102", "Timestamp request expired")
        }
        guard let account = exchange.account(apiKey: key), exchange.mischief.keyTrouble != .revoked else {
            throw unauthorized("50111", "Invalid OK-ACCESS-KEY")
        }
        if exchange.mischief.keyTrouble == .addressNotAllowed {
            throw unauthorized("50110", "Your IP is not included in your API key's IP whitelist.")
        }
        let spec = exchange.accounts[account].spec
        guard spec.passphrase == passphrase else {
            throw unauthorized("50105", "Request header \"OK-ACCESS-PASSPHRASE\" incorrect.")
        }
        let prehash = Array((timestamp + request.method + request.target).utf8) + request.body
        guard OKXDouble.signature(prehash, secret: spec.secret) == sign else {
            throw unauthorized("50113", "Invalid Sign")
        }
        return account
    }

    /// Whether the key may trade.
    func checkPermission() throws(OKXRefusal) {
        guard exchange.mischief.keyTrouble == nil else {
            throw OKXRefusal(
                status: 401, code: "50120", message: "API key doesn't have permission to use this function")
        }
    }

    /// base64(HMAC-SHA256(secret, prehash)).
    static func signature(_ prehash: [UInt8], secret: String) -> String {
        Base64.encode(Digest.hmacSHA256(key: Array(secret.utf8), prehash))
    }

    // MARK: Envelopes

    static func response(_ refusal: OKXRefusal) -> DoubleResponse {
        response(status: refusal.status, code: refusal.code, message: refusal.message) { _ in }
    }

    static func response(
        status: Int = 200, code: String = "0", message: String = "", data: (inout JSONWriter) -> Void
    ) -> DoubleResponse {
        let body = JSONWriter.object { json in
            json.field("code", code)
            json.array("data", data)
            json.field("msg", message)
        }
        return DoubleResponse(status: status, headers: [("content-type", "application/json")], body: body)
    }
}
