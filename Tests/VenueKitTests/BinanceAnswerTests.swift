import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BinanceAnswerTests {
    let binance = BinanceDialect(
        profile: DialectStand.profile(
            "binance-spot", proof: .spanningIDs, ambiguous: ["-9000", "-1006", "-1007"],
            duplicates: ["-9001"],
            refusedStatuses: [403, 418, 429]),
        symbols: BinanceDialectTests.dialect().symbols)

    static let placed: [(RequestOutcome, PlaceAnswer)] = [
        (
            DialectStand.outcome(#"{"symbol":"BTCUSDT","orderId":28,"clientOrderId":"x"}"#),
            .accepted(venueOrderID: "28")
        ),
        (.fault(.neverSent("refused")), .neverSent("refused")),
        (.fault(.lost("reset")), .ambiguous(code: "lost")),
        (.fault(.timedOut), .ambiguous(code: "timed-out")),
        (
            DialectStand.outcome(#"{"code":-2010,"msg":"Account has insufficient balance."}"#, status: 400),
            .refused(code: "-2010", message: "Account has insufficient balance.")
        ),
        (
            DialectStand.outcome(#"{"code":-2010,"msg":"Duplicate order sent."}"#, status: 400),
            .ambiguous(code: "duplicate:-2010")
        ),
        (
            DialectStand.outcome(#"{"code":-1013,"msg":"Filter failure: LOT_SIZE"}"#, status: 400),
            .refused(code: "-1013", message: "Filter failure: LOT_SIZE")
        ),
        (
            DialectStand.outcome(#"{"code":-1021,"msg":"outside of the recvWindow"}"#, status: 400),
            .refused(code: "-1021", message: "outside of the recvWindow")
        ),
        (DialectStand.outcome(#"{"code":-1007,"msg":"Timeout"}"#, status: 400), .ambiguous(code: "-1007")),
        (DialectStand.outcome(#"{"code":-1006,"msg":"?"}"#, status: 400), .ambiguous(code: "-1006")),
        (DialectStand.outcome(#"{"code":-9000,"msg":"?"}"#, status: 400), .ambiguous(code: "-9000")),
        (
            DialectStand.outcome(#"{"code":-9001,"msg":"?"}"#, status: 400),
            .ambiguous(code: "duplicate:-9001")
        ),
        (
            DialectStand.outcome(#"{"code":-1003,"msg":"Too many"}"#, status: 429),
            .refused(code: "429", message: "Too many")
        ),
        (DialectStand.outcome("", status: 418), .refused(code: "418", message: "")),
        (DialectStand.outcome("<html>waf</html>", status: 403), .refused(code: "403", message: "")),
        (DialectStand.outcome("", status: 503), .ambiguous(code: "http-503")),
        (
            DialectStand.outcome(#"{"code":-1008,"msg":"busy"}"#, status: 503),
            .ambiguous(code: "http-503:-1008")
        ),
        (DialectStand.outcome("{\"orderId\":", status: 200), .ambiguous(code: "http-200:unreadable")),
        (DialectStand.outcome("<html>", status: 200), .ambiguous(code: "http-200:unreadable")),
        (DialectStand.outcome("{}", status: 200), .ambiguous(code: "no-order-id")),
        (DialectStand.outcome(#"{"code":-2010,"msg":""}"#, status: 200), .ambiguous(code: "-2010")),
        (DialectStand.outcome("<html>", status: 400), .ambiguous(code: "http-400:unreadable")),
        (DialectStand.outcome("moved", status: 302), .ambiguous(code: "http-302")),
    ]
    @Test(arguments: placed.indices)
    func `an order is accepted or refused by proof alone`(index: Int) {
        #expect(binance.decodePlace(BinanceAnswerTests.placed[index].0) == BinanceAnswerTests.placed[index].1)
    }

    static let cancelled: [(RequestOutcome, CancelAnswer)] = [
        (DialectStand.outcome(#"{"symbol":"BTCUSDT","orderId":4,"status":"CANCELED"}"#), .accepted),
        (DialectStand.outcome(#"{"code":-2011,"msg":"Unknown order sent."}"#, status: 400), .unknownOrder),
        (
            DialectStand.outcome(
                #"{"code":-2011,"msg":"Order was not canceled due to cancel restrictions."}"#, status: 400),
            .refused(code: "-2011", message: "Order was not canceled due to cancel restrictions.")
        ),
        (DialectStand.outcome("", status: 500), .ambiguous(code: "http-500")),
        (.fault(.timedOut), .ambiguous(code: "timed-out")),
        (.fault(.neverSent("x")), .ambiguous(code: "never-sent")),
        (DialectStand.outcome("", status: 429), .refused(code: "429", message: "")),
    ]
    @Test(arguments: cancelled.indices)
    func `a cancel is accepted, late, refused or unclear`(index: Int) {
        #expect(
            binance.decodeCancel(BinanceAnswerTests.cancelled[index].0)
                == BinanceAnswerTests.cancelled[index].1)
    }

    static func row(_ client: String, status: String = "FILLED", side: String = "BUY") -> String {
        """
        {"symbol":"BTCUSDT","orderId":1,"clientOrderId":"\(client)","price":"61000.5","origQty":"0.5",\
        "executedQty":"0.2","status":"\(status)","side":"\(side)","time":1,"updateTime":1499827319559}
        """
    }

    @Test
    func `an order that only the venue's id names is asked after by it, and the answer says whose it is`() {
        let owner = OrderReference(
            id: .nobody, instrument: InstrumentID(0), side: .buy, venueOrderID: "1")
        let plan = binance.query(owner, DialectStand.stamp(milliseconds: 1), DialectStand.access())
        #expect(plan.target.contains("orderId=1&"))
        for (client, whose) in [("\(DialectStand.id)", DialectStand.id), ("web_1", nil)]
            as [(String, ClientOrderID?)]
        {
            let answer = binance.decodeQuery(DialectStand.outcome(Self.row(client)), of: owner)
            guard case .found(let report) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(report.clientID == whose && report.venueOrderID == "1")
        }
    }

    @Test func `a query finds the order, proves its absence, or says nothing`() {
        func ask(_ outcome: RequestOutcome) -> QueryAnswer {
            binance.decodeQuery(outcome, of: DialectStand.reference)
        }
        let found = OrderReport(
            instrument: InstrumentID(0), clientID: DialectStand.id, venueOrderID: "1", side: .buy,
            state: .filled,
            filled: Quantity(raw: 20_000_000), quantity: Quantity(raw: 50_000_000), evidence: .query,
            venueTime: Moment(nanoseconds: 1_499_827_319_559_000_000))
        #expect(ask(DialectStand.outcome(BinanceAnswerTests.row("\(DialectStand.id)"))) == .found(found))
        // The venue renames what it cancels.
        #expect(ask(DialectStand.outcome(BinanceAnswerTests.row("renamed"))) == .found(found))
        let other = DialectStand.outcome(BinanceAnswerTests.row("\(DialectStand.otherID)"))
        #expect(ask(other) == .ambiguous(code: "other-order"))
        let otherSide = DialectStand.outcome(BinanceAnswerTests.row("\(DialectStand.id)", side: "SELL"))
        #expect(ask(otherSide) == .ambiguous(code: "other-order"))
        let absent = DialectStand.outcome(#"{"code":-2013,"msg":"Order does not exist."}"#, status: 400)
        #expect(ask(absent) == .absent)
        let archived = DialectStand.outcome(#"{"code":-2026,"msg":"archived"}"#, status: 400)
        #expect(ask(archived) == .ambiguous(code: "-2026"))
        let fivehundred = DialectStand.outcome(#"{"code":-2013,"msg":""}"#, status: 500)
        #expect(ask(fivehundred) == .ambiguous(code: "http-500:-2013"))
        #expect(ask(.fault(.lost("x"))) == .ambiguous(code: "lost"))
        #expect(ask(DialectStand.outcome("[]")) == .ambiguous(code: "unknown-symbol"))
        let odd = DialectStand.outcome(BinanceAnswerTests.row("\(DialectStand.id)", status: "ODD"))
        #expect(ask(odd) == .ambiguous(code: "unknown-message"))
    }

    @Test func `open orders, ours and others'`() throws {
        let body =
            "[" + BinanceAnswerTests.row("\(DialectStand.id)", status: "NEW") + ","
            + BinanceAnswerTests.row("web_1", status: "PARTIALLY_FILLED") + "]"
        let orders = try binance.decodeOpenOrders(DialectStand.response(body), of: InstrumentID(0))
        #expect(orders.map(\.clientID) == [DialectStand.id, nil])
        #expect(orders.allSatisfy { $0.state == .working && $0.evidence == .query })
    }

    @Test func `fills come oldest first and keep their fees`() throws {
        func trade(_ id: Int, time: Int, buyer: Bool) -> String {
            """
            {"symbol":"BTCUSDT","id":\(id),"orderId":100234,"price":"61000.50","qty":"0.12",\
            "commission":"0.1","commissionAsset":"BNB","time":\(time),"isBuyer":\(buyer),"isMaker":true}
            """
        }
        let body = "[" + trade(2, time: 20, buyer: false) + "," + trade(1, time: 10, buyer: true) + "]"
        let fills = try binance.decodeFills(
            DialectStand.response(body), of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["1", "2"])
        #expect(fills.map(\.side) == [.buy, .sell])
        #expect(fills[0].fee == Amount(raw: 100_000_000_000_000_000) && fills[0].feeAsset == Asset("BNB"))
        #expect(fills[0].price == Price(raw: 6_100_050) && fills[0].quantity == Quantity(raw: 12_000_000))
        #expect(fills[0].isMaker && fills[0].clientID == nil && fills[0].venueOrderID == "100234")
    }

    @Test func `errors keep their code and how long to wait`() {
        let banned = DialectStand.response(
            #"{"code":-1003,"msg":"Way too many requests"}"#, status: 418,
            headers: [HTTPHeader("retry-after", "120")])
        let expected = VenueFault.refused(
            status: 418, code: "-1003", message: "Way too many requests", retryAfter: .seconds(120))
        #expect(throws: expected) { try binance.decodeBalances(banned) }
        #expect(throws: expected) { try binance.decodeFills(banned, of: InstrumentID(0), page: nil) }
        #expect(throws: VenueFault.quarantined(.html)) {
            try binance.decodeTime(DialectStand.response("<html>"))
        }
        #expect(throws: VenueFault.refused(status: 502, code: "http-502", message: "html", retryAfter: nil)) {
            try binance.decodeTime(DialectStand.response("<html>", status: 502))
        }
        #expect(throws: VenueFault.quarantined(.missingField)) {
            try binance.decodeFilters(DialectStand.response("{}"))
        }
        #expect(throws: VenueFault.quarantined(.badNumber)) {
            try binance.decodeTime(DialectStand.response(#"{"serverTime":9223372036854775807}"#))
        }
    }

    @Test func `filters are read as the venue states them`() throws {
        func entry(_ symbol: String, _ notional: String) -> String {
            """
            {"symbol":"\(symbol)","status":"TRADING","filters":[\
            {"filterType":"PRICE_FILTER","tickSize":"0.01000000"},\
            {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000","stepSize":"0.00001000"},\
            {"filterType":"\(notional)","minNotional":"5.00000000"}]}
            """
        }
        let body =
            "{\"symbols\":[" + entry("BTCUSDT", "NOTIONAL") + "," + entry("ETHBTC", "MIN_NOTIONAL") + ","
            + entry("DOGEUSDT", "NOTIONAL") + "]}"
        let filters = try binance.decodeFilters(DialectStand.response(body))
        #expect(filters.map(\.symbol) == ["BTCUSDT", "ETHBTC"])
        #expect(
            filters[0]
                == ListingFilters(
                    symbol: "BTCUSDT", tick: "0.01000000", lot: "0.00001000", minimumQuantity: "0.00001000",
                    minimumNotional: "5.00000000", trading: true))
        #expect(filters[1].minimumNotional == "5.00000000")
    }

    @Test(.enabled(if: SharedMaterial.hasExamples)) func `the documented answers decode`() throws {
        let folder = "Binance.Net/Binance.Net.UnitTests/Endpoints/Spot/"
        func body(_ path: String) throws -> String { try SharedMaterial.example(folder + path) }
        #expect(
            binance.decodePlace(DialectStand.outcome(try body("Trading/PlaceOrder.txt")))
                == .accepted(venueOrderID: "28"))
        #expect(binance.decodeCancel(DialectStand.outcome(try body("Trading/CancelOrder.txt"))) == .accepted)
        let litecoin = DialectStand.instrument(0, "LTC", "BTC", price: 8, quantity: 8)
        let dialect = BinanceDialect(
            profile: binance.profile, symbols: SymbolTable([DialectStand.listing(litecoin, "LTCBTC")]))
        let query = dialect.decodeQuery(
            DialectStand.outcome(try body("Trading/GetOrder.txt")), of: DialectStand.reference)
        guard case .found(let report) = query else {
            Issue.record("\(query)")
            return
        }
        #expect(report.state == .working && report.quantity == Quantity(raw: 100_000_000))
        let open = try dialect.decodeOpenOrders(
            DialectStand.response(try body("Trading/GetOpenOrders.txt")), of: InstrumentID(0))
        #expect(open.map(\.venueOrderID) == ["1"])
        let coin = DialectStand.instrument(0, "BNB", "BTC", price: 8, quantity: 8)
        let fills = try BinanceDialect(
            profile: binance.profile, symbols: SymbolTable([DialectStand.listing(coin, "BNBBTC")])
        ).decodeFills(
            DialectStand.response(try body("Trading/GetUserTrades.txt")), of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["28457"])
        let balances = try binance.decodeBalances(
            DialectStand.response(try body("Account/GetAccountInfo.txt")))
        #expect(balances.map(\.asset.code) == ["BTC", "LTC"])
        #expect(balances[0].total == (try Amount(text: "4723846.89208129")))
        let time = try binance.decodeTime(DialectStand.response(try body("ExchangeData/GetServerTime.txt")))
        #expect(time.milliseconds == 1_499_827_319_559)
    }
}
