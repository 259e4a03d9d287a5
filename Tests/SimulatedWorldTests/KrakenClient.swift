import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

/// Kraken's side of the conversation.
final class KrakenClient {
    let double: KrakenDouble
    let client: DoubleDriver
    var nonce: UInt64 = 1000

    /// A sound limit buy of 0.001 BTC at 50,000, as a form.
    static let resting = "pair=XBTUSDT&type=buy&ordertype=limit&price=50000&volume=0.001"

    init(withMarket: Bool = true, seed: UInt64 = 7) throws {
        let made = DoubleCatalog.make(
            venue: "kraken", seed: seed, instruments: DoubleCatalog.demoInstruments,
            account: DoubleDriver.account,
            start: DoubleDriver.start, withMarket: withMarket)
        double = try #require(made as? KrakenDouble)
        client = DoubleDriver(double)
        client.wait(.seconds(1))
    }

    func signed(
        _ method: String, _ fields: String, nonce: UInt64? = nil, key: String? = nil, secret: String? = nil
    ) throws -> JSONDocument {
        self.nonce += 1
        let number = String(nonce ?? self.nonce)
        let path = "/0/private/" + method
        let body = "nonce=" + number + (fields.isEmpty ? "" : "&" + fields)
        let bytes = try #require(Base64.decode(secret ?? DoubleDriver.account.secret))
        let sign = KrakenDouble.signature(path: path, nonce: number, body: Array(body.utf8), secret: bytes)
        let headers = [
            (name: "api-key", value: key ?? DoubleDriver.account.apiKey), (name: "api-sign", value: sign),
            (name: "content-type", value: "application/x-www-form-urlencoded"),
        ]
        let answer = try client.request("POST", path, headers: headers, body: body)
        #expect(answer.status == 200, "errors are told with HTTP 200")
        return answer.json
    }

    /// The error text of an answer; `nil` when there is none.
    func error(_ method: String, _ fields: String) throws -> String? {
        try signed(method, fields).at("error", 0)?.string
    }

    func result(_ method: String, _ fields: String = "") throws -> JSONDocument {
        let answer = try signed(method, fields)
        #expect(answer["error"]?.elements?.isEmpty == true, "\(answer)")
        return try #require(answer["result"])
    }

    func place(_ fields: String) throws -> String {
        try #require(try result("AddOrder", fields).at("txid", 0)?.string)
    }

    func token() throws -> String { try #require(try result("GetWebSocketsToken")["token"]?.string) }

    func subscribe(_ connection: Int, _ parameters: String) {
        client.say("{\"method\":\"subscribe\",\"params\":{\(parameters)},\"req_id\":5}", on: connection)
    }
}
