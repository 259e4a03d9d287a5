import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct OKXSwapTests {
    private func amount(_ text: String?) -> Amount { ExchangeFixture.amount(text ?? "none") }

    private func place(_ okx: OKXClient, _ fields: [String: String] = [:]) throws -> JSONDocument {
        let sound = ["instId": "BTC-USDT-SWAP", "tdMode": "cross", "sz": "1"]
        return try okx.place(sound.merging(fields) { $1 })
    }

    /// Buys or sells at once whatever the book has; sizes are contracts of 0.01 BTC.
    private func take(_ okx: OKXClient, _ side: String, _ size: String, _ fields: [String: String] = [:])
        throws
    {
        let price = side == "buy" ? "75000" : "45000"
        let order = ["side": side, "sz": size, "ordType": "ioc", "px": price].merging(fields) { $1 }
        #expect(try place(okx, order)["sCode"]?.string == "0")
    }

    @Test func `an instrument says what a contract is`() throws {
        let okx = try OKXClient("okx-swap")
        let answer = try okx.get("/api/v5/public/instruments?instType=SWAP")
        let listed = try #require(answer["data"]?.elements)
        #expect(listed.map { $0["instId"]?.string } == ["BTC-USDT-SWAP", "ETH-USDT-SWAP"])
        let btc = listed[0]
        let said = ["ctVal", "ctValCcy", "ctType", "settleCcy", "lotSz", "minSz", "tickSz", "state"].map {
            btc[$0]?.string
        }
        #expect(said == ["0.01", "BTC", "linear", "USDT", "0.01", "0.01", "0.1", "live"])
        #expect(listed[1]["ctVal"]?.string == "0.1" && listed[1]["tickSz"]?.string == "0.01")
        #expect(try okx.get("/api/v5/public/instruments?instType=SPOT")["data"]?.elements?.isEmpty == true)
        #expect(try okx.get("/api/v5/market/books?instId=BTC-USDT")["code"]?.string == "51001")
    }

    @Test func `sizes on the wire are contracts, in books, trades, orders and fills`() throws {
        let okx = try OKXClient("okx-swap", withMarket: false)
        okx.client.open(1, "/ws/v5/public")
        okx.subscribe(
            1, #"{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT-SWAP"}"#)
        okx.double.exchange.placeHouse(
            VirtualExchange.houseMaker, symbol: 0, side: .sell, price: ExchangeFixture.raw("60000"),
            quantity: ExchangeFixture.raw("0.0234"), timeInForce: .goodTillCanceled, at: okx.client.now)
        okx.client.wait(.milliseconds(200))
        let book = try #require(okx.client.take(1).last { $0["action"]?.string == "update" })
        #expect(book.at("data", 0, "asks", 0, 0)?.string == "60000")
        #expect(book.at("data", 0, "asks", 0, 1)?.string == "2.34")

        let placed = try place(okx, ["sz": "1.5", "px": "60000", "ordType": "ioc", "clOrdId": "c1"])
        let id = try #require(placed["ordId"]?.string)
        let trade = okx.client.take(1).last { $0.at("arg", "channel")?.string == "trades" }
        #expect(trade?.at("data", 0, "sz")?.string == "1.5")
        let order = try #require(
            try okx.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=\(id)").at("data", 0))
        #expect(order["sz"]?.string == "1.5" && order["accFillSz"]?.string == "1.5")
        #expect(order["instType"]?.string == "SWAP" && order["tdMode"]?.string == "cross")
        #expect(order["lever"]?.string == "3" && order["posSide"]?.string == "net")
        // 0.015 BTC at 60,000, five basis points.
        #expect(order["fee"]?.string == "-0.45" && order["feeCcy"]?.string == "USDT")
        let fill = try #require(try okx.get("/api/v5/trade/fills-history?instType=SWAP").at("data", 0))
        #expect(fill["fillSz"]?.string == "1.5" && fill["fee"]?.string == "-0.45")
        #expect(fill["fillPnl"]?.string == "0" && fill["feeRate"]?.string == "-0.0005")
        #expect(okx.double.truth.balances.first { $0.asset == "BTC" }?.total == amount("0.015"))
        #expect(okx.double.truth.balances.first { $0.asset == "USDT" }?.total == amount("399099.55"))
    }

    @Test(arguments: [
        (["tdMode": "cash"], "51000"), (["posSide": "long"], "51000"), (["instId": "BTC-USDT"], "51001"),
        (["sz": "0.005"], "51020"), (["sz": "1.005"], "51121"), (["sz": "0.000000001"], "51000"),
        (["px": "50000.05"], "51150"), (["sz": "100001"], "51202"), (["sz": "2000.01"], "51008"),
        (["reduceOnly": "true"], "51169"), (["reduceOnly": "perhaps"], "51000"),
    ])
    func `a refused order names its code and leaves no trace`(_ fields: [String: String], _ code: String)
        throws
    {
        let okx = try OKXClient("okx-swap", withMarket: false)
        #expect(try place(okx, fields)["sCode"]?.string == code)
        #expect(okx.double.truth.orders.isEmpty)
        #expect(try place(okx, ["sz": "2000"])["sCode"]?.string == "0", "three times 400,000 at 60,000")
    }

    @Test func `positions, balance and pushes tell one account`() throws {
        let okx = try OKXClient("okx-swap")
        okx.login(1)
        okx.subscribe(
            1,
            #"{"channel":"orders","instType":"SWAP"},{"channel":"account"},"#
                + #"{"channel":"positions","instType":"SWAP"}"#)
        _ = okx.client.take(1)
        try take(okx, "sell", "40")
        try take(okx, "buy", "15")
        let pushed = okx.client.take(1)
        let fills = pushed.filter { $0.at("arg", "channel")?.string == "orders" }.compactMap {
            $0.at("data", 0)
        }.filter { $0["execType"]?.string == "T" }
        let profit = fills.reduce(Amount.zero) { $0 + amount($1["fillPnl"]?.string) }
        let fees = fills.reduce(Amount.zero) { $0 + amount($1["fillFee"]?.string) }
        #expect(fills.allSatisfy { $0["fillFeeCcy"]?.string == "USDT" } && profit != .zero)

        let position = try #require(try okx.get("/api/v5/account/positions?instType=SWAP").at("data", 0))
        #expect(position["pos"]?.string == "-25" && position["posSide"]?.string == "net")
        #expect(position["mgnMode"]?.string == "cross" && position["ccy"]?.string == "USDT")
        let usdt = try #require(try okx.get("/api/v5/account/balance?ccy=USDT").at("data", 0, "details", 0))
        #expect(amount(usdt["cashBal"]?.string) == amount("400000") + profit + fees)
        let eq = amount(usdt["cashBal"]?.string) + amount(position["upl"]?.string)
        #expect(amount(usdt["eq"]?.string) == eq)
        #expect(amount(usdt["availEq"]?.string) == eq - amount(usdt["imr"]?.string))
        let truth = okx.double.truth.balances
        let cash = try #require(truth.first { $0.asset == "USDT" }).total
        let average = amount(position["avgPx"]?.string)
        let error = amount(usdt["cashBal"]?.string).raw - cash.raw + average.raw / 4
        #expect(abs(error) <= 1, "wallet = cash at cost + position × average price")
        let last = pushed.last { $0.at("arg", "channel")?.string == "positions" }
        #expect(last?.at("data", 0, "pos")?.string == "-25")
        let account = pushed.last { $0.at("arg", "channel")?.string == "account" }
        #expect(account?.at("data", 0, "details", 0, "cashBal") == usdt["cashBal"])
    }

    @Test func `reduce-only closes and no more, and leverage can be set`() throws {
        let okx = try OKXClient("okx-swap")
        try take(okx, "buy", "3")
        #expect(try place(okx, ["reduceOnly": "true"])["sCode"]?.string == "51170")
        let closing = ["side": "sell", "px": "70000", "sz": "9", "reduceOnly": "true"]
        let id = try #require(try place(okx, closing)["ordId"]?.string)
        #expect(try place(okx, closing)["sCode"]?.string == "51206")
        let query = "/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=\(id)"
        let resting = try okx.get(query).at("data", 0)
        #expect(resting?["sz"]?.string == "3" && resting?["reduceOnly"]?.string == "true")
        try take(okx, "sell", "3")
        let gone = try okx.get(query).at("data", 0)
        #expect(gone?["state"]?.string == "canceled" && gone?["cancelSource"]?.string == "23")
        #expect(try okx.get("/api/v5/account/positions")["data"]?.elements?.isEmpty == true)

        let body = #"{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"cross"}"#
        let set = try okx.post("/api/v5/account/set-leverage", body).json
        #expect(set["code"]?.string == "0" && set.at("data", 0, "lever")?.string == "5")
        let info = try okx.get("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross")
        #expect(info.at("data", 0, "lever")?.string == "5")
        let high = try okx.post("/api/v5/account/set-leverage", body.replacing("\"5\"", with: "\"101\"")).json
        #expect(high["code"]?.string == "59102")
    }

    @Test func `funding is a bill, pushed when it is paid, and bills page`() throws {
        let okx = try OKXClient("okx-swap")
        okx.double.fundingInterval = .seconds(20)
        try take(okx, "buy", "100")
        okx.login(1)
        okx.subscribe(1, #"{"channel":"account"}"#)
        _ = okx.client.take(1)
        okx.client.wait(.seconds(101))
        let events = okx.client.take(1).filter { $0["eventType"]?.string == "funding_fee" }
        let answer = try okx.get("/api/v5/account/bills?instType=SWAP&type=8")
        let bills = try #require(answer["data"]?.elements)
        #expect(bills.count == 5 && events.count == 5)
        let truth = okx.double.observer.fundingPayments(from: 0)
        #expect(bills.reversed().map { amount($0["balChg"]?.string) } == truth.map(\.amount))
        for bill in bills {
            let change = amount(bill["balChg"]?.string)
            #expect(bill["pnl"] == bill["balChg"] && bill["instId"]?.string == "BTC-USDT-SWAP")
            #expect(bill["subType"]?.string == (change < .zero ? "173" : "174"))
            #expect((bill["ts"]?.integer ?? 1) % 20_000 == 0)
        }
        let ids = bills.compactMap { $0["billId"]?.integer }
        #expect(ids == ids.sorted(by: >))
        var paged: [Int64] = []
        var after = ""
        while true {
            let page = try okx.get("/api/v5/account/bills?instType=SWAP&type=8&limit=2" + after)
            let some = (page["data"]?.elements ?? []).compactMap { $0["billId"]?.integer }
            guard let last = some.last else { break }
            paged += some
            after = "&after=\(last)"
        }
        #expect(paged == ids)
        let all = try okx.get("/api/v5/account/bills?instType=SWAP")
        let changes = (all["data"]?.elements ?? []).reduce(Amount.zero) { $0 + amount($1["balChg"]?.string) }
        let balance = try okx.get("/api/v5/account/balance").at("data", 0, "details", 0, "cashBal")?.string
        #expect(amount(balance) == amount("400000") + changes)
    }

    @Test func `mark and funding rate are asked for and streamed`() throws {
        let okx = try OKXClient("okx-swap")
        okx.client.open(1, "/ws/v5/public")
        okx.subscribe(
            1,
            #"{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"#
                + #"{"channel":"funding-rate","instId":"BTC-USDT-SWAP"}"#)
        okx.client.wait(.seconds(5))
        let pushed = okx.client.take(1)
        let marks = pushed.filter { $0.at("arg", "channel")?.string == "mark-price" }
            .compactMap { $0.at("data", 0, "markPx")?.string }
        #expect(marks.count > 10)
        let asked = try okx.get("/api/v5/public/mark-price?instType=SWAP&instId=BTC-USDT-SWAP").at("data", 0)
        #expect(asked?["instId"]?.string == "BTC-USDT-SWAP" && asked?["markPx"]?.string?.isEmpty == false)
        let rate = try #require(
            try okx.get("/api/v5/public/funding-rate?instId=BTC-USDT-SWAP").at("data", 0))
        let due = try #require(rate["fundingTime"]?.integer)
        #expect(due % 28_800_000 == 0 && due > okx.client.now.milliseconds)
        #expect(rate["nextFundingTime"]?.integer == due + 28_800_000)
        #expect(amount(rate["fundingRate"]?.string).magnitude <= amount("0.0075"))
        #expect(pushed.contains { $0.at("data", 0, "fundingTime")?.integer == due })
    }

    @Test func `the dead man's switch ends orders of a swap account too`() throws {
        let okx = try OKXClient("okx-swap")
        let id = try #require(try place(okx, ["sz": "1"])["ordId"]?.string)
        _ = try okx.post("/api/v5/trade/cancel-all-after", #"{"timeOut":"10"}"#)
        okx.client.wait(.seconds(11))
        let order = try okx.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=\(id)").at("data", 0)
        #expect(order?["cancelSource"]?.string == "20")
    }

    @Test func `a liquidation is told as an order of the venue's own`() throws {
        let okx = try OKXClient("okx-swap")
        okx.double.exchange.placeHouse(
            VirtualExchange.houseMaker, symbol: 0, side: .sell, price: ExchangeFixture.raw("60000"),
            quantity: ExchangeFixture.raw("19"), timeInForce: .goodTillCanceled, at: okx.client.now)
        try take(okx, "buy", "1900")
        okx.double.mischief.moveMarket("BTC-USDT", percent: -40)
        okx.client.wait(.seconds(4))
        #expect(try okx.get("/api/v5/account/positions")["data"]?.elements?.isEmpty == true)
        let order = try #require(
            try okx.get("/api/v5/trade/orders-history?instType=SWAP").at("data", 0))
        #expect(order["category"]?.string == "full_liquidation" && order["clOrdId"]?.string == "")
        #expect(order["state"]?.string == "filled" && order["side"]?.string == "sell")
        let fill = try okx.get("/api/v5/trade/fills?instType=SWAP").at("data", 0)
        #expect(fill?["subType"]?.string == "107")
    }
}
