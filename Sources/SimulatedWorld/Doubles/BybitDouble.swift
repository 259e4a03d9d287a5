import TradingModel

/// Bybit v5, unified account, as its documentation describes it (bybit-exchange/docs v5): REST, public
/// and private streams. An accepted order is only acknowledged; what became of it is told by the stream.
final class BybitDouble: ExchangeDouble {
    let exchange: VirtualExchange
    let segment: BybitSegment
    /// `BTCUSDT`, by symbol index.
    let spellings: [String]
    var outgoing = OutgoingFrames()
    var connections: [BybitConnection] = []
    /// Topic → connections that asked for it.
    var subscribers: [String: [Int]] = [:]
    var books: [BybitBookTopic]
    /// Books and trades that somebody hears.
    var wantedBooks: [Int] = []
    var wantsTrades = false
    /// Tickers of perpetuals as last told, by symbol index; empty for spot.
    var tickerTopics: [BybitTicker] = []
    var wantedTickers: [Int] = []
    /// By account; only an institutional one has it.
    var protections: [BybitProtection]
    /// Accounts with a subscribed connection.
    var wasProtected: Set<Int> = []
    var canceledByProtection: Set<Int64> = []

    /// Requests per IP in five seconds; beyond it HTTP 403.
    var requests = RateWindow(limit: 600, per: .seconds(5))
    /// Per account and second (v5/rate-limit): spot create and cancel 20, queries 50.
    var limits: [BybitEndpoint: RateWindow] = [:]

    static let cadence = Span.milliseconds(10)

    init(exchange: VirtualExchange, segment: BybitSegment) {
        self.exchange = exchange
        self.segment = segment
        spellings = exchange.symbols.map { $0.base + $0.quote }
        books = []
        protections = exchange.accounts.map { _ in BybitProtection() }
        for index in exchange.symbols.indices {
            for depth in BybitBookTopic.depths {
                books.append(BybitBookTopic(depth: depth, symbol: index, spelling: spellings[index]))
            }
        }
    }

    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        advance(to: now)
        if exchange.mischief.isDown { return maintenance(at: now) }
        let target = RequestTarget(request.target)
        var headers = [(name: "content-type", value: "application/json; charset=utf-8")]
        guard requests.charge(1, at: now) else {
            return DoubleResponse(status: 403, headers: headers, body: Array("access too frequent".utf8))
        }
        guard let endpoint = BybitEndpoint(method: request.method, path: target.path),
            segment == .linear || !endpoint.isPerpetual
        else {
            return DoubleResponse(status: 404, headers: headers, body: Array("404 page not found".utf8))
        }
        do throws(BybitFault) {
            var call = BybitCall(query: FormFields(target.query), body: .null, account: 0, at: now)
            if endpoint.isPrivate {
                call.account = try authenticate(request, query: target.query, at: now)
                try charge(endpoint, &headers, at: now)
                if request.method == "POST" {
                    do throws(JSONDocument.Fault) { call.body = try JSONDocument(request.body) } catch {
                        throw .parameters("request body is not valid JSON")
                    }
                }
            }
            let result = try answer(endpoint, call)
            let message = endpoint == .protection ? "success" : "OK"
            return DoubleResponse(
                status: 200, headers: headers, body: envelope(0, message, result: result, at: now))
        } catch {
            let body = envelope(error.code, error.message, result: Array("{}".utf8), at: now)
            return DoubleResponse(status: error.status, headers: headers, body: body)
        }
    }

    func envelope(_ code: Int64, _ message: String, result: [UInt8], at now: Moment) -> [UInt8] {
        JSONWriter.object { json in
            json.field("retCode", code)
            json.field("retMsg", message)
            json.key("result")
            json.raw(result)
            json.object("retExtInfo") { _ in }
            json.field("time", exchange.venueTime(now).milliseconds)
        }
    }

    private func charge(
        _ endpoint: BybitEndpoint, _ headers: inout [(name: String, value: String)], at now: Moment
    ) throws(BybitFault) {
        guard let limit = endpoint.limitPerSecond else { return }
        var window = limits[endpoint] ?? RateWindow(limit: limit, per: .seconds(1))
        let affordable = window.charge(1, at: now)
        limits[endpoint] = window
        headers.append(("x-bapi-limit", String(limit)))
        headers.append(("x-bapi-limit-status", String(window.remaining(at: now))))
        headers.append(("x-bapi-limit-reset-timestamp", String(window.resetsAt(now).milliseconds)))
        guard affordable else { throw .tooManyVisits }
    }

    /// `timestamp + key + recvWindow + (query | body)`, HMAC-SHA256, hex (v5/guide).
    private func authenticate(_ request: DoubleRequest, query: String, at now: Moment) throws(BybitFault)
        -> Int
    {
        guard let key = request.header("x-bapi-api-key"), let sign = request.header("x-bapi-sign"),
            let stamp = request.header("x-bapi-timestamp")
        else { throw .parameters("empty api key, sign or timestamp header") }
        guard let account = exchange.account(apiKey: key), exchange.mischief.keyTrouble != .revoked else {
            throw .invalidKey
        }
        if exchange.mischief.keyTrouble == .addressNotAllowed { throw .unmatchedAddress }
        let window = request.header("x-bapi-recv-window")
        guard let timestamp = Int64(stamp), let width = Int64(window ?? "5000"), width >= 0 else {
            throw .parameters("invalid timestamp or recv_window")
        }
        let server = exchange.venueTime(now).milliseconds
        guard timestamp >= server - width, timestamp < server + 1_000 else {
            throw .outsideWindow(timestamp, server, width)
        }
        let payload = request.method == "POST" ? request.body : Array(query.utf8)
        let prehash = Array((stamp + key + (window ?? "")).utf8) + payload
        let expected = Digest.hmacSHA256(key: Array(exchange.accounts[account].spec.secret.utf8), prehash)
        guard sign.lowercased() == Hexadecimal.encode(expected) else {
            throw .badSignature(String(decoding: prehash, as: UTF8.self))
        }
        return account
    }

    func advance(to now: Moment) {
        if exchange.mischief.owesClose { closeForMaintenance(at: exchange.clock) }
        while let due = nextProtection(by: now) {
            run(to: due)
            fireProtections(at: due)
        }
        run(to: now)
    }

    private func run(to now: Moment) {
        exchange.run(to: now, cadence: BybitDouble.cadence, busy: nextActivity) { publish(at: $0) }
    }

    func takeOutgoing() -> [DoubleFrame] { outgoing.take(until: exchange.clock) }

    func symbolIndex(_ spelling: String?) throws(BybitFault) -> Int {
        guard let spelling, !spelling.isEmpty else { throw .parameters("symbol is required") }
        guard let index = spellings.firstIndex(of: spelling) else { throw invalidSymbol }
        return index
    }
}

