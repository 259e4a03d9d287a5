import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BinanceRequestTests {
    let binance = BinanceDialectTests.dialect()
    static let documentedKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"

    /// The parameters of a signed request, its signature checked against the query as sent.
    func parameters(_ plan: RequestPlan, _ access: VenueAccess) throws -> [String] {
        let query = try #require(plan.target.split(separator: "?", maxSplits: 1).last)
        let cut = try #require(query.range(of: "&signature="))
        let signed = query[..<cut.lowerBound]
        #expect(query[cut.upperBound...] == Hex.encode(access.signer.hmacSHA256(Array(signed.utf8))))
        #expect(plan.header("X-MBX-APIKEY") == access.apiKey)
        return signed.split(separator: "&").map(String.init)
    }

    @Test(.enabled(if: SharedMaterial.has("vectors/signatures.json")))
    func `the documented signatures are reproduced`() throws {
        struct Document: Decodable { var vectors: [Vector] }
        struct Vector: Decodable {
            var exchange: String?
            var secret: String?
            var string_to_sign: String?
            var expected: String?
        }
        let data = Data(try SharedMaterial.text("vectors/signatures.json").utf8)
        let vectors = try JSONDecoder().decode(Document.self, from: data).vectors
        var checked = 0
        for vector in vectors where vector.exchange == "binance" || vector.exchange == "bybit" {
            let access = DialectStand.access(secret: try #require(vector.secret))
            let message = Array(try #require(vector.string_to_sign).utf8)
            #expect(Hex.encode(access.signer.hmacSHA256(message)) == vector.expected)
            checked += 1
        }
        #expect(checked == 5)
    }

    static let kinds: [(TimeInForce, [String])] = [
        (.immediateOrCancel, ["type=LIMIT", "timeInForce=IOC"]),
        (.fillOrKill, ["type=LIMIT", "timeInForce=FOK"]),
        (.goodTillCanceled, ["type=LIMIT", "timeInForce=GTC"]), (.postOnly, ["type=LIMIT_MAKER"]),
    ]
    @Test(arguments: kinds)
    func `an order is spelled as the venue wants it`(timeInForce: TimeInForce, kind: [String]) throws {
        let access = DialectStand.access()
        let plan = binance.place(DialectStand.order(timeInForce, .sell), DialectStand.stamp, access)
        #expect(plan.method == "POST" && plan.target.hasPrefix("/api/v3/order?") && plan.body.isEmpty)
        #expect(
            try parameters(plan, access) == ["symbol=BTCUSDT", "side=SELL"] + kind + [
                "quantity=0.5", "price=61000.5", "newClientOrderId=\(DialectStand.id)",
                "newOrderRespType=ACK",
                "recvWindow=5000", "timestamp=1700000000000",
            ])
    }

    @Test func `cancel, query, open orders, fills and balances are signed`() throws {
        let access = DialectStand.access()
        let stamp = DialectStand.stamp
        let tail = ["recvWindow=5000", "timestamp=1700000000000"]
        let named = ["symbol=BTCUSDT", "origClientOrderId=\(DialectStand.id)"]
        let cancel = binance.cancel(DialectStand.reference, stamp, access)
        #expect(cancel.method == "DELETE" && cancel.target.hasPrefix("/api/v3/order?") && cancel.weight == 1)
        #expect(try parameters(cancel, access) == named + tail)
        let query = binance.query(DialectStand.reference, stamp, access)
        #expect(query.method == "GET" && query.weight == 4)
        #expect(try parameters(query, access) == named + tail)
        let open = binance.openOrders(InstrumentID(1), stamp, access)
        #expect(open.target.hasPrefix("/api/v3/openOrders?") && open.weight == 6)
        #expect(try parameters(open, access) == ["symbol=ETHBTC"] + tail)
        let fills = binance.fills(
            InstrumentID(0), since: Moment(nanoseconds: 1_600_000_000_123_456_789), page: nil, stamp,
            access)
        #expect(fills.target.hasPrefix("/api/v3/myTrades?") && fills.weight == 20)
        #expect(
            try parameters(fills, access) == ["symbol=BTCUSDT", "startTime=1600000000123", "limit=1000"]
                + tail)
        let balances = binance.balances(stamp, access)
        #expect(balances.target.hasPrefix("/api/v3/account?") && balances.weight == 20)
        #expect(try parameters(balances, access) == ["omitZeroBalances=true"] + tail)
    }

    @Test func `public requests carry no key`() {
        #expect(binance.timeRequest().target == "/api/v3/time")
        #expect(
            binance.filtersRequest().target
                == "/api/v3/exchangeInfo?symbols=%5B%22BTCUSDT%22%2C%22ETHBTC%22%5D")
        #expect(binance.timeRequest().headers.isEmpty && binance.filtersRequest().headers.isEmpty)
    }

    @Test func `the private login signs its sorted parameters`() throws {
        let access = DialectStand.access(key: BinanceRequestTests.documentedKey)
        let frames = binance.privateLogin(DialectStand.stamp, access, token: "")
        #expect(frames.count == 1)
        let tree = try DialectStand.json(frames[0])
        #expect(tree["method"]?.text == "userDataStream.subscribe.signature")
        #expect(tree["id"]?.text == "77")
        let message = "apiKey=\(BinanceRequestTests.documentedKey)&timestamp=1700000000000"
        #expect(
            tree["params"]?["signature"]?.text == Hex.encode(access.signer.hmacSHA256(Array(message.utf8))))
        #expect(tree["params"]?["apiKey"]?.text == BinanceRequestTests.documentedKey)
        #expect(tree["params"]?["timestamp"] == .number("1700000000000"))
        #expect(binance.privateStream() == "wss://private.example/ws")
        #expect(binance.privateTokenRequest(DialectStand.stamp, access) == nil)
    }
}
