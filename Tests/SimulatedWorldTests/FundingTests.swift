import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct FundingTests {
    private func amount(_ text: String) -> Amount { ExchangeFixture.amount(text) }

    @Test(arguments: [Side.buy, .sell])
    func `funding is paid once an interval, by longs to shorts while the rate is positive`(_ side: Side)
        throws
    {
        let stand = PerpetualStand()
        try stand.trade(side, "2", "60000")
        let before = stand.wallet
        // 08:00 UTC lies between one and eight hours ahead.
        stand.wait(.seconds(8 * 3_600))
        let payment = try #require(stand.exchange.perpetual?.payments.first)
        #expect(stand.exchange.perpetual?.payments.count == 1)
        #expect(payment.at.milliseconds % (8 * 3_600_000) == 0)
        // Without a premium the rate is the interest of 0.01 %.
        #expect(payment.rate == Rate(hundredthsOfBasisPoint: 100))
        #expect(payment.amount == amount(side == .buy ? "-12" : "12"))
        #expect(stand.wallet == before + payment.amount && payment.wallet == stand.wallet)
        #expect(stand.position.cost == amount(side == .buy ? "120000" : "-120000"))
        stand.wait(.seconds(8 * 3_600))
        #expect(stand.exchange.perpetual?.payments.count == 2)
    }

    @Test func `an amount is rounded towards zero at ten to the minus eight`() {
        let size = Quantity(raw: ExchangeFixture.raw("0.001"))
        let mark = Price(raw: ExchangeFixture.raw("60000.1"))
        #expect(VirtualExchange.funding(size, mark, Rate(raw: 1)) == amount("-0.0000006"))
        #expect(VirtualExchange.funding(-size, mark, Rate(raw: 3)) == amount("0.0000018"))
        #expect(VirtualExchange.funding(size, Price(raw: 1), Rate(raw: 1)) == .zero)
    }

    @Test func `the rate follows the premium and is clamped`() {
        let terms = PerpetualTerms()
        #expect(terms.fundingRate(premium: 0).raw == 10_000)
        #expect(terms.fundingRate(premium: 400_000).raw == 10_000, "within five basis points of interest")
        #expect(terms.fundingRate(premium: 1_000_000).raw == 50_000)
        #expect(terms.fundingRate(premium: -1_000_000).raw == -50_000)
        #expect(terms.fundingRate(premium: 90_000_000).raw == 750_000)
        #expect(terms.fundingRate(premium: -90_000_000).raw == -750_000)
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `an observer sees every payment, also at an interval of its own`(_ venue: String) throws {
        let account = DoubleCatalog.demoAccount(apiKey: "key", secret: "secret")
        let double = try #require(
            DoubleCatalog.make(
                venue: venue, seed: 3, instruments: DoubleCatalog.demoInstruments, account: account,
                start: ExchangeFixture.start))
        #expect(double.fundingInterval == .seconds(28_800))
        double.fundingInterval = .seconds(10)
        double.advance(to: ExchangeFixture.start + .seconds(1))
        let quantity = Quantity(raw: ExchangeFixture.raw("0.5"))
        #expect(double.mischief.trade(symbol: "BTC-USDT", side: .sell, quantity: quantity) != nil)
        double.advance(to: ExchangeFixture.start + .seconds(61))
        let seen = double.observer
        #expect(seen.fundingPaymentCount == 6)
        let payments = seen.fundingPayments(from: 2)
        #expect(payments.count == 4 && payments.allSatisfy { $0.position == -quantity })
        #expect(Set(seen.fundingPayments(from: 0).map(\.id)).count == 6)
        let position = try #require(seen.position("BTC-USDT"))
        #expect(position.size == -quantity && position.entryCost < .zero)
        let cash = try #require(seen.balances.first { $0.asset == "USDT" }).total
        #expect(seen.wallet() == cash + position.entryCost)
        let first = amount("400000")
        let flows = try #require(seen.foreignFlows.first { $0.asset == "USDT" }).amount
        #expect(cash == first + flows, "nothing here was the node's own")
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `a spot venue has no funding`(_ venue: String) throws {
        let account = DoubleCatalog.demoAccount(apiKey: "key", secret: "c2VjcmV0")
        let double = try #require(
            DoubleCatalog.make(
                venue: venue, seed: 3, instruments: DoubleCatalog.demoInstruments, account: account,
                start: ExchangeFixture.start))
        double.fundingInterval = .seconds(10)
        #expect(double.fundingInterval == .zero)
        double.advance(to: ExchangeFixture.start + .seconds(30))
        #expect(double.observer.fundingPaymentCount == 0 && double.observer.mark("BTC-USDT") == nil)
    }

    @Test func `a double wakes for the funding of a position`() throws {
        let stand = PerpetualStand()
        stand.exchange.perpetual?.fundingInterval = .seconds(60)
        let due = stand.exchange.nextPerpetual
        #expect(due > stand.now && due <= stand.now + .seconds(60))
        try stand.trade(.buy, "1", "60000")
        #expect(stand.exchange.nextPerpetual == stand.now + .seconds(1), "risk is looked at each second")
    }
}
