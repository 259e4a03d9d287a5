import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct PerpetualJournalTests {
    /// Orders of all kinds, funding every few seconds, a liquidation, another leverage.
    private func trade(_ exchange: VirtualExchange, seed: UInt64) {
        var random = SeededSequence(seed: seed)
        var now = exchange.clock
        exchange.perpetual?.fundingInterval = .seconds(7)
        for step in 0..<250 {
            now = now + .milliseconds(random.between(50, 500))
            exchange.advance(to: now)
            if step == 60 { _ = exchange.setLeverage(700, symbol: 1, account: 0, at: now) }
            if step == 180 { exchange.mischief.moveMarket(percent: 80) }
            let symbol = Int(random.between(0, 1))
            let rules = exchange.symbols[symbol]
            guard let best = exchange.engines[symbol].bestBid else { continue }
            let raw = best + best * random.between(-12, 12) / 10_000
            var request = OrderRequest(symbol: symbol, side: random.between(0, 2) == 0 ? .buy : .sell)
            request.timeInForce = [.goodTillCanceled, .immediateOrCancel][Int(random.between(0, 1))]
            request.price = Price(raw: raw / rules.tick.raw * rules.tick.raw)
            let most = ExchangeFixture.raw(symbol == 0 ? "0.4" : "8")
            request.quantity = Quantity(raw: random.between(rules.lot.raw, most)).rounded(downTo: rules.lot)
            let position = exchange.position(symbol, of: 0).size.raw
            if position != 0, random.between(0, 2) == 0 {
                request.isReduceOnly = true
                request.timeInForce = .goodTillCanceled
                request.side = position > 0 ? .sell : .buy
                let away = (position > 0 ? 1 : -1) * best / 1_000 * random.between(2, 9)
                request.price = Price(raw: (best + away) / rules.tick.raw * rules.tick.raw)
            }
            request.clientID = "j\(step)"
            do throws(Refusal) { try exchange.place(request, account: 0, at: now) } catch { continue }
        }
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `perpetuals restored from their journal are those that died`(_ venue: String) throws {
        let accounts = [ExchangeFixture.account("a", [("BTC", "1"), ("USDT", "90000")])]
        let before = ExchangeFixture.exchange(venue, accounts: accounts)
        var journal: [UInt8] = []
        before.journal = { journal += $0 }
        trade(before, seed: 4)
        #expect(before.orders.values.contains { $0.request.isLiquidation })
        #expect(before.orders.values.contains { $0.endReason == .reduceOnly })
        #expect((before.perpetual?.payments.count ?? 0) > 5)
        let after = ExchangeFixture.exchange(venue, accounts: accounts, start: before.clock + .seconds(3))
        try after.restore(from: journal)
        #expect(after.orders == before.orders)
        #expect(after.executions == before.executions)
        #expect(after.accounts.map(\.balances) == before.accounts.map(\.balances))
        #expect(after.perpetual?.accounts == before.perpetual?.accounts)
        #expect(after.perpetual?.payments == before.perpetual?.payments)
        #expect(after.houseBalances == before.houseBalances)
        #expect(after.foreignFlows == before.foreignFlows)
        #expect(after.holding(of: 0) == before.holding(of: 0))
        #expect(after.nextTradeID >= before.nextTradeID)
        #expect(after.openOrders(of: 0) == before.openOrders(of: 0))
        #expect(after.takeEvents().isEmpty && after.takePayments().isEmpty)
    }

    @Test func `a journal of perpetuals with any byte changed is refused or read, and never traps`() throws {
        let accounts = [ExchangeFixture.account("a", [("USDT", "90000")])]
        let exchange = ExchangeFixture.exchange("okx-swap", accounts: accounts)
        var journal: [UInt8] = []
        exchange.journal = { journal += $0 }
        trade(exchange, seed: 9)
        var random = SeededSequence(seed: 8)
        var refused = 0
        for _ in 0..<300 {
            var damaged = journal
            for _ in 0...random.between(0, 3) {
                let at = Int(random.between(0, Int64(damaged.count - 1)))
                damaged[at] =
                    random.next() & 1 == 0 ? UInt8(random.between(48, 57)) : UInt8(random.between(9, 126))
            }
            let after = ExchangeFixture.exchange("okx-swap", accounts: accounts, withMarket: false)
            do throws(JournalFault) { try after.restore(from: damaged) } catch { refused += 1 }
        }
        #expect(refused > 50)
    }

    @Test func `a spot journal has no line and no field of perpetuals`() throws {
        let exchange = ExchangeFixture.exchange("okx")
        #expect(throws: JournalFault.unreadable(line: 1, reason: "leverage")) {
            try exchange.restore(from: Array("leverage\t0\tBTC-USDT\t500\n".utf8))
        }
        let other = ExchangeFixture.exchange("okx")
        let line = "placed\t5\t0\tBTC-USDT\tbuy\tlimit\t0\t1\t1000\t-\t7\t\treduce\n"
        #expect(throws: JournalFault.unreadable(line: 1, reason: "placed")) {
            try other.restore(from: Array(line.utf8))
        }
    }
}
