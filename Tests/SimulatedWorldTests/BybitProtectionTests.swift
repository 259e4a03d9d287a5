import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct BybitProtectionTests {
    static let path = "/v5/order/disconnected-cancel-all"

    private func client(isInstitutional: Bool = true) throws -> BybitClient {
        let client = BybitClient(isInstitutional: isInstitutional)
        client.open(1, "/v5/private")
        client.authenticate(1)
        client.send(1, #"{"op":"subscribe","args":["dcp.spot"]}"#)
        client.advance(50)
        let answers = try client.frames(1).filter { $0["op"]?.string == "subscribe" }
        #expect(answers.map { $0["success"] } == [.bool(isInstitutional)])
        return client
    }

    private func set(_ client: BybitClient, _ seconds: Int, _ product: String = "SPOT") throws -> Int64? {
        let body = #"{"product":"\#(product)","timeWindow":\#(seconds)}"#
        return try client.signed("POST", Self.path, body)["retCode"]?.integer
    }

    @Test func `its window is three seconds to five minutes and shows ten seconds later`() throws {
        let client = try client()
        #expect(try set(client, 2) == 10_001 && set(client, 301) == 10_001)
        #expect(try set(client, 40, "MARGIN") == 10_001)
        #expect(try set(client, 40) == 0)
        func window() throws -> Int64? {
            try client.signed("GET", "/v5/account/info", "")["result"]?["timeWindow"]?.integer
        }
        client.advance(9_000)
        #expect(try window() == 10)
        client.advance(1_100)
        #expect(try window() == 40)
    }

    @Test func `orders are canceled a window after the last subscribed connection was lost`() throws {
        let client = try client()
        client.open(2, "/v5/private")
        client.authenticate(2)
        client.send(2, #"{"op":"subscribe","args":["dcp.spot"]}"#)
        client.open(3, "/v5/private")
        client.authenticate(3)
        client.send(3, #"{"op":"subscribe","args":["order"]}"#)
        _ = try client.order("Buy", "0.001", "30000", id: "rests")
        client.double.closed(1, at: client.now)
        client.advance(20_000)
        #expect(client.double.truth.orders.map(\.isOpen) == [true], "one connection lives")
        client.double.closed(2, at: client.now)
        client.advance(9_900)
        #expect(client.double.truth.orders.map(\.isOpen) == [true])
        client.advance(200)
        #expect(client.double.truth.orders.map(\.isOpen) == [false])
        let told = try client.frames(3).compactMap { $0["data"]?.elements?.first }
        #expect(told.last?["orderStatus"]?.string == "Cancelled")
        #expect(told.last?["cancelType"]?.string == "CancelByDCP")
    }

    @Test func `who comes back in time keeps the orders`() throws {
        let client = try client()
        _ = try client.order("Buy", "0.001", "30000", id: "rests")
        client.double.closed(1, at: client.now)
        client.advance(8_000)
        client.open(4, "/v5/private")
        client.authenticate(4)
        client.send(4, #"{"op":"subscribe","args":["dcp.spot"]}"#)
        client.advance(30_000)
        #expect(client.double.truth.orders.map(\.isOpen) == [true])
    }

    @Test func `it is for institutional clients alone`() throws {
        let client = try client(isInstitutional: false)
        #expect(try set(client, 40) == 10_005)
        _ = try client.order("Buy", "0.001", "30000", id: "rests")
        client.double.closed(1, at: client.now)
        client.advance(60_000)
        #expect(client.double.truth.orders.map(\.isOpen) == [true])
    }
}
