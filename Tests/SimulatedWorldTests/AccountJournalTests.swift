import Testing
import TradingModel

@testable import SimulatedWorld

struct AccountJournalTests {
    private let start = ExchangeFixture.start

    /// A few hundred random orders and cancels of one user, and a transfer.
    private func trade(_ exchange: VirtualExchange, seed: UInt64) {
        var random = SeededSequence(seed: seed)
        var now = exchange.clock
        let forces: [TimeInForce] = [.goodTillCanceled, .immediateOrCancel, .fillOrKill, .postOnly]
        for step in 0..<200 {
            now = now + .milliseconds(random.between(1, 60))
            exchange.advance(to: now)
            let open = exchange.openOrders(of: 0)
            if random.between(0, 3) == 0, let order = open.first {
                do throws(Refusal) { try exchange.cancel(order.id, account: 0, at: now) } catch {
                    Issue.record("an open order is canceled: \(error)")
                }
                continue
            }
            let symbol = Int(random.between(0, 1))
            let rules = exchange.symbols[symbol]
            let middle = exchange.engines[symbol].bestBid ?? rules.referencePrice.raw
            let raw = middle + middle * random.between(-15, 15) / 10_000
            let request = OrderRequest(
                symbol: symbol, side: random.next() & 1 == 0 ? .buy : .sell,
                timeInForce: forces[Int(random.between(0, 3))],
                price: Price(raw: raw / rules.tick.raw * rules.tick.raw),
                quantity: Quantity(raw: random.between(100_000, 3_000_000)).rounded(downTo: rules.lot),
                clientID: "j\(step)\tü")
            do throws(Refusal) { try exchange.place(request, account: 0, at: now) } catch { continue }
        }
        let far = ExchangeFixture.limit(.buy, "0.01", "31000", id: "far")
        do throws(Refusal) { try exchange.place(far, account: 0, at: now) } catch {
            Issue.record("an affordable order is refused: \(error)")
        }
        exchange.transfer(ExchangeFixture.amount("12.5"), asset: "USDT", account: 0)
    }

    @Test(arguments: ["binance-spot", "okx", "bybit", "kraken"])
    func `a venue restored from its journal is the venue that died`(_ venue: String) throws {
        let accounts = [ExchangeFixture.account("a", [("BTC", "5"), ("ETH", "80"), ("USDT", "400000")])]
        let before = ExchangeFixture.exchange(venue, accounts: accounts)
        var journal: [UInt8] = []
        before.journal = { journal += $0 }
        trade(before, seed: 3)
        let after = ExchangeFixture.exchange(venue, accounts: accounts, start: before.clock + .seconds(3))
        try after.restore(from: journal)
        #expect(after.orders == before.orders)
        #expect(after.arrival == before.arrival)
        #expect(after.executions == before.executions)
        #expect(after.byClientID == before.byClientID)
        #expect(after.accounts.map(\.balances) == before.accounts.map(\.balances))
        #expect(after.feesTaken == before.feesTaken)
        #expect(after.houseBalances == before.houseBalances)
        #expect(after.nextOrderID > (before.arrival.max() ?? 0))
        #expect(after.nextTradeID > (before.executions.map(\.tradeID).max() ?? 0))
        #expect(!before.openOrders(of: 0).isEmpty)
        for order in before.openOrders(of: 0) {
            let levels =
                order.request.side == .buy
                ? after.engines[order.request.symbol].bids : after.engines[order.request.symbol].asks
            let level = try #require(levels.first { $0.price == order.request.price.raw })
            #expect(level.queue.contains { $0.id == order.id && $0.remaining == order.remaining.raw })
        }
        #expect(after.takeEvents().isEmpty)
        try second(after, journal, accounts, venue)
    }

    /// It trades on after the restart, and a second restart from the whole journal agrees again.
    private func second(
        _ exchange: VirtualExchange, _ journal: [UInt8], _ accounts: [DoubleAccountSpec], _ venue: String
    ) throws {
        var journal = journal
        exchange.journal = { journal += $0 }
        exchange.advance(to: exchange.clock + .seconds(20))
        let last = try exchange.place(
            ExchangeFixture.limit(.buy, "0.01", "30000", id: "after"), account: 0, at: exchange.clock)
        let again = ExchangeFixture.exchange(venue, accounts: accounts, start: exchange.clock + .seconds(1))
        try again.restore(from: journal)
        #expect(again.orders == exchange.orders)
        #expect(again.accounts.map(\.balances) == exchange.accounts.map(\.balances))
        #expect(again.nextOrderID > last.id)
    }

