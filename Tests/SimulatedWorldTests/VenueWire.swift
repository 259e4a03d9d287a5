import Testing
import TradingModel

@testable import SimulatedWorld

/// One conversation with any of the venues, in its own words: what a case says of all of them is said
/// once.
final class VenueWire {
    let double: any SimulatedVenue
    let venue: String
    var now = ExchangeFixture.start
    private var nonce = 0
    private var heard: [Int: [String]] = [:]
    private(set) var closings: [Int: UInt16] = [:]

    static let zombie = "0123456789abcdef0123456789abcdef"

    init(_ venue: String) {
        self.venue = venue
        let account = DoubleCatalog.demoAccount(apiKey: "key", secret: "c2VjcmV0", passphrase: "pass")
        guard
            let double = DoubleCatalog.make(
                venue: venue, seed: 7, instruments: DoubleCatalog.demoInstruments, account: account,
                start: ExchangeFixture.start)
        else { preconditionFailure("no double for \(venue)") }
        self.double = double
        wait(1_000)
    }

    var mischief: VenueMischief { double.mischief }
    var bid: Int64 { double.observer.best("BTC-USDT").bid?.raw ?? 0 }
    var ask: Int64 { double.observer.best("BTC-USDT").ask?.raw ?? 0 }

    func wait(_ milliseconds: Int64) {
        let end = now + .milliseconds(milliseconds)
        while now < end {
            now = min(end, now + .milliseconds(10))
            double.advance(to: now)
            collect()
        }
    }

    private func collect() {
        for frame in double.takeOutgoing() {
            switch frame.content {
            case .text(let bytes):
                heard[frame.connection, default: []].append(String(decoding: bytes, as: UTF8.self))
            case .ping: continue
            case .close(let code, _): closings[frame.connection] = code
            }
        }
    }

    /// What arrived since the last call.
    func take(_ connection: Int) -> [String] {
        collect()
        defer { heard[connection] = nil }
        return heard[connection] ?? []
    }

    func say(_ text: String, on connection: Int) {
        double.received(Array(text.utf8), on: connection, at: now)
        collect()
    }

    // MARK: Requests

    func get(_ target: String) -> DoubleResponse {
        double.respond(to: DoubleRequest(method: "GET", target: target, headers: [], body: []), at: now)
    }

    /// `stamp` is what the client believes the time to be.
    func signed(_ method: String, _ path: String, _ payload: String, stamp: Moment? = nil) -> DoubleResponse {
        let stamp = stamp ?? now
        let key = Array("c2VjcmV0".utf8)
        switch family {
        case "binance-spot":
            let query = (payload.isEmpty ? "" : payload + "&") + "timestamp=\(stamp.milliseconds)"
            let sign = Hexadecimal.encode(Digest.hmacSHA256(key: key, Array(query.utf8)))
            return send(method, path + "?" + query + "&signature=" + sign, [("x-mbx-apikey", "key")], "")
        case "okx":
            let time = CalendarTime.text(stamp, decimals: 3)
            let target = method == "GET" && !payload.isEmpty ? path + "?" + payload : path
            let body = method == "GET" ? "" : payload
            let sign = OKXDouble.signature(Array((time + method + target + body).utf8), secret: "c2VjcmV0")
            let headers = [
                ("ok-access-key", "key"), ("ok-access-sign", sign), ("ok-access-timestamp", time),
                ("ok-access-passphrase", "pass"),
            ]
            return send(method, target, headers, body)
        case "bybit":
            let time = String(stamp.milliseconds)
            let sign = Digest.hmacSHA256(key: key, Array((time + "key" + "5000" + payload).utf8))
            let headers = [
                ("x-bapi-api-key", "key"), ("x-bapi-timestamp", time), ("x-bapi-recv-window", "5000"),
                ("x-bapi-sign", Hexadecimal.encode(sign)),
            ]
            let isPost = method == "POST"
            return send(method, isPost ? path : path + "?" + payload, headers, isPost ? payload : "")
        default:
            nonce += 1
            let body = "nonce=\(nonce)" + (payload.isEmpty ? "" : "&" + payload)
            let sign = KrakenDouble.signature(
                path: path, nonce: String(nonce), body: Array(body.utf8), secret: Array("secret".utf8))
            return send("POST", path, [("api-key", "key"), ("api-sign", sign)], body)
        }
    }

    private func send(
        _ method: String, _ target: String, _ headers: [(name: String, value: String)], _ body: String
    ) -> DoubleResponse {
        let request = DoubleRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
        defer { collect() }
        return double.respond(to: request, at: now)
    }

