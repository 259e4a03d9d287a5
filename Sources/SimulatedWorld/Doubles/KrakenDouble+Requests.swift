import TradingModel

/// Kraken's word for no: the text of `error`, whatever the transport.
struct KrakenRefusal: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// REST: routing, signature, nonce, counters. Every answer is HTTP 200.
extension KrakenDouble {
    func answer(_ request: DoubleRequest, at now: Moment) -> DoubleResponse {
        let target = RequestTarget(request.target)
        let body = JSONWriter.object { json in
            do throws(KrakenRefusal) {
                var result = JSONWriter()
                if target.path.hasPrefix("/0/public/") {
                    try reveal(target, at: now, into: &result)
                } else if target.path.hasPrefix("/0/private/"), request.method == "POST" {
                    try serve(target.path, request, at: now, into: &result)
                } else {
                    throw KrakenRefusal("EGeneral:Unknown method")
                }
                json.array("error") { _ in }
                json.key("result")
                json.raw(result.bytes)
            } catch {
                json.array("error") { $0.string(error.text) }
            }
        }
        return DoubleResponse(status: 200, headers: [("content-type", "application/json")], body: body)
    }

    private func serve(
        _ path: String, _ request: DoubleRequest, at now: Moment, into json: inout JSONWriter
    ) throws(KrakenRefusal) {
        let fields = try fields(of: request)
        let account = try authenticate(path, request, fields, at: now)
        try checkKey()
        let method = String(path.dropFirst("/0/private/".count))
        // Orders have their own counter in the engine; history costs double.
        let cost: Int64 =
            switch method {
            case "AddOrder", "AmendOrder", "CancelOrder", "CancelAll", "CancelAllOrdersAfter": 0
            case "ClosedOrders", "TradesHistory": 2000
            default: 1000
            }
        guard counters[account].charge(cost, at: now) else { throw KrakenRefusal("EAPI:Rate limit exceeded") }
        let isTrading = [
            "AddOrder", "AmendOrder", "CancelOrder", "CancelAll", "CancelAllOrdersAfter",
        ].contains(method)
        if isTrading { try checkPermission() }
        switch method {
        case "AddOrder": try addOrder(fields, account, at: now, into: &json)
        case "AmendOrder": try amendOrder(fields, account, at: now, into: &json)
        case "CancelOrder": try cancelOrder(fields, account, at: now, into: &json)
        case "CancelAll":
            let count = cancelAll(account, at: now)
            json.object { $0.field("count", count) }
        case "CancelAllOrdersAfter": try setDeadMan(fields, account, at: now, into: &json)
        case "QueryOrders": try queryOrders(fields, account, into: &json)
        case "OpenOrders": try openOrders(fields, account, into: &json)
        case "ClosedOrders": try closedOrders(fields, account, into: &json)
        case "TradesHistory": try tradesHistory(fields, account, into: &json)
        case "Balance": balance(account, extended: false, into: &json)
        case "BalanceEx": balance(account, extended: true, into: &json)
        case "GetWebSocketsToken": issueToken(account, at: now, into: &json)
        default: throw KrakenRefusal("EGeneral:Unknown method")
        }
    }

    /// Form fields, or the members of a flat JSON object when the content type says so.
    private func fields(of request: DoubleRequest) throws(KrakenRefusal) -> KrakenFields {
        guard request.header("content-type")?.hasPrefix("application/json") == true else {
            return KrakenFields(FormFields(String(decoding: request.body, as: UTF8.self)))
        }
        do throws(JSONDocument.Fault) { return KrakenFields(try JSONDocument(request.body)) } catch {
            throw KrakenRefusal("EGeneral:Invalid arguments")
        }
    }

    private func authenticate(
        _ path: String, _ request: DoubleRequest, _ fields: KrakenFields, at now: Moment
    ) throws(KrakenRefusal) -> Int {
        guard let key = request.header("api-key"), let account = exchange.account(apiKey: key) else {
            throw KrakenRefusal("EAPI:Invalid key")
        }
        let nonce = fields["nonce"] ?? ""
        let secret = Base64.decode(exchange.accounts[account].spec.secret) ?? []
        let expected = KrakenDouble.signature(path: path, nonce: nonce, body: request.body, secret: secret)
        guard request.header("api-sign") == expected else { throw KrakenRefusal("EAPI:Invalid signature") }
        guard let number = UInt64(nonce), nonces[account].map({ number > $0 }) ?? true else {
            throw KrakenRefusal("EAPI:Invalid nonce")
        }
        nonces[account] = number
        return account
    }

    /// base64(HMAC-SHA512(secret, path + SHA256(nonce + body))).
    static func signature(path: String, nonce: String, body: [UInt8], secret: [UInt8]) -> String {
        let inner = Digest.sha256(Array(nonce.utf8) + body)
        return Base64.encode(Digest.hmacSHA512(key: secret, Array(path.utf8) + inner))
    }

    /// docs.kraken.com, API errors.
    func checkKey() throws(KrakenRefusal) {
        switch exchange.mischief.keyTrouble {
        case .revoked: throw KrakenRefusal("EAPI:Invalid key")
        case .addressNotAllowed: throw KrakenRefusal("EGeneral:Permission denied")
        case nil, .tradingNotAllowed: return
        }
    }

    /// Whether the key may trade.
    func checkPermission() throws(KrakenRefusal) {
        guard exchange.mischief.keyTrouble == nil else { throw KrakenRefusal("EGeneral:Permission denied") }
    }

    private func issueToken(_ account: Int, at now: Moment, into json: inout JSONWriter) {
        tokens.removeAll { entry in
            now - entry.issuedAt > KrakenDouble.tokenLife
        }
        let bits = SeededHash.hash(UInt64(now.nanoseconds), UInt64(account), UInt64(tokens.count))
        let text = Base64.encode(Digest.sha256(Array(String(bits).utf8)))
        tokens.append((text, account, now))
        json.object { json in
            json.field("token", text)
            json.field("expires", KrakenDouble.tokenLife.milliseconds / 1000)
        }
    }

    /// The account behind a token; `nil` when it is wrong or too old.
    func account(token: String?, at now: Moment) -> Int? {
        tokens.first { $0.text == token && now - $0.issuedAt <= KrakenDouble.tokenLife }?.account
    }

    /// The listed pair that `text` names, in any of REST's spellings.
    func symbol(_ text: String?) throws(KrakenRefusal) -> Int {
        guard let text, let symbol = exchange.symbols.firstIndex(where: { KrakenSpelling.names($0, text) })
        else {
            throw KrakenRefusal("EQuery:Unknown asset pair")
        }
        return symbol
    }
}

/// Named parameters, from a form or from a JSON object: `params` of a WebSocket request look the same to an
/// order.
struct KrakenFields {
    private let values: [(name: String, value: String)]

    init(_ form: FormFields) { values = form.pairs }

    /// Members that are neither text, number nor flag are left out.
    init(_ document: JSONDocument) {
        values = (document.members ?? []).compactMap { member in member.value.text.map { (member.key, $0) } }
    }

    subscript(_ name: String) -> String? { values.first { $0.name == name }?.value }

    func isTrue(_ name: String) -> Bool { ["true", "True", "1"].contains(self[name] ?? "") }

    /// `nil` when absent; a value that is no exact decimal of eight places is an invalid argument.
    func decimal(_ name: String) throws(KrakenRefusal) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        do throws(DecimalText.Fault) { return try DecimalText.parse(text, scale: SymbolRules.scale) } catch {
            throw KrakenRefusal("EGeneral:Invalid arguments:" + name)
        }
    }
}
