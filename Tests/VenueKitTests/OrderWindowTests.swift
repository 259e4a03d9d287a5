import Ports
import Testing
import TradingModel

@testable import VenueKit

/// How long a venue may still take an order, and no longer.
@Suite struct OrderWindowTests {
    static let now: Int64 = 1_607_418_537_715

    private func placed(at venue: String, window: Span) throws -> RequestPlan {
        var profile = DialectStand.profile(venue, proof: .previousLink)
        profile.orderWindow = window
        let listing = DialectStand.listing(DialectStand.instrument(0, "BTC", "USDT"), "BTC-USDT")
        let dialect = try #require(DialectCatalog.make(profile, [listing]))
        let intent = OrderIntent(
            id: DialectStand.id, venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
            quantity: Quantity(raw: 1), limit: Price(raw: 6_183_760), timeInForce: .immediateOrCancel,
            purpose: .open, decidedAt: .distantPast, sendBefore: .distantFuture)
        return dialect.place(
            intent, DialectStand.stamp(milliseconds: Self.now), DialectStand.access(passphrase: "p"))
    }

    @Test(arguments: ["binance-spot", "okx", "okx-swap", "bybit", "bybit-linear", "kraken"])
    func `an order says until when it may be taken`(venue: String) throws {
        let plan = try placed(at: venue, window: .seconds(4))
        let said =
            switch DialectCatalog.house(venue) {
            case "binance-spot": plan.target.contains("&recvWindow=4000&")
            case "okx": plan.header("expTime") == String(Self.now + 4_000)
            case "bybit": plan.header("X-BAPI-RECV-WINDOW") == "4000"
            default:
                String(decoding: plan.body, as: UTF8.self).contains("deadline=2020-12-08T09%3A09%3A01.715Z")
            }
        #expect(said, "\(plan.target) \(String(decoding: plan.body, as: UTF8.self))")
    }

    @Test func `Kraken takes no deadline below two seconds, told in whole ones`() {
        #expect(DialectCatalog.leastOrderWindow("kraken") == .seconds(3))
        #expect(DialectCatalog.leastOrderWindow("okx") < .seconds(1))
    }

    @Test func `questions that come while somebody looks share the next look`() {
        var looks = LookQueue<Int>()
        let first = looks.add(1)
        let second = looks.add(2)
        #expect(first && !second, "one looks for all")
        #expect(looks.next() == [1, 2])
        let third = looks.add(3)
        #expect(!third, "the same one looks again: an answer is younger than its question")
        #expect(looks.next() == [3] && looks.next() == nil)
        let fourth = looks.add(4)
        #expect(fourth, "nobody looks any more")
    }
}
