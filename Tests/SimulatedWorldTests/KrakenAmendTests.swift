import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct KrakenAmendTests {
    private static let client = "0123456789abcdef0123456789abcdef"

    private func resting(_ kraken: KrakenClient) throws -> String {
        try kraken.place(KrakenClient.resting + "&oflags=post,fciq&cl_ord_id=\(Self.client)")
    }

    private func terms(_ kraken: KrakenClient, _ id: String) throws -> [String?] {
        let order = try kraken.result("QueryOrders", "txid=\(id)").at(id)
        return [
            order?["status"]?.string, order?["vol"]?.string, order?.at("descr", "price")?.string,
            order?["cl_ord_id"]?.string,
        ]
    }

    @Test func `an amended order keeps its ids and holds what its new terms cost`() throws {
        let kraken = try KrakenClient(withMarket: false)
        let id = try resting(kraken)
        let answer = try kraken.result(
            "AmendOrder", "cl_ord_id=\(Self.client)&order_qty=0.002&limit_price=49000&post_only=true")
        #expect(answer["amend_id"]?.string?.hasPrefix("T") == true)
        #expect(try terms(kraken, id) == ["open", "0.00200000", "49000.0", Self.client])
        let held = try kraken.result("BalanceEx").at("USDT", "hold_trade")?.string
        #expect(held == "98.2548", "0.002 × 49,000 and 26 bps of fee")
        #expect(kraken.double.truth.orders.count == 1)
        let second = try kraken.result("AmendOrder", "txid=\(id)&limit_price=49500")
        #expect(second["amend_id"]?.string != answer["amend_id"]?.string)
        #expect(try terms(kraken, id)[1...2] == ["0.00200000", "49500.0"], "what is not named stays")
    }

    @Test(arguments: [
        ("cl_ord_id=other&order_qty=0.002", "EOrder:Unknown order"),
        ("order_qty=0.002", "EGeneral:Invalid arguments:txid"),
        ("cl_ord_id=0123456789abcdef0123456789abcdef", "EGeneral:Invalid arguments"),
        (
            "cl_ord_id=0123456789abcdef0123456789abcdef&order_qty=0",
            "EGeneral:Invalid arguments:order_qty"
        ),
        (
            "cl_ord_id=0123456789abcdef0123456789abcdef&limit_price=49000.05",
            "EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals."
        ),
        (
            "cl_ord_id=0123456789abcdef0123456789abcdef&order_qty=9",
            "EOrder:Insufficient funds"
        ),
        (
            "cl_ord_id=0123456789abcdef0123456789abcdef&order_qty=0.002&deadline=2001-01-01T00:00:00Z",
            "EService:Deadline elapsed"
        ),
    ])
    func `a refused amend names its reason, and the order stands as it did`(
        _ fields: String, _ text: String
    ) throws {
        let kraken = try KrakenClient(withMarket: false)
        let id = try resting(kraken)
        #expect(try kraken.error("AmendOrder", fields) == text)
        #expect(try terms(kraken, id) == ["open", "0.00100000", "50000.0", Self.client])
    }

    @Test func `a post-only price that would take is refused, and an order that has ended is unknown`()
        throws
    {
        let kraken = try KrakenClient()
        let id = try resting(kraken)
        let fields = "cl_ord_id=\(Self.client)&limit_price=999999&order_qty=0.001&post_only=true"
        #expect(try kraken.error("AmendOrder", fields) == "EOrder:Post only order")
        #expect(try terms(kraken, id) == ["open", "0.00100000", "50000.0", Self.client])
        _ = try kraken.result("CancelOrder", "txid=\(id)")
        #expect(try kraken.error("AmendOrder", "txid=\(id)&order_qty=0.002") == "EOrder:Unknown order")
    }

    @Test func `the place in the queue is kept for less at the same price, and lost otherwise`()
        throws
    {
        for (quantity, price, first) in [
            ("0.0005", "50000", "own"), ("0.002", "50000", "other"), ("0.001", "50001", "own"),
        ] {
            let fixture = ExchangeFixture.exchange("kraken", withMarket: false)
            let now = ExchangeFixture.start
            let own = try fixture.place(
                ExchangeFixture.limit(.buy, "0.001", "50000", id: "own"), account: 0, at: now)
            try fixture.place(
                ExchangeFixture.limit(.buy, "0.001", "50000", id: "other"), account: 0, at: now)
            let terms = VirtualExchange.Amend(
                price: Price(raw: ExchangeFixture.raw(price)),
                quantity: Quantity(raw: ExchangeFixture.raw(quantity)))
            try fixture.amend(own.id, terms, account: 0, at: now)
            fixture.placeHouse(
                VirtualExchange.houseTaker, symbol: 0, side: .sell, price: ExchangeFixture.raw("50000"),
                quantity: ExchangeFixture.raw("0.0001"), timeInForce: .immediateOrCancel, at: now)
            #expect(fixture.executions.map(\.clientID) == [first], "\(quantity) at \(price)")
        }
    }

    @Test func `what was amended is so after a restart of the venue, too`() throws {
        var lines: [UInt8] = []
        let before = ExchangeFixture.exchange("kraken", withMarket: false)
        before.journal = { lines += $0 }
        let now = ExchangeFixture.start
        let order = try before.place(
            ExchangeFixture.limit(.buy, "0.001", "50000", id: "own"), account: 0, at: now)
        let terms = VirtualExchange.Amend(
            price: Price(raw: ExchangeFixture.raw("49000")),
            quantity: Quantity(raw: ExchangeFixture.raw("0.003")))
        try before.amend(order.id, terms, account: 0, at: now)
        let after = ExchangeFixture.exchange("kraken", withMarket: false)
        try after.restore(from: lines)
        #expect(after.orders == before.orders && after.holds == before.holds)
        #expect(after.engines[0].bids == before.engines[0].bids)
    }

    @Test func `less than has filled cancels the rest`() throws {
        let fixture = ExchangeFixture.exchange("kraken", withMarket: false)
        let now = ExchangeFixture.start
        let order = try fixture.place(
            ExchangeFixture.limit(.buy, "0.001", "50000", id: "own"), account: 0, at: now)
        fixture.placeHouse(
            VirtualExchange.houseTaker, symbol: 0, side: .sell, price: ExchangeFixture.raw("50000"),
            quantity: ExchangeFixture.raw("0.0006"), timeInForce: .immediateOrCancel, at: now)
        try fixture.amend(
            order.id, .init(quantity: Quantity(raw: ExchangeFixture.raw("0.0005"))), account: 0, at: now)
        #expect(fixture.orders[order.id]?.state == .canceled)
        #expect(fixture.orders[order.id]?.filled.raw == ExchangeFixture.raw("0.0006"))
        #expect(fixture.holds.isEmpty && fixture.engines[0].bids.isEmpty)
    }
}
