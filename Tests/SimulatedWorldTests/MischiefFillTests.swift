import Testing
import TradingModel

@testable import SimulatedWorld

/// What a venue can do wrong with orders and fills (V05, V07, V08, V09, V18, V20).
@Suite struct MischiefFillTests {
    private func raw(_ text: String) -> Int64 { ExchangeFixture.raw(text) }
    private let mine = "fedcba9876543210fedcba9876543210"

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a taker's fill comes in many pieces down to one lot, and the rest expires`(_ venue: String) throws {
        let wire = VenueWire(venue)
        wire.mischief.fragmentation = .init(pieces: 6, percent: 60)
        let answer = wire.place(.buy, "0.1", at: wire.ask * 102 / 100, id: mine)
        #expect(try VenueWire.code(answer) == "OK")
        let fills = wire.double.observer.executions(from: 0)
        let lot = try #require(wire.double.observer.rules("BTC-USDT")?.lot)
        #expect(fills.count >= 6 && fills.first?.quantity == lot)
        #expect(Set(fills.map(\.tradeID)).count == fills.count)
        #expect(fills.reduce(0) { $0 + $1.quantity.raw } == raw("0.06"))
        let order = try #require(wire.double.observer.orders(from: 0).first)
        #expect(!order.isOpen && order.filled == ExchangeFixture.amount("0.06"))
        #expect(order.isNodeNamed && !order.isForeign)
        let page = VenueWire.text(wire.query(mine))
        let ended = [
            "binance-spot": "EXPIRED", "okx": "canceled", "bybit": "PartiallyFilledCanceled",
            "kraken": "canceled",
        ]
        #expect(page.contains(try #require(ended[venue])) && page.contains("0.06"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `an overfilled order tells honestly that it has taken too much`(_ venue: String) throws {
        let wire = VenueWire(venue)
        wire.mischief.overfills = [.percent(10), .lots(1)]
        _ = wire.place(.buy, "0.1", at: wire.ask * 102 / 100, id: mine)
        #expect(wire.double.observer.orders(from: 0)[0].filled == ExchangeFixture.amount("0.11"))
        #expect(VenueWire.text(wire.query(mine)).contains("0.11"))
        let truth = wire.double.truth
        let bought = try #require(truth.balances.first { $0.asset == "BTC" }).total
        let fees = wire.double.observer.executions(from: 0).filter { $0.feeAsset == "BTC" }
            .reduce(Amount.zero) { $0 + $1.fee }
        #expect(bought == ExchangeFixture.amount("5.11") - fees)
        #expect(truth.balances.allSatisfy { $0.total == $0.available }, "nothing stays promised")
        _ = wire.place(.sell, "0.1", at: wire.bid * 98 / 100)
        let sold = wire.double.observer.orders(from: 1)[0].filled
        #expect(sold > ExchangeFixture.amount("0.1") && sold <= ExchangeFixture.amount("0.10001"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a stranger's trade on the account moves balances and is told like any other`(_ venue: String) throws
    {
        let wire = VenueWire(venue)
        try wire.login()
        _ = wire.take(2)
        let before = wire.double.observer.balances
        let seen = wire.double.observer.executionCount
        #expect(
            wire.mischief.trade(symbol: "BTC-USDT", side: .sell, quantity: Quantity(raw: raw("0.02"))) != nil)
        wire.wait(200)
        #expect(wire.take(2).contains { $0.contains("0.02") })
        let fills = wire.double.observer.executions(from: seen)
        #expect(!fills.isEmpty && fills.allSatisfy { $0.wasForeign && $0.clientID != mine })
        wire.mischief.transfer(ExchangeFixture.amount("-7"), asset: "USDT")
        let flows = wire.double.observer.foreignFlows
        for (index, now) in wire.double.observer.balances.enumerated() {
            #expect(now.total == before[index].total + flows[index].amount)
        }
        _ = wire.place(.buy, "0.01", at: wire.ask * 102 / 100, id: mine)
        #expect(wire.double.observer.foreignFlows.map(\.amount) == flows.map(\.amount))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `strangers' orders and zombies rest on the account, and a zombie can be canceled by its name`(
        _ venue: String
    ) throws {
        let wire = VenueWire(venue)
        let price = Price(raw: raw("50000"))
        let quantity = Quantity(raw: raw("0.001"))
        let id = wire.mischief.plant(symbol: "BTC-USDT", side: .buy, price: price, quantity: quantity)
        wire.mischief.plant(
            clientID: VenueWire.zombie, symbol: "BTC-USDT", side: .buy, price: price, quantity: quantity)
        #expect(id != nil)
        let open = VenueWire.text(wire.openOrders())
        #expect(open.contains(VenueWire.zombie) && open.contains("0.001"))
        let orders = wire.double.observer.openOrders()
        #expect(orders.map(\.isNodeNamed) == [false, true] && orders.allSatisfy { $0.isForeign })
        #expect(orders[1].price == price && orders[1].side == .buy)
        #expect(orders[1].quantity == ExchangeFixture.amount("0.001") && orders[1].arrivedAt > .distantPast)
        let changes = wire.double.observer.changeCount
        #expect(try VenueWire.code(wire.cancel(VenueWire.zombie)) == "OK")
        #expect(wire.double.observer.changedOrders(from: changes).map(\.isOpen) == [false])
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a cancel that loses its race is refused, and the order is filled`(_ venue: String) throws {
        let wire = VenueWire(venue)
        _ = wire.place(.buy, "0.001", at: raw("50000"), "GTC", id: mine)
        wire.mischief.cancelRaces = [.filledFirst]
        let refusals = [
            "binance-spot": "-2011", "okx": "51402", "bybit": "170213", "kraken": "EOrder:Unknown order",
        ]
        #expect(try VenueWire.code(wire.cancel(mine)) == refusals[venue])
        let order = wire.double.observer.orders(from: 0)[0]
        #expect(!order.isOpen && order.filled == ExchangeFixture.amount("0.001"))
        #expect(VenueWire.text(wire.trades()).contains("50000"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a cancel is confirmed, and a fill from before it is told later`(_ venue: String) throws {
        let wire = VenueWire(venue)
        try wire.login()
        _ = wire.place(.buy, "0.002", at: raw("50000"), "GTC", id: mine)
        wire.wait(100)
        _ = wire.take(2)
        wire.mischief.cancelRaces = [.lateFill(percent: 50, after: .milliseconds(700))]
        #expect(try VenueWire.code(wire.cancel(mine)) == "OK")
        #expect(wire.double.observer.executions(from: 0).map(\.quantity.raw) == [raw("0.001")])
        #expect(wire.double.observer.orders(from: 0).map(\.isOpen) == [false])
        let next = try #require(wire.double.nextActivity, "a host that sleeps wakes for the late report")
        #expect(next <= wire.now + .milliseconds(700))
        wire.wait(600)
        let early = wire.take(2).joined()
        #expect(early.lowercased().contains("cancel"))
        let trade = ["binance-spot": "TRADE", "okx": #""fillSz":"0.001""#, "bybit": "execPrice"][venue]
        let mark = trade ?? #""exec_type":"trade""#
        #expect(!early.contains(mark))
        wire.wait(200)
        #expect(wire.take(2).joined().contains(mark))
        #expect(VenueWire.text(wire.query(mine)).contains("0.001"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `self-trade prevention ends an IOC without a fill`(_ venue: String) throws {
        let wire = VenueWire(venue)
        wire.mischief.selfTradeExpiries = 1
        _ = wire.place(.buy, "0.01", at: wire.ask * 102 / 100, id: mine)
        #expect(wire.double.observer.executionCount == 0)
        let words = [
            "binance-spot": "EXPIRED_IN_MATCH", "okx": #""cancelSource":"32""#, "bybit": "Cancelled",
            "kraken": "Self trade prevention",
        ]
        #expect(VenueWire.text(wire.query(mine)).contains(try #require(words[venue])))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `the venue ends all orders unasked, and says so`(_ venue: String) throws {
        let wire = VenueWire(venue)
        try wire.login()
        for (id, liquidation) in [(mine, false), (VenueWire.zombie, true)] {
            _ = wire.place(.buy, "0.001", at: raw("50000"), "GTC", id: id)
            wire.wait(50)
            _ = wire.take(2)
            wire.mischief.cancelAllOrders(asLiquidation: liquidation)
            wire.wait(100)
            #expect(!wire.take(2).isEmpty)
            let words = [
                "binance-spot": ("EXPIRED", "EXPIRED"),
                "okx": (#""cancelSource":"0""#, #""cancelSource":"3""#),
                "bybit": ("CancelByAdmin", "CancelAllBeforeLiq"),
                "kraken": ("Market maintenance", "Liquidation"),
            ]
            let word = try #require(words[venue])
            #expect(VenueWire.text(wire.query(id)).contains(liquidation ? word.1 : word.0))
        }
        #expect(wire.double.truth.balances.allSatisfy { $0.total == $0.available })
    }

    @Test func `one execution is reported in two messages, each with its own number`() throws {
        let wire = VenueWire("kraken")
        try wire.login()
        _ = wire.take(2)
        wire.mischief.repeatedReports = 1
        _ = wire.place(.buy, "0.001", at: wire.ask * 102 / 100, id: mine)
        wire.wait(50)
        let trades = try wire.take(2).map { try JSONDocument(text: $0) }
            .filter { $0.at("data", 0, "exec_type")?.string == "trade" }
        #expect(trades.count == 2 && trades[0].at("data", 0) == trades[1].at("data", 0))
        #expect(trades[0]["sequence"] != trades[1]["sequence"])
        #expect(wire.double.observer.executionCount == 1)
    }

    @Test(arguments: ["binance-spot", "okx", "bybit"])
    func `only Binance takes a client id again once its order has ended`(_ venue: String) throws {
        let wire = VenueWire(venue)
        #expect(try VenueWire.code(wire.place(.buy, "0.001", at: wire.ask * 102 / 100, id: mine)) == "OK")
        let again = try VenueWire.code(wire.place(.buy, "0.001", at: wire.ask * 102 / 100, id: mine))
        #expect(again == ["binance-spot": "OK", "okx": "51016", "bybit": "170141"][venue])
        #expect(wire.double.observer.orderCount == (venue == "binance-spot" ? 2 : 1))
    }
}
