import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct BybitLinearTests {
    private let client = BybitClient("bybit-linear")

    private func amount(_ text: String?) -> Amount { ExchangeFixture.amount(text ?? "none") }

    private func order(
        _ side: String, _ quantity: String, _ price: String, _ force: String = "GTC", extra: String = ""
    ) throws -> JSONDocument {
        try client.signed(
            "POST", "/v5/order/create",
            #"{"category":"linear","symbol":"BTCUSDT","side":"\#(side)","orderType":"Limit","#
                + #""qty":"\#(quantity)","price":"\#(price)","timeInForce":"\#(force)"\#(extra)}"#)
    }

    private func take(_ side: String, _ quantity: String) throws {
        let answer = try order(side, quantity, side == "Buy" ? "75000" : "45000", "IOC")
        #expect(answer["retCode"]?.integer == 0)
    }

    private func list(_ path: String, _ query: String) throws -> [JSONDocument] {
        let answer = try client.signed("GET", path, query)
        #expect(answer["retCode"]?.integer == 0, "\(answer)")
        return answer["result"]?["list"]?.elements ?? []
    }

    @Test func `an instrument has its filters, and other categories are empty`() throws {
        let answer = try client.get("/v5/market/instruments-info?category=linear&symbol=BTCUSDT")
        let row = try #require(answer.at("result", "list", 0))
        let lots = ["qtyStep", "minOrderQty", "minNotionalValue"].map { row.at("lotSizeFilter", $0)?.string }
        #expect(lots == ["0.001", "0.001", "5"])
        #expect(row.at("priceFilter", "tickSize")?.string == "0.1")
        #expect(row["contractType"]?.string == "LinearPerpetual" && row["fundingInterval"]?.integer == 480)
        let spot = try client.get("/v5/market/instruments-info?category=spot")
        #expect(spot.at("result", "list")?.elements?.isEmpty == true)
        let wrong = #"{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Market","qty":"1"}"#
        #expect(try client.signed("POST", "/v5/order/create", wrong)["retCode"]?.integer == 10_001)
        #expect(
            try client.signed("GET", "/v5/order/realtime", "category=linear")["retCode"]?.integer == 10_001)
        client.open(9, "/v5/public/spot")
        client.advance(10)
        let closed = client.raw(9).contains { if case .close = $0 { true } else { false } }
        #expect(closed)
    }

    @Test(arguments: [
        ("0.0005", "60000", "", 10_001), ("0.0015", "60000", "", 10_001), ("0.001", "60000.05", "", 10_001),
        ("0.001", "4000", "", 110_094), ("2000", "60000", "", 10_001), ("90", "60000", "", 110_007),
        ("1", "60000", #","reduceOnly":true"#, 110_017), ("1", "60000", #","positionIdx":1"#, 10_001),
        ("1", "7000000", "", 110_003),
    ])
    func `a refused order names its code and leaves no trace`(
        _ quantity: String, _ price: String, _ extra: String, _ code: Int64
    ) throws {
        #expect(try order("Sell", quantity, price, extra: extra)["retCode"]?.integer == code)
        #expect(client.double.truth.orders.isEmpty)
    }

    @Test func `positions, wallet and executions tell one account`() throws {
        client.open(1, "/v5/private")
        client.authenticate(1)
        client.send(1, #"{"op":"subscribe","args":["order","execution","position","wallet"]}"#)
        client.advance(100)
        _ = client.raw(1)
        try take("Buy", "0.4")
        try take("Sell", "0.65")
        client.advance(100)
        let frames = try client.frames(1)
        let fills = frames.filter { $0["topic"]?.string == "execution" }.compactMap { $0.at("data", 0) }
        #expect(fills.allSatisfy { $0["execType"]?.string == "Trade" && $0["category"]?.string == "linear" })
        #expect(fills.allSatisfy { $0["feeCurrency"]?.string == "USDT" })
        let profit = fills.reduce(Amount.zero) { $0 + amount($1["execPnl"]?.string) }
        let fees = fills.reduce(Amount.zero) { $0 + amount($1["execFee"]?.string) }
        #expect(fills.reduce(Amount.zero) { $0 + amount($1["closedSize"]?.string) } == amount("0.4"))

        let held = try list("/v5/position/list", "category=linear&settleCoin=USDT")
        #expect(held.count == 1)
        let position = try #require(held.first)
        #expect(position["side"]?.string == "Sell" && position["size"]?.string == "0.25")
        #expect(position["positionIdx"]?.integer == 0)
        let wallet = try #require(
            try client.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT").at(
                "result", "list", 0, "coin", 0))
        #expect(amount(wallet["walletBalance"]?.string) == amount("400000") + profit - fees)
        let truth = client.double.truth.balances
        let cash = try #require(truth.first { $0.asset == "USDT" }).total
        let cost = amount(position["positionValue"]?.string)
        #expect(amount(wallet["walletBalance"]?.string) == cash - cost)
        #expect(truth.first { $0.asset == "BTC" }?.total == amount("-0.25"))
        let open = amount(position["unrealisedPnl"]?.string)
        #expect(amount(wallet["equity"]?.string) == amount(wallet["walletBalance"]?.string) + open)
        let told = frames.last { $0["topic"]?.string == "wallet" }
        #expect(told?.at("data", 0, "coin", 0, "walletBalance") == wallet["walletBalance"])
        let moved = frames.last { $0["topic"]?.string == "position" }?.at("data", 0)
        #expect(moved?["size"]?.string == "0.25" && moved?["entryPrice"] == position["avgPrice"])
        let flat = try list("/v5/position/list", "category=linear&symbol=ETHUSDT")
        #expect(flat.first?["size"]?.string == "0" && flat.first?["side"]?.string == "")
    }

    @Test func `reduce-only is cut, is full, and is canceled when the position is gone`() throws {
        try take("Sell", "0.3")
        let reduce = #","reduceOnly":true"#
        #expect(try order("Sell", "0.1", "70000", extra: reduce)["retCode"]?.integer == 110_017)
        let id = try #require(try order("Buy", "9", "50000", extra: reduce).at("result", "orderId")?.string)
        #expect(try order("Buy", "0.1", "49000", extra: reduce)["retCode"]?.integer == 110_017)
        let query = "category=linear&orderId=\(id)"
        let resting = try list("/v5/order/realtime", query).first
        #expect(resting?["qty"]?.string == "0.3")
        if case .bool(let flag)? = resting?["reduceOnly"] { #expect(flag) } else { Issue.record("no flag") }
        try take("Buy", "0.3")
        let gone = try list("/v5/order/realtime", query).first
        #expect(gone?["orderStatus"]?.string == "Cancelled")
        #expect(gone?["cancelType"]?.string == "CancelByReduceOnly")
    }

    @Test func `funding is a settlement in the log, which pages, and an execution`() throws {
        client.double.fundingDouble?.fundingInterval = .seconds(20)
        try take("Sell", "1")
        client.advance(101_000)
        let log = try list("/v5/account/transaction-log", "category=linear&type=SETTLEMENT&limit=50")
        #expect(log.count == 5 && Set(log.compactMap { $0["id"]?.string }).count == 5)
        let truth = try #require(client.double.fundingDouble).observer.fundingPayments(from: 0)
        #expect(log.reversed().map { amount($0["funding"]?.string) } == truth.map(\.amount))
        for row in log {
            #expect(row["change"] == row["funding"] && row["cashFlow"]?.string == "0")
            #expect(row["side"]?.string == "Sell" && row["size"]?.string == "-1")
            #expect((row["transactionTime"]?.integer ?? 1) % 20_000 == 0)
        }
        var paged: [String] = []
        var cursor = ""
        repeat {
            let answer = try client.signed(
                "GET", "/v5/account/transaction-log", "category=linear&type=SETTLEMENT&limit=2" + cursor)
            let rows = answer.at("result", "list")?.elements ?? []
            paged += rows.compactMap { $0["id"]?.string }
            let next = answer.at("result", "nextPageCursor")?.string ?? ""
            cursor = next.isEmpty ? "" : "&cursor=" + next
        } while !cursor.isEmpty
        #expect(paged == log.compactMap { $0["id"]?.string })
        let all = try list("/v5/account/transaction-log", "category=linear&limit=50")
        let changes = all.reduce(Amount.zero) { $0 + amount($1["change"]?.string) }
        let wallet = try client.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED")
        let balance = wallet.at("result", "list", 0, "coin", 0, "walletBalance")?.string
        #expect(amount(balance) == amount("400000") + changes)
        #expect(try list("/v5/execution/list", "category=linear&execType=Funding").count == 5)
        let trades = try list("/v5/execution/list", "category=linear&execType=Trade")
        #expect(!trades.isEmpty && trades.count + 5 == all.count)
        let late = "category=linear&startTime=1&endTime=700000000"
        #expect(try client.signed("GET", "/v5/account/transaction-log", late)["retCode"]?.integer == 10_001)
    }

    @Test func `a ticker is a snapshot and then what changes`() throws {
        client.open(1, "/v5/public/linear")
        client.send(1, #"{"op":"subscribe","args":["tickers.BTCUSDT","orderbook.200.BTCUSDT"]}"#)
        client.advance(5_000)
        let frames = try client.frames(1)
        let tickers = frames.filter { $0["topic"]?.string == "tickers.BTCUSDT" }
        #expect(tickers.map { $0["type"]?.string } == ["snapshot"] + tickers.dropFirst().map { _ in "delta" })
        #expect(tickers.count > 20)
        let first = try #require(tickers.first?["data"])
        for name in ["markPrice", "indexPrice", "fundingRate", "nextFundingTime"] {
            #expect(first[name]?.string?.isEmpty == false)
        }
        var state: [String: String] = [:]
        for frame in tickers {
            for member in frame["data"]?.members ?? [] { state[member.key] = member.value.string }
        }
        let rest = try client.get("/v5/market/tickers?category=linear&symbol=BTCUSDT").at("result", "list", 0)
        #expect(state["markPrice"] == rest?["markPrice"]?.string)
        #expect(frames.contains { $0["topic"]?.string == "orderbook.200.BTCUSDT" })
    }

    @Test func `leverage is set once`() throws {
        let body = #"{"category":"linear","symbol":"BTCUSDT","buyLeverage":"5","sellLeverage":"5"}"#
        #expect(try client.signed("POST", "/v5/position/set-leverage", body)["retCode"]?.integer == 0)
        #expect(try client.signed("POST", "/v5/position/set-leverage", body)["retCode"]?.integer == 110_043)
        let uneven = body.replacing(#""sellLeverage":"5""#, with: #""sellLeverage":"6""#)
        #expect(try client.signed("POST", "/v5/position/set-leverage", uneven)["retCode"]?.integer == 10_001)
        let position = try list("/v5/position/list", "category=linear&symbol=BTCUSDT").first
        #expect(position?["leverage"]?.string == "5")
    }

    @Test func `a liquidation is an order of the venue's own`() throws {
        let exchange = try #require(client.double as? BybitDouble).exchange
        exchange.placeHouse(
            VirtualExchange.houseMaker, symbol: 0, side: .sell, price: ExchangeFixture.raw("60000"),
            quantity: ExchangeFixture.raw("19"), timeInForce: .goodTillCanceled, at: client.now)
        try take("Buy", "19")
        client.double.fundingDouble?.mischief.moveMarket("BTC-USDT", percent: -40)
        client.advance(4_000)
        #expect(try list("/v5/position/list", "category=linear&settleCoin=USDT").isEmpty)
        let fill = try #require(try list("/v5/execution/list", "category=linear").first)
        #expect(fill["execType"]?.string == "BustTrade" && fill["orderLinkId"]?.string == "")
        let closing = try list("/v5/order/history", "category=linear").first
        #expect(closing?["createType"]?.string == "CreateByTakeOver_PassThrough")
        #expect(closing?["orderStatus"]?.string == "Filled")
    }
}

extension VenueDouble {
    fileprivate var fundingDouble: (any SimulatedVenue)? { self as? any SimulatedVenue }
}
