import TradingModel

/// What can be asked of Binance, over REST or over the WebSocket API.
enum BinanceEndpoint {
    case ping, time, exchangeInfo, depth, recentTrades, bookTicker
    case placeOrder, testOrder, queryOrder, cancelOrder, openOrders, cancelOpenOrders, allOrders
    case account, myTrades, orderRate
    /// Wallet and margin pages that clients touch while loading markets.
    case coins, keyRights, nothing

    static func rest(_ method: String, _ path: String) throws(BinanceFault) -> BinanceEndpoint {
        switch method + " " + path {
        case "GET /api/v3/ping": return .ping
        case "GET /api/v3/time": return .time
        case "GET /api/v3/exchangeInfo": return .exchangeInfo
        case "GET /api/v3/depth": return .depth
        case "GET /api/v3/trades": return .recentTrades
        case "GET /api/v3/ticker/bookTicker": return .bookTicker
        case "POST /api/v3/order": return .placeOrder
        case "POST /api/v3/order/test": return .testOrder
        case "GET /api/v3/order": return .queryOrder
        case "DELETE /api/v3/order": return .cancelOrder
        case "GET /api/v3/openOrders": return .openOrders
        case "DELETE /api/v3/openOrders": return .cancelOpenOrders
        case "GET /api/v3/allOrders": return .allOrders
        case "GET /api/v3/account": return .account
        case "GET /api/v3/myTrades": return .myTrades
        case "GET /api/v3/rateLimit/order": return .orderRate
        case "GET /sapi/v1/capital/config/getall": return .coins
        case "GET /sapi/v1/account/apiRestrictions": return .keyRights
        case "GET /sapi/v1/margin/allPairs", "GET /sapi/v1/margin/isolated/allPairs": return .nothing
        default: throw BinanceFault(-1000, "Path \(path), Method \(method) is invalid", status: 404)
        }
    }

    static func webSocket(_ method: String) -> BinanceEndpoint? {
        switch method {
        case "ping": .ping
        case "time": .time
        case "exchangeInfo": .exchangeInfo
        case "depth": .depth
        case "trades.recent": .recentTrades
        case "ticker.book": .bookTicker
        case "order.place": .placeOrder
        case "order.test": .testOrder
        case "order.status": .queryOrder
        case "order.cancel": .cancelOrder
        case "openOrders.status": .openOrders
        case "openOrders.cancelAll": .cancelOpenOrders
        case "allOrders": .allOrders
        case "account.status": .account
        case "myTrades": .myTrades
        case "account.rateLimits.orders": .orderRate
        default: nil
        }
    }

    var isSigned: Bool {
        switch self {
        case .ping, .time, .exchangeInfo, .depth, .recentTrades, .bookTicker: false
        default: true
        }
    }

    /// Needs the permission to trade.
    var isTrading: Bool {
        switch self {
        case .placeOrder, .testOrder, .cancelOrder, .cancelOpenOrders: true
        default: false
        }
    }

    /// rest-api.md, "Weight" of each endpoint.
    func weight(_ fields: FormFields) -> Int {
        switch self {
        case .ping, .time, .placeOrder, .testOrder, .cancelOrder, .cancelOpenOrders, .keyRights, .nothing:
            return 1
        case .exchangeInfo, .account, .allOrders: return 20
        case .recentTrades: return 25
        case .bookTicker: return fields["symbol"] == nil ? 4 : 2
        case .queryOrder: return 4
        case .openOrders: return fields["symbol"] == nil ? 80 : 6
        case .myTrades: return fields["orderId"] == nil ? 20 : 5
        case .orderRate: return 40
        case .coins: return 10
        case .depth:
            switch fields.integer("limit") ?? 100 {
            case ...100: return 5
            case ...500: return 25
            case ...1000: return 50
            default: return 250
            }
        }
    }
}

/// How Binance checks who is asking (request-security.md).
enum BinanceSigning {
    /// Query and body joined without a separator, the signature itself left out.
    static func restPayload(query: String, body: String) -> [UInt8] {
        Array((withoutSignature(query) + withoutSignature(body)).utf8)
    }

    /// WebSocket API: parameters sorted by name, not percent-encoded.
    static func socketPayload(_ fields: FormFields) -> [UInt8] {
        let sorted = fields.pairs.filter { $0.name != "signature" }.sorted { $0.name < $1.name }
        return Array(sorted.map { $0.name + "=" + $0.value }.joined(separator: "&").utf8)
    }

    private static func withoutSignature(_ text: String) -> String {
        text.split(separator: "&", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("signature=") }.joined(separator: "&")
    }

    /// Since 2026-01-15 the payload must be percent-encoded before it is signed.
    static func isEncoded(_ payload: [UInt8]) -> Bool {
        payload.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Array("\"<>\\^`{|}[]".utf8).contains($0) }
    }
}