    @Test func `a journal cut at any byte restores, and an unanswered IOC does not stand`() throws {
        let accounts = [ExchangeFixture.account("a", [("BTC", "5"), ("ETH", "80"), ("USDT", "400000")])]
        let exchange = ExchangeFixture.exchange("bybit", accounts: accounts)
        var journal: [UInt8] = []
        exchange.journal = { journal += $0 }
        exchange.advance(to: start)
        try exchange.place(
            ExchangeFixture.limit(.buy, "1", "70000", .immediateOrCancel, id: "ioc"), account: 0, at: start)
        try exchange.place(ExchangeFixture.limit(.buy, "0.5", "50000", id: "gtc"), account: 0, at: start)
        for cut in stride(from: 0, through: journal.count, by: 17) {
            let after = ExchangeFixture.exchange("bybit", accounts: accounts, start: start + .seconds(1))
            try after.restore(from: Array(journal[..<cut]))
            for order in after.openOrders(of: 0) { #expect(order.request.clientID == "gtc") }
            let held = after.accounts[0].balances.reduce(Int128(0)) { $0 + $1.held.raw }
            let open = after.openOrders(of: 0).reduce(Int128(0)) { sum, order in
                sum + after.symbols[0].instrument.notional(order.request.price, order.remaining).raw
            }
            #expect(held == open)
        }
    }

    @Test func `a journal with any byte changed is refused or read, and never traps`() throws {
        let exchange = ExchangeFixture.exchange("kraken")
        var journal: [UInt8] = []
        exchange.journal = { journal += $0 }
        exchange.advance(to: start)
        let request = ExchangeFixture.limit(.buy, "0.5", "70000", id: "x")
        let order = try exchange.place(request, account: 0, at: start)
        #expect(order.state == .filled)
        exchange.transfer(ExchangeFixture.amount("3"), asset: "BTC", account: 0)
        var random = SeededSequence(seed: 8)
        var refused = 0
        for _ in 0..<2_000 {
            var damaged = journal
            for _ in 0...random.between(0, 3) {
                let at = Int(random.between(0, Int64(damaged.count - 1)))
                damaged[at] =
                    random.next() & 1 == 0 ? UInt8(random.between(48, 57)) : UInt8(random.between(9, 126))
            }
            let after = ExchangeFixture.exchange("kraken")
            do throws(JournalFault) { try after.restore(from: damaged) } catch { refused += 1 }
        }
        #expect(refused > 500)
    }

    @Test func `a damaged line is named and not skipped`() throws {
        let exchange = ExchangeFixture.exchange("okx")
        #expect(throws: JournalFault.unreadable(line: 1, reason: "placed")) {
            try exchange.restore(from: Array("placed\t12\nended\t3\n".utf8))
        }
        let other = ExchangeFixture.exchange("okx")
        #expect(throws: JournalFault.unreadable(line: 2, reason: "nonsense")) {
            try other.restore(from: Array("transfer\t0\tUSDT\t5\nnonsense\n".utf8))
        }
    }

    @Test func `the journal is written before the answer and once per operation`() throws {
        let exchange = ExchangeFixture.exchange("bybit")
        var chunks: [[UInt8]] = []
        exchange.advance(to: start)
        exchange.journal = { chunks.append($0) }
        try exchange.place(
            ExchangeFixture.limit(.buy, "0.3", "70000", .immediateOrCancel, id: "x"), account: 0, at: start)
        #expect(chunks.count == 1)
        #expect(chunks.first?.last == 0x0A)
        #expect(throws: Refusal.duplicateClientID) {
            try exchange.place(ExchangeFixture.limit(.buy, "0.3", "70000", id: "x"), account: 0, at: start)
        }
        #expect(chunks.count == 1)
    }
}