/// One request after its sender is known.
struct BybitCall {
    let query: FormFields
    var body: JSONDocument
    var account: Int
    let at: Moment

    /// A parameter of a GET or of a JSON body.
    subscript(_ name: String) -> String? { body[name]?.text ?? query[name] }
}

/// An error in Bybit's shape: HTTP 200 and a `retCode` (v5/error).
struct BybitFault: Error, Equatable {
    let code: Int64
    let message: String
    var status = 200

    init(_ code: Int64, _ message: String) {
        self.code = code
        self.message = message
    }

    static func parameters(_ detail: String) -> BybitFault { BybitFault(10_001, "params error: " + detail) }
    static let invalidSymbol = BybitFault(170_121, "Invalid symbol.")
    static let invalidKey = BybitFault(10_003, "API key is invalid.")
    static let unmatchedAddress = BybitFault(
        10_010, "Unmatched IP, please check your API key's bound IP addresses.")
    static let permissionDenied = BybitFault(
        10_005, "Permission denied, please check your API key permissions.")
    static let tooManyVisits = BybitFault(10_006, "Too many visits. Exceeded the API Rate Limit.")
    static let noSuchOrder = BybitFault(170_213, "Order does not exist.")

    static func outsideWindow(_ request: Int64, _ server: Int64, _ window: Int64) -> BybitFault {
        BybitFault(
            10_002,
            "invalid request, please check your server timestamp or recv_window param. "
                + "req_timestamp[\(request)],server_timestamp[\(server)],recv_window[\(window)]")
    }

