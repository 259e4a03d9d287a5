import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

/// OKX's side of the conversation.
final class OKXClient {
    let double: OKXDouble
    let client: DoubleDriver

    /// A sound limit buy of 0.001 BTC at 50,000, as JSON.
    static let soundOrder =
        "{\"instId\":\"BTC-USDT\",\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":\"limit\","
        + "\"sz\":\"0.001\",\"px\":\"50000\"}"

    init(_ venue: String = "okx", withMarket: Bool = true, seed: UInt64 = 7) throws {
        let made = DoubleCatalog.make(
            venue: venue, seed: seed, instruments: DoubleCatalog.demoInstruments,
            account: DoubleDriver.account,
            start: DoubleDriver.start, withMarket: withMarket)
        double = try #require(made as? OKXDouble)
        client = DoubleDriver(double)
        client.wait(.seconds(1))
    }

    func headers(
        _ method: String, _ target: String, _ body: String, key: String? = nil, passphrase: String? = nil,
        timestamp: String? = nil, secret: String? = nil
    ) -> [(name: String, value: String)] {
        let spec = DoubleDriver.account
        let stamp = timestamp ?? CalendarTime.text(client.now, decimals: 3)
        let sign = OKXDouble.signature(
            Array((stamp + method + target + body).utf8), secret: secret ?? spec.secret)
        return [
            ("ok-access-key", key ?? spec.apiKey), ("ok-access-sign", sign), ("ok-access-timestamp", stamp),
            ("ok-access-passphrase", passphrase ?? spec.passphrase), ("content-type", "application/json"),
        ]
    }

    func get(_ target: String) throws -> JSONDocument {
        try client.request("GET", target, headers: headers("GET", target, "")).json
    }

    func post(_ target: String, _ body: String) throws -> (status: Int, json: JSONDocument) {
        try client.request("POST", target, headers: headers("POST", target, body), body: body)
    }

    /// The `sCode` of placing an order; `fields` over a sound limit buy of 0.001 BTC at 50,000.
    func place(_ fields: [String: String] = [:]) throws -> JSONDocument {
        var order = [
            "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.001",
            "px": "50000",
        ]
        order.merge(fields) { $1 }
        let text = order.keys.sorted().map { "\"\($0)\":\"\(order[$0] ?? "")\"" }.joined(separator: ",")
        return try #require(try post("/api/v5/trade/order", "{\(text)}").json.at("data", 0))
    }

    func login(_ connection: Int) {
        client.open(connection, "/ws/v5/private")
        let stamp = String(client.now.nanoseconds / 1_000_000_000)
        let spec = DoubleDriver.account
        let sign = OKXDouble.signature(Array((stamp + "GET/users/self/verify").utf8), secret: spec.secret)
        let argument =
            "{\"apiKey\":\"\(spec.apiKey)\",\"passphrase\":\"\(spec.passphrase)\",\"timestamp\":\"\(stamp)\","
            + "\"sign\":\"\(sign)\"}"
        client.say("{\"op\":\"login\",\"args\":[\(argument)]}", on: connection)
    }

    func subscribe(_ connection: Int, _ arguments: String) {
        client.say("{\"op\":\"subscribe\",\"args\":[\(arguments)]}", on: connection)
    }
}
