import TradingModel

/// Binance spot as its documentation describes it (binance/binance-spot-api-docs): REST, market streams and
/// the WebSocket API with its user data stream.
final class BinanceSpotDouble: ExchangeDouble {
    let exchange: VirtualExchange
    /// `BTCUSDT`, by symbol index.
    let spellings: [String]
    var outgoing = OutgoingFrames()
    var connections: [BinanceConnection] = []
    /// Stream name → connections that asked for it.
    var subscribers: [String: [Int]] = [:]
    var markets: [BinanceMarketStreams]
    var nextSubscription: Int64 = 0

    /// 6,000 weight a minute per IP; orders per account: 100 in ten seconds, 200,000 a day (`exchangeInfo`).
    var weight = RateWindow(limit: 6_000, per: .seconds(60))
    var ordersTenSeconds = RateWindow(limit: 100, per: .seconds(10))
    var ordersDay = RateWindow(limit: 200_000, per: .seconds(86_400))

    static let cadence = Span.milliseconds(10)

    init(exchange: VirtualExchange) {
        self.exchange = exchange
        spellings = exchange.symbols.map { $0.base + $0.quote }
        markets = exchange.symbols.map { BinanceMarketStreams(symbol: $0.base + $0.quote) }
    }

    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        advance(to: now)
        if exchange.mischief.isDown { return BinanceSpotDouble.shutdown }
        let target = RequestTarget(request.target)
        var headers = [(name: "content-type", value: "application/json;charset=UTF-8")]
        do throws(BinanceFault) {
            let endpoint = try BinanceEndpoint.rest(request.method, target.path)
            var fields = FormFields(target.query)
            let body = String(decoding: request.body, as: UTF8.self)
            if request.method != "GET" { fields.append(FormFields(body)) }
            let affordable = weight.charge(endpoint.weight(fields), at: now)
            headers.append(("x-mbx-used-weight", String(weight.used)))
            headers.append(("x-mbx-used-weight-1m", String(weight.used)))
            guard affordable else { throw .tooMuchWeight }
            var account: Int?
            if endpoint.isSigned {
                account = try authenticate(
                    apiKey: request.header("x-mbx-apikey"), fields: fields,
                    payload: BinanceSigning.restPayload(query: target.query, body: body), at: now)
            }
            let answer = try answer(endpoint, fields, account: account, at: now)
            if endpoint == .placeOrder {
                headers.append(("x-mbx-order-count-10s", String(ordersTenSeconds.used)))
                headers.append(("x-mbx-order-count-1d", String(ordersDay.used)))
            }
            return DoubleResponse(status: 200, headers: headers, body: answer)
        } catch {
            if error.status == 429 {
                let wait = (weight.resetsAt(now) - now).milliseconds / 1000 + 1
                headers.append(("retry-after", String(wait)))
            }
            return DoubleResponse(status: error.status, headers: headers, body: error.body)
        }
    }

    func advance(to now: Moment) {
        if exchange.mischief.owesClose { closeForMaintenance(at: exchange.clock) }
        exchange.run(to: now, cadence: BinanceSpotDouble.cadence, busy: nextActivity) { publish(at: $0) }
    }

    func takeOutgoing() -> [DoubleFrame] { outgoing.take(until: exchange.clock) }

    func symbolIndex(_ spelling: String?) throws(BinanceFault) -> Int {
        guard let spelling, !spelling.isEmpty else { throw .missing("symbol") }
        guard let index = spellings.firstIndex(of: spelling) else { throw .invalidSymbol }
        return index
    }
}

/// An error in Binance's shape: `{"code":…,"msg":…}` under an HTTP status (errors.md).
struct BinanceFault: Error, Equatable {
    let status: Int
    let code: Int64
    let message: String

    init(_ code: Int64, _ message: String, status: Int = 400) {
        self.status = status
        self.code = code
        self.message = message
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.field("code", code)
            json.field("msg", message)
        }
    }

    static let tooMuchWeight = BinanceFault(
        -1003,
        "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            + "Please use WebSocket Streams for live updates to avoid polling the API.", status: 429)
    static let tooManyOrders = BinanceFault(
        -1015, "Too many new orders; current limit is 100 orders per 10 SECOND.", status: 429)
    static let invalidSymbol = BinanceFault(-1121, "Invalid symbol.")
    static let badSignature = BinanceFault(-1022, "Signature for this request is not valid.")
    static let outsideWindow = BinanceFault(-1021, "Timestamp for this request is outside of the recvWindow.")
    static let aheadOfServer = BinanceFault(
        -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    static let invalidKey = BinanceFault(
        -2015, "Invalid API-key, IP, or permissions for action.", status: 401)
    static let unknownOrder = BinanceFault(-2011, "Unknown order sent.")
    static let noSuchOrder = BinanceFault(-2013, "Order does not exist.")

    static func missing(_ name: String) -> BinanceFault {
        BinanceFault(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }

    static func illegal(_ name: String, _ pattern: String) -> BinanceFault {
        BinanceFault(-1100, "Illegal characters found in parameter '\(name)'; legal range is '\(pattern)'.")
    }

    static func filter(_ name: String) -> BinanceFault { BinanceFault(-1013, "Filter failure: \(name)") }

    init(_ refusal: Refusal) {
        switch refusal {
        case .unknownSymbol: self = .invalidSymbol
        case .tickSize, .priceOutOfRange: self = .filter("PRICE_FILTER")
        case .lotSize, .quantityTooSmall, .quantityTooLarge: self = .filter("LOT_SIZE")
        case .notionalTooSmall: self = .filter("NOTIONAL")
        case .insufficientBalance, .nothingToReduce, .sameDirection, .reductionsFull:
            self.init(-2010, "Account has insufficient balance for requested action.")
        case .duplicateClientID: self.init(-2010, "Duplicate order sent.")
        case .wouldTake: self.init(-2010, "Order would immediately match and take.")
        case .noLiquidity:
            self.init(-2010, "Order book liquidity is less than LOT_SIZE filter minimum quantity.")
        case .unknownOrder, .orderEnded: self = .unknownOrder
        case .halted: self.init(-2010, "Market is closed.")
        case .tooManyOpenOrders: self = .filter("MAX_NUM_ORDERS")
        }
    }
}