    /// `BTC-USDT` as this venue spells it.
    var pair: String {
        switch venue {
        case "okx": "BTC-USDT"
        case "okx-swap": "BTC-USDT-SWAP"
        case "kraken": "XBTUSDT"
        default: "BTCUSDT"
        }
    }

    /// Which API it speaks.
    private var family: String {
        switch venue {
        case "okx-swap": "okx"
        case "bybit-linear": "bybit"
        default: venue
        }
    }
    private var instrumentType: String { venue == "okx-swap" ? "SWAP" : "SPOT" }
    private var category: String { venue == "bybit-linear" ? "linear" : "spot" }

    /// A quantity in BTC as the venue counts it.
    private func size(_ quantity: String) -> String {
        guard venue == "okx-swap" else { return quantity }
        return DecimalText.format(ExchangeFixture.raw(quantity) * 100, scale: 8)
    }

    /// A limit order in BTC; `force` GTC or IOC; `price` in 10^-8.
    func place(_ side: Side, _ quantity: String, at price: Int64, _ force: String = "IOC", id: String = "")
        -> DoubleResponse
    {
        let price = DecimalText.format(price / 10_000_000 * 10_000_000, scale: 8)
        let (upper, lower) = side == .buy ? ("BUY", "buy") : ("SELL", "sell")
        switch family {
        case "binance-spot":
            let name = id.isEmpty ? "" : "&newClientOrderId=" + id
            let order = "symbol=BTCUSDT&side=\(upper)&type=LIMIT&timeInForce=\(force)&quantity=\(quantity)"
            return signed("POST", "/api/v3/order", order + "&price=\(price)" + name)
        case "okx":
            return signed(
                "POST", "/api/v5/trade/order",
                #"{"instId":"\#(pair)","tdMode":"\#(venue == "okx" ? "cash" : "cross")","#
                    + #""side":"\#(lower)","sz":"\#(size(quantity))","#
                    + #""px":"\#(price)","ordType":"\#(force == "IOC" ? "ioc" : "limit")","#
                    + #""clOrdId":"\#(id)"}"#)
        case "bybit":
            return signed(
                "POST", "/v5/order/create",
                #"{"category":"\#(category)","symbol":"BTCUSDT","side":"\#(side == .buy ? "Buy" : "Sell")","#
                    + #""orderType":"Limit","qty":"\#(quantity)","price":"\#(price)","#
                    + #""timeInForce":"\#(force)","orderLinkId":"\#(id)"}"#)
        default:
            return signed(
                "POST", "/0/private/AddOrder",
                "pair=XBTUSDT&type=\(lower)&ordertype=limit&price=\(price)&volume=\(quantity)"
                    + "&timeinforce=\(force)&cl_ord_id=\(id)")
        }
    }

    func cancel(_ id: String) -> DoubleResponse {
        switch family {
        case "binance-spot":
            signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=" + id)
        case "okx":
            signed(
                "POST", "/api/v5/trade/cancel-order", #"{"instId":"\#(pair)","clOrdId":"\#(id)"}"#)
        case "bybit":
            signed(
                "POST", "/v5/order/cancel",
                #"{"category":"\#(category)","symbol":"BTCUSDT","orderLinkId":"\#(id)"}"#)
        default: signed("POST", "/0/private/CancelOrder", "cl_ord_id=" + id)
        }
    }

    /// The page of one order, open or ended.
    func query(_ id: String) -> DoubleResponse {
        switch family {
        case "binance-spot": signed("GET", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=" + id)
        case "okx": signed("GET", "/api/v5/trade/order", "instId=\(pair)&clOrdId=" + id)
        case "bybit": signed("GET", "/v5/order/realtime", "category=\(category)&orderLinkId=" + id)
        default: signed("POST", "/0/private/ClosedOrders", "cl_ord_id=" + id)
        }
    }

    func openOrders() -> DoubleResponse {
        switch family {
        case "binance-spot": signed("GET", "/api/v3/openOrders", "symbol=BTCUSDT")
        case "okx": signed("GET", "/api/v5/trade/orders-pending", "instType=" + instrumentType)
        case "bybit": signed("GET", "/v5/order/realtime", "category=\(category)&symbol=BTCUSDT")
        default: signed("POST", "/0/private/OpenOrders", "")
        }
    }

    func trades() -> DoubleResponse {
        switch family {
        case "binance-spot": signed("GET", "/api/v3/myTrades", "symbol=BTCUSDT")
        case "okx": signed("GET", "/api/v5/trade/fills", "instType=" + instrumentType)
        case "bybit": signed("GET", "/v5/execution/list", "category=\(category)&limit=100")
        default: signed("POST", "/0/private/TradesHistory", "")
        }
    }

    func balances(stamp: Moment? = nil) -> DoubleResponse {
        switch family {
        case "binance-spot": signed("GET", "/api/v3/account", "", stamp: stamp)
        case "okx": signed("GET", "/api/v5/account/balance", "", stamp: stamp)
        case "bybit": signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED", stamp: stamp)
        default: signed("POST", "/0/private/BalanceEx", "", stamp: stamp)
        }
    }

    /// The venue's code or text of an error; `OK` when it is none.
    static func code(_ answer: DoubleResponse) throws -> String {
        let json = try JSONDocument(answer.body)
        if let text = json["error"]?.elements { return text.first?.string ?? "OK" }
        if let inner = json.at("data", 0, "sCode")?.string { return inner == "0" ? "OK" : inner }
        guard let code = json["code"]?.text ?? json["retCode"]?.text else { return "OK" }
        return code == "0" ? "OK" : code
    }

    static func text(_ answer: DoubleResponse) -> String { String(decoding: answer.body, as: UTF8.self) }

    // MARK: Streams

    func subscribeBook(_ connection: Int = 1) {
        switch family {
        case "binance-spot":
            double.opened(connection, path: "/stream?streams=btcusdt@depth@100ms", at: now)
        case "okx":
            double.opened(connection, path: "/ws/v5/public", at: now)
            say(#"{"op":"subscribe","args":[{"channel":"books","instId":"\#(pair)"}]}"#, on: connection)
        case "bybit":
            double.opened(connection, path: "/v5/public/" + category, at: now)
            say(#"{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}"#, on: connection)
        default:
            double.opened(connection, path: "/v2", at: now)
            say(
                #"{"method":"subscribe","params":{"channel":"book","depth":10,"symbol":["BTC/USDT"]}}"#,
                on: connection)
        }
        _ = take(connection)
    }

    /// The messages of the book among those that came.
    func takeBook(_ connection: Int = 1) -> [String] {
        take(connection).filter { text in
            text.contains("depthUpdate") || text.contains(#""action""#) || text.contains(#""orderbook."#)
                || text.contains(#""channel":"book","type""#)
        }
    }

    func login(_ connection: Int = 2) throws {
        switch family {
        case "binance-spot":
            double.opened(connection, path: "/ws-api/v3", at: now)
            let stamp = String(now.milliseconds)
            let sign = Digest.hmacSHA256(
                key: Array("c2VjcmV0".utf8), Array("apiKey=key&timestamp=\(stamp)".utf8))
            say(
                #"{"id":"u","method":"userDataStream.subscribe.signature","params":{"timestamp":\#(stamp),"#
                    + #""apiKey":"key","signature":"\#(Hexadecimal.encode(sign))"}}"#, on: connection)
        case "okx":
            double.opened(connection, path: "/ws/v5/private", at: now)
            let stamp = String(now.nanoseconds / 1_000_000_000)
            let sign = OKXDouble.signature(
                Array((stamp + "GET/users/self/verify").utf8), secret: "c2VjcmV0")
            say(
                #"{"op":"login","args":[{"apiKey":"key","passphrase":"pass","timestamp":"\#(stamp)","#
                    + #""sign":"\#(sign)"}]}"#, on: connection)
            say(
                #"{"op":"subscribe","args":[{"channel":"orders","instType":"\#(instrumentType)"}]}"#,
                on: connection)
        case "bybit":
            double.opened(connection, path: "/v5/private", at: now)
            let expires = String((now + .seconds(10)).milliseconds)
            let sign = Digest.hmacSHA256(key: Array("c2VjcmV0".utf8), Array(("GET/realtime" + expires).utf8))
            say(#"{"op":"auth","args":["key",\#(expires),"\#(Hexadecimal.encode(sign))"]}"#, on: connection)
            say(#"{"op":"subscribe","args":["order","execution","wallet"]}"#, on: connection)
        default:
            let answer = try JSONDocument(signed("POST", "/0/private/GetWebSocketsToken", "").body)
            let token = answer.at("result", "token")?.string ?? "none"
            double.opened(connection, path: "/v2", at: now)
            say(
                #"{"method":"subscribe","params":{"channel":"executions","token":"\#(token)"}}"#,
                on: connection)
        }
    }
}
