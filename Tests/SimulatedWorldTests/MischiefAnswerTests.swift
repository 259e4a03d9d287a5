import Testing
import TradingModel

@testable import SimulatedWorld

/// What a venue can do wrong with answers, keys, clocks and filters (V16, V17, V19, V21).
@Suite struct MischiefAnswerTests {
    private let mine = "fedcba9876543210fedcba9876543210"

    private func amount(_ text: String) -> Amount { ExchangeFixture.amount(text) }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `the venue's clock is its own, in its time page and in its checks`(_ venue: String) throws {
        let wire = VenueWire(venue)
        let pages = [
            "binance-spot": "/api/v3/time", "okx": "/api/v5/public/time", "bybit": "/v5/market/time",
            "kraken": "/0/public/Time",
        ]
        let page = try #require(pages[venue])
        wire.mischief.clockOffset = .seconds(-40)
        let told = String((wire.now - .seconds(40)).nanoseconds / 1_000_000_000)
        #expect(VenueWire.text(wire.get(page)).contains(told))
        // Kraken's requests carry a nonce and no time.
        let refusals = ["binance-spot": "-1021", "okx": "50102", "bybit": "10002", "kraken": "OK"]
        #expect(try VenueWire.code(wire.balances()) == refusals[venue])
        #expect(try VenueWire.code(wire.balances(stamp: wire.now - .seconds(40))) == "OK")
        wire.mischief.clockOffset = .zero
        #expect(try VenueWire.code(wire.balances()) == "OK")
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `balances are wrong for as many answers as wanted, then right`(_ venue: String) throws {
        let wire = VenueWire(venue)
        let before = VenueWire.text(wire.balances())
        wire.wait(5_000)
        _ = wire.place(.sell, "1", at: wire.bid * 98 / 100, id: mine)
        wire.mischief.wrongBalances = .init(.zero, answers: 2)
        #expect(!VenueWire.text(wire.balances()).contains("80"))
        #expect(!VenueWire.text(wire.balances()).contains("80"))
        wire.mischief.wrongBalances = .init(.stale(.seconds(3)), answers: 1)
        let stale = VenueWire.text(wire.balances())
        for text in ["400000", "80"] { #expect(before.contains(text) && stale.contains(text)) }
        let right = VenueWire.text(wire.balances())
        #expect(!right.contains("400000") && right.contains("80"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `an order is denied for a while though it exists, and trades come late into history`(_ venue: String)
        throws
    {
        let wire = VenueWire(venue)
        _ = wire.place(.buy, "0.001", at: wire.ask * 102 / 100, id: mine)
        wire.mischief.hiddenOrderAnswers = 2
        wire.mischief.tradeHistoryLag = .seconds(2)
        for _ in 0..<2 { #expect(!VenueWire.text(wire.query(mine)).contains(mine)) }
        #expect(VenueWire.text(wire.query(mine)).contains(mine))
        #expect(!VenueWire.text(wire.trades()).contains("0.001"))
        wire.wait(2_100)
        #expect(VenueWire.text(wire.trades()).contains("0.001"))
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a key in trouble is refused with the venue's code, and its logins too`(_ venue: String) throws {
        let wire = VenueWire(venue)
        let codes: [String: (revoked: String, address: String, trading: String)] = [
            "binance-spot": ("-2015", "-2015", "-2015"), "okx": ("50111", "50110", "50120"),
            "bybit": ("10003", "10010", "10005"),
            "kraken": ("EAPI:Invalid key", "EGeneral:Permission denied", "EGeneral:Permission denied"),
        ]
        let expected = try #require(codes[venue])
        wire.mischief.keyTrouble = .revoked
        #expect(try VenueWire.code(wire.balances()) == expected.revoked)
        try wire.login()
        let refused = ["binance-spot": "-2015", "okx": "60005", "bybit": "Params Error"][venue]
        #expect(wire.take(2).joined().contains(refused ?? "ESession:Invalid session"))
        wire.mischief.keyTrouble = .addressNotAllowed
        #expect(try VenueWire.code(wire.balances()) == expected.address)
        wire.mischief.keyTrouble = .tradingNotAllowed
        #expect(try VenueWire.code(wire.balances()) == "OK")
        let order = wire.place(.buy, "0.001", at: wire.ask * 102 / 100, id: mine)
        #expect(try VenueWire.code(order) == expected.trading)
        #expect(wire.double.observer.orderCount == 0)
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `filters change in mid-session and are told and enforced`(_ venue: String) throws {
        let wire = VenueWire(venue)
        wire.mischief.setFilters(
            "BTC-USDT", tick: Price(raw: ExchangeFixture.raw("5")),
            lot: Quantity(raw: ExchangeFixture.raw("0.01")),
            minimumNotional: amount("1000"))
        wire.wait(200)
        #expect(wire.bid > 0 && wire.bid % ExchangeFixture.raw("5") == 0)
        let codes: [String: (tick: String, lot: String, small: String)] = [
            "binance-spot": ("-1013", "-1013", "-1013"), "okx": ("51150", "51121", "51020"),
            "bybit": ("170134", "170137", "170140"),
            "kraken": (
                "EOrder:Invalid price:XBTUSDT price can only be specified up to 0 decimals.",
                "EGeneral:Invalid arguments:volume", "EOrder:Cost minimum not met"
            ),
        ]
        let expected = try #require(codes[venue])
        let price = ExchangeFixture.raw("50000")
        #expect(
            try VenueWire.code(wire.place(.buy, "0.1", at: price + ExchangeFixture.raw("0.1"), "GTC"))
                == expected.tick)
        #expect(try VenueWire.code(wire.place(.buy, "0.105", at: price, "GTC")) == expected.lot)
        #expect(try VenueWire.code(wire.place(.buy, "0.01", at: price, "GTC")) == expected.small)
        #expect(try VenueWire.code(wire.place(.buy, "0.1", at: price, "GTC")) == "OK")
        wire.mischief.maximumOpenOrders = 1
        let full = [
            "binance-spot": "-1013", "okx": "51025", "bybit": "170810",
            "kraken": "EOrder:Orders limit exceeded",
        ]
        #expect(try VenueWire.code(wire.place(.buy, "0.1", at: price, "GTC")) == full[venue])
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a halted symbol refuses orders while its book stands still; a delisted one is gone`(_ venue: String)
        throws
    {
        let wire = VenueWire(venue)
        _ = wire.place(.buy, "0.001", at: ExchangeFixture.raw("50000"), "GTC", id: mine)
        wire.subscribeBook()
        wire.mischief.halt("BTC-USDT", .halted)
        wire.wait(500)
        _ = wire.takeBook()
        wire.wait(2_000)
        #expect(wire.takeBook().isEmpty)
        let halted = [
            "binance-spot": "-2010", "okx": "51022", "bybit": "170157",
            "kraken": "EService:Market in cancel_only mode",
        ]
        let order = { wire.place(.buy, "0.001", at: wire.ask * 102 / 100) }
        #expect(try VenueWire.code(order()) == halted[venue])
        let lists = [
            "binance-spot": "/api/v3/exchangeInfo", "okx": "/api/v5/public/instruments?instType=SPOT",
            "bybit": "/v5/market/instruments-info?category=spot", "kraken": "/0/public/AssetPairs",
        ]
        let list = try #require(lists[venue])
        let words = ["binance-spot": "HALT", "okx": "suspend", "bybit": "Closed", "kraken": "cancel_only"]
        #expect(VenueWire.text(wire.get(list)).contains(try #require(words[venue])))
        wire.mischief.resume("BTC-USDT")
        wire.wait(500)
        #expect(!wire.takeBook().isEmpty)
        wire.mischief.halt("BTC-USDT", .delisted)
        wire.wait(300)
        #expect(wire.bid == 0 && wire.double.observer.openOrders().isEmpty)
        #expect(!wire.takeBook().isEmpty, "the book empties")
        #expect(!VenueWire.text(wire.get(list)).contains("\"\(wire.pair)\""))
        let gone = [
            "binance-spot": "-1121", "okx": "51001", "bybit": "170121", "kraken": "EQuery:Unknown asset pair",
        ]
        let price = ExchangeFixture.raw("50000")
        #expect(try VenueWire.code(wire.place(.buy, "0.001", at: price, "GTC")) == gone[venue])
    }
}
