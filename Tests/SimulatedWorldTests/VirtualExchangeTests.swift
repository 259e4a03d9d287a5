import Testing
import TradingModel

@testable import SimulatedWorld

struct VirtualExchangeTests {
    private let start = ExchangeFixture.start

    /// Users + house + fees: the sum of every asset never moves by a unit.
    private func total(_ exchange: VirtualExchange, _ asset: Int) -> Int128 {
        exchange.accounts.reduce(exchange.houseBalances[asset].raw + exchange.feesTaken[asset].raw) {
            $0 + $1.balances[asset].total.raw
        }
    }

    /// What open orders must hold, counted from the orders themselves.
    private func expectHolds(_ exchange: VirtualExchange) {
        for (index, account) in exchange.accounts.enumerated() {
            var held = Array(repeating: Int128(0), count: exchange.assets.count)
            for order in exchange.openOrders(of: index) {
                let symbol = order.request.symbol
                if order.request.side == .sell {
                    held[exchange.baseAsset[symbol]] +=
                        exchange.symbols[symbol].instrument.baseAmount(order.remaining).raw
                } else {
                    let cost = exchange.symbols[symbol].instrument.notional(
                        order.request.price, order.remaining)
                    let fee =
                        exchange.rules.feeAsset == .quote
                        ? exchange.rules.fee(max(exchange.rules.takerFee, exchange.rules.makerFee), of: cost)
                        : .zero
                    held[exchange.quoteAsset[symbol]] += (cost + fee).raw
                }
            }
            #expect(account.balances.map(\.held.raw) == held)
            #expect(account.balances.allSatisfy { $0.available.raw >= 0 })
        }
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `no unit of any asset appears or vanishes under random trading`(_ venue: String) throws {
        var random = SeededSequence(seed: 11)
        let accounts = ["a", "b", "c"].map {
            ExchangeFixture.account($0, [("BTC", "2"), ("ETH", "30"), ("USDT", "150000")])
        }
        let exchange = ExchangeFixture.exchange(venue, accounts: accounts)
        let before = exchange.assets.indices.map { total(exchange, $0) }
        let forces: [TimeInForce] = [.goodTillCanceled, .immediateOrCancel, .fillOrKill, .postOnly]
        var now = start
        var placed = 0
        var refused = 0
        for step in 0..<700 {
            now = now + .milliseconds(random.between(1, 40))
            exchange.advance(to: now)
            let account = Int(random.between(0, 2))
            let open = exchange.openOrders(of: account)
            if random.between(0, 3) == 0, let order = open.last {
                try exchange.cancel(order.id, account: account, at: now)
            } else {
                let symbol = Int(random.between(0, 1))
                let rules = exchange.symbols[symbol]
                let side: Side = random.next() & 1 == 0 ? .buy : .sell
                let middle = try #require(exchange.engines[symbol].bestBid)
                let raw = middle + middle * random.between(-20, 20) / 10_000
                var request = OrderRequest(
                    symbol: symbol, side: side, timeInForce: forces[Int(random.between(0, 3))],
                    price: Price(raw: raw / rules.tick.raw * rules.tick.raw),
                    quantity: Quantity(raw: random.between(1, 3_000_000)).rounded(downTo: rules.lot),
                    clientID: "c\(step)")
                if random.between(0, 29) == 0 { request.quantity.raw *= 1_000_000 }
                if random.between(0, 9) == 0 {
                    request.kind = .market
                    request.timeInForce = .immediateOrCancel
                }
                do throws(Refusal) {
                    try exchange.place(request, account: account, at: now)
                    placed += 1
                } catch { refused += 1 }
            }
            for asset in exchange.assets.indices { #expect(total(exchange, asset) == before[asset]) }
            if step % 20 == 0 { expectHolds(exchange) }
        }
        expectHolds(exchange)
        #expect(placed > 200 && refused > 0)
        #expect(exchange.executions.count > 100)
        for execution in exchange.executions {
            let notional = execution.notional.raw
            let unit = Int128(DecimalText.power(Amount.scale - exchange.rules.feeDecimals))
            #expect(execution.fee.raw % unit == 0)
            if execution.feeAsset == "USDT" { #expect(execution.fee.raw <= notional * 26 / 10_000) }
        }
    }

    @Test func `an order's fills sum up to what the order says`() throws {
        let exchange = ExchangeFixture.exchange("bybit")
        exchange.advance(to: start + .seconds(1))
        let order = try exchange.place(
            ExchangeFixture.limit(.buy, "1.5", "70000", .immediateOrCancel, id: "x"), account: 0,
            at: start + .seconds(1))
        let fills = exchange.executions(of: order.id)
        #expect(fills.count > 1)
        #expect(order.state == .filled)
        #expect(fills.reduce(0) { $0 + $1.quantity.raw } == order.filled.raw)
        #expect(fills.reduce(Amount.zero) { $0 + $1.notional } == order.filledQuote)
        #expect(fills.reduce(Amount.zero) { $0 + $1.fee } == order.fees.first?.amount)
        #expect(Set(fills.map(\.tradeID)).count == fills.count)
        let bitcoin = exchange.balances(of: 0).first { $0.asset == "BTC" }
        #expect(bitcoin?.total == ExchangeFixture.amount("6.4985"))
    }

    @Test func `the fee leaves what was bought, at Kraken the quote asset`() throws {
        for (venue, asset) in [("binance-spot", "BTC"), ("okx", "BTC"), ("bybit", "BTC"), ("kraken", "USDT")]
        {
            let exchange = ExchangeFixture.exchange(venue)
            exchange.advance(to: start)
            let order = try exchange.place(
                ExchangeFixture.limit(.buy, "0.01", "70000", .immediateOrCancel), account: 0, at: start)
            #expect(order.fees.map(\.asset) == [asset])
            let sold = try exchange.place(
                ExchangeFixture.limit(.sell, "0.01", "50000", .immediateOrCancel), account: 0, at: start)
            #expect(sold.fees.map(\.asset) == ["USDT"])
        }
    }

    @Test func `each filter refuses its own order and nothing is held`() {
        let exchange = ExchangeFixture.exchange("binance-spot")
        exchange.advance(to: start)
        let cases: [(OrderRequest, Refusal)] = [
            (ExchangeFixture.limit(.buy, "0.01", "50000.001"), .tickSize),
            (ExchangeFixture.limit(.buy, "0.010001", "50000"), .lotSize),
            (ExchangeFixture.limit(.buy, "0", "50000"), .quantityTooSmall),
            (ExchangeFixture.limit(.buy, "9001", "50000"), .quantityTooLarge),
            (ExchangeFixture.limit(.buy, "0.00001", "50000"), .notionalTooSmall),
            (ExchangeFixture.limit(.buy, "0.01", "0"), .priceOutOfRange),
            (ExchangeFixture.limit(.sell, "5.00001", "50000"), .insufficientBalance),
            (ExchangeFixture.limit(.buy, "8.1", "50000"), .insufficientBalance),
            (ExchangeFixture.limit(.buy, "0.01", "70000", .postOnly), .wouldTake),
            (ExchangeFixture.limit(.buy, "0.01", "50000", symbol: 9), .unknownSymbol),
        ]
        for (request, refusal) in cases {
            #expect(throws: refusal) { try exchange.place(request, account: 0, at: start) }
        }
        #expect(exchange.arrival.isEmpty)
        #expect(exchange.balances(of: 0).allSatisfy { $0.held.raw == 0 })
    }

    @Test(arguments: DoubleCatalog.spotVenues)
    func `absurd numbers are refused and never overflow`(_ venue: String) {
        let exchange = ExchangeFixture.exchange(venue)
        exchange.advance(to: start)
        let extremes: [Int64] = [
            .min, -1, 0, 1, 100_000_000, 1 << 50, .max - 7, .max / 100_000_000 * 100_000_000,
        ]
        for price in extremes {
            for quantity in extremes {
                for kind in [OrderRequest.Kind.limit, .market] {
                    for budget in [nil, Amount(raw: Int128(quantity) * 10_000_000_000)] {
                        var request = OrderRequest(
                            symbol: 0, side: quantity & 1 == 0 ? .buy : .sell, kind: kind,
                            timeInForce: .immediateOrCancel, price: Price(raw: price),
                            quantity: Quantity(raw: quantity))
                        request.quoteBudget = kind == .market ? budget : nil
                        do throws(Refusal) { try exchange.place(request, account: 0, at: start) } catch {
                            continue
                        }
                    }
                }
            }
        }
        #expect(exchange.accounts[0].balances.allSatisfy { $0.available.raw >= 0 })
    }

    @Test func `a hold shrinks with each fill and ends with the order`() throws {
        let exchange = ExchangeFixture.exchange(
            "okx", accounts: [ExchangeFixture.account("a"), ExchangeFixture.account("b")], withMarket: false)
        let maker = try exchange.place(ExchangeFixture.limit(.buy, "1", "60000"), account: 0, at: start)
        let quote = { exchange.balances(of: 0).first { $0.asset == "USDT" }?.held }
        #expect(quote() == ExchangeFixture.amount("60000"))
        try exchange.place(ExchangeFixture.limit(.sell, "0.4", "59000"), account: 1, at: start)
        #expect(quote() == ExchangeFixture.amount("36000"))
        #expect(exchange.orders[maker.id]?.filledQuote == ExchangeFixture.amount("24000"))
        try exchange.cancel(maker.id, account: 0, at: start)
        #expect(quote() == .zero)
        #expect(throws: Refusal.orderEnded) { try exchange.cancel(maker.id, account: 0, at: start) }
        #expect(throws: Refusal.unknownOrder) { try exchange.cancel(maker.id, account: 1, at: start) }
    }

    @Test func `client ids are unique for ever at OKX and Bybit, among open orders at Binance`() throws {
        for (venue, isFreeAfterwards) in [("binance-spot", true), ("okx", false), ("bybit", false)] {
            let exchange = ExchangeFixture.exchange(venue)
            exchange.advance(to: start)
            let request = ExchangeFixture.limit(.buy, "0.01", "50000", id: "same")
            let order = try exchange.place(request, account: 0, at: start)
            #expect(throws: Refusal.duplicateClientID) { try exchange.place(request, account: 0, at: start) }
            try exchange.cancel(order.id, account: 0, at: start)
            if isFreeAfterwards {
                let second = try exchange.place(request, account: 0, at: start)
                #expect(exchange.order(clientID: "same", of: 0)?.id == second.id)
            } else {
                #expect(throws: Refusal.duplicateClientID) {
                    try exchange.place(request, account: 0, at: start)
                }
            }
        }
    }

    @Test func `post-only is refused at Binance and canceled elsewhere`() throws {
        let exchange = ExchangeFixture.exchange("bybit")
        exchange.advance(to: start)
        let order = try exchange.place(
            ExchangeFixture.limit(.buy, "0.01", "70000", .postOnly), account: 0, at: start)
        #expect(order.state == .expired)
        #expect(order.endReason == .wouldTake)
        #expect(order.filled.raw == 0)
    }

    @Test func `trading with oneself follows the venue's rule`() throws {
        for (policy, makerState, takerState) in [
            (ExchangeRules.SelfTrade.allow, ExchangeOrder.State.filled, ExchangeOrder.State.filled),
            (.expireTaker, .open, .expired), (.expireMaker, .expired, .open),
        ] {
            var rules = try #require(VenueTerms.rules(venue: "okx"))
            rules.selfTrade = policy
            let exchange = ExchangeFixture.exchange("okx", withMarket: false, rules: rules)
            let maker = try exchange.place(ExchangeFixture.limit(.buy, "0.1", "60000"), account: 0, at: start)
            let taker = try exchange.place(
                ExchangeFixture.limit(.sell, "0.1", "60000"), account: 0, at: start)
            #expect(exchange.orders[maker.id]?.state == makerState)
            #expect(taker.state == takerState)
            expectHolds(exchange)
        }
    }

    @Test func `liquidity a user takes is gone until the maker quotes again`() throws {
        let exchange = ExchangeFixture.exchange("bybit")
        exchange.advance(to: start)
        let ask = try #require(exchange.engines[0].asks.last)
        let order = try exchange.place(
            OrderRequest(
                symbol: 0, side: .buy, timeInForce: .immediateOrCancel, price: Price(raw: ask.price),
                quantity: Quantity(raw: ask.total)), account: 0, at: start)
        #expect(order.state == .filled)
        #expect(try #require(exchange.engines[0].bestAsk) > ask.price)
    }

    @Test func `a resting order of a user is filled when the market comes to it`() throws {
        let exchange = ExchangeFixture.exchange("binance-spot")
        exchange.advance(to: start)
        let bid = try #require(exchange.engines[0].bestBid)
        let order = try exchange.place(
            OrderRequest(
                symbol: 0, side: .buy, price: Price(raw: bid), quantity: Quantity(raw: 1_000_000),
                clientID: "rest"),
            account: 0, at: start)
        #expect(order.isOpen)
        exchange.advance(to: start + .seconds(60))
        let after = try #require(exchange.orders[order.id])
        #expect(after.filled.raw > 0)
        #expect(exchange.executions(of: order.id).allSatisfy { $0.isMaker && $0.price.raw == bid })
    }
}