extension BinanceSpotDouble {
    /// The account behind a signed request.
    func authenticate(
        apiKey: String?, fields: FormFields, payload: [UInt8], at now: Moment, encoded: Bool = true
    ) throws(BinanceFault) -> Int {
        guard let apiKey, !apiKey.isEmpty else {
            throw BinanceFault(-2014, "API-key format invalid.", status: 401)
        }
        let trouble = exchange.mischief.keyTrouble
        guard let account = exchange.account(apiKey: apiKey), trouble == nil || trouble == .tradingNotAllowed
        else { throw .invalidKey }
        let now = exchange.venueTime(now)
        guard let timestamp = BinanceSpotDouble.moment(fields["timestamp"]) else {
            throw .missing("timestamp")
        }
        guard let signature = fields["signature"], !signature.isEmpty else { throw .missing("signature") }
        guard let window = BinanceSpotDouble.window(fields["recvWindow"] ?? "5000") else {
            throw .illegal("recvWindow", "^[0-9]{1,5}(.[0-9]{1,3})?$")
        }
        guard window <= .milliseconds(60_000) else {
            throw BinanceFault(-1131, "recvWindow must be less than 60000")
        }
        guard timestamp < now + .seconds(1) else { throw .aheadOfServer }
        guard now - timestamp <= window else { throw .outsideWindow }
        let key = Array(exchange.accounts[account].spec.secret.utf8)
        let expected = Hexadecimal.encode(Digest.hmacSHA256(key: key, payload))
        guard signature.lowercased() == expected, !encoded || BinanceSigning.isEncoded(payload) else {
            throw .badSignature
        }
        return account
    }

    /// Milliseconds or microseconds since the epoch.
    private static func moment(_ text: String?) -> Moment? {
        guard let text, let value = Int64(text), value > 0 else { return nil }
        if value >= 1_000_000_000_000_000 {
            return value < 9_000_000_000_000_000 ? Moment(nanoseconds: value * 1_000) : nil
        }
        return value < 9_000_000_000_000 ? Moment(nanoseconds: value * 1_000_000) : nil
    }

    /// Milliseconds, up to three decimals.
    private static func window(_ text: String) -> Span? {
        do throws(DecimalText.Fault) {
            let microseconds = try DecimalText.parse(text, scale: 3)
            return microseconds >= 0 && microseconds < 1_000_000_000 ? .microseconds(microseconds) : nil
        } catch { return nil }
    }

    func answer(
        _ endpoint: BinanceEndpoint, _ fields: FormFields, account: Int?, at now: Moment
    ) throws(BinanceFault) -> [UInt8] {
        switch endpoint {
        case .ping: return Array("{}".utf8)
        case .time: return JSONWriter.object { $0.field("serverTime", exchange.venueTime(now).milliseconds) }
        case .exchangeInfo: return try exchangeInfo(fields, at: now)
        case .depth: return try depth(fields)
        case .recentTrades: return try recentTrades(fields)
        case .bookTicker: return try bookTicker(fields)
        case .nothing: return Array("[]".utf8)
        default: break
        }
        guard let account else { preconditionFailure("signed endpoints are authenticated first") }
        if endpoint.isTrading, exchange.mischief.keyTrouble != nil { throw .invalidKey }
        switch endpoint {
        case .placeOrder: return try placeOrder(fields, account: account, at: now)
        case .testOrder:
            _ = try orderRequest(fields, at: now)
            return Array("{}".utf8)
        case .queryOrder: return try queryOrder(fields, account: account)
        case .cancelOrder: return try cancelOrder(fields, account: account, at: now)
        case .openOrders: return try openOrders(fields, account: account)
        case .cancelOpenOrders: return try cancelOpenOrders(fields, account: account, at: now)
        case .allOrders: return try allOrders(fields, account: account)
        case .account: return accountInformation(fields, account: account, at: now)
        case .myTrades: return try myTrades(fields, account: account)
        case .orderRate: return orderRateLimits()
        case .keyRights: return keyRights()
        default: return coins(account: account)
        }
    }

    private func keyRights() -> [UInt8] {
        let key = exchange.mischief.keyRights
        return JSONWriter.object { json in
            json.field("ipRestrict", key.isBound)
            json.field("createTime", 1_698_645_219_000)
            json.field("enableReading", true)
            json.field("enableWithdrawals", key.mayWithdraw)
            json.field("enableInternalTransfer", false)
            json.field("enableMargin", false)
            json.field("enableFutures", false)
            json.field("permitsUniversalTransfer", false)
            json.field("enableVanillaOptions", false)
            json.field("enableFixApiTrade", false)
            json.field("enableFixReadOnly", true)
            json.field("enableSpotAndMarginTrading", exchange.mischief.keyTrouble == nil)
            json.field("enablePortfolioMarginTrading", false)
        }
    }
}
