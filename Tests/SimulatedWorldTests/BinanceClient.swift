import Testing
import TradingModel

@testable import SimulatedWorld

final class BinanceClient: VenueClient {
    init() { super.init("binance-spot") }

    struct Refused: Equatable {
        var status: Int
        var code: Int64
        init(_ status: Int, _ code: Int64) {
            self.status = status
            self.code = code
        }
    }

    func request(_ method: String, _ target: String, key: String? = "key", body: String = "") throws
        -> DoubleResponse
    {
        respond(
            DoubleRequest(
                method: method, target: target, headers: key.map { [("x-mbx-apikey", $0)] } ?? [],
                body: Array(body.utf8)))
    }

    func get(_ target: String) throws -> JSONDocument {
        try JSONDocument(try request("GET", target, key: nil).body)
    }

    /// The status and code of a request that must fail; without a key unless one is given or it is signed.
    func error(_ method: String, _ target: some StringProtocol, key: String? = nil) throws -> Refused {
        let target = String(target)
        let response = try request(method, target, key: key ?? (target.contains("signature=") ? "key" : nil))
        let code = try JSONDocument(response.body)["code"]?.integer
        return Refused(response.status, try #require(code))
    }

    /// `path?query&timestamp=…&signature=…`.
    func signed(_ path: String, _ query: String, at moment: Moment? = nil) -> String {
        path + "?" + signedQuery(query, at: moment)
    }

    private func signedQuery(_ query: String, at moment: Moment? = nil) -> String {
        let full = (query.isEmpty ? "" : query + "&") + "timestamp=\((moment ?? now).milliseconds)"
        let signature = Hexadecimal.encode(Digest.hmacSHA256(key: Array("secret".utf8), Array(full.utf8)))
        return full + "&signature=" + signature
    }

    func signed(_ method: String, _ path: String, _ query: String) throws -> JSONDocument {
        try JSONDocument(try request(method, signed(path, query)).body)
    }

    func signedGet(_ path: String, _ query: String) throws -> JSONDocument { try signed("GET", path, query) }

    /// Places a BTCUSDT order; parameters travel in the body, as most clients send them.
    func order(_ query: String) throws -> JSONDocument {
        try JSONDocument(
            try request("POST", "/api/v3/order", body: signedQuery("symbol=BTCUSDT&" + query)).body)
    }

    /// Subscribes a WebSocket API connection to the account's events.
    func openUserStream(_ connection: Int) {
        open(connection, "/ws-api/v3")
        let stamp = String(now.milliseconds)
        let prehash = Array("apiKey=key&timestamp=\(stamp)".utf8)
        let signature = Hexadecimal.encode(Digest.hmacSHA256(key: Array("secret".utf8), prehash))
        send(
            connection,
            #"{"id":"u","method":"userDataStream.subscribe.signature","params":{"timestamp":\#(stamp),"#
                + #""apiKey":"key","signature":"\#(signature)"}}"#)
    }
}
