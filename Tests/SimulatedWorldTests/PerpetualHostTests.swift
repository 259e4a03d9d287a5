import Testing
import TradingModel

@testable import SimulatedWorld

/// Doubles of perpetuals in the hands of a host: asleep, lied for, cut off.
@Suite struct PerpetualHostTests {
    private func amount(_ text: String) -> Amount { ExchangeFixture.amount(text) }

    private static let marks = [
        "okx-swap": (
            "/ws/v5/public",
            #"{"op":"subscribe","args":[{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"#
                + #"{"channel":"funding-rate","instId":"ETH-USDT-SWAP"}]}"#
        ),
        "bybit-linear": ("/v5/public/linear", #"{"op":"subscribe","args":["tickers.BTCUSDT"]}"#),
    ]
    private static let accounts = [
        "okx-swap": #"{"op":"subscribe","args":[{"channel":"account"},"#
            + #"{"channel":"positions","instType":"SWAP"}]}"#,
        "bybit-linear": #"{"op":"subscribe","args":["position"]}"#,
    ]

    /// Everything a double says in twelve seconds of a position, with funding every three.
    private func said(_ venue: String, sleeps: Bool, pace: MarketPace) throws -> (all: [[String]], calls: Int)
    {
        let wire = VenueWire(venue)
        wire.double.pace = pace
        wire.double.fundingInterval = .seconds(3)
        let (path, topics) = try #require(PerpetualHostTests.marks[venue])
        wire.double.opened(1, path: path, at: wire.now)
        wire.say(topics, on: 1)
        try wire.login()
        wire.say(try #require(PerpetualHostTests.accounts[venue]), on: 2)
        _ = wire.place(.sell, "0.2", at: wire.bid * 98 / 100)
        var calls = 0
        let end = wire.now + .seconds(12)
        var all: [[String]] = [[], []]
        while wire.now < end {
            let next = sleeps ? wire.double.nextActivity ?? end : wire.now + .milliseconds(10)
            wire.now = min(end, max(next, wire.now))
            wire.double.advance(to: wire.now)
            for connection in [1, 2] { all[connection - 1] += wire.take(connection) }
            calls += 1
        }
        return (all, calls)
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `marks and funding are told to a host that sleeps as to one that polls`(_ venue: String) throws {
        for pace in [MarketPace.lively, .lean] {
            let polled = try said(venue, sleeps: false, pace: pace)
            let slept = try said(venue, sleeps: true, pace: pace)
            #expect(polled.all == slept.all)
            #expect(polled.all[0].count > (pace == .lean ? 5 : 40) && slept.calls < polled.calls)
            let funding = polled.all[1].filter {
                $0.contains("funding_fee") || $0.contains(#""topic":"wallet""#)
            }
            #expect(funding.count >= 4)
        }
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `balances and positions are wrong for as many answers as wanted, then right`(_ venue: String) throws
    {
        let wire = VenueWire(venue)
        func position() -> String {
            VenueWire.text(
                venue == "okx-swap"
                    ? wire.signed("GET", "/api/v5/account/positions", "instType=SWAP")
                    : wire.signed("GET", "/v5/position/list", "category=linear&settleCoin=USDT"))
        }
        let size = venue == "okx-swap" ? #""pos":"20""# : #""size":"0.2""#
        let before = VenueWire.text(wire.balances())
        _ = wire.place(.buy, "0.2", at: wire.ask * 102 / 100)
        wire.wait(2_000)
        #expect(position().contains(size))
        let real = try #require(wire.double.observer.wallet()).description
        #expect(real != "400000" && VenueWire.text(wire.balances()).contains(real))
        wire.mischief.wrongBalances = .init(.zero, answers: 2)
        #expect(!position().contains(size))
        #expect(!VenueWire.text(wire.balances()).contains(real))
        #expect(position().contains(size))
        wire.mischief.wrongBalances = .init(.stale(.seconds(3)), answers: 2)
        #expect(!position().contains(size))
        #expect(before.contains(#""400000""#) && VenueWire.text(wire.balances()).contains(#""400000""#))
        #expect(VenueWire.text(wire.balances()).contains(real))
    }

    @Test func `an institutional client's perpetual orders end when its connection is lost`() throws {
        let client = BybitClient("bybit-linear", isInstitutional: true)
        client.open(1, "/v5/private")
        client.authenticate(1)
        client.send(1, #"{"op":"subscribe","args":["dcp.future"]}"#)
        let order =
            #"{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.1","#
            + #""price":"50000"}"#
        #expect(try client.signed("POST", "/v5/order/create", order)["retCode"]?.integer == 0)
        client.double.closed(1, at: client.now)
        client.advance(9_000)
        #expect(client.double.truth.orders.map(\.isOpen) == [true])
        client.advance(2_000)
        #expect(client.double.truth.orders.map(\.isOpen) == [false])
    }
}