    static func badSignature(_ prehash: String) -> BybitFault {
        BybitFault(
            10_004,
            "error sign! origin_string[\(prehash)], please check your signature generation algorithm.")
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .unknownSymbol: self = .invalidSymbol
        case .tickSize: self.init(170_134, "Order price has too many decimals.")
        case .priceOutOfRange: self.init(170_132, "Order price is out of range.")
        case .lotSize: self.init(170_137, "Order quantity has too many decimals.")
        case .quantityTooSmall: self.init(170_136, "Order quantity exceeded lower limit.")
        case .quantityTooLarge: self.init(170_135, "Order quantity exceeded upper limit.")
        case .notionalTooSmall: self.init(170_140, "Order value exceeded lower limit.")
        case .insufficientBalance: self.init(170_131, "Insufficient balance.")
        case .duplicateClientID: self.init(170_141, "Duplicate clientOrderId.")
        case .wouldTake: self.init(170_218, "The LIMIT-MAKER order is rejected due to invalid price.")
        case .noLiquidity: self.init(170_210, "New order rejected.")
        case .nothingToReduce, .sameDirection, .reductionsFull:
            self.init(170_131, "Insufficient balance.")
        case .unknownOrder, .orderEnded: self = .noSuchOrder
        case .halted: self.init(170_157, "The trading pair is not available for api trading.")
        case .tooManyOpenOrders:
            self.init(170_810, "Cannot exceed maximum of 500 conditional, TP/SL and active orders.")
        }
    }
}

/// What can be asked of Bybit over REST.
enum BybitEndpoint: String {
    case time = "GET /v5/market/time"
    case instruments = "GET /v5/market/instruments-info"
    case orderBook = "GET /v5/market/orderbook"
    case tickers = "GET /v5/market/tickers"
    case recentTrades = "GET /v5/market/recent-trade"
    case create = "POST /v5/order/create"
    case cancel = "POST /v5/order/cancel"
    case cancelAll = "POST /v5/order/cancel-all"
    case protection = "POST /v5/order/disconnected-cancel-all"
    case realtime = "GET /v5/order/realtime"
    case history = "GET /v5/order/history"
    case executions = "GET /v5/execution/list"
    case wallet = "GET /v5/account/wallet-balance"
    case accountInfo = "GET /v5/account/info"
    case feeRate = "GET /v5/account/fee-rate"
    case keyInfo = "GET /v5/user/query-api"
    case coins = "GET /v5/asset/coin/query-info"
    case positions = "GET /v5/position/list"
    case leverage = "POST /v5/position/set-leverage"
    case transactions = "GET /v5/account/transaction-log"
    case fundingHistory = "GET /v5/market/funding/history"

    init?(method: String, path: String) { self.init(rawValue: method + " " + path) }

    /// Nothing that a spot account is asked.
    var isPerpetual: Bool {
        [.positions, .leverage, .transactions, .fundingHistory].contains(self)
    }

    var isPrivate: Bool {
        switch self {
        case .time, .instruments, .orderBook, .tickers, .recentTrades, .fundingHistory: false
        default: true
        }
    }

    /// `nil` where only the IP's limit counts.
    var limitPerSecond: Int? {
        switch self {
        case .create, .cancel, .cancelAll: 20
        case .realtime, .history, .executions, .wallet, .accountInfo, .positions: 50
        case .transactions: 30
        case .feeRate, .keyInfo, .coins, .leverage: 10
        case .protection: 5
        case .time, .instruments, .orderBook, .tickers, .recentTrades, .fundingHistory: nil
        }
    }
}

extension BybitDouble {
    func answer(_ endpoint: BybitEndpoint, _ call: BybitCall) throws(BybitFault) -> [UInt8] {
        if [.create, .cancel, .cancelAll, .leverage].contains(endpoint), exchange.mischief.keyTrouble != nil {
            throw .permissionDenied
        }
        switch endpoint {
        case .time:
            return JSONWriter.object { json in
                let time = exchange.venueTime(call.at)
                json.field("timeSecond", String(time.milliseconds / 1_000))
                json.field("timeNano", String(time.nanoseconds))
            }
        case .instruments: return try instruments(call)
        case .orderBook: return try orderBook(call)
        case .tickers: return try tickers(call)
        case .recentTrades: return try recentTrades(call)
        case .create: return try create(call)
        case .cancel: return try cancel(call)
        case .cancelAll: return try cancelAll(call)
        case .protection: return try setProtection(call)
        case .realtime: return try realtime(call)
        case .history: return try history(call)
        case .executions: return try executionList(call)
        case .wallet: return try walletBalance(call)
        case .accountInfo: return accountInfo(call)
        case .feeRate: return feeRates()
        case .keyInfo: return keyInfo(call)
        case .coins: return coins(call)
        case .positions: return try positionList(call)
        case .leverage: return try setLeverage(call)
        case .transactions: return try transactionLog(call)
        case .fundingHistory: return try fundingHistory(call)
        }
    }
}
